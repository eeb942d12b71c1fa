"""The county's leader changes the rules and the calendar, and sees first what that does and does not move."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from backend import clock
from backend.models import PolicyVersion, WorkdayOverride
from backend.services import calendars, redating
from tests.admin.desk import Desk
from tests.admin.pages import Page
from tests.people import Cast, Maker

Enter = Callable[[str], Desk]
FRIDAY = datetime(2026, 9, 4, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_a_friday() -> Iterator[None]:
    with clock.at(FRIDAY):
        yield


def _draft(desk: Desk, **typed: str) -> Page:
    page = desk.get("/console/rules/edit")
    return desk.press(page, "/rules/edit", **{"from_on": "2026-09-04", "reason": "县政府2026年第3号文", **typed})


@pytest.mark.shows("procedure.5", "console.6")
def test_a_county_changes_a_limit_and_only_new_cases_follow_it(console: Enter, make: Maker) -> None:
    old = make.case()
    desk = console("county_lead")

    preview = _draft(desk, **{"limits.T_ACCEPT": "2", "limits.T_VISIT": "1"})
    saved = desk.press(preview, "/rules/")
    new = make.case(id_number=None, openid="another")

    assert "1户" in preview.text.replace(" ", "")
    assert "期限一件也不变" in preview.text
    assert "1 天 2 天" in preview.text
    assert "第2版" in saved.text
    assert make.duty(old).due_on == date(2026, 9, 5)
    assert make.duty(new).due_on == date(2026, 9, 6)
    shown = desk.get("/console/rules/?group=limits")
    assert "预置是：1 天" in shown.text
    assert "本县改定" in shown.text


@pytest.mark.shows("procedure.5", "console.6")
def test_the_history_says_who_changed_what_when_and_why(console: Enter, make: Maker) -> None:
    desk = console("county_lead")
    desk.press(_draft(desk, **{"flags.compare_skippable": "yes"}), "/rules/")

    page = desk.get("/console/rules/history")

    assert "褚县长" in page.text
    assert "县政府2026年第3号文" in page.text
    assert "经批准可以不比对 否 是" in page.text
    assert page.text.index("第2版") < page.text.index("第1版")
    audited = console("auditor").get("/console/audit/?subject=policy:130126")
    assert "修改规则" in audited.text
    assert "第2版；从9月4日（周五）起；理由：县政府2026年第3号文" in audited.text


@pytest.mark.shows("procedure.5", "console.6")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"limits.T_VISIT": "两天"}, "请写天数"),
        ({"limits.T_VISIT": "-1"}, "请写天数"),
        ({"limits.T_VISIT": "99999"}, "请写天数"),
        ({"limits.T_VISIT.unit": "h"}, "请写天数"),
        ({"limits.T_PUBLIC": "4"}, "公示不得少于"),
        ({"limits.T_VISIT": "30"}, "装不下各步"),
        ({"numbers.quorum_thirds": "1.5"}, "请写整数"),
        ({"numbers.quorum_thirds": "9999999"}, "整数"),
        ({"flags.compare_position": "nowhere"}, "没有定义"),
        ({"texts.hotline": " "}, "要写文字"),
        ({"preset": "MARS"}, "没有这一套预置"),
        ({"from_on": "2026-09-03", "limits.T_CLUE": "2"}, "不能早于今天"),
        ({"from_on": "", "limits.T_CLUE": "2"}, "请选择日期"),
        ({"reason": " ", "limits.T_CLUE": "2"}, "请"),
        ({}, "没有改动"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field_and_nothing_is_saved(
    console: Enter, make: Maker, typed: dict[str, str], said: str
) -> None:
    desk = console("county_lead")

    page = _draft(desk, **typed)

    assert page.status == 422
    assert said in page.text
    assert len(make.rows(PolicyVersion)) == 1
    kept = page.form("/rules/edit").values
    assert kept["reason"] == typed.get("reason", "县政府2026年第3号文")


@pytest.mark.shows("procedure.5", "console.6")
def test_two_leaders_do_not_overwrite_each_other(console: Enter, make: Maker) -> None:
    first, second = console("county_lead"), console("county_lead")
    slow = _draft(second, **{"limits.T_CLUE": "2"})
    first.press(_draft(first, **{"limits.T_FIX": "12"}), "/rules/")

    page = second.press(slow, "/rules/")

    assert page.status == 409
    assert "刚才有人改过规则" in page.text
    assert len(make.rows(PolicyVersion)) == 2


@pytest.mark.shows("procedure.5", "console.6")
def test_a_county_takes_another_preset_and_keeps_its_own_values(console: Enter, make: Maker) -> None:
    desk = console("county_lead")
    desk.press(_draft(desk, **{"limits.T_CLUE": "2"}), "/rules/")

    preview = _draft(desk, preset="HAINAN_2021")
    desk.press(preview, "/rules/")

    assert "全程 15 天 20 个工作日" in preview.text
    assert "线索核对" not in preview.text
    row = max(make.rows(PolicyVersion), key=lambda each: each.version)
    assert (row.preset, row.changes["limits"]) == ("HAINAN_2021", {"T_CLUE": "2d"})


@pytest.mark.shows("procedure.5", "console.6")
@pytest.mark.parametrize("login", ["reviewer", "village", "county_op", "admin", "auditor"])
def test_only_the_countys_leader_sees_and_changes_the_rules(console: Enter, make: Maker, login: str) -> None:
    desk = console(login)

    shown = desk.get("/console/rules/")
    typed = {"version": "1", "from_on": "2026-09-04", "reason": "想改", "limits.T_CLUE": "2", "limits.T_CLUE.unit": "d"}
    sent = desk.send("/console/rules/", **typed)

    assert (shown.status, sent.status_code) == (403, 403)
    assert len(make.rows(PolicyVersion)) == 1
    assert "/console/rules/" not in desk.get("/console/").links


def _working_days(desk: Desk) -> None:
    typed = {"limits.T_ACCEPT": "1", "limits.T_ACCEPT.unit": "wd", "limits.T_TOTAL": "30"}
    saved = desk.press(_draft(desk, **typed), "/rules/")
    assert saved.status == 200, saved.text


@pytest.mark.shows("procedure.6", "console.6")
def test_a_county_holiday_says_first_which_duties_move_and_the_old_date_is_kept(
    console: Enter, make: Maker, app: Flask
) -> None:
    desk = console("county_lead")
    _working_days(desk)
    case_id = make.case()
    before = make.duty(case_id).due_on

    page = desk.get("/console/calendar/?year=2026")
    preview = desk.press(page, "/calendar/change", day="2026-09-07", works="rest", source="县政府放假通知")
    untouched = make.rows(WorkdayOverride)
    done = desk.press(preview, "/calendar/")
    with app.app_context():
        redating.recompute_all_dates()

    assert before == date(2026, 9, 7)
    assert "有 1 件待办要换期限" in preview.text
    assert "张三" in preview.text
    assert untouched == []
    assert "县政府放假通知" in done.text
    task = make.duty(case_id)
    assert (task.due_on, task.detail["was_due"]) == (date(2026, 9, 8), ["2026-09-07"])


@pytest.mark.shows("procedure.6", "console.6")
def test_the_countys_day_is_taken_back_and_the_dates_return(console: Enter, make: Maker, app: Flask) -> None:
    desk = console("county_lead")
    _working_days(desk)
    case_id = make.case()
    for works, source in (("rest", "县政府放假通知"), ("official", "通知作废")):
        page = desk.get("/console/calendar/?year=2026")
        desk.press(desk.press(page, "/calendar/change", day="2026-09-07", works=works, source=source), "/calendar/")
        with app.app_context():
            redating.recompute_all_dates()

    assert make.rows(WorkdayOverride) == []
    task = make.duty(case_id)
    assert (task.due_on, task.detail["was_due"]) == (date(2026, 9, 7), ["2026-09-07", "2026-09-08"])
    audited = console("auditor").get("/console/audit/?subject=calendar:130126")
    assert "9月7日（周一）；改为休息" in audited.text
    assert "照国务院的安排" in audited.text
    assert audited.text.index("通知作废") < audited.text.index("县政府放假通知")


@pytest.mark.shows("procedure.6", "console.6")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"works": "work"}, "本来就上班"),
        ({"works": "sleep"}, "请选择这一天上班还是休息"),
        ({"day": "2026-02-30"}, "日期不对"),
        ({"day": ""}, "请选择日期"),
        ({"day": "1999-01-04"}, "请选2021年到2035年的日子"),
        ({"source": "  "}, "请写明依据"),
    ],
)
def test_a_day_that_cannot_be_changed_so_is_said_so(
    console: Enter, make: Maker, typed: dict[str, str], said: str
) -> None:
    desk = console("county_op")
    page = desk.get("/console/calendar/")

    answer = desk.press(page, "/calendar/change", **{"day": "2026-09-07", "works": "rest", "source": "通知", **typed})

    assert answer.status == 422
    assert said in answer.text
    assert make.rows(WorkdayOverride) == []


@pytest.mark.shows("procedure.6", "console.6")
def test_a_year_shows_its_holidays_and_make_up_days_and_an_unpublished_one_says_so(console: Enter) -> None:
    desk = console("county_op")

    known, unknown = desk.get("/console/calendar/?year=2026"), desk.get("/console/calendar/?year=2027")

    assert "国庆节" in known.text
    assert '<a class="day-makeup"' in known.html
    assert "暂定" not in known.text
    assert "国务院还没有公布" in unknown.text
    assert desk.get("/console/calendar/?year=abc&day=x").status == 200


def test_a_township_does_not_change_the_calendar(console: Enter, make: Maker) -> None:
    desk = console("reviewer")

    sent = desk.send("/console/calendar/", day="2026-09-07", works="rest", source="自己放假")

    assert (desk.get("/console/calendar/").status, sent.status_code) == (403, 403)
    assert make.rows(WorkdayOverride) == []


@pytest.mark.shows("console.6")
def test_a_preview_looks_at_so_many_duties_and_says_when_there_are_more(
    make: Maker, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for serial in range(3):
        make.case(openid=f"farmer-{serial}", id_number=None, head_name=f"张{'甲乙丙'[serial]}")
    monkeypatch.setattr(calendars, "MOST_LOOKED", 2)

    with cast.acting("county_op") as by:
        many = calendars.shift_of(date(2020, 1, 6), is_workday=False, by=by)
        none = calendars.shift_of(date(2035, 12, 31), is_workday=False, by=by)

    assert (many.looked, many.is_cut) == (2, True)
    assert (none.looked, none.is_cut) == (0, False)
