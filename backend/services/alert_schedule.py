"""Which deliveries departments owe: each is a duty of its department, opened in time and counted when it is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, Role, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import NotAllowed
from backend.models import AlertBatch, County, Office
from backend.models.places import Place
from backend.policy.county import current_policy
from backend.policy.rhythms import Rhythm
from backend.services import offices
from backend.workflow.deadlines import is_overdue
from backend.workflow.duties import ALERT_BATCH
from backend.workflow.tasks import open_lone_duty

OWED, READING, FILED, EMPTY, UNUSABLE = "owed", "reading", "filed", "empty", "unusable"
STANDING_NAMES = {
    OWED: "还没有推送",
    READING: "正在核对",
    FILED: "已推送",
    EMPTY: "本期无预警",
    UNUSABLE: "文件不能用，没有推送成",
}


@dataclass(frozen=True)
class Delivery:
    """How a department has delivered: of what was due, how much was in time, late, empty, and never came."""

    office_code: str
    due: int
    in_time: int
    late: int
    empty: int
    missing: int


def open_due() -> int:
    """Open what every county's departments owe soon; what exists is not opened again. Return how many are new."""
    opened = 0
    for county_code in db.session.scalars(select(County.code)).all():
        db.session.rollback()
        offices.ensure(county_code)
        for topic in current_policy(county_code).dictionaries["alert_topics"]:
            opened += _open_topic(county_code, topic)
    return opened


@use_case
def _open_topic(county_code: str, topic: str) -> int:
    """Open what is due of one topic, from where it was left off: a machine that slept for a week catches up."""
    policy, today = current_policy(county_code), clock.today()
    rhythm = Rhythm.of(topic, policy.dictionaries)
    office = offices.office_of(county_code, policy.dictionaries["alert_offices"][topic])
    mine = AlertBatch.county_code == county_code
    last = db.session.scalar(select(func.max(AlertBatch.due_on)).where(mine, AlertBatch.topic == topic))
    begun = db.session.scalar(select(func.min(AlertBatch.due_on)).where(mine)) or today
    first = last + timedelta(days=1) if last else min(begun, today)
    due = rhythm.due_within(first, today + timedelta(days=policy.limit(ALERT_BATCH.limit).days))
    for begin, on in due:
        batch = AlertBatch(
            id=new_id(),
            county_code=county_code,
            office_code=office.code,
            topic=topic,
            key=on.isoformat(),
            period_from=begin,
            due_on=on,
            standing=OWED,
            import_id=None,
            policy_version=policy.version,
            counts={},
            filed_on=None,
            filed_by=None,
            matched_at=None,
        )
        with as_system("a department owes a delivery"):
            task = open_lone_duty(
                ALERT_BATCH,
                place=Place(county_code=county_code, township_code="", village_code="", grid_code=None),
                owner_region=office.code,
                name=policy.dictionaries["alert_topics"][topic][:50],
                detail={"alert_batch": str(batch.id)},
                due=on,
            )
            db.session.flush()
        batch.task_id = task.id
        db.session.add(batch)
    db.session.flush()
    return len(due)


def owed(*, by: Actor, size: int = 60) -> Sequence[AlertBatch]:
    """Return what is owed, the earliest first: a department's own, or the whole county's."""
    require(by.role, Action.PUSH_ALERTS)
    query = _of(by).where(AlertBatch.standing == OWED).order_by(AlertBatch.due_on, AlertBatch.id)
    return db.session.scalars(query.limit(size)).all()


def delivered(*, by: Actor, before: int | None = None, size: int = 30) -> Sequence[AlertBatch]:
    """Return what was delivered, the newest first."""
    require(by.role, Action.PUSH_ALERTS)
    query = _of(by).where(AlertBatch.standing != OWED).order_by(AlertBatch.id.desc())
    return db.session.scalars((query.where(AlertBatch.id < before) if before else query).limit(size)).all()


def topics_of(*, by: Actor) -> dict[str, str]:
    """Return the topics that the actor may push, by code: a department's own, or all."""
    require(by.role, Action.PUSH_ALERTS)
    policy = current_policy(by.county_code)
    topics = policy.dictionaries["alert_topics"]
    if by.role is not Role.DEPT:
        return dict(topics)
    mine = db.session.get_one(Office, by.region_code).department
    return {code: name for code, name in topics.items() if policy.dictionaries["alert_offices"][code] == mine}


def deliveries(first: date, last: date, *, by: Actor) -> list[Delivery]:
    """Return how each department delivered what was due in these days: figures of offices, never of persons."""
    require(by.role, Action.SEND_ALERTS)
    query = _of(by).where(AlertBatch.due_on.between(first, last)).order_by(AlertBatch.office_code)
    rows: dict[str, list[AlertBatch]] = {}
    for batch in db.session.scalars(query):
        rows.setdefault(batch.office_code, []).append(batch)
    return [_counted(code, batches) for code, batches in rows.items()]


def is_late(batch: AlertBatch) -> bool:
    """Say whether a delivery came, or still has not come, after its day."""
    return batch.due_on is not None and is_overdue(batch.due_on, batch.filed_on or clock.today())


def refuse_foreign_topic(topic: str, *, by: Actor) -> None:
    """Refuse a department that pushes another one's topic."""
    if topic not in topics_of(by=by):
        raise NotAllowed("这一类预警不归您这个部门推送。")


def _of(by: Actor) -> Select[AlertBatch]:
    query = select(AlertBatch).where(AlertBatch.county_code == by.county_code)
    return query.where(AlertBatch.office_code == by.region_code) if by.role is Role.DEPT else query


def _counted(code: str, batches: Sequence[AlertBatch]) -> Delivery:
    filed = [each for each in batches if each.filed_on is not None]
    late = [each for each in filed if is_late(each)]
    missing = [each for each in batches if each.filed_on is None and is_late(each)]
    empty = [each for each in filed if each.standing == EMPTY]
    return Delivery(code, len(batches), len(filed) - len(late), len(late), len(empty), len(missing))
