"""Who looked at a family: one row a person and day when its page is opened, and whatever was shown or taken besides.

Read by auditors, and without names by the family itself; the offices that look do not read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES, Action, Role, require
from backend.db import db, first_id_at, use_case
from backend.errors import NotFound
from backend.models import AuditRow, Case
from backend.privacy.mask import mask_name
from backend.privacy.receipts import clean_receipt_no
from backend.services import audit, cases
from backend.services.cases import CaseFile
from backend.services.living import where_they_live

LOOKED = "look_at_family"
SEEING = (
    *(LOOKED, Action.REVEAL, Action.READ_OBJECTIONS, Action.LOOK_UP_STATUS, Action.CALL_BACK),
    *(Action.PRINT_FAMILY_FILE, Action.CONFIRM_PHONE),
)
"""What in the trail of a case is a look at its family, rather than a step."""
TOLD_TO_FAMILIES = {
    LOOKED: "打开看过办理情况",
    Action.REVEAL: "看过遮住的电话或证件号",
    Action.PRINT_FAMILY_FILE: "打印过这一户的材料",
}
"""What a family reads of it. That somebody objected, or was called back, is not told by who opened it."""
MOST_ON_A_PAGE = 100
MOST_TOLD = 20


@dataclass(frozen=True)
class Looks:
    """A family, its head's name masked, and a page of who saw what of it, the newest first."""

    case_id: int
    number: str
    head_name: str
    village_code: str
    rows: Sequence[AuditRow]


@dataclass(frozen=True)
class Told:
    """One look as the family reads it: the day, the post of whoever looked, and what they saw; no name."""

    looked_on: date
    who: str
    what: str


def open_case(case_id: int, *, by: Actor) -> CaseFile:
    """Return a case as `cases.read_case` does, and keep who opened it; errors as there."""
    require(by.role, Action.READ_CASES)
    if by.is_staff and by.session_id is not None and not _looked_today(case_id, by):
        _note(case_id, by=by)
    return cases.read_case(case_id, by=by)


def of_number(number: str, *, by: Actor) -> int:
    """Return the id of the case with this receipt number in the auditor's county; `Invalid` names what is wrong."""
    require(by.role, Action.READ_AUDIT)
    wanted = clean_receipt_no(number, field="number")
    found = db.session.scalar(select(Case.id).where(Case.number == wanted))
    if found is None:
        raise NotFound("没有这个受理编号，请再看看。")
    return found


def of_family(case_id: int, *, by: Actor, before: int | None = None, size: int = 50) -> Looks:
    """Return who looked at a case's family, over all its cases, the newest first; `NotFound` outside the county."""
    require(by.role, Action.READ_AUDIT)
    case = db.session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    ids = db.session.scalars(select(Case.id).where(Case.household_id == case.household_id)).all()
    subjects = [*(f"case:{each}" for each in ids), f"household:{case.household_id}"]
    query = select(AuditRow).where(AuditRow.subject.in_(subjects), AuditRow.action.in_(SEEING))
    query = query.where(AuditRow.id < before) if before is not None else query
    rows = db.session.scalars(query.order_by(AuditRow.id.desc()).limit(min(size, MOST_ON_A_PAGE))).all()
    return Looks(case.id, case.number, mask_name(case.head_name), case.village_code, rows)


def at_own_family(*, by: Actor) -> list[Told]:
    """Return who looked at the families whose phone this is, confirmed at the door; the newest first, a few."""
    require(by.role, Action.CHANGE_CONSENT)
    if not by.households:
        return []
    ids = db.session.scalars(select(Case.id).where(Case.household_id.in_(by.households))).all()
    query = select(AuditRow).where(
        AuditRow.subject.in_([f"case:{each}" for each in ids]), AuditRow.action.in_(list(TOLD_TO_FAMILIES))
    )
    rows = db.session.scalars(query.order_by(AuditRow.id.desc()).limit(MOST_TOLD))
    return [
        Told(clock.local(row.happened_at).date(), ROLE_NAMES[Role(row.actor_role)], TOLD_TO_FAMILIES[row.action])
        for row in rows
    ]


def _looked_today(case_id: int, by: Actor) -> bool:
    """Say whether this day's look is on record already: a page opened ten times is one look."""
    midnight = clock.local(clock.real_now()).replace(hour=0, minute=0, second=0, microsecond=0)
    query = select(AuditRow.id).where(
        AuditRow.subject == f"case:{case_id}",
        AuditRow.id >= first_id_at(midnight),
        AuditRow.actor_id == by.id,
        AuditRow.action == LOOKED,
    )
    return db.session.scalar(query.limit(1)) is not None


@use_case
@where_they_live
def _note(case_id: int, *, by: Actor) -> None:
    """Keep one look, before anything is read: the transaction that writes it forgets what was read."""
    if db.session.scalar(select(Case.id).where(Case.id == case_id)) is None:
        raise NotFound
    audit.record_on_session(by=by, action=LOOKED, subject=f"case:{case_id}")
