"""日常走访: one visit by anybody, of which only what changed is typed, and which closes every duty that it satisfies.

Source: seeds 000, 001, 003 and 004; practice S3, S7, P40. By home, telephone or video; photo and place are never
demanded. A suspected risk becomes a clue with one tap, or a warning where the family is watched already.
"""

from collections.abc import Sequence

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db, use_case
from backend.errors import NotFound
from backend.models import Household, Person, RegularVisit, Task
from backend.policy.county import current_policy
from backend.services import campaigns, hazards, suspicions, visit_turns
from backend.services.check_people import people_of
from backend.services.round_forms import NOBODY, Picture, RoundForm, Topic, checked, last_visit, words_of
from backend.services.suspicions import Suspicion
from backend.workflow import engine
from backend.workflow.states import KIND_NAMES, Kind
from backend.workflow.steps import Reason
from backend.workflow.tasks import close_duty

HOME = "home"


@use_case
def file_round(household_id: int, form: RoundForm, *, by: Actor) -> RegularVisit:
    """File a regular visit; sent again with its key it is the same visit.

    Errors: `NotFound` outside the actor's place; `Invalid` names each field.
    """
    require(by.role, Action.FILE_ROUND)
    household = _locked(household_id)
    known = _with_key(household, form.key)
    if known is not None:
        return known
    policy, before = current_policy(household.county_code), last_visit(household.id)
    visit = checked(form, household, before, policy, by)
    db.session.add(visit)
    db.session.flush()
    if visit.conclusion != NOBODY:
        visit.kinds = _close_duties(household, visit, by)
        visit_turns.note(household, visit.visited_on, visit.id)
        hazards.enter(household, visit, form)
        campaigns.count_visit(visit)
    if form.reports:
        _report(household, visit, form, by)
    return visit


def picture(household_id: int, *, by: Actor) -> Picture:
    """Return what the form begins with: last time's picture, of which only what changed is typed."""
    require(by.role, Action.FILE_ROUND)
    _found(household_id)
    last = last_visit(household_id)
    if last is None:
        return Picture({}, None)
    words = words_of(last)
    return Picture({name: Topic(state, words.get(name, "")) for name, state in last.states.items()}, last.visited_on)


def visits_of(household_id: int, *, by: Actor, size: int = 24) -> Sequence[RegularVisit]:
    """Return a household's visits, the latest first."""
    require(by.role, Action.FILE_ROUND)
    _found(household_id)
    query = select(RegularVisit).where(RegularVisit.household_id == household_id)
    return db.session.scalars(query.order_by(RegularVisit.id.desc()).limit(size)).all()


def closed_kinds(visit: RegularVisit) -> list[str]:
    """Say which duties a visit has closed."""
    return [KIND_NAMES[Kind(kind)] for kind in visit.kinds]


def _found(household_id: int) -> Household:
    household = db.session.scalars(select(Household).where(Household.id == household_id)).one_or_none()
    if household is None:
        raise NotFound
    return household


def _locked(household_id: int) -> Household:
    query = select(Household).where(Household.id == household_id).with_for_update()
    household = db.session.scalars(query).one_or_none()
    if household is None:
        raise NotFound
    return household


def _with_key(household: Household, key: str) -> RegularVisit | None:
    if not key:
        return None
    query = select(RegularVisit).where(
        RegularVisit.household_id == household.id, RegularVisit.client_key == key.lower()
    )
    return db.session.scalars(query).one_or_none()


def _close_duties(household: Household, visit: RegularVisit, by: Actor) -> list[str]:
    """Close every duty of whomever that this visit satisfies (practice P40), and care that was given at home."""
    closed = []
    for task in visit_turns.satisfied(household, visit.visited_on, kinds={Kind.REGULAR_VISIT, Kind.CARE}):
        if task.kind == Kind.CARE:
            if visit.way != HOME or not may(by.role, Action.GIVE_CARE) or not _gives_care(task, visit, by):
                continue
        else:
            close_duty(task, by=by, how=Action.FILE_ROUND, version=task.version + 1)
        closed.append(str(task.kind))
    return list(dict.fromkeys(closed))


def _gives_care(task: Task, visit: RegularVisit, by: Actor) -> bool:
    if task.case_id is None:
        return False
    case = engine.find_case(task.case_id)
    engine.move(
        case,
        Action.GIVE_CARE,
        by=by,
        version=task.version,
        reason=Reason(words="日常走访时上门看过。"),
        detail={"visit": str(visit.id)},
    )
    return True


def _report(household: Household, visit: RegularVisit, form: RoundForm, by: Actor) -> None:
    names = current_policy(household.county_code).dictionaries["round_topics"]
    said = "；".join(f"{names[name]}：{topic.words.strip()}" for name, topic in form.changes.items() if topic.words)
    found = Suspicion(said, form.risk, visit.visited_on, tuple(form.changes))
    visit.clue_id, visit.warning_id = suspicions.go_on_with(household, found, by=by)


def household_at(household_id: int, *, by: Actor) -> Household:
    """Return the household that is visited."""
    require(by.role, Action.FILE_ROUND)
    return _found(household_id)


def people_at(household_id: int, *, by: Actor) -> Sequence[Person]:
    """Return who lives there, for whoever visits."""
    require(by.role, Action.FILE_ROUND)
    return people_of(_found(household_id).id)
