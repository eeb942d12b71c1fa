"""What the demonstration's offices did: a roster, deliveries, a menu, sittings, an inspection, a campaign."""

import contextlib
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Role
from backend.access.scope import act_within, as_system
from backend.db import db
from backend.demo.afterwards import OFFERS, ROSTER_COLUMNS
from backend.demo.cast import TOWNSHIP_DIGITS
from backend.demo.organisation import GRID_COLUMNS, GROUPS
from backend.demo.people import InventedHousehold, households
from backend.errors import DomainError
from backend.models import Alert, AlertBatch, Case, ImportBatch, Inspected, Offer, Task
from backend.policy.county import current_policy
from backend.services import (
    alert_dispatch,
    alert_schedule,
    alerts,
    campaigns,
    clues,
    demo,
    demo_organisation,
    inspections,
    offers,
    office_meetings,
)
from backend.services.campaigns import CampaignForm
from backend.services.demo_past import remind_from
from backend.services.imports import batches, working
from backend.services.offers import OfferForm
from backend.services.office_meetings import Handed, OfficeMeetingForm
from backend.workflow.steps import Reason
from backend.workflow.tasks import NEW, open_duties

Actors = Mapping[tuple[Role, str], Actor]

SEED, FIRST_PERSON = 130128, 1_700_000
ROSTER_FAMILIES, ALERTED_OF_THEM = 40, 12
DAYS_OF_DELIVERIES = 40
EMPTY, LATE, MISSING = 0.6, 0.12, 0.04
"""Shares of the deliveries that had nothing to report, came late, and never came."""

MEDICAL = "medical_ordinary"


def make(actors: Actors, today: datetime) -> None:
    """Let the offices do their work of the last weeks, once: an installation that has a menu has had it done."""
    with as_system("the demonstration looks how far it had come"):
        if db.session.scalar(select(Offer.id).where(Offer.county_code == demo.COUNTY).limit(1)) is not None:
            return
    county = actors[Role.COUNTY_OP, demo.COUNTY]
    town = actors[Role.TOWN_REVIEW, demo.HOME_VILLAGE[:TOWNSHIP_DIGITS]]
    begins = today - timedelta(days=DAYS_OF_DELIVERIES + 2)
    grids = _file(GRID_COLUMNS, demo_organisation.grid_rows())
    _hand_in("grids", grids, "网格台账.csv", county, begins - timedelta(hours=1))
    clerk, village = actors[Role.TOWN_OP, town.region_code], actors[Role.VILLAGE, demo.HOME_VILLAGE]
    demo_organisation.make(county, clerk, village, today)
    roster = _roster(county, begins)
    _deliveries(actors, county, roster, today)
    _sittings(county, town, today)
    with _acting(county, today - timedelta(days=60)):
        for department, category, name, who, amount in OFFERS:
            offers.put_on(OfferForm(department, category, name, who, clock.today().year, amount), by=county)
    with as_system("the demonstration's past needs no reminder"):
        remind_from(
            today, db.session.scalars(select(Task).where(Task.next_rung == NEW, Task.open_due.is_not(None))).all()
        )
        db.session.commit()


@contextmanager
def _acting(by: Actor, moment: datetime) -> Iterator[None]:
    db.session.remove()
    act_within(by.scope)
    with clock.at(moment):
        yield
    db.session.remove()


def _roster(by: Actor, moment: datetime) -> list[InventedHousehold]:
    """Hand in the roster of ordinary families of the cast's township, as a file."""
    near = [code for code in demo.villages() if code.startswith(demo.HOME_VILLAGE[:TOWNSHIP_DIGITS])]
    near.sort(key=lambda code: code != demo.HOME_VILLAGE)
    people = list(households(SEED, ROSTER_FAMILIES, near[:8], first=FIRST_PERSON))
    words = current_policy(demo.COUNTY).dictionaries
    rows = [
        (
            each.village_code,
            GROUPS[number % len(GROUPS)],
            f"{GROUPS[number % len(GROUPS)]}网格" if each.village_code == demo.HOME_VILLAGE else "",
            each.head.name,
            each.head.id_number,
            "一般农户",
            each.head.phone or "",
            person.name,
            words["relations"][person.relation],
            person.id_number,
            words["health"][person.health],
        )
        for number, each in enumerate(people)
        for person in each.members
    ]
    _hand_in("households", _file(ROSTER_COLUMNS, rows), "农户花名册.csv", by, moment)
    return people


def _hand_in(kind: str, file: io.BytesIO, name: str, by: Actor, moment: datetime) -> None:
    """Hand in a file, have it looked over, and take it in."""
    with _acting(by, moment):
        handed = batches.hand_in(kind, file, name=name, by=by).id
        working.carry_on()
    with _acting(by, moment + timedelta(minutes=20)):
        batch = db.session.get_one(ImportBatch, handed)
        if batch.standing == batches.LOOKED and batches.takes(batch):
            batches.accept(handed, by=by)
            working.carry_on()


def _deliveries(actors: Actors, county: Actor, roster: Sequence[InventedHousehold], today: datetime) -> None:
    """Let departments deliver what they owed: in time, empty, late or never; villages look into some of it."""
    for days in range(DAYS_OF_DELIVERIES, 0, -10):
        with _acting(county, today - timedelta(days=days)):
            alert_schedule.open_due()
    with _acting(county, today):
        alert_schedule.open_due()
    with as_system("the demonstration reads what is owed"):
        owed = [
            (each.id, each.topic, each.due_on, each.office_code)
            for each in db.session.scalars(select(AlertBatch).order_by(AlertBatch.due_on, AlertBatch.topic))
            if each.due_on is not None and each.standing == alert_schedule.OWED
        ]
    left = list(roster[:ALERTED_OF_THEM])
    for batch_id, topic, due, office in owed:
        by = actors.get((Role.DEPT, office), county)
        _deliver(by, batch_id, topic, due, left, today)
    with _acting(county, today - timedelta(days=1)):
        alert_dispatch.sweep()
    _verdicts(actors, today)


def _deliver(by: Actor, batch_id: int, topic: str, due: date, left: list[InventedHousehold], today: datetime) -> None:
    random = Random(f"{topic}{due}")  # noqa: S311 - invented deliveries are no secret
    chance = random.random()
    if chance < MISSING:
        return
    days = random.uniform(1, 4) if chance < MISSING + LATE else -random.uniform(0, 1.5)
    moment = datetime(due.year, due.month, due.day, 10, 30, tzinfo=clock.SHANGHAI) + timedelta(days=days)
    if moment >= today:
        return
    letter = "" if by.role is Role.DEPT else f"函〔{due.year}〕{due:%m%d}号"
    with _acting(by, moment):
        if chance < MISSING + LATE + EMPTY or not left:
            alerts.nothing_to_report(batch_id, by=by, letter_no=letter)
            return
        found = [left.pop() for _ in range(min(2, len(left)))]
        rows = [(each.head.name, each.head.id_number, "", "36000", "", "") for each in found]
        alerts.hand_in(batch_id, _file(alerts.HEADING, rows), name="部门预警.csv", by=by, letter_no=letter)
        working.carry_on()
        alert_dispatch.sweep()


def _verdicts(actors: Actors, today: datetime) -> None:
    """Let villages answer in time: looked, and no risk. What came within the last day still waits for them."""
    with as_system("the demonstration reads the alerts"):
        query = select(Alert.case_id, Alert.village_code, Case.entered_at).join(Case, Case.id == Alert.case_id)
        found = [
            (row.case_id or 0, row.village_code, row.entered_at) for row in db.session.execute(query.order_by(Alert.id))
        ]
    reason = Reason(("no_risk",), "上门看过，费用报销以后自己能承担。")
    for case_id, village, entered_at in found:
        for role, place, step, hours in (
            (Role.VILLAGE, village, clues.hand_up, 20),
            (Role.TOWN_REVIEW, village[:TOWNSHIP_DIGITS], clues.close, 28),
        ):
            by, moment = actors[role, place], entered_at + timedelta(hours=hours)
            if moment >= today:
                continue
            with _acting(by, moment):
                for duty in open_duties(case_id)[:1]:
                    with contextlib.suppress(DomainError):
                        step(case_id, by=by, version=duty.version, reason=reason)
    with _acting(actors[Role.COUNTY_OP, demo.COUNTY], today - timedelta(hours=8)):
        alert_dispatch.sweep()


def _sittings(county: Actor, town: Actor, today: datetime) -> None:
    """Hold the month's 会商, draw an inspection, begin a campaign."""
    for by, days, kind, subject in (
        (county, 18, "quarterly", "三季度防返贫监测帮扶调度"),
        (county, 6, "monthly", "十月防返贫监测数据会商"),
        (town, 4, "monthly", "镇防返贫监测月会商"),
    ):
        with _acting(by, today - timedelta(days=days)):
            below = demo.HOME_VILLAGE[: 9 if by is county else 12]
            what = "逐户核对超期没有入户的，月底前补齐。" if by is county else "把没有定帮扶计划的户这周定下来。"
            form = OfficeMeetingForm(
                kind=kind,
                held_on=clock.today(),
                subject=subject,
                attended=("民政局", "医保局", "住建局", "教育局") if by is county else ("镇民政办", "各村工作队"),
                minutes="看了当月数据和超期清单，逐项定了责任单位和时限。",
                handed=(
                    Handed(what, below, clock.today() + timedelta(days=10), "civil_affairs" if by is county else ""),
                ),
            )
            office_meetings.record(form, by=by)
    with _acting(county, today - timedelta(days=5)):
        drawn = inspections.draw(3, 2, by=county, seed=f"{clock.today():%Y%m}").id
    with _acting(county, today - timedelta(days=3)):
        rows = list(
            db.session.scalars(select(Inspected).where(Inspected.inspection_id == drawn).order_by(Inspected.id))
        )
        for number, row in enumerate(rows[:4]):
            bad = number == 1
            words = "明白卡没有填联系电话，家里人说不清找谁。" if bad else "政策知晓，帮扶到位。"
            until = clock.today() + timedelta(days=7) if bad else None
            inspections.note(row.id, "minor" if bad else "good", by=county, words=words, put_right_by=until)
    with _acting(county, today - timedelta(days=9)):
        first = clock.today() - timedelta(days=3)
        campaign = CampaignForm(
            "秋冬季集中排查",
            f"灵农组办〔{first.year}〕21号",
            "screening",
            "watched",
            first,
            first + timedelta(days=40),
            ("冬季取暖有没有保障",),
        )
        campaigns.begin(campaign, by=county)


def _file(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows([heading, *rows])
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))
