"""What a department sends becomes the villages' duties, and its verdicts go back to it (seeds 001, 003)."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.models import AuditRow, Case, Clue, Task
from backend.services import clues
from backend.services.clues import ClueForm
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from tests.admin.desk import Desk
from tests.admin.pages import Page
from tests.checks import following, morning
from tests.people import OTHER_VILLAGE, VILLAGE, Cast, Maker, id_number
from tests.services.desks import Desks

Enter = Callable[[str], Desk]
DAY = date(2026, 3, 9)
LIST = f"""村\t户主姓名\t困难\t身份证号\t电话\t金额
{VILLAGE}\t张三\t因病\t{id_number(1)}\t13800000001\t26000
{OTHER_VILLAGE}\t李四\t因病
没有这个村\t王五\t因病
{VILLAGE}\t赵六\t因病\t\t\t800元
{VILLAGE}\t钱七\t缺钱
{VILLAGE}\t孙八
{VILLAGE}\t周九\t因病\t\t\t很多
"""


@pytest.fixture(autouse=True)
def in_march(app: Flask) -> Iterator[None]:
    with following(app), morning(DAY):
        yield


def take(desk: Desk, lines: str = LIST, **typed: Any) -> Page:
    form = {"department": "medical_insurance", "number": "三月第一批", "found_on": "2026-03-05", "lines": lines}
    return desk.press(desk.get("/console/alert-lists/"), "/alert-lists/", **{**form, **typed})


def families(desk: Desk, source: str = "医保局 三月第一批") -> Page:
    return desk.get(f"/console/alert-lists/families?list={source}")


def pressed(desk: Desk, page: Page, path_ends: str, **typed: Any) -> TestResponse:
    form = page.form(path_ends)
    return desk.client.post(form.action, data={**form.values, **typed})


@pytest.mark.shows("procedure.1", "B56", "C13", "B58")
def test_each_family_of_a_list_is_its_villages_duty_and_every_line_is_reported(console: Enter, make: Maker) -> None:
    page = take(console("county_op"))

    assert page.status == 200
    assert "新立案2户" in page.text
    assert "没有录入4户" in page.text
    assert "本县没有找到“没有这个村”" in page.text
    assert "困难种类要写本县字典里的" in page.text
    assert "一行要有" in page.text
    assert "金额要写整数的元" in page.text
    cases = {case.head_name: case for case in make.rows(Case)}
    assert set(cases) == {"张三", "李四"}
    duties = {task.owner_region: task for task in make.rows(Task)}
    assert set(duties) == {VILLAGE, OTHER_VILLAGE}
    assert {(task.kind, task.role) for task in duties.values()} == {(Kind.ACCEPT, "VILLAGE")}
    assert {case.discovered_on for case in cases.values()} == {date(2026, 3, 5)}
    assert {clue.source_no for clue in make.rows(Clue)} == {"医保局 三月第一批"}


@pytest.mark.shows("procedure.5", "C09")
def test_the_countys_standard_says_from_how_much_on_a_line_goes_down(console: Enter, make: Maker, app: Flask) -> None:
    few = f"{VILLAGE},赵六,因病,,,800\n{VILLAGE},吴一,因学,,,800"
    first = take(console("county_op"), few)
    with following(app, numbers={"screening_illness": 500, "screening_schooling": 1000}), morning(DAY):
        desk = console("county_op")
        standards = desk.get("/console/alert-lists/").text
        second = take(desk, few, number="三月第二批")

    assert "未到标准1户" in first.text
    assert "没有到本县10000元的筛查标准" in first.text
    assert "因病，个人负担500元起；因学，个人负担1000元起" in standards
    assert "没有到本县1000元的筛查标准" in second.text
    assert sorted(clue.head_name for clue in make.rows(Clue)) == ["吴一", "赵六"]


@pytest.mark.shows("procedure.1", "B56")
def test_the_same_list_again_changes_nothing(console: Enter, make: Maker) -> None:
    desk = console("county_op")
    take(desk)
    before = len(make.rows(Clue))

    again = take(desk)
    third = take(desk, f"{VILLAGE},张三,因病,{id_number(2)}\n{VILLAGE},张三,因病,{id_number(2)}")

    assert "名单里已有2户" in again.text
    assert "新立案1户" in third.text, "another man of the same name, told apart by his number"
    assert "名单里已有1户" in third.text
    assert len(make.rows(Clue)) == before + 1


@pytest.mark.shows("procedure.1", "C07", "C15")
def test_what_comes_from_above_and_what_the_village_sees_meet_in_one_case(
    console: Enter, make: Maker, cast: Cast
) -> None:
    take(console("county_op"))
    with cast.acting("village") as by:
        same = clues.report(
            ClueForm("visit_find", VILLAGE, "张三", "上门看见药单一大叠", id_number=id_number(1)), by=by
        )
        beside = clues.report(ClueForm("visit_find", VILLAGE, "郑十", "对照名单走访时发现，邻居家断粮"), by=by)

    listed = next(clue for clue in make.rows(Clue) if clue.head_name == "张三" and clue.channel == "dept_alert")
    assert (same.case_id, same.joined) == (listed.case_id, True)
    assert beside.case_id != listed.case_id
    visit = next(task for task in make.rows(Task) if task.case_id == beside.case_id)
    assert (visit.kind, visit.open_due is not None) == (Kind.ACCEPT, True)


@pytest.mark.shows("procedure.1", "B56")
def test_verdicts_go_back_to_the_office_and_the_audit_knows_who_took_them(
    console: Enter, make: Maker, cast: Cast
) -> None:
    desk = console("county_op")
    take(desk)
    listed = next(clue for clue in make.rows(Clue) if clue.head_name == "李四")
    version = next(task.version for task in make.rows(Task) if task.case_id == listed.case_id)
    with cast.acting("other_reviewer") as by:
        clues.close(listed.case_id, by=by, version=version, reason=Reason(("not_found",), "村里没有这户人"))

    overview, page = desk.get("/console/alert-lists/"), families(desk)
    file = pressed(desk, page, "/answers")

    assert "医保局 三月第一批 部门预警 2026年3月9日 09:00 2 1 1户" in overview.text
    assert "查无此户" in page.text
    assert "受理申报" in page.text
    text = file.get_data(as_text=True)
    assert text.startswith('\ufeff"医保局 三月第一批核实反馈"')
    assert "导出人：陈业务（县业务员）" in text
    assert '"李四","因病","2026-03-09","查无此户","已终止"' in text
    assert '"张三","因病","2026-03-09","还在核实","待受理"' in text
    assert "filename*=UTF-8''" in file.headers["Content-Disposition"]
    rows = {row.action: row for row in make.rows(AuditRow)}
    assert rows["take_alert_list"].detail == {"source": "医保局 三月第一批", "rows": 5}
    assert rows["hand_out_list"].detail["rows"] == 2
    said = console("auditor").get("/console/audit/?subject=list:130126").text
    assert "送出名单" in said


@pytest.mark.shows("procedure.1", "C13")
def test_a_township_follows_its_own_families_of_a_list_and_nobody_elses(console: Enter, make: Maker) -> None:
    take(console("county_op"))

    page = families(console("reviewer"))
    village, elsewhere = console("next_village"), console("other_reviewer")

    assert "张三" in page.text
    assert "李四" not in page.text
    assert "李四" in families(elsewhere).text
    assert families(village).status == 404
    assert not [form for form in page.forms if form.action.endswith("/answers")]
    assert elsewhere.send("/console/alert-lists/answers", list="医保局 三月第一批").status_code == 403
    typed = {"department": "water", "number": "1", "found_on": "2026-03-05", "channel": "dept_alert", "lines": LIST}
    assert elsewhere.send("/console/alert-lists/", **typed).status_code == 403


@pytest.mark.shows("procedure.1", "B56")
def test_whom_the_county_watches_already_is_set_apart(app: Flask, console: Enter, cast: Cast, make: Maker) -> None:
    desks = Desks(app, cast, make)
    desks.family("冯一一", id_number=id_number(7))
    desks.village()
    desks.township_and_county()
    with morning(desks.today):
        page = take(console("county_op"), f"{VILLAGE},冯一一,因病,{id_number(7)}", found_on=desks.today.isoformat())

    assert make.state(desks.case_id) == State.MONITORED
    assert "已在监测1户" in page.text
    assert len(make.rows(Case)) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"department": "nobody"}, "请选择是哪个部门的名单"),
        ({"number": " "}, "请"),
        ({"found_on": "2026-03-10"}, "不能晚于今天"),
        ({"found_on": "昨天"}, "日期不对"),
        ({"channel": "petition"}, "请选择名单从哪里来"),
        ({"lines": "  \n,,,\n"}, "名单是空的"),
    ],
)
@pytest.mark.shows("procedure.1")
def test_a_paper_that_cannot_be_is_said_so_and_what_was_typed_stays(
    console: Enter, make: Maker, typed: dict[str, str], said: str
) -> None:
    page = take(console("county_op"), **{"lines": LIST, **typed})

    assert page.status == 422
    assert said in page.text
    assert make.rows(Case) == []
    assert page.form("/alert-lists/").values["lines"].strip() == typed.get("lines", LIST).strip()
