"""The ledger of hidden dangers (seed 001: 动态清零): an unsafe item stays until somebody has looked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import NotFound, NotPossibleNow, OutOfDate
from backend.models import Hazard, HomeCheck, Household, RegularVisit, Task
from backend.models.places import same_place
from backend.policy.assessment import SafetyItem
from backend.services.round_forms import UNSAFE, RoundForm
from backend.services.sealing import Sealer, needed
from backend.workflow.duties import HAZARD
from backend.workflow.tasks import close_duty, open_lone_duty

SAFE = "safe"
SEEN_SAFE = "上门核实时已经安全"
ITEMS = {"education": "education", "medical": "medical", "housing": "housing", "water": "water"}
"""Topics of a visit whose being unsafe is an entry, and the item of 三保障 or water that each is."""


def enter(household: Household, visit: RegularVisit, form: RoundForm) -> None:
    """Enter each unsafe item of a visit into the ledger, unless it stands there already (seed 001: 动态清零)."""
    unsafe = {ITEMS[name]: topic for name, topic in form.changes.items() if name in ITEMS and topic.state == UNSAFE}
    known = _open_of(household.id) if unsafe else {}
    for item, topic in unsafe.items():
        if item not in known:
            _enter(household, item, topic.words, found_on=visit.visited_on, visit_id=visit.id)


def take_from_check(check: HomeCheck, items: Mapping[str, SafetyItem], *, visited_on: date, by: Actor) -> None:
    """Enter what a home check found unsafe, and strike off what it found safe again, inside the check's transaction."""
    household = db.session.scalars(select(Household).where(Household.id == check.household_id)).one()
    known = _open_of(household.id)
    for item, seen in items.items():
        if seen.state != SAFE and item not in known:
            _enter(household, item, seen.note, found_on=visited_on, check_id=check.id)
        if seen.state == SAFE and item in known:
            _strike_off(known[item], SEEN_SAFE, by=by)


def _enter(
    household: Household,
    item: str,
    words: str,
    *,
    found_on: date,
    visit_id: int | None = None,
    check_id: int | None = None,
) -> None:
    task = open_lone_duty(
        HAZARD,
        place=same_place(household),
        owner_region=household.township_code,
        name=household.head_name,
        detail={"item": item},
        household_id=household.id,
    )
    db.session.flush()
    hazard_id = new_id()
    db.session.add(
        Hazard(
            id=hazard_id,
            task_id=task.id,
            visit_id=visit_id,
            check_id=check_id,
            household_id=household.id,
            item=item,
            head_name=household.head_name,
            found_on=found_on,
            words_sealed=Sealer("hazards", hazard_id).keep("words_sealed", words.strip()),
            **same_place(household),
        )
    )


@use_case
def close(hazard_id: int, *, by: Actor, version: int, words: str) -> Hazard:
    """Strike an entry off after somebody has looked; says what was done. `version` is that of its duty."""
    require(by.role, Action.CLOSE_HAZARD)
    said = needed(words, "words")
    hazard = db.session.scalars(select(Hazard).where(Hazard.id == hazard_id).with_for_update()).one_or_none()
    if hazard is None:
        raise NotFound
    if hazard.closed_on is not None:
        raise NotPossibleNow("这一项已经销号。")
    if _task_of(hazard).version != version:
        raise OutOfDate
    _strike_off(hazard, said, by=by)
    return hazard


def _strike_off(hazard: Hazard, said: str, *, by: Actor) -> None:
    task = _task_of(hazard)
    close_duty(task, by=by, how=Action.CLOSE_HAZARD, version=task.version + 1)
    hazard.closed_on, hazard.closed_by_name = clock.today(), by.name
    hazard.closing_sealed = Sealer("hazards", hazard.id).must("closing_sealed", said)


def _task_of(hazard: Hazard) -> Task:
    return db.session.scalars(select(Task).where(Task.id == hazard.task_id).with_for_update()).one()


def ledger(*, by: Actor, closed: bool = False, size: int = 200) -> Sequence[tuple[Hazard, Task]]:
    """Return the entries of the actor's place that are open, or were struck off, the oldest first."""
    require(by.role, Action.READ_WATCHES)
    query = select(Hazard, Task).join(Task, Task.id == Hazard.task_id)
    query = query.where(Hazard.closed_on.is_not(None) if closed else Hazard.closed_on.is_(None))
    return [(hazard, task) for hazard, task in db.session.execute(query.order_by(Hazard.id).limit(size))]


def words_of(hazard: Hazard) -> tuple[str, str]:
    """Return what was found and what was done, in clear."""
    sealer = Sealer("hazards", hazard.id)
    return sealer.open("words_sealed", hazard.words_sealed), sealer.open("closing_sealed", hazard.closing_sealed)


def counted(found: Iterable[tuple[Hazard, Task]]) -> dict[str, int]:
    """Count entries by item: nothing left is what a township works towards."""
    return dict(Counter(hazard.item for hazard, _ in found))


def _open_of(household_id: int) -> dict[str, Hazard]:
    query = select(Hazard).where(Hazard.household_id == household_id, Hazard.closed_on.is_(None))
    return {row.item: row for row in db.session.scalars(query.with_for_update())}
