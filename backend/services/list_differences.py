"""Differences between a list from outside and what is watched here: read side by side, chosen one by one (P41)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import ImportBatch, ListDifference
from backend.services import clues
from backend.services.clues import ClueForm
from backend.services.imports.batches import DONE
from backend.services.imports.outside_lists import BOTH, CIVIL_CODE, HERE, NATIONAL_CODE, SAME_SIDE, THERE
from backend.services.sealing import Sealer

SIDE_NAMES = {THERE: "只在名单里", HERE: "只在这里", BOTH: "两边不一样", SAME_SIDE: "两边一样"}
CLUE = "clue"
CHOICES: Mapping[str, Mapping[str, str]] = {
    THERE: {CLUE: "交村里核实", "theirs_off": "这里不监测，请对方更正"},
    HERE: {"enter": "去对方补录", "waits": "正在录，先不管"},
    BOTH: {"ours": "以这里为准，去对方更正", "theirs": "以名单为准，在这里按程序更正"},
    SAME_SIDE: {},
}
"""What somebody may choose on each side. Only a clue does something by itself: the rest is written down with a name."""
CHOSEN = {code: words for side in CHOICES.values() for code, words in side.items()}
CHANNEL = {NATIONAL_CODE: "platform", CIVIL_CODE: "linked"}
CALLED = {NATIONAL_CODE: "国家系统导出的监测对象", CIVIL_CODE: "民政救助名单"}
PAGE = 50
MOST_LISTS = 24
MOST_COUNTED = 1000


@dataclass(frozen=True)
class DifferencePage:
    """One list with a page of one side, how many each side has (to a thousand), and where the next page begins."""

    batch: ImportBatch
    items: Sequence[ListDifference]
    counts: Mapping[str, int]
    after: int | None


def lists_of(*, by: Actor) -> Sequence[ImportBatch]:
    """Return the lists of the county that were compared, the latest first: two years of months."""
    require(by.role, Action.COMPARE_NATIONAL)
    query = select(ImportBatch).where(
        ImportBatch.county_code == by.county_code, ImportBatch.kind.in_(tuple(CHANNEL)), ImportBatch.standing == DONE
    )
    return db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(MOST_LISTS)).all()


def page_of(batch_id: int, side: str, *, by: Actor, after: int = 0, size: int = PAGE) -> DifferencePage:
    """Return a page of one side of a list, as far as the actor's place reaches. Errors: `NotFound`."""
    require(by.role, Action.COMPARE_NATIONAL)
    batch = _batch(batch_id, by)
    if side not in SIDE_NAMES:
        raise NotFound
    query = select(ListDifference).where(ListDifference.batch_id == batch_id, ListDifference.side == side)
    rows = db.session.scalars(query.where(ListDifference.id > after).order_by(ListDifference.id).limit(size + 1)).all()
    counts = {each: _count(batch_id, each) for each in SIDE_NAMES}
    return DifferencePage(batch, rows[:size], counts, rows[size - 1].id if len(rows) > size else None)


@use_case
def choose(difference_id: int, outcome: str, *, by: Actor) -> ListDifference:
    """Choose about one family; a clue goes to its village at once, and everything else is remembered with a name.

    Errors: `NotFound`; `NotPossibleNow` where somebody chose before; `Invalid` for what is no choice of this side.
    """
    require(by.role, Action.COMPARE_NATIONAL)
    query = select(ListDifference).where(ListDifference.id == difference_id)
    row = db.session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    batch = _batch(row.batch_id, by)
    if row.outcome:
        raise NotPossibleNow(f"{row.settled_by_name}已经选过“{CHOSEN[row.outcome]}”。")
    if outcome not in CHOICES[row.side]:
        raise Invalid.field("outcome", "请选一种办法。")
    if outcome == CLUE:
        _report(row, batch, by)
    row.outcome, row.settled_by_name, row.settled_at = outcome, by.name, clock.now()
    return row


def _report(row: ListDifference, batch: ImportBatch, by: Actor) -> None:
    said = "，".join(f"{what}{there}" for what, _, there in row.differs)
    what = f"{CALLED[batch.kind]}里有这一户，这里没有监测。{said}"
    number = Sealer("list_differences", row.id).open("id_sealed", row.id_sealed) or None
    clues.report(
        ClueForm(
            CHANNEL[batch.kind], row.village_code, row.head_name, what, id_number=number, source_no=batch.file_name
        ),
        by=by,
    )


def _batch(batch_id: int, by: Actor) -> ImportBatch:
    query = select(ImportBatch).where(
        ImportBatch.id == batch_id, ImportBatch.county_code == by.county_code, ImportBatch.kind.in_(tuple(CHANNEL))
    )
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def _count(batch_id: int, side: str) -> int:
    some = select(ListDifference.id).where(ListDifference.batch_id == batch_id, ListDifference.side == side)
    return db.session.scalar(select(func.count()).select_from(some.limit(MOST_COUNTED).subquery())) or 0
