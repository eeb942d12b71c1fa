"""Writes changed rows at a flush: one statement for each kind of change, compiled once, as new rows are (`inserts`).

A row that somebody declares again for is only changed, where an unknown family's is new: the two must take as long as
each other. What is not plain stays SQLAlchemy's work, and so does the whole of a flush with such a row in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import ClauseElement, Dialect, Table, and_, bindparam, inspect, update
from sqlalchemy.orm import InstanceState, Mapper, Session, UOWTransaction
from sqlalchemy.orm.exc import StaleDataError

from backend.inserts import is_plain, number_of

Values = dict[str, Any]


@dataclass(frozen=True)
class _Update:
    """The statement for some columns of a table in one dialect: what it binds, each with how the driver takes it."""

    statement: str
    bound: dict[str, Callable[[Any], Any] | None]
    order: Sequence[str] | None

    def parameters(self, values: Values) -> Values | tuple[Any, ...]:
        """Return what to send."""
        sent = {name: process(values[name]) if process else values[name] for name, process in self.bound.items()}
        return sent if self.order is None else tuple(sent[name] for name in self.order)


def write_changed_rows(session: Session, context: UOWTransaction, instances: object) -> None:
    """Write what was changed, before the flush itself, which then finds nothing; raises `StaleDataError` as it does."""
    if session.new or session.deleted:
        return
    states: list[InstanceState[Any]] = sorted((inspect(row) for row in session.dirty), key=_turn)
    changes = [_changes_of(state) for state in states]
    if not states or any(each is None for each in changes):
        return
    connection = session.connection()
    for state, changed in zip(states, changes, strict=True):
        if changed:
            told = _update_of(state.mapper, tuple(sorted(changed)), connection.dialect)
            sent = told.parameters({f"set_{name}": value for name, value in changed.items()} | _key_of(state))
            if connection.exec_driver_sql(told.statement, sent).rowcount != 1:
                raise StaleDataError(f"a row of {state.mapper.local_table} was changed or deleted meanwhile")
    written = UOWTransaction(session)
    written.states.update((state, (False, False)) for state in states)
    written.finalize_flush_changes()


def _turn(state: InstanceState[Any]) -> tuple[int, tuple[Any, ...]]:
    """Order rows as SQLAlchemy does: by table, then by key, so that two transactions lock in the same order."""
    return number_of(state.mapper), tuple(state.identity or ())


def _changes_of(state: InstanceState[Any]) -> Values | None:
    """Return the new values by attribute; None where it takes more than columns to say what has changed."""
    mapper = state.mapper
    if not _may_be_changed(mapper):
        return None
    version, found = _version_name(mapper), Values()
    if version is not None and version not in state.dict:
        return None
    for name, before in state.committed_state.items():
        column = _columns(mapper).get(name)
        if column is None or column.primary_key or name not in state.dict:
            return None
        now = state.dict[name]
        if isinstance(now, ClauseElement) or hasattr(now, "__clause_element__"):
            return None
        if now is not before and not column.type.compare_values(before, now):
            found[name] = now
    return found


def _key_of(state: InstanceState[Any]) -> Values:
    mapper = state.mapper
    values = {f"key_{name}": value for name, value in zip(_key_names(mapper), state.identity or (), strict=True)}
    version = _version_name(mapper)
    if version is not None:
        values["was_version"] = state.committed_state.get(version, state.dict[version])
    return values


@cache
def _may_be_changed(mapper: Mapper[Any]) -> bool:
    table = cast("Table", mapper.local_table)
    return is_plain(mapper) and not any(column.onupdate or column.server_onupdate for column in table.columns)


@cache
def _columns(mapper: Mapper[Any]) -> dict[str, Any]:
    return {prop.key: prop.columns[0] for prop in mapper.column_attrs}


@cache
def _key_names(mapper: Mapper[Any]) -> tuple[str, ...]:
    return tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)


@cache
def _version_name(mapper: Mapper[Any]) -> str | None:
    column = mapper.version_id_col
    return None if column is None else mapper.get_property_by_column(column).key


@cache
def _update_of(mapper: Mapper[Any], names: tuple[str, ...], dialect: Dialect) -> _Update:
    columns = _columns(mapper)
    binds = {f"set_{name}": columns[name] for name in names}
    binds |= {f"key_{name}": columns[name] for name in _key_names(mapper)}
    where = [columns[name] == bindparam(f"key_{name}") for name in _key_names(mapper)]
    if (version := _version_name(mapper)) is not None:
        binds["was_version"] = columns[version]
        where.append(columns[version] == bindparam("was_version"))
    said = update(cast("Table", mapper.local_table)).where(and_(*where))
    said = said.values({columns[name]: bindparam(f"set_{name}", type_=columns[name].type) for name in names})
    compiled = said.compile(dialect=dialect)
    bound = {name: column.type.dialect_impl(dialect).bind_processor(dialect) for name, column in binds.items()}
    return _Update(str(compiled), bound, compiled.positiontup if compiled.positional else None)
