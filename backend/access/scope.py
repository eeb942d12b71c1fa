"""The region scope: a filter below every query that anybody writes, and closed unless somebody opened it."""

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from weakref import WeakKeyDictionary

from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    BindParameter,
    ClauseElement,
    ColumnElement,
    Executable,
    FromClause,
    Select,
    Table,
    bindparam,
    event,
    false,
    inspect,
)
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


@contextmanager
def as_own_phone(account_id: int | None) -> Iterator[None]:
    """Let staff reach what their own phone sent, wherever that family lives: a hat says nothing of one's own home.

    Narrower than their place in everything else. Without an account nothing changes.
    """
    info = db.session.info
    before = info.get("scope")
    info["scope"] = before if account_id is None else Phone(account_id)
    try:
        yield
    finally:
        info["scope"] = before


_WITHIN: BindParameter[str] = bindparam("scope_code")
_OWN: BindParameter[int] = bindparam("scope_account")
_HOUSEHOLDS: BindParameter[Any] = bindparam("scope_households", expanding=True)
"""What the criteria below compare with: each statement is sent with the values of its own session's scope."""


def _criteria_of_kind(scoped: Callable[[Any], Any], receipted: Callable[[Any], Any]) -> tuple[Any, ...]:
    return tuple(
        with_loader_criteria(kind, criterion, include_aliases=True, track_closure_variables=False)
        for kind, criterion in ((Scoped, scoped), (Receipted, receipted))
    )


_CRITERIA: dict[int | type[Scope], tuple[Any, ...]] = {
    6: _criteria_of_kind(lambda cls: cls.county_code == _WITHIN, lambda cls: cls.county_code == _WITHIN),
    9: _criteria_of_kind(lambda cls: cls.township_code == _WITHIN, lambda cls: cls.township_code == _WITHIN),
    12: _criteria_of_kind(lambda cls: cls.village_code == _WITHIN, lambda cls: cls.village_code == _WITHIN),
    15: _criteria_of_kind(lambda cls: cls.grid_code == _WITHIN, lambda cls: cls.grid_code == _WITHIN),
    Phone: _criteria_of_kind(
        lambda cls: cls.household_id.in_(_HOUSEHOLDS),
        lambda cls: cls.account_id == _OWN,
    ),
    Nothing: _criteria_of_kind(lambda cls: cls.household_id == -1, lambda cls: cls.account_id == -1),
}
"""The loader criteria of each kind of scope, made once and without a value in them.

A lambda of its own for each, with nothing taken from around it: SQLAlchemy keeps what a lambda said by its code.
"""


def _kind(scope: Scope) -> int | type[Scope]:
    return len(scope.code) if isinstance(scope, Region) else type(scope)


def _values(scope: Scope) -> dict[str, Any]:
    """Return what the criteria of this scope's kind compare with."""
    match scope:
        case Region(code):
            return {_WITHIN.key: code}
        case Phone(account_id, households):
            return {_OWN.key: account_id, _HOUSEHOLDS.key: households}
        case _:
            return {}


_filtered: WeakKeyDictionary[Executable, dict[int | type[Scope], Executable]] = WeakKeyDictionary()
"""Statements with the criteria in them, for as long as they live: one that is a constant is filtered once a kind."""


def _with_criteria(statement: Executable, kind: int | type[Scope]) -> Executable:
    known = _filtered.setdefault(statement, {})
    if kind not in known:
        known[kind] = cast("Select[Any]", statement).options(*_CRITERIA[kind])
    return known[kind]


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


def _is_about_families(mapper: Mapper[Any]) -> bool:
    return issubclass(mapper.class_, (Scoped, Receipted))


def _filter(state: ORMExecuteState) -> None:
    if isinstance(scope := state.session.info.get("scope"), Everything):
        return
    if scope is None:
        _refuse_families(state)
        return
    if state.is_select and state.is_orm_statement:
        state.statement = _with_criteria(state.statement, _kind(scope))
        state.parameters = {**cast("dict[str, Any]", state.parameters or {}), **_values(scope)}
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
    for table in _families_in(state.statement) - but:
        raise ScopeError(f"nobody said within what {table} may be reached")


_read_by: WeakKeyDictionary[Executable, Set[FromClause]] = WeakKeyDictionary()


def _families_in(statement: Executable) -> Set[FromClause]:
    """Return the tables about families in a statement; one that is a constant is looked through once."""
    known = _read_by.get(statement)
    if known is None:
        parts = visitors.iterate(cast("ClauseElement", statement))
        known = _read_by[statement] = _tables_about_families().intersection(
            part for part in parts if isinstance(part, Table)
        )
    return known


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
event.listen(FlaskSession, "before_flush", _refuse_foreign_rows, insert=True)  # before anything is written
