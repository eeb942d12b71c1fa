"""The console's pages about what people do: supervise, stand in, press, put off, read their own messages."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.models import Deputy, Identity, Nudge, Snooze, Supervision, Task
from tests.admin.desk import Desk
from tests.admin.reminding import behind, sweep
from tests.people import VILLAGE, Cast, Maker

Enter = Callable[[str], Desk]


@pytest.fixture
def draft(make: Maker, cast: Cast, app: Flask) -> Supervision:
    """A draft for a duty of the village that is late beyond the last rung."""
    for login in ("village", "head", "town_lead", "county_op"):
        cast.staff_id(login)
    duty = make.duty(make.case())
    long_ago = clock.today() - timedelta(days=30)
    behind(
        app,
        update(Task)
        .where(Task.id == duty.id)
        .values(due_on=long_ago, open_due=long_ago, next_rung="supervision", next_rung_at=clock.now()),
    )
    sweep(app)
    [row] = make.rows(Supervision)
    return row


def a_workday() -> date:
    day = clock.today() + timedelta(days=3)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


@pytest.mark.shows("reminders.2", "A30")
def test_a_leader_issues_a_draft_by_name_and_the_desk_reads_it(make: Maker, console: Enter, draft: Supervision) -> None:
    desk = console("county_lead")
    page = desk.get(f"/console/supervisions/{draft.id}")
    assert "督办单草稿" in page.text
    assert f"/console/supervisions/{draft.id}" in desk.get("/console/supervisions/").links

    wrong = desk.press(page, "/issue", reason="请抓紧办结", new_due_on=(clock.today() - timedelta(days=1)).isoformat())
    done = desk.press(page, "/issue", reason="请抓紧办结", new_due_on=a_workday().isoformat())

    assert (wrong.status, "新期限要在明天以后" in wrong.text) == (422, True)
    assert wrong.form("/issue").values["reason"] == "请抓紧办结"
    assert "已签发" in done.text
    village = console("village")
    assert "受理申报" in village.get("/console/supervisions/").text
    own = village.get(f"/console/supervisions/{draft.id}")
    assert "理由：请抓紧办结" in own.text
    assert not [form for form in own.forms if "/issue" in form.action]
    assert "县里督办" in village.get(f"/console/cases/{draft.case_id}").text
    assert console("next_village").get(f"/console/supervisions/{draft.id}").status == 404


@pytest.mark.shows("reminders.2")
def test_a_draft_may_be_dropped_and_only_by_a_leader(make: Maker, console: Enter, draft: Supervision) -> None:
    clerk = console("county_op")
    assert not [form for form in clerk.get(f"/console/supervisions/{draft.id}").forms if "/drop" in form.action]
    refused = clerk.send(f"/console/supervisions/{draft.id}/drop", reason="不用")

    done = console("county_lead")
    page = done.press(done.get(f"/console/supervisions/{draft.id}"), "/drop", reason="雨天路断，情有可原")

    assert refused.status_code == 403
    assert "不予签发" in page.text
    assert [row.standing for row in make.rows(Supervision)] == ["dropped"]


@pytest.mark.shows("reminders.2")
def test_a_deputy_is_named_and_the_deputyship_ended_at_the_console(make: Maker, console: Enter, cast: Cast) -> None:
    desk, away, deputy = console("town_lead"), cast.staff_id("village"), cast.staff_id("next_village")
    form = desk.get("/console/deputies/")
    today = clock.today()
    typed = {
        "role": "VILLAGE",
        "region_code": VILLAGE,
        "deputy_id": deputy,
        "stands_for": away,
        "from_on": today.isoformat(),
        "until_on": (today + timedelta(days=5)).isoformat(),
        "why": "到县里培训",
    }

    wrong = desk.press(form, "/deputies/", **{**typed, "until_on": (today - timedelta(days=1)).isoformat()})
    done = desk.press(form, "/deputies/", **typed)

    assert (wrong.status, wrong.form("/deputies/").values["why"]) == (422, "到县里培训")
    assert "赵邻村" in done.text
    assert "王村干" in done.text
    lent = [row for row in make.rows(Identity) if row.staff_id == deputy and row.region_code == VILLAGE]
    assert [row.ended_at for row in lent] == [None]

    ended = desk.press(done, "/end")

    assert "权限已经收回" in ended.text
    assert [row.ended_at is not None for row in make.rows(Deputy)] == [True]
    assert "指定B角" in console("auditor").get(f"/console/audit/?subject=staff:{deputy}").text


@pytest.mark.shows("reminders.2")
@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"deputy_id": "auditor"}, "系统管理员和审计员不能代办业务"),
        ({"deputy_id": "town_lead"}, "不能指定自己"),
        ({"stands_for": "head"}, "这个人不在这个岗位上"),
        ({"role": "AUDIT"}, "不能指定B角"),
        ({"role": "KING"}, "请选择岗位"),
        ({"from_on": "soon"}, "日期不对"),
        ({"region_code": "130126101201"}, "只能给本辖区的岗位指定"),
    ],
)
def test_who_is_no_deputy(make: Maker, console: Enter, cast: Cast, change: dict[str, str], complaint: str) -> None:
    desk = console("town_lead")
    today = clock.today()
    typed: dict[str, object] = {
        "role": "VILLAGE",
        "region_code": VILLAGE,
        "deputy_id": cast.staff_id("next_village"),
        "from_on": today.isoformat(),
        "until_on": today.isoformat(),
        "why": "休假",
    }
    named = {key: cast.staff_id(value) if value in Cast.LOGINS else value for key, value in change.items()}

    page = desk.press(desk.get("/console/deputies/"), "/deputies/", **{**typed, **named})

    assert page.status in {403, 422}
    assert complaint in page.text
    assert make.rows(Deputy) == []


@pytest.mark.shows("reminders.2")
def test_a_duty_is_pressed_for_and_put_off_where_it_is_listed(
    make: Maker, console: Enter, cast: Cast, app: Flask
) -> None:
    cast.staff_id("village")
    case_id = make.case()
    duty = make.duty(case_id)
    later = clock.today() + timedelta(days=20)
    behind(app, update(Task).where(Task.id == duty.id).values(due_on=later, open_due=later))
    lead, village = console("town_lead"), console("village")

    pressed = lead.press(lead.get(f"/console/cases/{case_id}"), "/nudge")
    again = lead.press(lead.get(f"/console/cases/{case_id}"), "/nudge")
    put_off = village.press(
        village.get(f"/console/cases/{case_id}"), "/snooze", until_on=a_workday().isoformat(), why="那家人不在村里"
    )
    wrong = village.press(village.get(f"/console/cases/{case_id}"), "/snooze", until_on="", why="忙")

    assert "已催办" in pressed.text
    assert "今天" in again.text
    assert "已经催办过" in again.text
    assert "已推迟" in put_off.text
    assert "请选择日期" in wrong.text
    assert (len(make.rows(Nudge)), len(make.rows(Snooze))) == (1, 1)
    assert not [form for form in village.get(f"/console/cases/{case_id}").forms if "/nudge" in form.action]


@pytest.mark.shows("reminders.2")
def test_what_is_late_is_pressed_for_from_the_queue(make: Maker, console: Enter, app: Flask, cast: Cast) -> None:
    cast.staff_id("village")
    make.case()
    behind(app, update(Task).values(due_on=date(2026, 1, 5), open_due=date(2026, 1, 5)))
    desk = console("town_lead")

    page = desk.press(desk.get("/console/queue/?tab=late"), "/nudge")

    assert "已催办" in page.text
    assert len(make.messages(kind="nudge")) >= 1


@pytest.mark.shows("reminders.3")
def test_the_bell_counts_and_the_inbox_shows_what_never_left_the_program(
    make: Maker, console: Enter, app: Flask, cast: Cast
) -> None:
    cast.staff_id("village")
    make.case()
    sweep(app)
    desk = console("village")
    queue = desk.get("/console/queue/")
    assert "条没看" in queue.text

    inbox = desk.get("/console/inbox/")
    assert "受理申报" in inbox.text
    assert "张三" not in inbox.text
    read = desk.press(inbox, "/inbox/read")

    assert "条没看" not in read.text
    assert [row.read_at is not None for row in make.messages(recipient=f"staff:{cast.staff_id('village')}")] == [True]
    assert "消息" not in console("auditor").get("/console/audit/").words
