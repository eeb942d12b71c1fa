"""What a ledger is: its columns, whose it is to take, how far back it goes, and where its rows come from."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import Select, func, select

from backend import clock
from backend.access.permissions import Action
from backend.db import db
from backend.models import Region
from backend.policy import Policy
from backend.workflow.places import called

READ_AT_ONCE = 1000
COUNTY, TOWNSHIP, VILLAGE = 6, 9, 12


@dataclass(frozen=True)
class Ask:
    """Which place, as of the end of which day, and for whom; the session's scope is that place."""

    county_code: str
    where: str
    as_of: date
    policy: Policy
    about: str = ""

    @property
    def is_today(self) -> bool:
        """Say whether what is written down now is what is asked for."""
        return self.as_of >= clock.today()

    @property
    def ends_at(self) -> datetime:
        """Return the first moment that counts no more."""
        return datetime.combine(self.as_of + timedelta(days=1), time.min, clock.SHANGHAI)

    def word(self, dictionary: str, code: str | None) -> str:
        """Return a code in words; a code that the rules no longer know is better than nothing."""
        return str(self.policy.dictionaries[dictionary].get(code, code)) if code else ""


@dataclass(frozen=True)
class Entry:
    """One row before it is words: where it belongs, and what its columns read."""

    township: str
    village: str
    facts: Any


@dataclass(frozen=True)
class Column:
    """One column: its heading, what it says of a row's facts, its width, and the heading above it, if one is."""

    title: str
    value: Callable[[Any], str]
    width: float = 12
    group: str = ""


class Source(Protocol):
    """Where rows come from."""

    def count(self, ask: Ask) -> int:
        """Return how many there will be."""
        ...

    def is_small(self, ask: Ask, most: int) -> bool:
        """Say whether there are no more than so many, without counting on."""
        ...

    def chunks(self, ask: Ask) -> Iterator[list[Entry]]:
        """Yield them in portions."""
        ...


@dataclass(frozen=True)
class Rows:
    """Rows of a table by their key; village by village where an index leads that way.

    `query` selects columns, the key among them as `id`; `gather` puts beside a portion what other tables say, in one
    statement a kind.
    """

    query: Callable[[Ask], Select[*tuple[Any, ...]]]
    key: Any
    gather: Callable[[Sequence[Any], Ask], Iterable[Entry]]
    village: Any = None
    before_first: Any = 0
    counted: Callable[[Ask], int] | None = None

    def count(self, ask: Ask) -> int:
        """Count in the database; `counted` where a row of the query is not one of the ledger."""
        if self.counted is not None:
            return self.counted(ask)
        return db.session.scalar(self.query(ask).with_only_columns(func.count(self.key))) or 0

    def is_small(self, ask: Ask, most: int) -> bool:
        """Look no further than one row beyond."""
        query = self.query(ask).with_only_columns(self.key).limit(most + 1)
        return len(db.session.execute(query).all()) <= most

    def chunks(self, ask: Ask) -> Iterator[list[Entry]]:
        """Yield portions; no transaction stays open between them."""
        rows = self._rows(ask)
        while some := list(islice(rows, READ_AT_ONCE)):
            yield list(self.gather(some, ask))
            db.session.rollback()
            db.session.expunge_all()

    def _rows(self, ask: Ask) -> Iterator[Any]:
        query = self.query(ask).order_by(self.key).limit(READ_AT_ONCE)
        if self.village is None:
            yield from self._pages(query)
            return
        for code in villages_of(ask.where):
            yield from self._pages(query.where(self.village == code))

    def _pages(self, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
        last = self.before_first
        while rows := db.session.execute(query.where(self.key > last)).all():
            yield from rows
            if len(rows) < READ_AT_ONCE:
                return
            last = rows[-1].id


@dataclass(frozen=True)
class Few:
    """Rows that are few: a list that one function returns."""

    entries: Callable[[Ask], Sequence[Entry]]

    def count(self, ask: Ask) -> int:
        """Count them."""
        return len(self.entries(ask))

    def is_small(self, ask: Ask, most: int) -> bool:
        """Say that they are: such a list has its length by its nature."""
        return self.count(ask) <= most

    def chunks(self, ask: Ask) -> Iterator[list[Entry]]:
        """Yield them at once."""
        yield list(self.entries(ask))


def titled(name: str) -> Callable[[Ask, str], str]:
    """Return a title that begins with the place."""
    return lambda ask, village: f"{full_name(village or ask.where)}{name}"


@dataclass(frozen=True)
class Ledger:
    """One ledger. `goes_back`: any day's state can be told from what was written down since.

    `is_kept`: the end of each month is kept. `about`: for whom it is made, where it is made for somebody.
    """

    code: str
    name: str
    title: Callable[[Ask, str], str]
    columns: Sequence[Column]
    sources: Sequence[Source]
    asks: Action = Action.EXPORT_LEDGER
    goes_back: bool = False
    is_kept: bool = False
    by_village: bool = False
    is_numbered: bool = True
    levels: frozenset[int] = frozenset({COUNTY, TOWNSHIP, VILLAGE})
    notes: Sequence[str] = ()
    about: Callable[[Policy], Mapping[str, str]] | None = None
    hint: str = ""


def villages_of(where: str) -> Sequence[str]:
    """Return the villages of a place in the order of their codes."""
    if len(where) >= VILLAGE:
        return [where]
    query = select(Region.code).where(Region.code.startswith(where), Region.level == "village")
    return db.session.scalars(query.order_by(Region.code)).all()


def full_name(code: str) -> str:
    """Return a place's name with its township's before a village's."""
    return f"{called(code[:TOWNSHIP])}{called(code)}" if len(code) == VILLAGE else called(code)


def day(on: date | None) -> str:
    """Return a day as a cell says it."""
    return on.isoformat() if on else ""


def day_of(moment: datetime | None) -> str:
    """Return a moment's day in China as a cell says it."""
    return clock.local(moment).date().isoformat() if moment else ""
