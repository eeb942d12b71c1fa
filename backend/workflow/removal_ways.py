"""Guards of the way out, and what its steps open where that depends on the case."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.db import db
from backend.errors import NotPossibleNow
from backend.models import Case, Hazard
from backend.workflow import openings, postings, watching
from backend.workflow.duties import MEETING, TAKE_DOWN, TOWN_REVIEW, WARNING, WATCH_NOTICE, Opening
from backend.workflow.openings import open_of
from backend.workflow.states import ENDS, Kind, State
from backend.workflow.steps import Step
from backend.workflow.ways import Way, answers, leads_to


def nothing_new_declared(step: Step) -> None:
    """Hear a family first that has just declared something new: no new risk may be left (domain 2.4)."""
    if open_of(step, Kind.JOIN):
        raise NotPossibleNow("这一户又有新的申报没有核对，请先核对清楚再办消除。")


def no_risk_is_open(step: Step) -> None:
    """Hold who is to leave while a risk that came later is open: a warning, or something unsafe (domain 2.4)."""
    household = step.case.household_id
    warned = select(Case.id).where(Case.household_id == household, Case.procedure == WARNING, Case.state.not_in(ENDS))
    if db.session.scalar(warned.limit(1)) is not None:
        raise NotPossibleNow("这一户还有预警没有处置完，请先办结预警再办消除。")
    unsafe = select(Hazard.id).where(Hazard.household_id == household, Hazard.closed_on.is_(None))
    if db.session.scalar(unsafe.limit(1)) is not None:
        raise NotPossibleNow("这一户还有安全隐患没有销号，请先核实销号再办消除。")


def is_still_watched(step: Step) -> None:
    """Only a family that is watched now can be removed; one that nobody can work for is held (domain 2.3)."""
    watch = watching.watch_of(step.case.household_id)
    if watch is None or watching.Standing(watch.standing) not in watching.WATCHED:
        raise NotPossibleNow(watching.not_from(watch))
    if watching.Standing(watch.standing) is watching.Standing.HELD:
        raise NotPossibleNow("整户没有劳动能力的，落实兜底保障后持续跟踪，暂不标注风险消除。")


@leads_to(State.CONSULTED, State.PUBLIC, State.VISITED)
def check_leads_to(step: Step) -> State:
    """Go back to where the family stood if its notice was posted before: the sheet is posted once."""
    until = postings.hangs_until(step)
    if until is None:
        return State.CONSULTED
    return State.PUBLIC if clock.today() <= until else State.VISITED


@answers(
    Way((MEETING,), where=frozenset({State.CONSULTED}), posted=False),
    Way((WATCH_NOTICE,), where=frozenset({State.PUBLIC}), posted=True),
    Way((TOWN_REVIEW,), (TAKE_DOWN,), where=frozenset({State.VISITED}), posted=True),
)
def after_check(step: Step) -> Sequence[Opening]:
    """Open the meeting, or what the family stood before when it was visited again."""
    until = postings.hangs_until(step)
    if until is None:
        return [Opening(MEETING)]
    if clock.today() <= until:
        return [postings.watch(step, until)]
    return [Opening(TOWN_REVIEW), *openings.sheet_still_up(step)]


@answers(Way((WATCH_NOTICE,)))
def after_posting(step: Step) -> Sequence[Opening]:
    """Open the days of the notice."""
    return [postings.posted(step)]


@answers(Way((TOWN_REVIEW,), (TAKE_DOWN,)))
def after_notice(step: Step) -> Sequence[Opening]:
    """Count the township's days from the notice's last day."""
    since = date.fromisoformat(step.marks["notice_until"])
    return [Opening(TOWN_REVIEW, since=since), *openings.sheet_still_up(step)]


@answers(Way(posted=False), Way(perhaps=(TAKE_DOWN,), posted=True))
def after_keeping(step: Step) -> Sequence[Opening]:
    """Only a sheet that still names the family comes down."""
    return openings.sheet_still_up(step)
