"""会商 and 民主评议: several families in one sitting, each decided in its own transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import DomainError, Invalid, NotPossibleNow, TryLater
from backend.models import Case, Meeting, MeetingItem, Task
from backend.policy import Policy
from backend.policy.county import policy_of
from backend.services.meeting_items import AGREED, NO_QUORUM, PROPOSED, REFUSED, ItemForm, new_item
from backend.services.sittings import CONSULTATION, FAILED, MEETING, SittingForm, attendance_of, find_meeting
from backend.services.sittings import record_sitting as _record
from backend.workflow import engine
from backend.workflow.duties import REMOVAL
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.voting import CALLS_BEFORE_FALLBACK, House, house

MOST_FAMILIES = 200


@dataclass(frozen=True)
class ItemResult:
    """What became of one family: an outcome, or a code and a plain sentence why nothing was written."""

    case_id: int
    outcome: str
    state: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class Held:
    """A sitting as written down, and each family's result."""

    meeting: Meeting
    results: tuple[ItemResult, ...]


@dataclass(frozen=True)
class AgendaLine:
    """A family that waits for a sitting: its duty, what was proposed before, and which forms of meeting may decide."""

    duty: Task
    case: Case
    proposal: MeetingItem | None
    failed_calls: int
    forms: tuple[str, ...]


def agenda(*, by: Actor) -> list[AgendaLine]:
    """Return every family whose 会商 or meeting is open in the actor's place, the most pressing first (practice S4)."""
    require(by.role, Action.READ_PROCEEDINGS)
    waiting = (
        select(Task, Case)
        .join(Case, Case.id == Task.case_id)
        .where(Task.kind.in_((Kind.CONSULT, Kind.MEETING)), Task.open_due.is_not(None))
        .where(Task.owner_region == by.region_code)
        .order_by(Task.open_due, Task.id)
        .limit(MOST_FAMILIES)
    )
    rows = db.session.execute(waiting).all()
    proposals = _latest_proposals([case.id for _, case in rows])
    return [
        AgendaLine(duty, case, proposals.get(case.id), case.marks.get("failed_meetings", 0), forms_for(case))
        for duty, case in rows
    ]


def hold_consultation(form: SittingForm, items: Sequence[ItemForm], *, by: Actor) -> Held:
    """Record that 两委 and 工作队 looked at the findings, and what they propose for each family.

    One transaction a family, the sitting first: sent again with the same key it goes on where it stopped.
    """
    require(by.role, Action.HOLD_CONSULTATION)
    return _hold(CONSULTATION, form, items, by)


def hold_meeting(form: SittingForm, items: Sequence[ItemForm], *, by: Actor) -> Held:
    """Record a 民主评议 with the votes on each family; whether it agreed is computed, never typed.

    A family without a quorum of people who need not step aside stays undecided, and its result says so.
    """
    require(by.role, Action.HOLD_MEETING)
    return _hold(MEETING, form, items, by)


def record_failed_meeting(form: SittingForm, items: Sequence[ItemForm], *, by: Actor) -> Held:
    """Record a call to which too few came; after the second the county's other form of meeting may decide."""
    require(by.role, Action.MEETING_FAILED)
    return _hold(FAILED, form, items, by)


def read_meeting(meeting_id: int, *, by: Actor) -> tuple[Meeting, Sequence[MeetingItem]]:
    """Return one sitting with its families; one of another place does not exist."""
    require(by.role, Action.READ_PROCEEDINGS)
    meeting = find_meeting(meeting_id)
    items = select(MeetingItem).where(MeetingItem.meeting_id == meeting_id).order_by(MeetingItem.id)
    return meeting, db.session.scalars(items).all()


def forms_for(case: Case) -> tuple[str, ...]:
    """Return the forms of meeting that may decide on this family now: the county's own, and its fallback later."""
    flags = policy_of(case.county_code, case.policy_version).flags
    own, fallback = str(flags["meeting_form"]), str(flags["meeting_fallback"])
    late = case.marks.get("failed_meetings", 0) >= CALLS_BEFORE_FALLBACK
    return tuple(dict.fromkeys((own, fallback) if late else (own,)))


def _hold(kind: str, form: SittingForm, items: Sequence[ItemForm], by: Actor) -> Held:
    if not 1 <= len(items) <= MOST_FAMILIES:
        raise Invalid.field("items", f"请选好这次会上的户，一次最多{MOST_FAMILIES}户。")
    if len({item.case_id for item in items}) != len(items):
        raise Invalid.field("items", "同一户写了两次，请去掉一行。")
    meeting = _record(kind, form, by=by)
    return Held(meeting, tuple(_result(meeting, item, by) for item in items))


def _result(meeting: Meeting, item: ItemForm, by: Actor) -> ItemResult:
    try:
        row, state = _decide(meeting.id, item, by=by)
    except TryLater:
        raise
    except DomainError as error:
        return ItemResult(item.case_id, "", code=error.code, message=error.message)
    return ItemResult(item.case_id, row.outcome, state)


@use_case
def _decide(meeting_id: int, item: ItemForm, *, by: Actor) -> tuple[MeetingItem, str]:
    """Decide on one family, once a sitting: what is written already is only read."""
    case, meeting = find_case(item.case_id), find_meeting(meeting_id)
    known = select(MeetingItem).where(MeetingItem.meeting_id == meeting_id, MeetingItem.case_id == case.id)
    row = db.session.scalars(known).one_or_none()
    if row is None:
        if meeting.held_on < case.discovered_on:
            raise Invalid.field("held_on", "开会日期早于发现这一户困难的日期，请再看看。")
        row = new_item(meeting, case, item)
        _TAKERS[meeting.kind](meeting, case, item, row, by)
        db.session.add(row)
    return row, case.state


def _consult(meeting: Meeting, case: Case, form: ItemForm, row: MeetingItem, by: Actor) -> None:
    if not row.category and not form.words.strip():
        raise Invalid.field("category", "请提出类别建议；不建议纳入的，请写明看法，由评议会和乡镇决定。")
    row.outcome = PROPOSED
    _move(case, Action.HOLD_CONSULTATION, form, row, by)


def _vote(meeting: Meeting, case: Case, form: ItemForm, row: MeetingItem, by: Actor) -> None:
    if meeting.form not in forms_for(case):
        raise NotPossibleNow("这一户要按本县规定的形式评议；连续两次人数不够之后，才能改用另一种形式。")
    decides = _count(meeting, case, row)
    if not decides.has_quorum:
        raise NotPossibleNow(
            f"应到{decides.voters}人，到会且不用回避的{decides.present}人，人数不够，这一户不能表决，请登记为未开成。"
        )
    if form.votes.all != decides.present or min(form.votes.agree, form.votes.against, form.votes.abstained) < 0:
        raise Invalid.field("votes", f"能表决的有{decides.present}人，票数合计{form.votes.all}，请核对。")
    agrees = decides.agrees(form.votes)
    if agrees and not row.category and case.procedure != REMOVAL:
        raise Invalid.field("category", "评议通过的，请写明类别。")
    row.outcome = AGREED if agrees else REFUSED
    # Words of a meeting that agreed are its own; those of one that did not are for the family to read.
    words = "" if agrees else form.words
    _move(case, Action.HOLD_MEETING if agrees else Action.MEETING_SAID_NO, form, row, by, words)


def _fail(meeting: Meeting, case: Case, form: ItemForm, row: MeetingItem, by: Actor) -> None:
    if meeting.form not in forms_for(case):
        raise NotPossibleNow("这一户要按本县规定的形式召集评议会。")
    if _count(meeting, case, row).has_quorum:
        raise NotPossibleNow("到会人数够了，请照常评议，不能登记为未开成。")
    if _failed_that_day(meeting, case):
        raise NotPossibleNow("同一天召集几次，只算一次。")
    row.outcome = NO_QUORUM
    _move(case, Action.MEETING_FAILED, form, row, by)


_Taker = Callable[[Meeting, Case, ItemForm, MeetingItem, Actor], None]
_TAKERS: dict[str, _Taker] = {CONSULTATION: _consult, MEETING: _vote, FAILED: _fail}


def _count(meeting: Meeting, case: Case, row: MeetingItem) -> House:
    """Count who decides on this family, and keep the count beside the votes."""
    policy: Policy = policy_of(case.county_code, case.policy_version)
    attendance = attendance_of(meeting)
    strangers = set(row.recused) - {each.name for each in attendance}
    if strangers:
        raise Invalid.field("recused", f"回避的“{min(strangers)}”不在参会名单里，请核对名字。")
    decides = house(
        meeting.form,
        attendance,
        row.recused,
        thirds=policy.numbers["quorum_thirds"],
        remote_counts=bool(policy.flags["remote_voices"]),
    )
    row.voters, row.present = decides.voters, decides.present
    return decides


def _failed_that_day(meeting: Meeting, case: Case) -> bool:
    query = (
        select(MeetingItem.id)
        .join(Meeting, Meeting.id == MeetingItem.meeting_id)
        .where(MeetingItem.case_id == case.id, MeetingItem.outcome == NO_QUORUM, Meeting.held_on == meeting.held_on)
    )
    return db.session.scalar(query.limit(1)) is not None


def _move(case: Case, action: Action, form: ItemForm, row: MeetingItem, by: Actor, words: str = "") -> None:
    engine.move(
        case,
        action,
        by=by,
        version=form.version,
        reason=Reason(words=words),
        detail={"meeting": str(row.meeting_id), "item": str(row.id)},
    )
    if row.category:
        engine.remember(case, category=row.category)


def _latest_proposals(case_ids: Sequence[int]) -> dict[int, MeetingItem]:
    if not case_ids:
        return {}
    last = (
        select(func.max(MeetingItem.id))
        .where(MeetingItem.case_id.in_(case_ids), MeetingItem.kind == CONSULTATION)
        .group_by(MeetingItem.case_id)
    )
    return {row.case_id: row for row in db.session.scalars(select(MeetingItem).where(MeetingItem.id.in_(last)))}
