"""Alerts go to the villages as clues, red ones first and no more than a village can do; verdicts come back."""

from collections.abc import Sequence

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import DomainError, TryLater
from backend.models import Alert, AlertBatch, AlertItem, Clue
from backend.policy import Policy
from backend.policy.county import county_workdays, current_policy
from backend.services.alert_matching import CLOSED, SENT, WAITING
from backend.services.alert_rules import RED
from backend.services.alerts import machine
from backend.services.intake import Origin, Spoken, take_in
from backend.services.leaders import leading
from backend.workflow.deadlines import due_on, is_overdue

CHANNEL = "dept_alert"
"""Of clues that departments give; a topic may be another channel (`alert_channels`)."""

URGENT, NORMAL = "urgent", "normal"
AT_ONCE = 200


def sweep() -> int:
    """Close alerts whose clues have their verdict, then send what villages have room for; return how many moved."""
    moved = 0
    with leading("alerts") as leads:
        if leads:
            while closed := _close_some():
                moved += closed
                leads.hold_on()
            for village_code in _waiting_villages():
                moved += _send_to(village_code)
                leads.hold_on()
    return moved


def alerts_of(
    *, by: Actor, standing: str | None = None, late: bool = False, before: int | None = None, size: int = 50
) -> Sequence[Alert]:
    """Return the alerts of the actor's place, the newest first; `late`: sent, and past the day of their verdict."""
    require(by.role, Action.READ_ALERTS)
    query = select(Alert).order_by(Alert.id.desc()).limit(size)
    if standing is not None:
        query = query.where(Alert.standing == standing)
    if late:
        query = query.where(Alert.standing == SENT, Alert.due_on < clock.today())
    return db.session.scalars(query.where(Alert.id < before) if before else query).all()


def items_of(alert_ids: Sequence[int], *, by: Actor) -> dict[int, list[AlertItem]]:
    """Return what was said in each of these alerts."""
    require(by.role, Action.READ_ALERTS)
    found: dict[int, list[AlertItem]] = {}
    query = select(AlertItem).where(AlertItem.alert_id.in_(alert_ids)).order_by(AlertItem.id)
    for item in db.session.scalars(query):
        found.setdefault(item.alert_id, []).append(item)
    return found


def is_late(alert: Alert) -> bool:
    """Say whether an alert's verdict came, or has still not come, after its day."""
    if alert.due_on is None:
        return False
    on = clock.local(alert.verdict_at).date() if alert.verdict_at else clock.today()
    return is_overdue(alert.due_on, on)


@use_case
def _close_some() -> int:
    with as_system("verdicts of alerts are read off their clues"):
        query = (
            select(Alert, Clue)
            .join(Clue, Clue.id == Alert.clue_id)
            .where(Alert.standing == SENT, Clue.verdict.is_not(None))
            .limit(AT_ONCE)
        )
        rows = db.session.execute(query).all()
        for alert, clue in rows:
            alert.standing, alert.verdict, alert.verdict_at = CLOSED, clue.verdict, clue.verdict_at
        db.session.flush()
        return len(rows)


def _waiting_villages() -> list[str]:
    with as_system("which villages have alerts waiting?"):
        query = select(Alert.village_code).where(Alert.standing == WAITING).distinct()
        found = list(db.session.scalars(query))
    db.session.rollback()
    return found


def _send_to(village_code: str) -> int:
    """Send a village what it has room for; red ones always."""
    sent = 0
    for alert_id in _next_for(village_code):
        try:
            sent += _send(alert_id)
        except TryLater:
            raise
        except DomainError:
            continue  # it stays waiting, and is tried at the next sweep
    return sent


@use_case
def _next_for(village_code: str) -> list[int]:
    policy = current_policy(village_code[:6])
    with as_system("which alerts go to a village next?"):
        here = Alert.village_code == village_code
        busy = db.session.scalar(
            select(func.count()).select_from(Alert).where(here, Alert.standing == SENT, Alert.colour != RED)
        )
        room = max(0, policy.numbers["alerts_a_village_at_once"] - (busy or 0))
        query = select(Alert.id).where(here, Alert.standing == WAITING)
        red = db.session.scalars(query.where(Alert.colour == RED).order_by(Alert.id)).all()
        rest = db.session.scalars(query.where(Alert.colour != RED).order_by(Alert.rank, Alert.id).limit(room)).all()
    return [*red, *rest]


@use_case
def _send(alert_id: int) -> int:
    """Make an alert the clue that opens its household's case, or joins the open one; the village hears as ever."""
    with as_system("an alert goes to its village"):
        alert = db.session.scalars(select(Alert).where(Alert.id == alert_id).with_for_update()).one()
        if alert.standing != WAITING:
            return 0
        policy = current_policy(alert.county_code)
        urgency = URGENT if alert.colour == RED else NORMAL
        spoken = Spoken(
            alert.village_code, alert.head_name, alert.risk, what=_words(alert), household_id=alert.household_id
        )
        origin = Origin(_channel(alert, policy), clock.today(), urgency, source_no=f"{alert.id % 10**8:08d}")
        clue, task = take_in(spoken, origin, by=machine(alert.county_code), policy=policy)
        db.session.flush()
        workdays = county_workdays(alert.county_code)
        alert.clue_id, alert.case_id, alert.standing = clue.id, task.case_id, SENT
        alert.sent_on = clock.today()
        alert.due_on = due_on(clock.today(), policy.limit("T_FEEDBACK", urgency), workdays).on
    return 1


def _channel(alert: Alert, policy: Policy) -> str:
    """Return by which channel the alert came: that of what was said first."""
    query = select(AlertItem.topic).where(AlertItem.alert_id == alert.id).order_by(AlertItem.id).limit(1)
    return policy.dictionaries["alert_channels"].get(db.session.scalar(query) or "", CHANNEL)


def _words(alert: Alert) -> str:
    """Say which departments pointed at the family; what somebody paid for being ill is not said in a clue."""
    topics = current_policy(alert.county_code).dictionaries["alert_topics"]
    query = (
        select(AlertBatch.topic, AlertBatch.filed_on)
        .join(AlertItem, AlertItem.batch_id == AlertBatch.id)
        .where(AlertItem.alert_id == alert.id)
        .distinct()
    )
    said = [
        f"{topics.get(row.topic, row.topic)}（{row.filed_on.month}月{row.filed_on.day}日推送）"
        for row in db.session.execute(query)
        if row.filed_on
    ]
    return f"部门筛查预警：{'；'.join(said)}。请入户核实。"
