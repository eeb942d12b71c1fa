"""Copies of real cases: other ids, families, villages and weeks, each text sealed anew and each chain signed anew."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from random import Random
from typing import Any

from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.types import JSON

from backend.db import Base, Sealed, first_id_at
from backend.privacy.blind_index import digests_by_key
from backend.privacy.chain import mac_row
from backend.privacy.current import keys
from backend.privacy.initials import initials
from backend.privacy.seal import Place, seal
from backend.workflow.states import State
from bench.patterns import Pattern, Row

SPAN = 1024
"""All rows of one copy have ids in a block of so many; its case has the first."""
DAYS = 56
"""Over how many days the cases came in: whole weeks, so that a copy falls on the weekday of its original."""
WEEK = 7

Shares = Mapping[State, int]
SHARES: Shares = {
    State.DECLARED: 55,
    State.ACCEPTED: 17,
    State.FOUND: 11,
    State.CONSULTED: 1,
    State.REVIEWED: 1,
    State.PUBLIC: 2,
    State.VISITED: 8,
    State.PASSED: 3,
    State.MONITORED: 1,
    State.NOT_INCLUDED: 1,
}
"""How far cases have come, in a hundred: most wait in the village, and every desk has a queue of several pages."""
READY_TO_DECIDE: Shares = {State.DECLARED: 10, State.ACCEPTED: 10, State.VISITED: 75, State.PASSED: 5}
"""The same where many wait for the township, which the bench lets decide."""
BUSY_VILLAGE_SHARE = 0.12
"""One village has so large a part of everything that its queue is many pages long even in a small county."""

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "建国秀英桂兰志强玉珍海燕春梅文军红霞永福"


@dataclass(frozen=True, eq=False)
class Desks:
    """Who acts in the copies: a member of staff for each role, and the phones that declared."""

    staff: Mapping[str, int]
    accounts: tuple[int, ...] = (1,)


@dataclass(frozen=True, slots=True)
class Copy:
    """What is decided by chance about one copy; every row of it follows from this and from its pattern."""

    id: int
    pattern: "Stencil"
    village: str
    name: str
    account: int
    weeks: int
    serial: int

    @property
    def state(self) -> State:
        """Where the case stands."""
        return self.pattern.of.state


def copies(
    count: int,
    stencils: Sequence["Stencil"],
    villages: Sequence[str],
    *,
    until: datetime,
    accounts: Sequence[int] = (1,),
    shares: Shares = SHARES,
    seed: int = 20260228,
) -> Iterator[Copy]:
    """Invent so many copies, the oldest first; the same call invents the same ones.

    Where cases are to be decided all of them follow one pattern, so that one request is like the next.
    """
    chance = Random(seed)
    began = until.replace(microsecond=0) - timedelta(days=DAYS)
    by_state = {state: _of_state(stencils, state, shares) for state in shares}
    states, weights = list(shares), list(shares.values())
    for serial in range(count):
        state = chance.choices(states, weights)[0]
        entered = began + timedelta(milliseconds=serial)
        stencil = chance.choice(by_state[state])
        first = stencil.first_day
        yield Copy(
            id=first_id_at(entered),
            pattern=stencil,
            village=villages[0] if chance.random() < BUSY_VILLAGE_SHARE else chance.choice(villages),
            name=chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN),
            account=accounts[serial % len(accounts)],
            weeks=((began.date() - first).days + serial * DAYS // count) // WEEK,
            serial=serial,
        )


def _of_state(stencils: Sequence["Stencil"], state: State, shares: Shares) -> list["Stencil"]:
    found = [each for each in stencils if each.of.state is state]
    if shares is READY_TO_DECIDE and state is State.VISITED:
        found = [each for each in found if each.of.can_be_passed_on][:1]
    if not found:
        raise RuntimeError(f"the demonstration has no case that stands at {state}")
    return found


Value = Callable[[Copy, Desks], Any]


class Stencil:
    """A pattern made ready for copying: for each value of each row, how a copy's is worked out."""

    def __init__(self, pattern: Pattern) -> None:
        self.of = pattern
        self._number = next((row["id_sealed"] for row in pattern.rows["people"] if row["id_sealed"]), None)
        self._names = {pattern.case["head_name"]}
        self._rows = {
            table.name: [self._ready(table, row) for row in pattern.rows.get(table.name, ())]
            for table in Base.metadata.sorted_tables
            if table.name in pattern.rows
        }

    @cached_property
    def first_day(self) -> date:
        """The day on which the pattern was declared."""
        declared: date = self.of.case["discovered_on"]
        return declared

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables in which it has rows."""
        return tuple(self._rows)

    def rows(self, table: str, copy: Copy, desks: Desks) -> list[Row]:
        """Return a copy's rows of one table, as both databases keep them."""
        if table == "audit_rows":
            return self._chain(copy, desks)
        found = [{name: value(copy, desks) for name, value in row.items()} for row in self._rows.get(table, ())]
        if table == "cases":
            [case] = found
            case["audit_head"] = self._chain(copy, desks)[-1]["mac"]
        if table == "person_digests":
            return [self._digest(row, copy) for row in found[:1]]
        return found

    def _ready(self, table: Table, row: Row) -> dict[str, Value]:
        unique = _unique_columns(table)
        return {
            column.name: self._value(table, column, row, is_unique=column.name in unique)
            for column in table.c
            if column.name in row
        }

    def _value(self, table: Table, column: Any, row: Row, *, is_unique: bool) -> Value:
        value, name = row[column.name], column.name
        if value is None:
            return lambda copy, desks: None
        if isinstance(column.type, Sealed):
            return self._sealed(table.name, name, row["id"], value)
        if isinstance(column.type, JSON):
            return self._document(value)
        if name == "initials":
            return lambda copy, desks: initials(copy.name)
        if name == "phone_digest":
            return lambda copy, desks: None  # a number that all copies share would be found in all of them
        if isinstance(value, str):
            return self._only(value, self.of.ids[row["id"]]) if is_unique and len(value) > 9 else self._text(value)
        return self._plain(name, value)

    def _plain(self, name: str, value: Any) -> Value:
        if isinstance(value, datetime):
            return lambda copy, desks: _moment(value, copy.weeks)
        if isinstance(value, date):
            return lambda copy, desks: _day(value, copy.weeks)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._integer(name, value)
        return lambda copy, desks: int(value)

    def _integer(self, name: str, value: int) -> Value:
        place, role = self.of.ids.get(value), self.of.staff.get(value)
        if place is not None:
            return lambda copy, desks: copy.id + place
        if role is not None:
            return lambda copy, desks: desks.staff[role]
        if name == "account_id" or value == self._account:
            return lambda copy, desks: copy.account
        return lambda copy, desks: value

    @cached_property
    def _account(self) -> int | None:
        found: int | None = self.of.rows["declarations"][0]["account_id"]
        return found

    def _only(self, value: str, place: int) -> Value:
        """Give a text that nobody else may have another value of its own length."""
        if len(value) == 12:
            return lambda copy, desks: f"{(copy.id + place) % 10**12:012d}"
        return lambda copy, desks: f"{copy.id + place:0{len(value)}x}"

    def _text(self, value: str) -> Value:
        case = self.of.case
        if value == case["village_code"]:
            return lambda copy, desks: copy.village
        if value == case["township_code"]:
            return lambda copy, desks: copy.village[:9]
        if value == case["county_code"]:
            return lambda copy, desks: copy.village[:6]
        if value in self._names:
            return lambda copy, desks: copy.name
        return lambda copy, desks: value

    def _sealed(self, table: str, name: str, row_id: int, plain: str) -> Value:
        place = self.of.ids[row_id]
        if plain == self._number:
            return lambda copy, desks: _sealed(table, name, copy.id + place, _number(copy))
        return lambda copy, desks: _sealed(table, name, copy.id + place, plain)

    def _document(self, value: Any) -> Value:
        """Let ids, people, places and days within a document move with the copy."""
        text = json.dumps(value, ensure_ascii=False)
        parts = [self._part(each) for each in _PARTS.split(text)]
        if all(isinstance(part, str) for part in parts):
            return lambda copy, desks: text
        return lambda copy, desks: "".join(part if isinstance(part, str) else str(part(copy, desks)) for part in parts)

    def _part(self, text: str) -> str | Value:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return lambda copy, desks: _day(day, copy.weeks)
        if text.isdecimal() and len(text) >= 15:
            return self._integer("", int(text))
        if text in {self.of.case["village_code"], self.of.case["township_code"]}:
            return self._text(text)
        return text

    def _digest(self, row: Row, copy: Copy) -> Row:
        """Let the head be found by the number that this copy was given, under the key in use here."""
        key_id, digest = next(iter(digests_by_key(_number(copy), keys=keys(), kind="id_number").items()))
        return {**row, "key_id": key_id, "digest": digest}

    @lru_cache(maxsize=8192)  # noqa: B019 - a few dozen stencils live as long as the program
    def _chain(self, copy: Copy, desks: Desks) -> list[Row]:
        """Sign the case's audit chain anew: once for the case, which keeps its head, and for its rows."""
        rows: list[Row] = []
        previous = ""
        for ready, original in zip(self._rows["audit_rows"], self.of.rows["audit_rows"], strict=True):
            row = {name: value(copy, desks) for name, value in ready.items()}
            row["chain"] = row["subject"] = f"case:{copy.id}"
            happened = _moved(original["happened_at"], copy.weeks)
            payload = {
                "id": row["id"],
                "chain": row["chain"],
                "place": row["place"],
                "happened_at": happened.isoformat(),
                "county": row["county_code"],
                "role": row["actor_role"],
                "actor": row["actor_id"],
                "name": row["actor_name"],
                "action": row["action"],
                "subject": row["subject"],
                "detail": json.loads(row["detail"]),
            }
            row["key_id"], row["mac"] = mac_row(keys=keys(), previous=previous, payload=payload)
            row["previous_mac"], row["batch_no"] = previous, None
            previous = row["mac"]
            rows.append(row)
        return rows


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PARTS = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{15,}|(?<!\d)(?:\d{12}|\d{9})(?!\d))")


def _unique_columns(table: Table) -> set[str]:
    """Return the columns of which no two rows may have the same value."""
    found = {column.name for column in table.columns if column.unique}
    for index in table.indexes:
        found |= {column.name for column in index.columns} if index.unique else set()
    for constraint in table.constraints:
        found |= {column.name for column in constraint.columns} if isinstance(constraint, UniqueConstraint) else set()
    return found


def _number(copy: Copy) -> str:
    """Return a number of 18 signs that is no ID number of anybody: its region and its check digit do not exist."""
    return f"9971{copy.serial:014d}"


def _sealed(table: str, column: str, row_id: int, text: str) -> str:
    return seal(text, keys=keys(), place=Place(table, column, row_id))


@lru_cache(maxsize=65_536)
def _moved(value: datetime, weeks: int) -> datetime:
    return value.replace(tzinfo=value.tzinfo or UTC) + timedelta(weeks=weeks)


@lru_cache(maxsize=65_536)
def _moment(value: datetime, weeks: int) -> str:
    """Write an instant as both databases keep it."""
    return _moved(value, weeks).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


@lru_cache(maxsize=65_536)
def _day(value: date, weeks: int) -> str:
    return (value + timedelta(weeks=weeks)).isoformat()
