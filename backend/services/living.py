"""人户分离: a family that lives in another village than that of its register; the second village reads and helps.

Source: practice P24. The register decides and the living place visits, unless the county's rules say otherwise; both
may read. The second village reaches this one case, from here, and its visits are all that it may do with it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import bindparam, select

from backend.access.actor import Actor
from backend.access.permissions import Action, Role, require
from backend.access.scope import Everything, as_system, current_scope
from backend.db import db, use_case
from backend.errors import Invalid
from backend.models import Case, Household, Region
from backend.policy.county import policy_of
from backend.privacy.texts import clean_text
from backend.services import corrections
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.living import REGISTERED_IN, VISITED_IN, VISITED_THERE, owner_of
from backend.workflow.places import name_of
from backend.workflow.refusals import refuse_ended
from backend.workflow.states import STATE_NAMES, Kind, State
from backend.workflow.steps import Reason
from backend.workflow.tasks import ask_again, open_duties
from backend.workflow.ties import refuse_kin

MOST_WORDS = 500
MOST_LISTED = 200
VILLAGE_DIGITS = 12
LIVING = "living"
LENT_ACTIONS = frozenset(
    {
        *(Action.FILE_VISIT, Action.FIND_NO_RISK, Action.RESCHEDULE, Action.CHECK_ANEW),
        *(Action.CONFIRM_CHECK, Action.SEE_IN_PERSON),
    }
)
"""The steps that the second village takes; all else is for the village that decides."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Neighbour:
    """One family with two villages: its case, the code of the other one, where it stands, and who visits."""

    case: Case
    village_code: str

    @property
    def village_name(self) -> str:
        """Return the other village's name."""
        return name_of(self.village_code)

    @property
    def state_name(self) -> str:
        """Return where the case stands, in words."""
        return STATE_NAMES[State(self.case.state)]

    @property
    def visited_code(self) -> str:
        """Return the code of the village that owes its home checks."""
        return str(self.case.marks.get(VISITED_IN) or self.case.village_code)

    @property
    def visited_by(self) -> str:
        """Return its name."""
        return name_of(self.visited_code)


@use_case
def note_living_place(case_id: int, village_code: str, *, by: Actor, words: str) -> Case:
    """Write down in which village a family lives (empty: where it is registered): both read, and one of them visits.

    Home checks that are owed change desks with their dates, and whoever owes them now hears of it. Where the county
    lets the living place decide, the case goes there. Errors: `Invalid` for a village of another county;
    `NotPossibleNow` once the case has ended; those of `corrections.hand_over` where the case goes to another village.
    """
    require(by.role, Action.CORRECT_FAMILY)
    said = clean_text(words, most=MOST_WORDS, field="words")
    case = find_case(case_id)
    refuse_kin(case, by)
    refuse_ended(case)
    registered = case.marks.get(REGISTERED_IN) or case.village_code
    lives_in = village_code.strip() or registered
    _refuse_unknown(lives_in, case)
    flags = policy_of(case.county_code, case.policy_version).flags
    decides = lives_in if flags["decided_by"] == LIVING else registered
    visits = lives_in if flags["visited_by"] == LIVING else registered
    household = db.session.scalars(select(Household).where(Household.id == case.household_id)).one()
    household.other_village = next(iter({registered, lives_in} - {decides}), None)
    engine.remember(case, **{REGISTERED_IN: registered, VISITED_IN: visits if visits != decides else ""})
    detail = {"registered": registered, "lives_in": lives_in}
    engine.note(case, "note_living_place", by=by, reason=Reason(words=said), detail=detail)
    if decides != case.village_code:
        return corrections.hand_over(case.id, decides, by=by, words=said, is_register=decides == registered)
    for task in open_duties(case.id):
        owner = owner_of(case, Kind(task.kind), Role(task.role))
        if owner != task.owner_region and Kind(task.kind) in VISITED_THERE:
            task.owner_region = owner
            ask_again(case, task)
    return case


def families_living_here(*, by: Actor) -> Sequence[Neighbour]:
    """Return the cases of families of which the actor's village is the second one, the newest first."""
    require(by.role, Action.READ_CASES)
    if not is_a_village(by):
        return []
    with as_system("a family is visited where it lives"):
        query = (
            select(Case)
            .join(Household, Household.id == Case.household_id)
            .where(Household.other_village == by.region_code, Case.village_code != by.region_code)
        )
        cases = db.session.scalars(query.order_by(Case.id.desc()).limit(MOST_LISTED)).all()
    return [Neighbour(each, each.village_code) for each in cases]


def families_living_elsewhere(*, by: Actor) -> Sequence[Neighbour]:
    """Return the cases of the actor's place whose family has a second village, the newest first."""
    require(by.role, Action.READ_CASES)
    query = (
        select(Case, Household.other_village)
        .join(Household, Household.id == Case.household_id)
        .where(Household.other_village.is_not(None))
    )
    rows = db.session.execute(query.order_by(Case.id.desc()).limit(MOST_LISTED)).all()
    return [Neighbour(case, str(other)) for case, other in rows]


def is_a_village(by: Actor) -> bool:
    """Say whether the actor works in one village, and so may have families of another to visit."""
    return len(by.region_code) == VILLAGE_DIGITS


def other_village_of(case: Case) -> str:
    """Return the code of the second village of a case's family, or nothing where it lives at its register."""
    return db.session.scalar(select(Household.other_village).where(Household.id == case.household_id)) or ""


def is_lent(case: Case, *, by: Actor) -> bool:
    """Say whether the actor has this case before them only because its family lives in their village."""
    return is_a_village(by) and case.village_code != by.region_code


@contextmanager
def within_reach(case_id: int, *, by: Actor) -> Iterator[None]:
    """Let the village where a family lives reach its one case; for everybody else nothing changes."""
    if not _lives_with(case_id, by):
        yield
        return
    with as_system("a family is visited where it lives"):
        yield


def where_they_live(
    use: Callable[Concatenate[int, P], R],
) -> Callable[Concatenate[int, P], R]:
    """Make a use case of one case (`case_id` first, `by=` named) one that the second village may take too."""

    @wraps(use)
    def reaching(case_id: int, /, *args: P.args, **kwargs: P.kwargs) -> R:
        by = kwargs["by"]
        if not isinstance(by, Actor):
            raise TypeError("by= is an actor")
        with within_reach(case_id, by=by):
            return use(case_id, *args, **kwargs)

    return reaching


_WHERE = (
    select(Case.village_code, Household.other_village)
    .join(Household, Household.id == Case.household_id)
    .where(Case.id == bindparam("case_id"))
)


def _lives_with(case_id: int, by: Actor) -> bool:
    if not is_a_village(by) or isinstance(current_scope(), Everything):
        return False
    with as_system("a family is visited where it lives"):
        row = db.session.execute(_WHERE, {"case_id": case_id}).one_or_none()
    return row is not None and row.village_code != by.region_code and row.other_village == by.region_code


def _refuse_unknown(village_code: str, case: Case) -> None:
    level = db.session.scalar(select(Region.level).where(Region.code == village_code))
    if level != "village" or village_code[:6] != case.county_code:
        raise Invalid.field("village_code", "请在本县的村里选。住在外县的，请按长期外出办。")
