"""The demonstration's families on their way out of being watched, back again, or with a warning on the way."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, Role
from backend.db import db
from backend.demo.afterwards import End
from backend.models import Case, NoticeItem
from backend.policy.assessment import Income
from backend.services import announcements, cases, family_warnings, hazards, meetings, notice_ends, notices, removals
from backend.services.cases import Seen
from backend.services.check_people import people_of
from backend.services.demo_forms import present, representatives
from backend.services.demo_turns import key_of
from backend.services.meeting_items import ItemForm
from backend.services.notices import PostingForm, ReadingForm
from backend.services.removals import RemovalForm
from backend.services.round_forms import RoundForm
from backend.services.sittings import SittingForm
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.tasks import open_duties
from backend.workflow.voting import Votes

if TYPE_CHECKING:
    from backend.services.demo_after import _Family as Family

FEN = 100
MET = dict.fromkeys(("income", "expense", "safety", "risk", "measures"), True)
SAFE = dict.fromkeys(("food", "clothing", "education", "medical", "housing", "water"), "safe")


def leave(family: "Family") -> None:
    """Walk the way out as far as its days reach; what was unsafe was put right and struck off before."""
    family.does(Role.TOWN_REVIEW, 0, lambda by: _strike_off(family, by))
    case = family.does(
        Role.VILLAGE, 0, lambda by: removals.propose(family.watch.id, by=by, words="收入稳定半年了，帮扶都落实了。")
    ).id
    family.does(Role.VILLAGE, 1, lambda by: _check(family, case, by))
    family.does(Role.VILLAGE, 1.2, lambda by: _meet(family, case, by))
    family.does(Role.VILLAGE, 0.8, lambda by: _post(case, by))
    family.does(Role.SYSTEM, 6, lambda by: notice_ends.close(case, by=by, version=_due(case, Kind.WATCH_NOTICE)))
    family.does(Role.VILLAGE, 0.3, lambda by: _take_down(case, by))
    family.does(Role.TOWN_REVIEW, 1, lambda by: _decide(case, Action.PASS_ON, Kind.TOWN_REVIEW, by))
    family.does(Role.COUNTY_LEAD, 3, lambda by: _decide(case, Action.COUNTY_APPROVE, Kind.COUNTY_DECISION, by))
    number = f"灵农组消〔{clock.local(family.now).year}〕{family.number + 1}号"
    family.does(
        Role.TOWN_REVIEW,
        1,
        lambda by: announcements.announce(case, number, by=by, version=_due(case, Kind.ANNOUNCE)),
    )
    receipt = f"DEMO-X{family.number + 1:05}"
    family.does(
        Role.TOWN_REVIEW,
        1,
        lambda by: announcements.enter_national(
            case, receipt, clock.today(), by=by, version=_due(case, Kind.ENTER_NATIONAL)
        ),
    )
    if family.end is End.BACK:
        words = "在外打工的儿子受伤回来了，家里收入断了。"
        family.does(Role.COUNTY_OP, 12, lambda by: removals.roll_back(case, ("unstable",), by=by, words=words))


def warn(family: "Family") -> None:
    """Let a warning go its way: every family's comes a step further than the last one's."""
    case = family.does(
        Role.VILLAGE,
        0,
        lambda by: family_warnings.mark(family.watch.id, ["water"], by=by, words="水管冻裂了，这几天要到邻居家挑水。"),
    ).id
    steps = (
        (Role.TOWN_REVIEW, Action.CHECK_WARNING, Kind.WARNING_CHECK, "去看过，确实断水。", ""),
        (Role.COUNTY_OP, Action.CONFIRM_WARNING, Kind.WARNING_CONFIRM, "请水利局三天内修好。", "water"),
        (Role.COUNTY_OP, Action.ASK_TO_CLOSE_WARNING, Kind.WARNING_HELP, "水管换好了，已经通水。", ""),
    )
    for role, action, kind, words, department in steps:
        family.does(
            role,
            2,
            lambda by, action=action, kind=kind, words=words, department=department: family_warnings.step(  # type: ignore[misc]
                case, action, by=by, version=_due(case, kind), words=words, department=department
            ),
        )
    family.visit(1, RoundForm("home", "fine", key=key_of("after help", family.watch.id)))
    if family.number % 2:
        words = "回访过了，水是通的。"
        version = family.does(Role.COUNTY_LEAD, 0.1, lambda by: _due(case, Kind.WARNING_CLOSE))
        family.does(
            Role.COUNTY_LEAD,
            1,
            lambda by: family_warnings.step(case, Action.CLOSE_WARNING, by=by, version=version, words=words),
        )


Way = Callable[["Family"], None]
WAYS: Mapping[End, Way] = {
    **dict.fromkeys((End.GONE, End.BACK, End.PROPOSED, End.POSTED, End.PASSED), leave),
    End.WARNED: warn,
}


def _due(case_id: int, kind: Kind) -> int:
    return next(each.version for each in open_duties(case_id) if each.kind == kind)


def _decide(case_id: int, action: Action, kind: Kind, by: Actor) -> Case:
    return cases.decide(case_id, action, by=by, seen=Seen(_due(case_id, kind)))


def _strike_off(family: "Family", by: Actor) -> None:
    for hazard, task in hazards.ledger(by=by):
        if hazard.household_id == family.watch.household_id:
            hazards.close(hazard.id, by=by, version=task.version, words="整改好了，上门看过。")


def _check(family: "Family", case_id: int, by: Actor) -> None:
    heads = len(people_of(family.watch.household_id))
    form = RemovalForm(
        mode="assisted",
        met=MET,
        safety=SAFE,
        income=Income(wages=heads * 16_000 * FEN, business=heads * 2_000 * FEN, costs=800 * FEN),
        heads=heads,
        view="agrees",
        heard_whom="head",
        second_name=family.actor(Role.HEAD).name,
    )
    removals.file_check(case_id, form, by=by, version=_due(case_id, Kind.REMOVAL_CHECK))


def _meet(family: "Family", case_id: int, by: Actor) -> None:
    attendance = representatives(by.region_code)
    form = SittingForm(
        held_on=clock.today(),
        place="村委会",
        chair=by.name,
        recorder=by.name,
        attendance=attendance,
        form=meetings.forms_for(find_case(case_id))[0],
        minutes="到会的逐户议了，当场表决。",
        key=key_of("removal meeting", case_id),
    )
    item = ItemForm(case_id, _due(case_id, Kind.MEETING), votes=Votes(agree=present(attendance), against=0))
    meetings.hold_meeting(form, [item], by=by)


def _post(case_id: int, by: Actor) -> None:
    notices.read_out(case_id, by=by, form=ReadingForm("in_person", "head"))
    notice = notices.prepare([case_id], by=by)
    version = _due(case_id, Kind.POST_NOTICE)
    notices.post(notice.id, by=by, form=PostingForm("村委会公示栏", {case_id: version}, witness="村民代表 老钱"))


def _take_down(case_id: int, by: Actor) -> None:
    query = select(NoticeItem.notice_id).where(NoticeItem.case_id == case_id).order_by(NoticeItem.id.desc()).limit(1)
    notice_ends.take_down(db.session.scalars(query).one(), by=by)
