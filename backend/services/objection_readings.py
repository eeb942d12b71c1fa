"""Who reads objections: the township and county in full, and each objector the answer to their own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import NotFound
from backend.models import Case, Objection, Task
from backend.privacy.receipts import clean_receipt_no
from backend.services import second_hats, throttles
from backend.services.objection_answers import LOOKING, opened_text, refuse_villages
from backend.workflow.engine import find_case
from backend.workflow.ties import refuse_kin
from backend.workflow.trail import record_on_case

OUTCOME_NAMES = {
    "": "正在核查",
    "kept": "已核查，不影响原来的办理",
    "visit": "已安排再次入户核实",
    "upheld": "已核查，异议成立",
    "ended": "这一户的申报已经结束，不再核查",
}
ENDED = "ended"
FREE_LOOKUPS = 5


@dataclass(frozen=True)
class Listed:
    """An objection in the township's list: no name and no text yet."""

    objection: Objection
    case: Case
    duty: Task | None
    same: int


@dataclass(frozen=True)
class Opened:
    """One objection in clear, for whoever looks into it."""

    listed: Listed
    name: str
    phone: str
    text: str
    answer: str


@dataclass(frozen=True)
class Answered:
    """What an objector reads: where it stands, and the answer."""

    receipt_no: str
    status: str
    answer: str
    objected_at: datetime


def objections(*, by: Actor, open_only: bool = True, before: int | None = None, size: int = 50) -> list[Listed]:
    """Return the objections of the actor's township or county, the newest first; a village has no such list."""
    refuse_villages(by)
    query = _with_case_and_duty().where(~second_hats.against_own_families(by=by))
    if open_only:
        query = query.where(Objection.outcome == LOOKING, Task.open_due.is_not(None))
    if before is not None:
        query = query.where(Objection.id < before)
    return _listed(query.order_by(Objection.id.desc()).limit(min(size, 100)))


def objections_of(case_id: int, *, by: Actor) -> list[Listed]:
    """Return the objections against one family, the oldest first, without names; a village has no list."""
    refuse_villages(by)
    own = second_hats.against_own_families(by=by)
    return _listed(_with_case_and_duty().where(Objection.case_id == case_id, ~own).order_by(Objection.id))


@use_case
def read_objection(objection_id: int, *, by: Actor) -> Opened:
    """Return one objection in clear, and write into the case's audit who opened it.

    The family's kin recuse, and so does whoever also works in its village.
    """
    refuse_villages(by)
    found = _listed(_with_case_and_duty().where(Objection.id == objection_id))
    if not found:
        raise NotFound
    objection = found[0].objection
    case = find_case(objection.case_id)
    refuse_kin(case, by)
    second_hats.refuse_own_family(case, by=by)
    record_on_case(case, by=by, action=Action.READ_OBJECTIONS, detail={"objection": str(objection.id)})
    return Opened(
        found[0],
        name=opened_text(objection, "name_sealed", objection.name_sealed),
        phone=opened_text(objection, "phone_sealed", objection.phone_sealed),
        text=opened_text(objection, "text_sealed", objection.text_sealed),
        answer=opened_text(objection, "answer_sealed", objection.answer_sealed),
    )


def look_up(receipt_no: str, *, by: Actor) -> Answered:
    """Return where an objection stands to whoever holds its number; guessing is slowed down."""
    require(by.role, Action.READ_INBOX)
    key = throttles.nobodys(f"objection lookup:{by.account_id or by.id}")
    throttles.refuse_if_waiting(key)
    number = clean_receipt_no(receipt_no)
    with as_system("an objector asks with the receipt's number"):
        found = db.session.scalars(select(Objection).where(Objection.receipt_no == number)).one_or_none()
    if found is None:
        use_case(throttles.count_failure)(key, free=FREE_LOOKUPS)
        raise NotFound("没有找到这个回执号，请再看看。")
    return shown_to_objector(found)


def shown_to_objector(objection: Objection) -> Answered:
    """Return what the objector reads of it."""
    with as_system("is an objection still being looked into?"):
        task = db.session.scalars(select(Task).where(Task.id == objection.task_id)).one_or_none()
    ended = not objection.outcome and task is not None and task.open_due is None
    return Answered(
        objection.receipt_no,
        OUTCOME_NAMES[ENDED if ended else objection.outcome],
        opened_text(objection, "answer_sealed", objection.answer_sealed),
        objection.objected_at,
    )


def _with_case_and_duty() -> Select[Objection, Case, Task]:
    return (
        select(Objection, Case, Task)
        .join(Case, Case.id == Objection.case_id)
        .outerjoin(Task, Task.id == Objection.task_id)
    )


def _listed(query: Select[Objection, Case, Task]) -> list[Listed]:
    rows = db.session.execute(query).all()
    tasks = [task.id for _, _, task in rows if task is not None]
    counted = (
        select(Objection.task_id, func.count()).where(Objection.task_id.in_(tasks)).group_by(Objection.task_id)
        if tasks
        else None
    )
    same = {row[0]: row[1] for row in db.session.execute(counted)} if counted is not None else {}
    return [Listed(row, case, task, same.get(row.task_id, 1)) for row, case, task in rows]
