"""One look through a file, or one taking in: who does it, under which rules, and what is remembered on the way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.access.scope import LEVELS
from backend.db import db
from backend.errors import Invalid
from backend.models import ImportBatch, Region
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.services.imports.columns import Column
from backend.workflow import places

NEW, CHANGED, SAME, WRONG, DOUBT, HELD = "new", "changed", "same", "wrong", "doubt", "held"
OUTCOME_NAMES = {
    NEW: "新增",
    CHANGED: "有变化",
    SAME: "没有变化",
    DOUBT: "有疑问，等人核对",
    WRONG: "要改",
    HELD: "同一户有要改的，先不导入",
}
HINT = "aside"
_ENDINGS = ("村民委员会", "村委会", "社区居委会", "居民委员会", "居委会")


class Line(NamedTuple):
    """One row: its number, its values by the keys of the columns, and whether a cell of it has to be mended."""

    number: int
    values: Mapping[str, Any]
    is_wrong: bool = False


class Unit(NamedTuple):
    """Rows that belong together: a household, or one row alone."""

    lines: tuple[Line, ...]

    @property
    def number(self) -> int:
        """The number of the first row."""
        return self.lines[0].number


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be said of a cell (`column` is the key, empty for the whole row)."""

    row: int
    column: str
    weight: str
    said: str


@dataclass(slots=True)
class Outcome:
    """What becomes of a unit, and what is said of its cells."""

    unit: Unit
    what: str
    notes: list[Note] = field(default_factory=list)

    @classmethod
    def wrong(cls, unit: Unit, said: str, column: str = "", row: int = 0) -> "Outcome":
        """Refuse a unit with one sentence."""
        return cls(unit, WRONG, [Note(row or unit.number, column, WRONG, said)])


HoldOn = Callable[[], None]
"""To be called between two transactions of long work: see `Lead.hold_on`."""


class Taker(Protocol):
    """What a kind does with units; it lives as long as one run and may remember what it has seen of the file."""

    def see(self, line: Line) -> str | None:
        """Look at a row as it comes by; return the key of the unit that it belongs to, or None for one alone."""
        ...

    def settle(self, units: Sequence[Unit], *, write: bool) -> list[Outcome]:
        """Say what becomes of these units, and with `write` do it, inside the caller's transaction."""
        ...


@dataclass(frozen=True)
class Kind:
    """One kind of file: a declaration. `is_straight`: taken in at once, without anybody's look at a dry run."""

    code: str
    name: str
    asks: Action
    columns: tuple[Column, ...]
    begin: Callable[["Run"], Taker]
    chunk: int = 300
    is_straight: bool = False
    said: str = ""
    finish: Callable[["Run", HoldOn], None] | None = None
    """What goes on once every row is in, in transactions of its own; it must be safe to do twice."""
    give_up: Callable[["Run"], None] | None = None
    """What goes on before a file counts as unusable, in transactions of its own; it must be safe to do twice."""


@dataclass
class Run:
    """What a kind is told about the run it works in."""

    batch: ImportBatch
    by: Actor
    policy: Policy
    today: date
    columns: Mapping[str, int] = field(default_factory=dict)
    """Where each column stands in this very file, 1 is A: a report names the file's own cells."""
    seen: int = 0
    """So many rows the batch must count before the next chunk: with any other number somebody else is at it."""

    @classmethod
    def of(cls, batch: ImportBatch, by: Actor) -> "Run":
        """Return the run of a batch under the rules of today."""
        return cls(batch, by, current_policy(batch.county_code), clock.today())

    @property
    def within(self) -> str:
        """The place beyond which nothing is touched: a department's is the whole county."""
        return self.batch.region_code if len(self.batch.region_code) in LEVELS else self.county_code

    @property
    def county_code(self) -> str:
        """The county that the file belongs to."""
        return self.batch.county_code

    @cached_property
    def regions(self) -> Mapping[str, str]:
        """The names of the county's townships, villages and grids by their codes."""
        return {row.code: row.name for row in self._places if row.leads_to is None}

    @cached_property
    def _places(self) -> Sequence[Any]:
        below = Region.code.startswith(self.county_code)
        return db.session.execute(select(Region.code, Region.name, Region.leads_to).where(below)).all()

    @cached_property
    def _villages(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code, name in self.regions.items():
            if len(code) == 12:
                found.setdefault(plain_village(name), []).append(code)
                found[code] = [code]
        for row in self._places:  # a former village leads on to where its families are now
            if row.leads_to is not None and len(row.code) == 12:
                found[row.code] = [places.lead_on(row.code)]
                found.setdefault(plain_village(row.name), found[row.code])
        return found

    def known_village(self, text: str) -> str | None:
        """Return the code of a village, or nothing where no one village of the county is called so."""
        codes = self._villages.get(plain_village(text), [])
        return codes[0] if len(codes) == 1 else None

    def village(self, text: str) -> str:
        """Return the code of a village given by code or name, within the place of whoever handed the file in."""
        codes = self._villages.get(plain_village(text), [])
        inside = [code for code in codes if code.startswith(self.within)]
        if len(inside) > 1:
            raise Invalid(f"有几个村都叫“{text[:20]}”，请写12位的村代码。")
        if inside:
            return inside[0]
        raise Invalid("这个村不归您管，请由管它的乡镇或县里导入。" if codes else f"没有找到“{text[:20]}”这个村。")


def plain_village(name: str) -> str:
    """Return a village's name without the ending that people leave out."""
    plain = name.strip()
    for ending in _ENDINGS:
        plain = plain.removesuffix(ending)
    return plain.removesuffix("村") or plain


def village(text: str, run: Run) -> str:
    """Read a village by its name or code."""
    return run.village(text)


def units_of(lines: Iterator[Line], taker: Taker) -> Iterator[Unit]:
    """Put rows that belong together and lie together into units."""
    together: list[Line] = []
    key: str | None = None
    for line in lines:
        found = taker.see(line)
        if together and (found is None or found != key):
            yield Unit(tuple(together))
            together = []
        together.append(line)
        key = found
    if together:
        yield Unit(tuple(together))
