"""Who reads which 督办单, and what a leader's date withstands."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.errors import NotAllowed, NotFound
from backend.models import Case, ReceiptLine, Supervision, Task
from backend.services import explanations, intake, supervision_papers, supervisions
from backend.services.supervision_drafts import DRAFT
from backend.workflow import tasks
from tests.jobs.conftest import NOON
from tests.jobs.ladder import due_now, set_task
from tests.people import Cast, Maker

pytestmark = [pytest.mark.shows("reminders.2", "A30"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]
Run = Callable[..., int]
LATER = NOON + timedelta(days=4)
NEW_DATE = date(2026, 11, 30)


@pytest.fixture
def task(make: Maker, cast: Cast, app: Flask) -> Task:
    """A duty of the village, late by four days."""
    for login in ("village", "head", "town_lead", "county_op", "county_lead", "next_village"):
        cast.staff_id(login)
    duty = make.duty(make.case())
    set_task(app, duty.id, due_on=date(2026, 11, 16), open_due=date(2026, 11, 16))
    return duty


@pytest.fixture
def paper(make: Maker, app: Flask, task: Task, sweep: Run) -> Supervision:
    due_now(app, task.id, "supervision", LATER)
    sweep(LATER)
    [draft] = make.rows(Supervision)
    return draft


def issue(cast: Cast, paper: Supervision) -> None:
    with clock.at(LATER), cast.acting("county_lead") as lead:
        supervisions.issue(paper.id, reason="人手不够，已协调", new_due_on=NEW_DATE, by=lead)


def test_drafts_are_for_offices_and_what_was_issued_is_read_by_the_desk_that_answers(
    cast: Cast, paper: Supervision, kind: str
) -> None:
    with clock.at(LATER), cast.acting("village") as village:
        with pytest.raises(NotAllowed):
            supervision_papers.page_of(DRAFT, by=village)
        assert supervision_papers.own_papers(by=village).items == []
        with pytest.raises(NotFound):
            supervision_papers.read_paper(paper.id, by=village)
    with clock.at(LATER), cast.acting("town_lead") as lead:
        assert [each.row.id for each in supervision_papers.page_of(DRAFT, by=lead).items] == [paper.id]

    issue(cast, paper)

    for login in ("village", "head"):
        with clock.at(LATER), cast.acting(login) as desk:
            [own] = supervision_papers.own_papers(by=desk).items
            assert "理由：人手不够，已协调" in own.lines
            assert supervision_papers.read_paper(paper.id, by=desk).row.number == "130126-2026-0001"
    for login in ("next_village", "other_reviewer"):
        with clock.at(LATER), cast.acting(login) as neighbour:
            assert supervision_papers.own_papers(by=neighbour).items == []
            with pytest.raises(NotFound):
                supervision_papers.read_paper(paper.id, by=neighbour)


def test_the_desk_reads_it_on_its_phone_until_the_duty_is_done(
    make: Maker, cast: Cast, task: Task, paper: Supervision, kind: str
) -> None:
    phone = cast.phone("village")
    assert phone.get("/supervisions").json == {"items": [], "before": None}
    issue(cast, paper)

    with clock.at(LATER):
        [shown] = phone.get("/supervisions").json["items"]
        make._accept(task.case_id)
        after = cast.phone("village").get("/supervisions").json["items"]

    assert (shown["number"], shown["due_on"], shown["task_id"]) == ("130126-2026-0001", "2026-11-30", str(task.id))
    assert shown["lines"][0] == "督办单 130126-2026-0001"
    assert after == []
    assert cast.farmer().get("/supervisions").status_code == 403


def test_a_draft_is_no_use_once_the_duty_is_done_or_has_another_date(
    make: Maker, cast: Cast, app: Flask, task: Task, paper: Supervision, kind: str
) -> None:
    set_task(app, task.id, due_on=NEW_DATE, open_due=NEW_DATE)

    with clock.at(LATER), cast.acting("county_lead") as lead:
        assert supervision_papers.page_of(DRAFT, by=lead).items == []
        assert not supervision_papers.read_paper(paper.id, by=lead).is_waiting


def test_no_rule_moves_a_date_that_a_leader_gave(
    make: Maker, cast: Cast, app: Flask, task: Task, paper: Supervision, kind: str
) -> None:
    issue(cast, paper)

    with clock.at(LATER), app.app_context(), as_system("a test acts"):
        case = db.session.get(Case, task.case_id)
        intake.change_urgency(case, "critical")
        case.marks = {**case.marks, "backfill_by": "2026-11-25"}
        tasks.redate(case)
        db.session.commit()

    duty = make.duty(task.case_id)
    assert (duty.due_on, duty.open_due) == (NEW_DATE, NEW_DATE)
    assert duty.pressing == tasks.PRESSING["critical"], "whoever owes it hears of the urgency all the same"


def test_the_same_duty_without_a_leaders_date_follows_the_rules(make: Maker, app: Flask, task: Task, kind: str) -> None:
    set_task(app, task.id, due_on=NEW_DATE, open_due=NEW_DATE)

    with clock.at(NOON), app.app_context(), as_system("a test acts"):
        case = db.session.get(Case, task.case_id)
        intake.change_urgency(case, "critical")
        db.session.commit()

    assert make.duty(task.case_id).due_on < NEW_DATE


def explained(app: Flask, task: Task) -> str:
    with clock.at(NOON), app.app_context():
        return "\n".join(explanations.explain(task.id))


FAMILY = "申报人：收到“办得慢了”的说明"


def test_the_family_is_said_to_hear_only_where_it_will(make: Maker, cast: Cast, app: Flask, kind: str) -> None:
    for login in ("village", "head", "town_lead", "county_op", "county_lead"):
        cast.staff_id(login)
    task = make.duty(make.case())
    promised = explained(app, task)
    with app.app_context(), as_system("a test acts"):
        db.session.get(Case, task.case_id)
        for row in db.session.scalars(db.select(tasks.Task).where(tasks.Task.id == task.id)):
            row.kind = "take_down_notice"
        db.session.commit()
    of_offices = explained(app, task)

    assert promised.count(FAMILY) == 1
    orange = promised[promised.index("橙色预警") : promised.index("红色预警")]
    assert FAMILY in orange
    assert FAMILY not in of_offices


def test_what_is_said_of_the_family_is_what_the_sweep_does(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    for login in ("village", "head"):
        cast.staff_id(login)
    task = make.duty(make.case())
    late = date(2026, 11, 10)
    set_task(app, task.id, due_on=late, open_due=late)
    for level in ("orange", "red"):
        due_now(app, task.id, level, NOON - timedelta(minutes=1))
        said = explained(app, task).count(FAMILY)
        before = len(make.rows(ReceiptLine))

        sweep()

        assert len(make.rows(ReceiptLine)) - before == said == (1 if level == "orange" else 0)


def test_after_an_outage_only_the_gravest_rung_is_said_to_speak(make: Maker, cast: Cast, app: Flask, kind: str) -> None:
    cast.staff_id("village")
    task = make.duty(make.case())
    set_task(app, task.id, due_on=date(2026, 11, 17), open_due=date(2026, 11, 17))
    due_now(app, task.id, "yellow", NOON - timedelta(days=5))

    said = explained(app, task)

    to_come = said[said.index("接下来") :]
    assert re.findall(r"(蓝色提示|黄色提醒|橙色预警|红色预警|督办：)", to_come)[0] == "红色预警"
    assert "黄色提醒" not in to_come
