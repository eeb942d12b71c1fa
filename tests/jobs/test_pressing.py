"""Putting off, pressing, supervising, telling in person: who may, how often, and what the family hears of it."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.access.scope import act_within, as_system
from backend.db import db
from backend.errors import Invalid, NotAllowed, NotPossibleNow
from backend.models import CaseEvent, Declaration, Nudge, ReceiptLine, Snooze, Supervision, Task
from backend.services import explanations, nudges, snoozes, supervisions
from backend.services.supervisions import lines_of
from backend.workflow.deadlines import on_the_day
from backend.workflow.states import Kind
from tests.at_once import at_once
from tests.jobs.conftest import NOON
from tests.jobs.ladder import due_now, make_urgent, set_task
from tests.people import Cast, Maker

pytestmark = [pytest.mark.shows("reminders.2", "A30"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]
Run = Callable[..., int]
FRIDAY, MONDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)
LATER = NOON + timedelta(days=4)


@pytest.fixture
def task(make: Maker, cast: Cast, app: Flask) -> Task:
    """A duty of the village, due in a week."""
    for login in ("village", "head", "town_lead", "county_op", "county_lead"):
        cast.staff_id(login)
    duty = make.duty(make.case())
    set_task(app, duty.id, due_on=date(2026, 11, 27), open_due=date(2026, 11, 27))
    return duty


def levels(make: Maker) -> list[str]:
    return sorted({each.subject.rsplit(":", 1)[1] for each in make.messages(kind="duty")})


def test_whoever_owes_it_hears_again_on_the_morning_they_named(
    make: Maker, cast: Cast, sweep: Run, task: Task, kind: str
) -> None:
    sweep()
    phone = cast.phone("village")

    answer = phone.post(f"/tasks/{task.id}/snoozes", until_on="2026-11-23", why="那家人周末不在村里")

    assert answer.status_code == 201, answer.json
    [row] = make.rows(Snooze)
    assert "周末" not in row.why_sealed
    assert make.duty(task.case_id).next_rung_at == on_the_day(MONDAY, clock.local(NOON).time().replace(8, 30))
    assert sweep(NOON + timedelta(days=1)) == 0
    assert sweep(NOON + timedelta(days=3)) == 1
    assert "snoozed" in levels(make)


@pytest.mark.parametrize("day", ["2026-11-20", "2026-11-21", "2026-11-24", "2026-12-08"])
def test_a_reminder_is_not_put_off_for_long_nor_to_a_rest_day(
    make: Maker, cast: Cast, task: Task, kind: str, day: str
) -> None:
    answer = cast.phone("village").post(f"/tasks/{task.id}/snoozes", until_on=day, why="忙")

    assert (answer.status_code, list(answer.json["fields"])) == (422, ["until_on"])
    assert make.rows(Snooze) == []


def test_only_the_desk_itself_puts_off_and_never_what_is_urgent_or_late(
    make: Maker, cast: Cast, app: Flask, task: Task, kind: str
) -> None:
    with cast.acting("town_lead") as lead, pytest.raises(NotPossibleNow):
        snoozes.snooze(task.id, MONDAY, why="等一等", by=lead)
    with clock.at(NOON + timedelta(days=10)), cast.acting("village") as village, pytest.raises(NotPossibleNow):
        snoozes.snooze(task.id, date(2026, 12, 1), why="等一等", by=village)
    make_urgent(app, task.id)
    with cast.acting("village") as village, pytest.raises(NotPossibleNow):
        snoozes.snooze(task.id, MONDAY, why="等一等", by=village)


def test_pressing_is_one_click_once_a_day_however_often_it_is_sent(
    make: Maker, cast: Cast, task: Task, kind: str
) -> None:
    phone, key = cast.phone("town_lead"), str(uuid.uuid4())

    first, again = (phone.post(f"/tasks/{task.id}/nudges", key=key) for _ in range(2))
    other = phone.post(f"/tasks/{task.id}/nudges")

    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert (other.status_code, "今天12:00已经催办过" in other.json["message"]) == (409, True)
    told = make.messages(kind="nudge")
    assert {each.recipient for each in told} == {f"staff:{cast.staff_id(login)}" for login in ("village", "head")}
    assert "催办" in told[0].data["hint"]
    assert [row.action for row in make.rows(CaseEvent)].count("nudge") == 1


def test_eight_who_press_at_once_press_once(make: Maker, cast: Cast, app: Flask, task: Task, kind: str) -> None:
    lead = cast.actor("county_op")

    def press() -> str:
        with clock.at(NOON), app.app_context():
            act_within(lead.scope)
            try:
                nudges.nudge(task.id, by=lead)
            except NotPossibleNow as error:
                return error.code
            return "done"

    assert sorted(at_once([press] * 8)) == ["done", *["not_possible_now"] * 7]
    assert len(make.rows(Nudge)) == 1


def test_nobody_presses_upwards_or_for_what_is_done(make: Maker, cast: Cast, task: Task, kind: str) -> None:
    make._accept(task.case_id)

    assert cast.phone("town_lead").post(f"/tasks/{task.id}/nudges").status_code == 409
    with cast.acting("village") as village, pytest.raises(NotAllowed):
        nudges.nudge(task.id, by=village)


@pytest.fixture
def paper(make: Maker, app: Flask, task: Task, sweep: Run) -> Supervision:
    """A draft for a duty that is late beyond the last rung."""
    set_task(app, task.id, due_on=date(2026, 11, 16), open_due=date(2026, 11, 16))
    due_now(app, task.id, "supervision", LATER)
    sweep(LATER)
    [draft] = make.rows(Supervision)
    return draft


def test_the_program_drafts_and_nothing_leaves_in_an_offices_name(
    make: Maker, paper: Supervision, sweep: Run, kind: str
) -> None:
    assert paper.standing == "draft"
    assert lines_of(paper)[0] == "督办单（程序起草，未签发）"
    assert "已超期 8 天" in "\n".join(lines_of(paper))
    assert make.messages(kind="supervision") == []
    assert sweep(LATER) == 0
    assert len(make.rows(Supervision)) == 1


def test_a_named_leader_issues_it_with_a_reason_and_a_new_date(
    make: Maker, cast: Cast, app: Flask, task: Task, paper: Supervision, sweep: Run, kind: str
) -> None:
    new = date(2026, 11, 30)
    with clock.at(LATER), cast.acting("county_lead") as lead:
        for wrong in ({"reason": " "}, {"new_due_on": TUESDAY}, {"new_due_on": date(2026, 11, 28)}):
            with pytest.raises(Invalid):
                supervisions.issue(paper.id, **{"reason": "人手不够，已协调", "new_due_on": new, **wrong}, by=lead)
        issued = supervisions.issue(paper.id, reason="人手不够，已协调", new_due_on=new, by=lead)
        with pytest.raises(NotPossibleNow):
            supervisions.issue(paper.id, reason="再来一次", new_due_on=new, by=lead)
        lines = lines_of(issued)

    assert lines[0] == "督办单 130126-2026-0001"
    assert lines[-1].endswith("褚县长")
    assert "人手不够" not in (issued.reason_sealed or "")
    duty = make.duty(task.case_id)
    assert (duty.due_on, duty.open_due, duty.detail["was_due"]) == (new, new, ["2026-11-16"])
    told = {each.recipient for each in make.messages(kind="supervision")}
    assert told == {f"staff:{cast.staff_id(login)}" for login in ("village", "head", "town_lead", "county_op")}
    assert [row.kind for row in make.rows(ReceiptLine) if "新的期限是11月30日" in row.sentence] == ["new_date"]


def test_late_a_second_time_goes_straight_to_red(
    make: Maker, cast: Cast, app: Flask, task: Task, paper: Supervision, sweep: Run, kind: str
) -> None:
    with clock.at(LATER), cast.acting("county_lead") as lead:
        supervisions.issue(paper.id, reason="人手不够，已协调", new_due_on=date(2026, 11, 25), by=lead)
    before = len(make.messages(kind="duty"))

    thursday = NOON + timedelta(days=6)
    assert sweep(thursday) == 1

    fresh = make.messages(kind="duty")[before:]
    assert {each.subject.rsplit(":", 1)[1] for each in fresh} == {"orange"}
    assert f"staff:{cast.staff_id('county_op')}" in {each.recipient for each in fresh}


@pytest.mark.parametrize("is_dropped", [True, False])
def test_a_late_duty_is_spoken_of_every_week_though_nobody_supervises_it(
    make: Maker, cast: Cast, task: Task, paper: Supervision, sweep: Run, app: Flask, kind: str, is_dropped: bool
) -> None:
    if is_dropped:
        with clock.at(LATER), cast.acting("county_lead") as lead:
            supervisions.drop(paper.id, reason="雨天路断，情有可原", by=lead)
    before = len(make.messages(kind="duty"))

    spoken = [sweep(LATER + timedelta(days=days)) for days in range(1, 15)]

    assert sum(spoken) == 2
    fresh = make.messages(kind="duty")[before:]
    assert {each.subject.rsplit(":", 1)[1] for each in fresh} == {"red"}
    assert {(each.state, each.why) for each in fresh} == {("inbox", "并入每日摘要")}  # it keeps no news out
    assert f"staff:{cast.staff_id('county_op')}" in {each.recipient for each in fresh}
    assert len(make.rows(Supervision)) == 1
    with clock.at(LATER + timedelta(days=14)), app.app_context():
        assert "再提醒一次" in "\n".join(explanations.explain(task.id))


def test_a_leader_may_decide_against_it(make: Maker, cast: Cast, paper: Supervision, kind: str) -> None:
    with clock.at(LATER), cast.acting("county_lead") as lead:
        supervisions.drop(paper.id, reason="雨天路断，情有可原", by=lead)
    with cast.acting("county_op") as clerk, pytest.raises(NotAllowed):
        supervisions.drop(paper.id, reason="雨天路断", by=clerk)

    [row] = make.rows(Supervision)
    assert (row.standing, row.number) == ("dropped", None)


def test_the_applicant_hears_of_the_delay_once_in_plain_words(
    make: Maker, app: Flask, task: Task, sweep: Run, kind: str
) -> None:
    set_task(app, task.id, due_on=FRIDAY, open_due=FRIDAY)
    due_now(app, task.id, "yellow", NOON)
    sweep()
    for days in (3, 4, 5, 6, 10):
        sweep(NOON + timedelta(days=days))

    said = [row.sentence for row in make.rows(ReceiptLine) if row.kind in {"delayed", "step_late"}]
    assert said == ["原定11月20日前办的事还没有办完，已经在催办；最晚12月5日前给您答复。"]
    [message] = [each for each in make.messages(kind="progress") if each.priority == 1]
    assert message.ways == "subscribe,service,sms,call"


def test_whoever_no_channel_reaches_is_told_by_a_person_who_writes_down_whom(
    make: Maker, cast: Cast, app: Flask, task: Task, sweep: Run, deliver: Run, kind: str
) -> None:
    [declaration] = make.rows(Declaration)
    with app.app_context(), as_system("a test looks"):
        db.session.execute(update(Declaration).values(account_id=None))
        db.session.commit()
    set_task(app, task.id, due_on=FRIDAY, open_due=FRIDAY)
    due_now(app, task.id, "orange", NOON + timedelta(days=3))
    monday = NOON + timedelta(days=3)
    sweep(monday)

    deliver(monday)
    deliver(monday)

    [told] = [each for each in make.messages(kind="progress") if each.recipient == f"declaration:{declaration.id}"]
    assert told.state == "sent"
    [duty] = [row for row in make.rows(Task) if row.kind == Kind.TELL]
    with clock.at(monday):
        phone = cast.phone("village")
        body = {"way": "phone", "told_whom": "head", "told_on": "2026-11-23", "words": "已给老人打电话说明"}
        answer = phone.post(f"/cases/{task.case_id}/tellings", version=duty.version, **body)
    assert answer.status_code == 201, answer.json
    assert [row.open_due for row in make.rows(Task) if row.kind == Kind.TELL] == [None]


def test_what_was_read_is_read_and_the_bell_counts_the_rest(
    make: Maker, cast: Cast, app: Flask, task: Task, sweep: Run, kind: str
) -> None:
    sweep()
    phone = cast.phone("village")
    [shown] = phone.get("/inbox").json["items"]
    assert (shown["is_read"], phone.get("/inbox/unread").json) == (False, {"unread": 1})
    foreign = next(each for each in make.messages(kind="duty") if each.recipient != f"staff:{cast.staff_id('village')}")

    first = phone.post("/inbox/reads", ids=[shown["id"], str(foreign.id)])
    again = phone.post("/inbox/reads", ids=[shown["id"]])

    assert (first.json, again.json) == ({"read": 1, "unread": 0}, {"read": 0, "unread": 0})
    assert make.messages(id=foreign.id)[0].read_at is None
