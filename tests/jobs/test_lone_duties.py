"""Duties without a case, and those out of a village's sight: reminded, pressed for and supervised like any other."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from backend import clock
from backend.access.scope import as_system
from backend.db import db, in_transaction
from backend.models import Case, CaseEvent, Declaration, ReceiptLine, Supervision, Task
from backend.services import delays, explanations, nudges, snoozes, supervisions
from backend.workflow.deadlines import on_the_day
from backend.workflow.duties import CALL_BACK, Opening
from backend.workflow.states import Kind
from backend.workflow.tasks import open_duty
from tests.jobs.conftest import NOON
from tests.jobs.ladder import due_now, set_task
from tests.people import TOWNSHIP, VILLAGE, Cast, Maker

pytestmark = [pytest.mark.shows("reminders.2", "procedure.7"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]
Run = Callable[..., int]
EVERYBODY = ("village", "head", "reviewer", "town_op", "town_lead", "county_op", "county_lead")
MONDAY = date(2026, 11, 23)


def complaint(make: Maker, cast: Cast, target: str = "village") -> Task:
    """Somebody complains; its duty."""
    for login in EVERYBODY:
        cast.staff_id(login)
    place = VILLAGE if target == "village" else TOWNSHIP
    body = {"kind": "fees", "target": target, "said_place": place, "text": "让我交两百块", "phone": ""}
    assert cast.farmer("complainer").post("/complaints", **body).status_code == 201
    [task] = [row for row in make.rows(Task) if row.kind == Kind.COMPLAINT]
    return task


def hearers(make: Maker, cast: Cast, level: str, kind: str = "duty") -> set[str]:
    names = {f"staff:{cast.staff_id(login)}": login for login in EVERYBODY}
    return {names[each.recipient] for each in make.messages(kind=kind) if each.subject.endswith(level)}


def test_a_complaint_is_swept_and_no_village_hears_of_it_at_any_rung(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    task = complaint(make, cast)
    assert (sweep(), sweep()) == (1, 0)
    set_task(app, task.id, due_on=date(2026, 11, 18), open_due=date(2026, 11, 18))
    due_now(app, task.id, "red", NOON + timedelta(days=3))
    sweep(NOON + timedelta(days=3))

    assert hearers(make, cast, ":new") == {"reviewer", "town_op"}
    assert hearers(make, cast, ":red") == {"reviewer", "town_op", "town_lead", "county_op"}
    assert {each.page for each in make.messages(kind="duty")} == {
        f"cadre/complaint/complaint?id={task.detail['complaint']}"
    }
    assert {bool(each.data["where"]) for each in make.messages(kind="duty")} == {True}
    [after] = [row for row in make.rows(Task) if row.id == task.id]
    assert after.next_rung == "supervision"


def test_of_one_about_the_township_only_the_county_hears(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    task = complaint(make, cast, "township")
    due_now(app, task.id, "supervision", NOON)
    sweep()

    assert hearers(make, cast, ":supervision") == {"county_op", "county_lead"}


def test_a_complaint_is_put_off_pressed_for_and_supervised(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    task = complaint(make, cast)
    with clock.at(NOON), cast.acting("reviewer") as by:
        snoozes.snooze(task.id, MONDAY, why="等当事人回来", by=by)
    with clock.at(NOON), cast.acting("town_lead") as by:
        nudges.nudge(task.id, by=by)
    set_task(app, task.id, due_on=date(2026, 11, 12), open_due=date(2026, 11, 12))
    due_now(app, task.id, "supervision", NOON)
    sweep()
    [paper] = make.rows(Supervision)
    with clock.at(NOON), cast.acting("county_lead") as by:
        supervisions.issue(paper.id, reason="已协调", new_due_on=date(2026, 11, 27), by=by)
    with clock.at(NOON), app.app_context():
        said = "\n".join(explanations.explain(task.id))

    assert (paper.case_id, paper.village_code) == (None, "")
    [after] = make.rows(Task)
    assert (after.due_on, after.version) == (date(2026, 11, 27), task.version + 1)
    assert hearers(make, cast, "", "nudge") == {"reviewer", "town_op"}
    assert hearers(make, cast, "", "supervision") == {"reviewer", "town_op", "town_lead", "county_op"}
    assert make.rows(CaseEvent) == []
    assert "原来的期限：2026-11-12" in said


def test_pressing_for_a_call_back_stands_in_no_history_that_a_village_reads(
    make: Maker, cast: Cast, app: Flask, kind: str
) -> None:
    cast.staff_id("reviewer")
    case_id = make.case()
    with clock.at(NOON), app.app_context(), as_system("a test owes a call"):
        task_id = in_transaction(lambda: open_duty(db.session.get_one(Case, case_id), Opening(CALL_BACK)).id)

    with clock.at(NOON), cast.acting("town_lead") as by:
        nudges.nudge(task_id, by=by)

    assert hearers(make, cast, "", "nudge") == {"reviewer"}
    assert [row for row in make.rows(CaseEvent) if row.action == "nudge"] == []


def test_a_family_hears_of_the_step_or_of_the_promise_and_never_of_both_on_one_day(
    make: Maker, app: Flask, sweep: Run, kind: str
) -> None:
    task = make.duty(make.case())
    [declaration] = make.rows(Declaration)
    promised = declaration.promised_on
    set_task(app, task.id, due_on=date(2026, 11, 20), open_due=date(2026, 11, 20))
    due_now(app, task.id, "orange", on_the_day(MONDAY, NOON.time()))

    for ahead in range(30):
        moment = NOON + timedelta(days=ahead)
        sweep(moment)
        with clock.at(moment), app.app_context():
            delays.tell_delays()
    told = {row.kind: clock.local(row.happened_at).date() for row in make.rows(ReceiptLine) if "late" in row.kind}
    delayed = [clock.local(row.happened_at).date() for row in make.rows(ReceiptLine) if row.kind == "delayed"]

    assert told == {"step_late": MONDAY}
    assert delayed == [promised + timedelta(days=1)]


def test_once_the_promise_is_broken_a_late_step_is_no_news_of_its_own(
    make: Maker, app: Flask, sweep: Run, kind: str
) -> None:
    task = make.duty(make.case())
    [declaration] = make.rows(Declaration)
    promised = declaration.promised_on
    set_task(app, task.id, due_on=promised, open_due=promised)
    after = on_the_day(promised + timedelta(days=1), NOON.time())
    due_now(app, task.id, "orange", after)

    sweep(after)
    with clock.at(after), app.app_context():
        assert delays.tell_delays() == 1

    assert [row.kind for row in make.rows(ReceiptLine) if row.kind in {"delayed", "step_late"}] == ["delayed"]
