"""Finds the families of a delivery's rows by the blind index, sets apart what nobody needs to look into, and merges.

One family is one alert, whatever how many departments say: what comes later joins the alert that is still open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select, update

from backend import clock
from backend.access.actor import system_actor
from backend.access.scope import as_system
from backend.db import db, new_id, ring, use_case
from backend.models import Alert, AlertBatch, AlertItem, Household, Person, PersonDigest, StagedRow, Watch
from backend.models.places import same_place
from backend.policy.county import policy_of
from backend.services.alert_rules import RANKS, AlertRules
from backend.services.alert_schedule import FILED, READING
from backend.services.imports.alert_rows import name_digest
from backend.services.imports.runs import HoldOn
from backend.services.sealing import Sealer
from backend.services.unlisted import TOO_MANY, Reader, put_down
from backend.workflow import watching

AT_ONCE = 1000
WAITING, SENT, CLOSED = "waiting", "sent", "closed"
WHO, DEAD, LEFT, WATCHED = "name", "dead", "left", "watched"
CHECKED, MERGED, ALERTED = "checked", "merged", "alerted"
OUTCOME_NAMES = {
    None: "不是本县登记的农户，或没有到预警线",
    WHO: "证件号码对上了，姓名对不上",
    DEAD: "人已去世",
    LEFT: "人已迁出，不再是这一户的",
    WATCHED: "已经是监测对象",
    CHECKED: "同一原因不久前核实过",
    MERGED: "这一户已有预警，并在一起核实",
    ALERTED: "交村里核实",
    TOO_MANY: "花名册里没有，一次太多，请先补花名册再推送",
}
NO_QUIET = {"synchronize_session": False}


def match(batch_id: int, read: Reader, hold_on: HoldOn) -> None:
    """Go through a delivery's rows that belong to somebody of the county; again after a crash, it goes on.

    `read` reads rows again from the file, for those whom the roster does not know and who live in a named village.
    """
    _match_known(batch_id, hold_on)
    batch = db.session.get_one(AlertBatch, batch_id)
    rules = AlertRules.of(batch, policy_of(batch.county_code, batch.policy_version))
    by = system_actor(batch.county_code, "a department names people")
    if put_down(batch, _counted(batch, rules), read, hold_on, by=by):
        _match_known(batch_id, hold_on)
    _end(batch_id)


def _match_known(batch_id: int, hold_on: HoldOn) -> None:
    after = 0
    while (last := _match_some(batch_id, after)) is not None:
        after = last
        hold_on()


def _counted(batch: AlertBatch, rules: AlertRules) -> Select[int]:
    query = select(StagedRow.row_no).where(StagedRow.batch_id == batch.id, StagedRow.outcome.is_(None))
    return query.where(rules.counts())


@use_case
def _match_some(batch_id: int, after: int) -> int | None:
    """Take the next rows of known people, and return the last one; short transactions, read by key."""
    with as_system("a department's rows find their families"):
        batch = db.session.get_one(AlertBatch, batch_id)
        rules = AlertRules.of(batch, policy_of(batch.county_code, batch.policy_version))
        rows = db.session.execute(_known_rows(batch, rules, after)).all()
        if not rows:
            return None
        apart = _Apart.of([row.household_id for row in rows], [row.person_id for row in rows], rules)
        outcomes: dict[str, list[Row[Any]]] = {}
        for row in rows:
            outcomes.setdefault(_outcome(row, rules, apart, batch), []).append(row)
        for outcome, found in outcomes.items():
            here = StagedRow.row_no.in_([row.row_no for row in found])
            marked = update(StagedRow).where(StagedRow.batch_id == batch_id, here)
            db.session.execute(marked.values(outcome=outcome), execution_options=NO_QUIET)
        db.session.flush()
        return int(rows[-1].row_no)


def _known_rows(batch: AlertBatch, rules: AlertRules, after: int) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            StagedRow.row_no,
            StagedRow.name_digest,
            StagedRow.amount_yuan,
            StagedRow.happened_on,
            StagedRow.risk,
            Person.id.label("person_id"),
            Person.name,
            Person.died_on,
            Person.left_on,
            Person.household_id,
        )
        .join(PersonDigest, PersonDigest.digest == StagedRow.digest)
        .join(Person, Person.id == PersonDigest.person_id)
        .where(
            StagedRow.batch_id == batch.id,
            StagedRow.row_no > after,
            StagedRow.outcome.is_(None),
            PersonDigest.county_code == batch.county_code,
        )
    )
    return query.where(rules.counts()).order_by(StagedRow.row_no).limit(AT_ONCE)


@dataclass
class _Apart:
    """What is known of the families of some rows: who they are, which are watched, alerted, or were checked lately."""

    households: Mapping[int, Household]
    watched: frozenset[int]
    checked: frozenset[int]
    open_alerts: dict[int, Alert]

    @classmethod
    def of(cls, household_ids: Sequence[int], person_ids: Sequence[int], rules: AlertRules) -> "_Apart":
        households = {
            row.id: row for row in db.session.scalars(select(Household).where(Household.id.in_(household_ids)))
        }
        watched = select(Watch.household_id).where(
            Watch.household_id.in_(household_ids), Watch.standing.in_(watching.WATCHED)
        )
        checked = (
            select(AlertItem.person_id)
            .join(Alert, Alert.id == AlertItem.alert_id)
            .where(
                AlertItem.person_id.in_(person_ids),
                AlertItem.topic == rules.topic,
                AlertItem.made_on >= rules.checked_since,
                Alert.standing == CLOSED,
            )
        )
        open_now = select(Alert).where(Alert.household_id.in_(household_ids), Alert.standing != CLOSED)
        return cls(
            households,
            frozenset(db.session.scalars(watched)),
            frozenset(db.session.scalars(checked)),
            {row.household_id: row for row in db.session.scalars(open_now)},
        )


def _outcome(row: Row[Any], rules: AlertRules, apart: _Apart, batch: AlertBatch) -> str:
    if row.name_digest != name_digest(row.name):
        return WHO
    if row.died_on is not None:
        return DEAD
    if row.left_on is not None:
        return LEFT
    if row.household_id in apart.watched:
        return WATCHED
    if row.person_id in apart.checked:
        return CHECKED
    alert = apart.open_alerts.get(row.household_id)
    colour = rules.colour_of(row.amount_yuan)
    if alert is None:
        alert = apart.open_alerts[row.household_id] = _new_alert(
            apart.households[row.household_id], colour, row.risk or rules.risk
        )
        outcome = ALERTED
    else:
        outcome = MERGED
        if RANKS[colour] < alert.rank:
            alert.colour, alert.rank = colour, RANKS[colour]
    _add_item(alert, row, rules, batch)
    return outcome


def _new_alert(household: Household, colour: str, risk: str) -> Alert:
    alert = Alert(
        id=new_id(),
        household_id=household.id,
        head_name=household.head_name,
        colour=colour,
        rank=RANKS[colour],
        risk=risk,
        standing=WAITING,
        made_on=clock.today(),
        sent_on=None,
        due_on=None,
        case_id=None,
        clue_id=None,
        verdict=None,
        verdict_at=None,
        **same_place(household),
    )
    db.session.add(alert)
    return alert


def _add_item(alert: Alert, row: Row[Any], rules: AlertRules, batch: AlertBatch) -> None:
    item_id = new_id()
    amount = str(row.amount_yuan) if row.amount_yuan is not None else ""
    db.session.add(
        AlertItem(
            id=item_id,
            alert_id=alert.id,
            household_id=alert.household_id,
            batch_id=batch.id,
            row_no=row.row_no,
            topic=rules.topic,
            person_id=row.person_id,
            amount_sealed=Sealer("alert_items", item_id).keep("amount_sealed", amount),
            happened_on=row.happened_on,
            made_on=clock.today(),
            told_back_at=None,
            **same_place(alert),
        )
    )


@use_case
def _end(batch_id: int) -> None:
    """Count what became of the rows, and let the villages hear."""
    batch = db.session.scalars(select(AlertBatch).where(AlertBatch.id == batch_id).with_for_update()).one()
    if batch.standing != READING:
        return
    counts = {outcome: 0 for outcome in OUTCOME_NAMES if outcome is not None}
    rows = select(StagedRow.outcome).where(StagedRow.batch_id == batch_id, StagedRow.outcome.is_not(None))
    for outcome in db.session.scalars(rows):
        counts[outcome or ""] += 1
    batch.counts, batch.standing, batch.matched_at = counts, FILED, clock.now()
    ring("alerts")
