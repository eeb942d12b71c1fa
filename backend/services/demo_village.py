"""What the demonstration's villages do for several families at once: sittings and sheets."""

import uuid
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.db import db
from backend.errors import NotPossibleNow
from backend.models import NoticeItem
from backend.services import (
    meetings,
    notice_ends,
    notices,
)
from backend.services.demo_forms import committee, present, representatives, too_few
from backend.services.demo_turns import Turn, key_of
from backend.services.judgements import proposed_category
from backend.services.meeting_items import ItemForm
from backend.services.notices import PostingForm, ReadingForm
from backend.services.sittings import SittingForm
from backend.workflow.engine import find_case
from backend.workflow.voting import Attendee, Votes

_NAMESPACE = uuid.UUID("8f5a7e64-0d0c-4c1e-9a52-130126130126")
SIGNED_AT_THE_TABLE = 2


def _consult(turns: Sequence[Turn], by: Actor) -> None:
    form = _sitting("consultation", by, committee(by.name, "驻村工作队 老周"), form="", minutes="逐户看了核实表。")
    _agreed(meetings.hold_consultation(form, [_item(turn) for turn in turns], by=by))


def _meet(turns: Sequence[Turn], by: Actor) -> None:
    attendance = representatives(by.region_code)
    form = _sitting("meeting", by, attendance, form=_form_of_meeting(turns[0]), minutes="到会的逐户议了，当场表决。")
    _agreed(meetings.hold_meeting(form, [_item(turn, present(attendance)) for turn in turns], by=by))


def _fail_to_meet(turns: Sequence[Turn], by: Actor) -> None:
    form = _sitting("call", by, too_few(by.region_code), form=_form_of_meeting(turns[0]), minutes="农忙，没来几个人。")
    _agreed(meetings.record_failed_meeting(form, [_item(turn) for turn in turns], by=by))


def _post(turns: Sequence[Turn], by: Actor) -> None:
    """Read each family its line, print the sheet, and hang it up."""
    for turn in turns:
        notices.read_out(turn.case_id, by=by, form=ReadingForm("in_person", "head"))
    notice = notices.prepare([turn.case_id for turn in turns], by=by)
    versions = {turn.case_id: turn.version for turn in turns}
    notices.post(notice.id, by=by, form=PostingForm("村委会公示栏", versions, witness="村民代表 老钱"))


def _take_down(turns: Sequence[Turn], by: Actor) -> None:
    query = select(NoticeItem.notice_id).where(NoticeItem.case_id.in_([turn.case_id for turn in turns]))
    for notice_id in sorted(set(db.session.scalars(query))):
        notice_ends.take_down(notice_id, by=by)


def _sitting(kind: str, by: Actor, attendance: tuple[Attendee, ...], *, form: str, minutes: str) -> SittingForm:
    return SittingForm(
        held_on=clock.today(),
        place="村委会",
        chair=by.name,
        recorder=by.name,
        attendance=attendance,
        form=form,
        minutes=minutes,
        key=key_of(kind, by.region_code, clock.now().isoformat()),
    )


def _item(turn: Turn, voters: int = 0) -> ItemForm:
    against = voters - 2 if turn.do.action is Action.MEETING_SAID_NO else 0
    votes = Votes(agree=voters - against, against=against)
    people, group = len(turn.life.household.members), f"第{'一二三四五'[turn.life.number % 5]}组"
    words = turn.do.words or "情况属实，建议纳入监测。"
    category = _category_of(turn.case_id)
    return ItemForm(
        turn.case_id,
        turn.version,
        category,
        help="村里先帮着渡过难关",
        words=words,
        group_name=group,
        people=people,
        votes=votes,
    )


def _category_of(case_id: int) -> str:
    return proposed_category(find_case(case_id)) or "sudden_hardship"


def _form_of_meeting(turn: Turn) -> str:
    return meetings.forms_for(find_case(turn.case_id))[0]


def _agreed(held: meetings.Held) -> None:
    """Refuse a sitting of which a family could not be written down: nothing of it is kept."""
    if any(not each.outcome for each in held.results):
        raise NotPossibleNow(next(each.message for each in held.results if not each.outcome))


Together = Callable[[Sequence[Turn], Actor], None]
TOGETHER: Mapping[Action, Together] = {
    Action.HOLD_CONSULTATION: _consult,
    Action.HOLD_MEETING: _meet,
    Action.MEETING_SAID_NO: _meet,
    Action.MEETING_FAILED: _fail_to_meet,
    Action.POST_NOTICE: _post,
    Action.TAKE_DOWN_NOTICE: _take_down,
}
