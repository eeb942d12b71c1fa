"""The region scope: a filter below every query that anybody writes, and closed unless somebody opened it."""

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import ClauseElement, ColumnElement, FromClause, Table, event, false, inspect
from sqlalchemy.orm import Mapped, Mapper, ORMExecuteState, Session, UOWTransaction, mapped_column, with_loader_criteria
from sqlalchemy.sql import visitors

from backend.db import Base, RowId, Symbols, db
from backend.errors import ScopeError

LEVELS = {6: "county_code", 9: "township_code", 12: "village_code", 15: "grid_code"}
"""A region code is its own path: the number of its digits says its level."""


class Scoped:
    """A row about a family; it carries its place at every level, so that "in this township" is one equality."""

    county_code: Mapped[str] = mapped_column(Symbols(6))
    township_code: Mapped[str] = mapped_column(Symbols(9))
    village_code: Mapped[str] = mapped_column(Symbols(12))
    grid_code: Mapped[str | None] = mapped_column(Symbols(15))
    household_id: Mapped[int] = mapped_column(RowId, index=True)


class Receipted:
    """A row that belongs to whoever sent it: staff reach it by place, a phone only by its own account."""

    county_code: Mapped[str] = mapped_column(Symbols(6))
    township_code: Mapped[str] = mapped_column(Symbols(9))
    village_code: Mapped[str] = mapped_column(Symbols(12))
    grid_code: Mapped[str | None] = mapped_column(Symbols(15))
    account_id: Mapped[int | None] = mapped_column(RowId)


@dataclass(frozen=True)
class Region:
    """Everything inside one place."""

    code: str

    def __post_init__(self) -> None:
        if len(self.code) not in LEVELS or not self.code.isdigit():
            raise ScopeError("an empty or odd region is not everything: it is a bug")


@dataclass(frozen=True)
class Phone:
    """What one WeChat account sent itself, and the files of households it was confirmed for."""

    account_id: int
    households: tuple[int, ...] = ()


@dataclass(frozen=True)
class Everything:
    """All rows: for jobs, each use with its reason."""

    reason: str


@dataclass(frozen=True)
class Nothing:
    """No family's row at all: for administrators and for questions before anybody is known."""


Scope = Region | Phone | Everything | Nothing


def act_within(scope: Scope) -> None:
    """Give the current session its scope, once; another one for the same session is refused."""
    info = db.session.info
    if info.get("scope") not in (None, scope):
        raise ScopeError("a session acts for one actor, for life")
    info["scope"] = scope


def current_scope() -> Scope | None:
    """Return the session's scope, if it has one."""
    scope: Scope | None = db.session.info.get("scope")
    return scope


@contextmanager
def as_system(reason: str) -> Iterator[None]:
    """Let a job or a use case see every row for one named reason; the uses are listed in a test."""
    if not reason:
        raise ScopeError("seeing everything needs a reason")
    info = db.session.info
    before = info.get("scope")
    info["scope"] = Everything(reason)
    try:
        yield
        db.session.flush()  # what was written under this scope is checked under it too
    finally:
        info["scope"] = before


def _criteria(scope: Scope) -> tuple[Any, ...]:
    """Turn a scope into loader criteria: one lambda a kind, over plain local variables (SQLAlchemy caches by code)."""
    match scope:
        case Region(code):
            return _REGION_CRITERIA[len(code)](code)
        case Phone(account_id, households):
            return (
                with_loader_criteria(Scoped, lambda cls: cls.household_id.in_(households), include_aliases=True),
                with_loader_criteria(Receipted, lambda cls: cls.account_id == account_id, include_aliases=True),
            )
        case Nothing():
            return (
                with_loader_criteria(Scoped, lambda cls: cls.household_id == -1, include_aliases=True),
                with_loader_criteria(Receipted, lambda cls: cls.account_id == -1, include_aliases=True),
            )
        case Everything():
            return ()


def _in_county(code: str) -> tuple[Any, ...]:
    return (
        with_loader_criteria(Scoped, lambda cls: cls.county_code == code, include_aliases=True),
        with_loader_criteria(Receipted, lambda cls: cls.county_code == code, include_aliases=True),
    )


def _in_township(code: str) -> tuple[Any, ...]:
    return (
        with_loader_criteria(Scoped, lambda cls: cls.township_code == code, include_aliases=True),
        with_loader_criteria(Receipted, lambda cls: cls.township_code == code, include_aliases=True),
    )


def _in_village(code: str) -> tuple[Any, ...]:
    return (
        with_loader_criteria(Scoped, lambda cls: cls.village_code == code, include_aliases=True),
        with_loader_criteria(Receipted, lambda cls: cls.village_code == code, include_aliases=True),
    )


def _in_grid(code: str) -> tuple[Any, ...]:
    return (
        with_loader_criteria(Scoped, lambda cls: cls.grid_code == code, include_aliases=True),
        with_loader_criteria(Receipted, lambda cls: cls.grid_code == code, include_aliases=True),
    )


_REGION_CRITERIA: dict[int, Callable[[str], tuple[Any, ...]]] = {
    6: _in_county,
    9: _in_township,
    12: _in_village,
    15: _in_grid,
}


def _clause(table_class: type[Any], scope: Scope) -> ColumnElement[bool]:
    """Say the same thing as a WHERE clause, for UPDATE and DELETE, which loader criteria do not always reach."""
    match scope:
        case Region(code):
            return getattr(table_class, LEVELS[len(code)]) == code  # type: ignore[no-any-return]
        case Phone(account_id, households):
            if issubclass(table_class, Receipted):
                return table_class.account_id == account_id
            return table_class.household_id.in_(households)  # type: ignore[no-any-return]
        case _:
            return false()


def holds(scope: Scope, row: Any) -> bool:
    """Say whether a row lies within the scope: the same rule as the filter, for rows about to be written."""
    match scope:
        case Everything():
            return True
        case Region(code):
            return getattr(row, LEVELS[len(code)]) == code  # type: ignore[no-any-return]
        case Phone(account_id, households):
            if isinstance(row, Receipted):
                return row.account_id == account_id
            return row.household_id in households
        case Nothing():
            return False


def _remembered_criteria(session: Session, scope: Scope) -> tuple[Any, ...]:
    """Return the scope's criteria, made once a session: most statements of a request ask for the same."""
    known: tuple[Scope, tuple[Any, ...]] | None = session.info.get("criteria")
    if known is None or known[0] != scope:
        known = session.info["criteria"] = (scope, _criteria(scope))
    return known[1]


def _is_about_families(mapper: Mapper[Any]) -> bool:
    return issubclass(mapper.class_, (Scoped, Receipted))


def _filter(state: ORMExecuteState) -> None:
    if isinstance(scope := state.session.info.get("scope"), Everything):
        return
    if scope is None:
        _refuse_families(state)
        return
    if state.is_select and state.is_orm_statement:
        state.statement = state.statement.options(*_remembered_criteria(state.session, scope))
        return
    touched = [mapper for mapper in state.all_mappers if _is_about_families(mapper)]
    _refuse_families(state, but=frozenset(mapper.local_table for mapper in touched))
    if state.is_insert and touched:
        # A bulk insert of rows about families is for jobs; whoever has a narrower scope adds objects instead.
        raise ScopeError(f"insert() of {touched[0].class_.__name__} within {type(scope).__name__}: add objects instead")
    for mapper in touched:
        state.statement = state.statement.where(_clause(mapper.class_, scope))  # type: ignore[attr-defined]


def _refuse_families(state: ORMExecuteState, but: Set[FromClause] = frozenset()) -> None:
    """Refuse a statement that reads families where no filter goes: without a scope, or beside a change of rows."""
    for part in visitors.iterate(cast("ClauseElement", state.statement)):
        if isinstance(part, Table) and part in _tables_about_families() and part not in but:
            raise ScopeError(f"nobody said within what {part.name} may be reached")


@cache
def _tables_about_families() -> frozenset[FromClause]:
    return frozenset(mapper.local_table for mapper in Base.registry.mappers if _is_about_families(mapper))


def _refuse_foreign_rows(session: Session, context: UOWTransaction, instances: object) -> None:
    scope: Scope | None = session.info.get("scope")
    for row in [*session.new, *session.dirty, *session.deleted]:
        if not isinstance(row, (Scoped, Receipted)):
            continue
        if scope is None or not holds(scope, row):
            raise ScopeError(f"{type(row).__name__} lies outside {scope or 'a session without a scope'}")
        if inspect(row).persistent:
            _refuse_moving_out(row, scope)


def _refuse_moving_out(row: Any, scope: Scope) -> None:
    """Refuse to pull a row in from outside by changing its place."""
    if not isinstance(scope, Region):
        return
    history = inspect(row).attrs[LEVELS[len(scope.code)]].history
    if history.has_changes() and history.deleted and history.deleted[0] != scope.code:
        raise ScopeError(f"{type(row).__name__} was outside {scope.code}")


event.listen(FlaskSession, "do_orm_execute", _filter)
event.listen(FlaskSession, "before_flush", _refuse_foreign_rows)
