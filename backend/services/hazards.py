"""The ledger of hidden dangers (seed 001: 动态清零): an unsafe item stays until somebody has looked."""

from collections.abc import Sequence

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import NotFound, NotPossibleNow, OutOfDate
from backend.models import Hazard, Household, RegularVisit, Task
from backend.models.places import same_place
from backend.services.round_forms import UNSAFE, RoundForm
from backend.services.sealing import Sealer, needed
from backend.workflow.duties import HAZARD
from backend.workflow.tasks import close_duty, open_lone_duty

ITEMS = {"education": "education", "medical": "medical", "housing": "housing", "water": "water"}
"""Topics of a visit whose being unsafe is an entry, and the item of 三保障 or water that each is."""


def enter(household: Household, visit: RegularVisit, form: RoundForm) -> None:
    """Enter each unsafe item into the ledger, unless it stands there already (seed 001: 动态清零)."""
    for name, topic in form.changes.items():
        item = ITEMS.get(name)
        if item is None or topic.state != UNSAFE or _is_known(household, item):
            continue
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
                visit_id=visit.id,
                household_id=household.id,
                item=item,
                head_name=household.head_name,
                found_on=visit.visited_on,
                words_sealed=Sealer("hazards", hazard_id).keep("words_sealed", topic.words.strip()),
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
    task = db.session.scalars(select(Task).where(Task.id == hazard.task_id).with_for_update()).one()
    if task.version != version:
        raise OutOfDate
    close_duty(task, by=by, how=Action.CLOSE_HAZARD, version=task.version + 1)
    hazard.closed_on, hazard.closed_by_name = clock.today(), by.name
    hazard.closing_sealed = Sealer("hazards", hazard.id).must("closing_sealed", said)
    return hazard


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


def _is_known(household: Household, item: str) -> bool:
    query = select(Hazard.id).where(
        Hazard.household_id == household.id, Hazard.item == item, Hazard.closed_on.is_(None)
    )
    return db.session.scalar(query.limit(1)) is not None
