"""The ledger that nobody types, what leaves of it and to whom, and the board of a place."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.access.permissions import Action
from backend.models import AuditRow, Case, HomeCheck
from backend.policy import load_preset
from backend.services import announcements, batches, csv_papers, home_checks
from backend.services.batches import Proposal
from backend.services.boards import WAY_OF, Course, pace_of, ways_of
from backend.services.judgements import JudgementForm
from backend.workflow.states import Kind, State
from tests.admin.desk import Desk
from tests.checks import following, form, morning
from tests.people import OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast, Maker
from tests.services.desks import FRIDAY, Desks
from tests.services.sitting import Village

Enter = Callable[[str], Desk]
KINDS = {"ordinary": ("marginal", False), "formerly poor": ("lifted_unstable", True)}


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker) -> Iterator[Desks]:
    with following(app):
        yield Desks(app, cast, make)


def watched(desks: Desks, head_name: str, **changes: object) -> int:
    """Walk a family to the end: it is watched."""
    case_id = desks.family(head_name, **changes)
    desks.village()
    desks.township_and_county()
    assert desks.make.state(case_id) == State.MONITORED
    return case_id


def press(desk: Desk, path: str, ends: str, **typed: str) -> TestResponse:
    sent = desk.get(path).form(ends)
    return desk.client.post(sent.action, data={**sent.values, **typed})


@pytest.mark.shows("procedure.2", "A14", "B40", "C20")
def test_a_watched_family_is_in_the_ledger_with_what_each_step_wrote_down(desks: Desks, console: Enter) -> None:
    watched(desks, "张三", risk="housing")
    desks.family("李四")
    with morning(desks.today + timedelta(days=20)):
        page = console("town_op").get("/console/ledger/")
        nobody = console("other_reviewer").get("/console/ledger/")

    assert "张三" in page.text
    assert "李四" not in page.text, "a family under way is not watched yet"
    assert "住房安全" in page.text
    assert "小程序申报" in page.text
    assert "张三" not in nobody.text
    assert console("auditor").get("/console/ledger/").status == 403


@pytest.mark.shows("A14", "B58", "C12")
def test_the_ledger_leaves_as_a_file_that_says_who_took_it(desks: Desks, console: Enter, make: Maker) -> None:
    watched(desks, "张三")
    with morning(desks.today):
        file = press(console("town_op"), "/console/ledger/", "/ledger/file")
        county = press(console("county_op"), f"/console/ledger/?township={TOWNSHIP}", "/ledger/file")
        elsewhere = press(console("county_op"), "/console/ledger/?township=130126101", "/ledger/file")
        refused = console("village").send("/console/ledger/file")

    text = file.get_data(as_text=True)
    assert text.startswith("\ufeff")
    assert "监测对象台账" in text
    assert "导出人：孙信息（乡镇信息员）" in text
    assert '"户主","人口","监测类别"' in text
    assert '"张三"' in text
    assert '"张三"' in county.get_data(as_text=True)
    assert '"张三"' not in elsewhere.get_data(as_text=True)
    assert refused.status_code == 403
    taken = [row for row in make.rows(AuditRow) if row.action == "export_ledger"]
    assert [row.detail["rows"] for row in taken] == [1, 1, 0]
    assert all(len(row.detail["sha256"]) == 64 for row in taken)


@pytest.mark.shows("B53", "C12")
def test_an_office_gets_the_families_whose_risk_is_its_own_and_only_the_columns_that_it_needs(
    desks: Desks, console: Enter, make: Maker
) -> None:
    watched(desks, "张三", risk="housing", phone="13800000001")
    watched(desks, "李四", risk="illness")
    with morning(desks.today):
        desk = console("county_op")
        housing = press(desk, "/console/ledger/", "/ledger/offices", office="housing").get_data(as_text=True)
        nobody = press(desk, "/console/ledger/", "/ledger/offices", office="forestry")
        township = console("town_op")

    assert '"张三"' in housing
    assert "李四" not in housing
    assert "因病" not in housing
    assert "13800000001" not in housing
    assert "送住建局，对口帮扶" in housing
    assert nobody.status_code == 422
    assert township.send("/console/ledger/offices", office="housing").status_code == 403
    [row] = [row for row in make.rows(AuditRow) if row.action == "hand_out_list"]
    assert (row.detail["source"], row.detail["rows"]) == ("住建局", 1)


@pytest.mark.shows("console.4")
@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@sum(a1)", "\t=1"])
def test_no_name_becomes_a_formula(text: str) -> None:
    assert csv_papers.cell(text) == f"'{text}"
    assert csv_papers.cell("张三") == "张三"


@pytest.mark.shows("procedure.1", "D01")
@pytest.mark.parametrize("family", KINDS)
def test_every_rural_family_may_be_watched_whether_it_was_poor_before_or_not(
    desks: Desks, make: Maker, family: str
) -> None:
    category, was_lifted = KINDS[family]
    desks.family("张三")
    desks.take(Action.ACCEPT, "village", Kind.ACCEPT)
    check = form(was_lifted=was_lifted, category=category, visited_on=desks.today)
    with desks.as_("village") as by:
        home_checks.file_check(desks.case_id, by=by, version=desks.version(Kind.VISIT), form=check)

    [row], [case] = make.rows(HomeCheck), make.rows(Case)
    assert row.category_proposed == category
    assert case.state == State.FOUND


@pytest.mark.shows("A28", "B26")
def test_a_village_sees_on_its_board_what_waits_for_it_and_what_waits_for_others(desks: Desks, console: Enter) -> None:
    desks.family("张三")
    desks.family("李四")
    desks.to_the_township()
    with morning(desks.today + timedelta(days=9)):
        village, township = console("village").get("/console/board/"), console("reviewer").get("/console/board/")
        county, elsewhere = console("county_op").get("/console/board/"), console("next_village").get("/console/board/")

    assert "正在办 等村里 等乡镇 等县里 有超期 已纳入" in village.text
    assert " 2 2 1 0 2户 0" in village.text
    assert " 2 2 1 0 2户 0" in township.text
    assert " 2 2 1 0 2户 0" in county.text
    assert "现在没有正在办的户" in elsewhere.text
    assert console("auditor").get("/console/board/").status == 403


@pytest.mark.shows("D03", "D10", "D23")
def test_the_board_says_in_days_how_long_the_way_takes_and_how_many_kept_their_day(
    desks: Desks, console: Enter
) -> None:
    watched(desks, "张三")
    days = (desks.today - FRIDAY).days
    with morning(desks.today):
        page = console("county_op").get("/console/board/")
        elsewhere = console("other_village").get("/console/board/")
    with morning(desks.today + timedelta(days=91)):
        later = console("county_op").get("/console/board/")

    assert f"发现到有结果 {days}天" in page.text
    assert "发现到录入 0天" in page.text
    assert "1户，共1户" in page.text
    assert (
        "农户自主申报 1户，占100% 乡村干部排查 0户，占0% 部门筛查预警 0户，占0% 信访、媒体、督查 0户，占0%" in page.text
    )
    assert "有结果的0户" in elsewhere.text
    assert "有结果的0户" in later.text


@pytest.mark.shows("D03")
def test_the_middle_family_is_shown_and_who_never_got_help_first_does_not_count_there() -> None:
    def course(visited: int, ended: int, helped: int | None = None) -> Course:
        at = [FRIDAY + timedelta(days=each) for each in (visited, ended)]
        help_on = FRIDAY + timedelta(days=helped) if helped is not None else None
        return Course(FRIDAY, FRIDAY, FRIDAY + timedelta(days=15), at[1], at[0], help_on)

    pace = pace_of([course(2, 10), course(3, 15, helped=1), course(9, 30)])

    assert (pace.ended, pace.in_time) == (3, 2)
    assert (pace.to_visit, pace.to_decision, pace.to_help) == (3, 15, 1)
    assert pace_of([]).to_visit is None


@pytest.mark.shows("D10")
def test_every_channel_is_one_of_the_three_ways_or_says_that_it_is_none() -> None:
    channels = load_preset("NATIONAL").dictionaries["channels"]
    day = (FRIDAY,) * 4

    assert set(channels) - set(WAY_OF) == {"petition", "media", "inspect"}
    assert ways_of(Course(*day, channel=each) for each in channels) == {
        "农户自主申报": 5,
        "乡村干部排查": 3,
        "部门筛查预警": 3,
        "信访、媒体、督查": 3,
    }


@pytest.mark.shows("D03", "B26", "B37")
def test_a_county_sees_its_townships_and_a_township_its_villages(desks: Desks, console: Enter) -> None:
    desks.family("张三")
    desks.family("李四", village_code=OTHER_VILLAGE)
    with morning(FRIDAY):
        county, township = console("county_op").get("/console/board/"), console("reviewer").get("/console/board/")

    assert county.text.count("合计") == 1
    assert "合计" not in township.text
    assert VILLAGE[:9] != OTHER_VILLAGE[:9]


@pytest.mark.shows("procedure.2", "A14")
def test_meeting_notice_document_and_receipt_stand_in_the_ledger_though_nobody_typed_it(
    app: Flask, cast: Cast, make: Maker, console: Enter
) -> None:
    with following(app):
        village, desks = Village(app, cast, make), Desks(app, cast, make)
        [case_id] = village.agreed("张三")
        village.posted(case_id)
        desks.go_to(case_id)
        desks.today = village.today
        desks.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
        while desks.duties(Kind.DEPARTMENT_CHECK):
            desks.take(Action.CHECK_DEPARTMENT, "second_reviewer", Kind.DEPARTMENT_CHECK)
        desks.judge(Action.PASS_ON, "reviewer", form=JudgementForm(opinion="情况属实", category="marginal"))
        with desks.as_("county_op") as by:
            batch = batches.prepare("灵防贫〔2026〕1号", desks.today, by=by, proposals=[Proposal(case_id)]).id
        with desks.as_("county_lead") as by:
            batches.sign(batch, by=by)
        version = desks.version(Kind.ANNOUNCE)
        with desks.as_("town_op") as by:
            announcements.announce(case_id, "灵防贫〔2026〕2号", by=by, version=version)
        version = desks.version(Kind.ENTER_NATIONAL)
        with desks.as_("town_op") as by:
            announcements.enter_national(case_id, "GJ-001", desks.today, by=by, version=version)
        with morning(desks.today):
            file = press(console("county_op"), "/console/ledger/", "/ledger/file")

    heading, row = list(csv.reader(io.StringIO(file.get_data(as_text=True))))[2:]
    line = dict(zip(heading, row, strict=True))
    assert (line["户主"], line["人口"], line["监测类别"]) == ("张三", "4", "边缘易致贫户")
    assert (line["发现日期"], line["评议日期"]) == ("2026-03-06", "2026-03-06")
    assert (line["公示起"], line["公示止"]) == ("2026-03-06", "2026-03-11")
    assert line["审定文号"] == "灵防贫〔2026〕1号"
    assert line["公告日期"] == line["纳入日期"] == desks.today.isoformat()
    assert (line["国家系统编号"], line["包保责任人"]) == ("GJ-001", "")
