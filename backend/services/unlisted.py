"""People of a delivery whom the roster does not know, put down with their village so that somebody goes and looks."""

from collections.abc import Callable, Sequence, Set

from sqlalchemy import Exists, Select, select, update

from backend.access.actor import Actor
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.models import AlertBatch, PersonDigest, StagedRow
from backend.services.imports.alert_rows import Said
from backend.services.imports.runs import HoldOn
from backend.services.intake import Spoken, make_household
from backend.services.known import index_of, known_person

MOST = 1000
"""People a delivery: more are a roster that is missing, and that is imported first."""

AT_ONCE = 100
TOO_MANY = "unlisted"

Reader = Callable[[Set[int]], Sequence[Said]]
Rows = Select[int]


def put_down(batch: AlertBatch, counted: Rows, read: Reader, hold_on: HoldOn, *, by: Actor) -> int:
    """Make a provisional household of each unknown person whose row names a village; return how many.

    `counted` selects the numbers of rows that count by amount and have no outcome yet. Done twice, it does nothing.
    """
    unknown = counted.where(StagedRow.village_code.is_not(None), ~_is_known(batch.county_code))
    with as_system("whom of a delivery does the roster not know?"):
        numbers = db.session.scalars(unknown.order_by(StagedRow.row_no).limit(MOST)).all()
    db.session.rollback()
    if not numbers:
        return 0
    said = {each.number: each for each in read(frozenset(numbers))}
    for first in range(0, len(numbers), AT_ONCE):
        _put_down([said[each] for each in numbers[first : first + AT_ONCE] if each in said], by)
        hold_on()
    _set_apart(batch.id, unknown)
    return len(numbers)


def _is_known(county_code: str) -> Exists:
    known = select(PersonDigest.id).where(
        PersonDigest.digest == StagedRow.digest, PersonDigest.county_code == county_code
    )
    return known.exists()


@use_case
def _put_down(some: Sequence[Said], by: Actor) -> None:
    with as_system("a delivery names people whom the roster does not know"):
        for each in some:
            index = index_of(each.id_number)
            if known_person(by.county_code, tuple(index.values()), name=each.name) is None:
                spoken = Spoken(each.village_code, each.name, each.risk or "", id_number=each.id_number)
                make_household(spoken, index, by)
                db.session.flush()


@use_case
def _set_apart(batch_id: int, unknown: Rows) -> None:
    """Say of whoever is beyond the most that they wait for the roster."""
    with as_system("whom of a delivery does the roster not know?"):
        while numbers := db.session.scalars(unknown.limit(MOST)).all():
            rows = update(StagedRow).where(StagedRow.batch_id == batch_id, StagedRow.row_no.in_(numbers))
            db.session.execute(rows.values(outcome=TOO_MANY), execution_options={"synchronize_session": False})
