"""Writes new rows at a flush: one statement a table, compiled once, in the order in which tables name each other.

A step writes a handful of rows, with ids made before, into tables without relationships. The unit of work asks of each
what it depends on and builds its statement anew, and that was a third of what a step cost. What has only changed stays
its work, and so does the whole of a flush with anything new in it that is not plain.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Dialect, Table, UniqueConstraint, insert, inspect
from sqlalchemy.orm import InstanceState, Mapper, Session, UOWTransaction

MOST_AT_ONCE = 500
"""Rows in one statement of many."""


@dataclass(frozen=True)
class _Column:
    """One column: its attribute, what it holds if that says nothing, and how the driver takes the value."""

    name: str
    attribute: str
    default: Callable[[], Any] | None
    is_new_each_time: bool
    bound: Callable[[Any], Any] | None

    def value_of(self, held: Any) -> Any:
        """Return what to send for a row that holds this."""
        value = self.default() if held is None and self.default else held
        return self.bound(value) if self.bound else value


@dataclass(frozen=True)
class _Insert:
    """The statement for one table in one dialect, and its columns in the statement's order."""

    statement: str
    columns: Sequence[_Column]
    takes_names: bool

    def values_of(self, held: dict[str, Any]) -> dict[str, Any] | tuple[Any, ...]:
        """Fill the row's gaps with what the table will hold there, and return what to send."""
        values = {}
        for column in self.columns:
            value = held.get(column.attribute)
            if value is None:
                value = held[column.attribute] = column.default() if column.default else None
            values[column.name] = column.bound(value) if column.bound else value
        return values if self.takes_names else tuple(values.values())

    def of_many(self, rows: Sequence[dict[str, Any]], literal: Callable[[Any], str]) -> tuple[str, tuple[Any, ...]]:
        """Return one statement for all of them, and what to send with it.

        A driver in Python writes each value into the text by itself, and that was half of what a sweep cost. What is
        the same in all rows, most of it, is written there once.
        """
        written, differs = list[str](), list[_Column]()
        for column in self.columns:
            first = rows[0].get(column.attribute)
            is_fresh = first is None and column.is_new_each_time
            if is_fresh or any(row.get(column.attribute) != first for row in rows):
                written.append("%s")
                differs.append(column)
            else:
                written.append(literal(column.value_of(first)).replace("%", "%%"))
        values = [column.value_of(row.get(column.attribute)) for row in rows for column in differs]
        head, _, _ = self.statement.partition(" VALUES ")
        row = f"({','.join(written)})"
        return f"{head} VALUES {','.join([row] * len(rows))}", tuple(values)


def write_new_rows(session: Session, context: UOWTransaction, instances: object) -> None:
    """Write what was added, before the flush itself, and end that as every flush ends: it then finds nothing new."""
    states: list[InstanceState[Any]] = [inspect(row) for row in session.new]
    if not states or session.deleted or not _are_plain(states, {inspect(row).mapper for row in session.dirty}):
        return
    connection = session.connection()
    for mapper, alike in groupby(sorted(states, key=_turn), key=lambda state: state.mapper):
        told = _insert_into(mapper, connection.dialect)
        values = [told.values_of(vars(state.obj())) for state in alike]
        connection.exec_driver_sql(told.statement, values if len(values) > 1 else values[0])
    written = UOWTransaction(session)
    written.states.update((state, (False, False)) for state in states)
    written.finalize_flush_changes()


def write_rows(session: Session, kind: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Write many new rows of one table in one statement, without an object for each of them: a sweep owes thousands.

    Only of a table that is about no family, for nobody looks at their scope; raises ValueError for another.
    """
    if hasattr(kind, "village_code"):
        raise ValueError("rows about families are added to the session, which looks at their scope")
    connection = session.connection()
    told = _insert_into(inspect(kind), connection.dialect)
    driver: Any = connection.connection.driver_connection
    for start in range(0, len(rows), MOST_AT_ONCE):
        some = rows[start : start + MOST_AT_ONCE]
        if hasattr(driver, "escape"):
            connection.exec_driver_sql(*told.of_many(some, lambda value: str(driver.escape(value, driver.encoders))))
        else:  # a driver in C, which is handed the values as they are
            connection.exec_driver_sql(told.statement, [told.values_of(row) for row in some])


def _are_plain(new: Sequence[InstanceState[Any]], changed: set[Mapper[Any]]) -> bool:
    """Say whether these may be written before what changed, without a look at anything but their columns."""
    mappers = {state.mapper for state in new}
    return all(is_plain(mapper) for mapper in mappers) and not any(_is_unique(mapper) for mapper in mappers & changed)


@cache
def is_plain(mapper: Mapper[Any]) -> bool:
    """Say whether all there is to a row of this kind is known before it is written."""
    table = mapper.local_table
    return (
        isinstance(table, Table)
        and not mapper.relationships
        and not mapper.inherits
        and table.autoincrement_column is None
        and not any(column.server_default for column in table.columns)
    )


@cache
def _is_unique(mapper: Mapper[Any]) -> bool:
    """Say whether a new row may need a value that a changed one lets go of."""
    table = cast("Table", mapper.local_table)
    constraints = any(isinstance(each, UniqueConstraint) for each in table.constraints)
    return constraints or any(index.unique for index in table.indexes)


def _turn(state: InstanceState[Any]) -> tuple[int, int]:
    return number_of(state.mapper), state.insert_order or 0


@cache
def number_of(mapper: Mapper[Any]) -> int:
    """Return a table's place in the order in which tables name each other."""
    return mapper.registry.metadata.sorted_tables.index(cast("Table", mapper.local_table))


@cache
def _insert_into(mapper: Mapper[Any], dialect: Dialect) -> _Insert:
    table = cast("Table", mapper.local_table)
    compiled = insert(table).compile(dialect=dialect)
    columns = [
        _Column(
            name=column.name,
            attribute=mapper.get_property_by_column(column).key,
            default=_default_of(column),
            is_new_each_time=column.default is not None and column.default.is_callable,
            bound=column.type.dialect_impl(dialect).bind_processor(dialect),
        )
        for column in table.columns
    ]
    return _Insert(str(compiled), columns, takes_names=not dialect.positional)


def _default_of(column: Any) -> Callable[[], Any] | None:
    if column.default is None:
        return None
    given = column.default.arg
    return (lambda: given(None)) if column.default.is_callable else (lambda: given)
