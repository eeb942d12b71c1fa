"""The ends of months: what each ledger said then is kept, sealed, so that "as of" needs no guessing (practice P44)."""

import json
import zlib
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.db import db, new_id, use_case
from backend.models import County, LedgerSnapshot
from backend.policy.county import current_policy
from backend.services.exports import books, shelf
from backend.services.exports.books import Line
from backend.services.exports.declared import Ask, Ledger
from backend.services.exports.ledgers import LEDGERS
from backend.services.exports.within import only
from backend.services.leaders import leading

LEASE = timedelta(minutes=10)
DECEMBER = 12


def take_due() -> int:
    """Keep every ledger of every county as of the end of last month, where that is not done yet; return how many."""
    taken, last = 0, clock.today().replace(day=1) - timedelta(days=1)
    with leading("ledger snapshots", lease=LEASE) as leads:
        for county, ledger in _missing(last) if leads else ():
            _take(county, ledger, last)
            taken += 1
            leads.hold_on()
    return taken


def of(ledger: str, county_code: str, as_of: date) -> LedgerSnapshot | None:
    """Return what was kept of a day, if anything was."""
    query = select(LedgerSnapshot).where(LedgerSnapshot.county_code == county_code, LedgerSnapshot.ledger == ledger)
    return db.session.scalars(query.where(LedgerSnapshot.as_of == as_of)).one_or_none()


def lines_of(kept: LedgerSnapshot, *, within: str) -> Iterator[Sequence[Line]]:
    """Yield the rows of a snapshot that lie within a place."""
    fits = _test_of(within)
    for part in shelf.parts_of(kept.id, kept.parts):
        rows = (Line(*each) for each in json.loads(zlib.decompress(part)))
        yield [row for row in rows if fits(row)]


def forget_old() -> int:
    """Delete what was kept long enough by the county's rules: ends of years longer than those of months."""
    gone = [row for row in db.session.scalars(select(LedgerSnapshot)) if row.as_of < _kept_since(row)]
    db.session.rollback()
    for row in gone:
        _delete(row.id)
        shelf.export_shelf().delete(row.id)
    return len(gone)


def _kept_since(row: LedgerSnapshot) -> date:
    numbers, today = current_policy(row.county_code).numbers, clock.today()
    years = numbers["year_ends_kept_years"]
    months = years * 12 if row.as_of.month == DECEMBER else numbers["month_ends_kept_months"]
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _missing(as_of: date) -> list[tuple[str, Ledger]]:
    counties = db.session.scalars(select(County.code)).all()
    there = {
        (row.county_code, row.ledger)
        for row in db.session.execute(
            select(LedgerSnapshot.county_code, LedgerSnapshot.ledger).where(LedgerSnapshot.as_of == as_of)
        )
    }
    db.session.rollback()
    kept = [each for each in LEDGERS.values() if each.is_kept]
    return [(county, each) for county in counties for each in kept if (county, each.code) not in there]


def _take(county: str, ledger: Ledger, as_of: date) -> None:
    with only(county):
        ask = Ask(county, county, as_of, current_policy(county))
        snapshot_id, counted = new_id(), [0]
        kept = shelf.keep_parts(snapshot_id, _packed(books.lines_of(ledger, ask), counted))
        try:
            _write(snapshot_id, ask, ledger, kept, counted[0])
        except IntegrityError:  # somebody else was there first
            shelf.export_shelf().delete(snapshot_id)


def _packed(portions: Iterator[list[Line]], counted: list[int]) -> Iterator[bytes]:
    for portion in portions:
        counted[0] += len(portion)
        yield zlib.compress(json.dumps(portion, ensure_ascii=False).encode())


@use_case
def _write(snapshot_id: int, ask: Ask, ledger: Ledger, kept: shelf.Kept, rows: int) -> None:
    db.session.add(
        LedgerSnapshot(
            id=snapshot_id,
            county_code=ask.county_code,
            ledger=ledger.code,
            as_of=ask.as_of,
            rows=rows,
            parts=kept.parts,
            sha256=kept.sha256,
            taken_at=clock.now(),
        )
    )


@use_case
def _delete(snapshot_id: int) -> None:
    db.session.delete(db.session.get_one(LedgerSnapshot, snapshot_id))


def _test_of(within: str) -> Callable[[Line], bool]:
    if len(within) == 12:
        return lambda line: line.village == within
    return (lambda line: line.township == within) if len(within) == 9 else lambda line: True
