"""Where a step leads and which duties it opens when that depends on the case and on the county's policy."""

from collections.abc import Sequence
from datetime import date

from backend import clock
from backend.access.permissions import Action
from backend.workdays import ONE_DAY
from backend.workflow import postings
from backend.workflow.duties import (
    ANNOUNCE,
    CLUE_VERDICT,
    COMPARE,
    CONSULT,
    COUNTY_DECISION,
    DEPARTMENT_CHECK,
    MEETING,
    OBJECTION,
    POST_NOTICE,
    REFERRAL,
    SIGN_IN_COUNTY,
    SIGN_IN_TOWN,
    TAKE_DOWN,
    TOWN_REVIEW,
    VISIT,
    WATCH_NOTICE,
    Duty,
    Opening,
)
from backend.workflow.states import Kind, State
from backend.workflow.steps import Step
from backend.workflow.ways import Way, answers

_FIRST_DESK = frozenset({Kind.ACCEPT, Kind.CLUE_VERDICT})
_AFTER_COMPARISON = (
    Way((CONSULT,), where=frozenset({State.FOUND})),
    Way((COUNTY_DECISION,), where=frozenset({State.PASSED})),
    Way(where=frozenset(State) - {State.FOUND, State.PASSED}),
)


def day_of(text: str | None) -> date | None:
    """Read the day of a mark."""
    return date.fromisoformat(text) if text else None


def is_parallel(step: Step) -> bool:
    """Say whether the township checks beside the village's steps, under these rules."""
    return bool(step.policy.flags["parallel_public_and_town"])


def compares(step: Step, position: str) -> bool:
    """Say whether the comparison belongs here under these rules, and was not made yet."""
    return step.policy.flags["compare_position"] == position and "compared" not in step.marks


def department_checks(step: Step, since: date | None) -> list[Opening]:
    """One check for each department that the case's risks concern (归口核查)."""
    offices = step.policy.dictionaries["risk_offices"]
    concerned = dict.fromkeys(offices[risk] for risk in step.marks.get("risks", [step.case.risk]) if risk in offices)
    return [Opening(DEPARTMENT_CHECK, since=since, detail={"department": each}) for each in concerned]


def counted_from(step: Step, duty: Duty) -> date | None:
    """Return the day from which a duty counts where that is not today: the first home check, as the rules say.

    安徽 and 甘肃 (2023) count it from the declaration, the others from its acceptance.
    """
    if duty is not VISIT or step.policy.flags["visit_from"] != "discovery" or step.seen is None:
        return None
    return step.seen.opened_on if step.seen.kind in _FIRST_DESK else None


def village_word(*, says_no: bool) -> dict[str, bool]:
    """Put the village's no before the eyes of whoever judges."""
    return {"village_says_no": True} if says_no else {}


@answers(*_AFTER_COMPARISON)
def after_comparison(step: Step) -> Sequence[Opening]:
    """What waited for the comparison may begin: 会商 where it goes first, the decision where it comes last."""
    waited = {State.FOUND: CONSULT, State.PASSED: COUNTY_DECISION}.get(State(step.case.state))
    return [] if waited is None or open_of(step, waited.kind) else [Opening(waited)]


@answers(Way((COMPARE,)), *_AFTER_COMPARISON)
def after_skipping(step: Step) -> Sequence[Opening]:
    """Only some items are let go: the others are still to be compared, by the same day (practice P15)."""
    left = step.detail.get("left")
    if left and step.seen is not None:
        return [Opening(COMPARE, due_on=step.seen.due_on, detail={"left": list(left)})]
    return after_comparison(step)


@answers(Way((MEETING,)))
def after_consultation(step: Step) -> Sequence[Opening]:
    """The meeting, within the same span as the 会商 before it."""
    return [Opening(MEETING, since=step.seen.opened_on if step.seen else None)]


@answers(Way((POST_NOTICE,)))
def after_meeting(step: Step) -> Sequence[Opening]:
    """The notice, within the same span as 会商 and meeting before it."""
    return [Opening(POST_NOTICE, since=step.seen.opened_on if step.seen else None)]


@answers(Way((TOWN_REVIEW,)))
def after_village_no(step: Step) -> Sequence[Opening]:
    """No 'no' is final in the village: the township judges it, with the village's reason before its eyes."""
    return [Opening(TOWN_REVIEW, detail=village_word(says_no=True))]


@answers(Way((WATCH_NOTICE,), (COMPARE,)))
def after_posting(step: Step) -> Sequence[Opening]:
    """The days of the notice, and the comparison beside it where the county does it then."""
    beside = [Opening(COMPARE)] if compares(step, "parallel_public") else []
    return [postings.posted(step), *beside]


@answers(Way((TOWN_REVIEW,), (DEPARTMENT_CHECK, TAKE_DOWN)))
def after_notice(step: Step) -> Sequence[Opening]:
    """The township's days count from the notice's last day; side by side they began with the home check."""
    detail = village_word(says_no=bool(step.marks.get("village_says_no")))
    if is_parallel(step):
        since = day_of(step.marks.get("visited_on"))
        return [Opening(TOWN_REVIEW, since=since, detail=detail), *sheet_still_up(step)]
    since = day_of(step.marks.get("notice_until"))
    review = Opening(TOWN_REVIEW, since=since, detail=detail)
    return [review, *department_checks(step, since), *sheet_still_up(step)]


@answers(Way((OBJECTION,)))
def after_objection(step: Step) -> Sequence[Opening]:
    """An objection is a duty of the township; what it says lies sealed beside it."""
    return [Opening(OBJECTION, detail={"objection": step.detail.get("objection", "")})]


@answers(Way((COMPARE,)), Way((COUNTY_DECISION,)))
def after_passing(step: Step) -> Sequence[Opening]:
    """The county decides, after its comparison where that comes last.

    Passed on the very day the notice is closed, the days count from the notice's last day, as the township's do.
    """
    until = postings.hangs_until(step)
    since = until if until is not None and until + ONE_DAY == clock.today() else None
    if compares(step, "last"):  # sent back and passed on again, the comparison may still be owed from before
        return [] if open_of(step, Kind.COMPARE) else [Opening(COMPARE, since=since)]
    return [Opening(COUNTY_DECISION, since=since)]


@answers(Way((ANNOUNCE,)))
def after_approval(step: Step) -> Sequence[Opening]:
    """The decision is announced."""
    return [Opening(ANNOUNCE)]


@answers(Way((ANNOUNCE, SIGN_IN_COUNTY)))
def after_telephone(step: Step) -> Sequence[Opening]:
    """The decision stands and is announced; the leader signs the batch within its days (practice P17)."""
    return [Opening(ANNOUNCE), Opening(SIGN_IN_COUNTY, detail={"batch": step.detail.get("batch", "")})]


@answers(Way(perhaps=(REFERRAL,)))
def referral_if_in_difficulty(step: Step) -> Sequence[Opening]:
    """Not included but in real difficulty: another way is named, and stays open until that office has answered."""
    transfer = step.detail.get("transfer")
    return [Opening(REFERRAL, detail={"transfer": transfer})] if transfer else []


@answers(Way(perhaps=(SIGN_IN_TOWN, SIGN_IN_COUNTY)))
def signature_later(step: Step) -> Sequence[Opening]:
    """What was agreed by telephone is signed within its days (practice P17)."""
    opinion = step.detail.get("phoned")
    if not opinion:
        return []
    at_county = step.row.action == Action.GREEN_COUNTY_AGREES
    return [Opening(SIGN_IN_COUNTY if at_county else SIGN_IN_TOWN, detail={"opinion": opinion})]


@answers(Way((CLUE_VERDICT,)))
def clue_to_township(step: Step) -> Sequence[Opening]:
    """What the village thinks is no case is the township's to say."""
    return [Opening(CLUE_VERDICT, detail={"proposed": list(step.reason.codes)})]


@answers(Way(perhaps=(REFERRAL,), posted=False), Way(perhaps=(REFERRAL, TAKE_DOWN), posted=True))
def after_ending(step: Step) -> Sequence[Opening]:
    """Whoever is not watched is helped another way, and a sheet that still names the family comes down."""
    return [*referral_if_in_difficulty(step), *sheet_still_up(step)]


@answers(Way(posted=False), Way(perhaps=(TAKE_DOWN,), posted=True))
def after_withdrawal(step: Step) -> Sequence[Opening]:
    """A family that takes its word back asks for nothing else; only the sheet that names it comes down."""
    return sheet_still_up(step)


def sheet_still_up(step: Step) -> list[Opening]:
    """The sheet is to be taken down, unless that was done or is somebody's duty already."""
    hangs = "notice_on" in step.marks and "taken_down" not in step.marks
    return [Opening(TAKE_DOWN)] if hangs and not open_of(step, Kind.TAKE_DOWN_NOTICE) else []


def open_of(step: Step, *kinds: Kind) -> bool:
    """Say whether a duty of one of these kinds is still open, other than the one being closed now."""
    return any(Kind(task.kind) in kinds and task is not step.seen for task in step.duties)
