"""Every paper (文书), made for families and offices brought there by the services, and read again as Word reads it."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.errors import NotAllowed, NotFound, NotPossibleNow
from backend.models import Assignment, AuditRow, Inspected, Supervision
from backend.services import clues, home_checks, inspections, notices, rechecks, supervisions
from backend.services.papers import making
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from tests.admin.test_supervision_at_the_console import a_workday, draft  # noqa: F401 - a fixture
from tests.checks import form as check_form
from tests.jobs.ladder import signed_in
from tests.people import Cast, Maker, id_number
from tests.services.desks import Desks
from tests.services.papers import printed
from tests.services.sitting import Village
from tests.services.test_clues import clue_form
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.test_removals import AUTUMN, WayOut
from tests.services.test_supervision_by_meeting import sit
from tests.services.watching import households

pytestmark = pytest.mark.shows("console.4")
COUNTY_CALLS = "灵寿县：0311-82520000"


@pytest.fixture
def kind() -> str:
    return "sqlite"  # what a paper says is the same on both


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker, preset: Any) -> Desks:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    return Desks(app, cast, make)


def checked(desks: Desks) -> None:
    """Let a family be accepted, checked at home by two, and its head sign."""
    desks.take(Action.ACCEPT, "village", Kind.ACCEPT)
    with desks.as_("village") as by:
        form = check_form(visited_on=desks.today)
        home_checks.file_check(desks.case_id, by=by, version=desks.version(Kind.VISIT), form=form)
    with desks.as_("head") as by:
        home_checks.confirm_check(desks.case_id, by=by, version=desks.version(Kind.CONFIRM_CHECK), agrees=True)
    desks.sign(desks.members()[0])


def test_the_papers_of_a_family_and_its_village_say_what_the_records_say(
    desks: Desks, app: Flask, cast: Cast, make: Maker
) -> None:
    case_id = desks.family(id_number=id_number(1))
    checked(desks)
    desks.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    village = Village(app, cast, make)
    village.today = desks.today
    village.consult(case_id)
    village.meet(case_id, help="修屋顶", words="大家都同意")
    with desks.as_("village") as by:
        receipt = printed("receipt", case_id, by=by)
        authorization = printed("authorization", case_id, by=by)
        check = printed("home_check", case_id, by=by)
        before = printed("before_posting", case_id, by=by)
        blank = printed("home_check_blank", case_id, by=by)
    notice = village.posted(case_id)
    with clock.at(village.now), signed_in(cast, "village") as by:
        text = notices.text_of(notice)
        sheet = printed("notice", notice.id, by=by)
        posted = printed("before_posting", case_id, by=by)
        record = printed("sitting", notice.meeting_id, by=by)

    assert "已经受理" in receipt.words
    assert COUNTY_CALLS in receipt.words
    family, _witnesses = authorization.tables
    assert family[1][:2] == ["张三", "户主"]
    assert "已授权（纸质签字）" in family[1][4]
    assert family[2][:2] == ["李四", "配偶"]
    _, people, income, safety, _signatures = check.tables
    assert people[1][2] == "1371************1X"
    assert ["工资性收入", "18000.00"] in income
    assert ["住房安全", "安全", ""] in safety
    assert "人均收入参考值 6700.00 元" in check.words
    # By hand: who is known is printed, what is to be found out has room, and every choice a box.
    by_hand = next(table for table in blank.tables if table[0][:2] == ["姓名", "关系"])
    assert [row[0] for row in by_hand[1:]] == ["张三", "李四", "", ""]
    assert ["住房安全", "□安全　□有隐患　□不安全", ""] in next(
        t for t in blank.tables if t[0][0] == "项目" and t[0][1] == "结果"
    )
    assert "□因病" in blank.words
    assert "6700.00" not in blank.words
    assert "第三组　张三　4口人　拟定类别：边缘易致贫户" in before.words
    assert "贴满5 天" in before.words
    # The sheet is the checked text line by line, with room for nothing else, and the code as a picture.
    assert [line for line in sheet.words.splitlines() if line] == text.splitlines()
    assert len(sheet.document.inline_shapes) == 1
    assert f"公示已于{village.today.year}年" in posted.words
    _, results, _signatures = record.tables
    assert results[1] == ["1", "张三", "通过", "9", "0", "0", "", "边缘易致贫户", "大家都同意 修屋顶"]
    assert "监督甲" in record.words


def test_a_no_and_the_answer_to_a_recheck_say_why_and_how_to_object(desks: Desks, make: Maker) -> None:
    case_id = desks.family(id_number=id_number(1))
    desks.to_the_township()
    desks.refuse()
    with desks.as_("village") as by:
        refused = printed("not_included", case_id, by=by)
        rechecks.ask(case_id, by=by, words="请再看看")
    with desks.as_("town_lead") as by:
        rechecks.answer(case_id, by=by, version=desks.version(Kind.RECHECK), overturn=False, words="维持原结果")
        answered = printed("recheck_answer", case_id, by=by)

    why = ("家庭有能力应对眼前的困难", "家里能应付", "请民政办理临时救助")
    for part in (*why, "60 天内申请复核", COUNTY_CALLS, "灵寿镇"):
        assert part in refused.words, part
    assert "维持原结果" in answered.words
    rows = [row for row in make.rows(AuditRow) if row.action == Action.MAKE_PAPER]
    assert [(row.subject, row.detail["paper"], row.detail["template"]) for row in rows] == [
        (f"case:{case_id}", "不纳入告知书", 0),
        (f"case:{case_id}", "复核答复书", 0),
    ]
    assert all(len(row.detail["sha256"]) == 64 for row in rows)


@pytest.mark.parametrize(
    ("code", "action", "login", "reason", "said"),
    [
        ("supplement", Action.RETURN_FOR_INFORMATION, "village", Reason(("signature",), "还差配偶的"), "缺签字或手印"),
        ("not_accepted", Action.REFUSE_FORMALLY, "town_op", Reason(("not_of_county",), "户口在外县"), "都不在本县"),
    ],
)
def test_what_is_to_be_supplied_and_what_is_not_taken_on_is_on_paper(
    desks: Desks, code: str, action: Action, login: str, reason: Reason, said: str
) -> None:
    case_id = desks.family(id_number=id_number(1))
    with desks.as_("village") as by, pytest.raises(NotPossibleNow, match="还没有办到这一步"):
        making.make(code, case_id, by=by)
    desks.take(action, login, Kind.ACCEPT, reason)

    with desks.as_("village") as by:
        paper = printed(code, case_id, by=by)

    assert said in paper.words
    assert reason.words in paper.words
    assert COUNTY_CALLS in paper.words


def test_a_family_that_never_declared_hears_the_same_words_on_paper(desks: Desks, make: Maker) -> None:
    with desks.as_("village") as by:
        desks.case_id = clues.report(clue_form(), by=by).case_id or 0
    desks.today += timedelta(days=1)
    desks.to_the_township()
    desks.refuse()

    with desks.as_("village") as by:
        paper = printed("not_included", desks.case_id, by=by)
        with pytest.raises(NotPossibleNow, match="不是自己申报"):
            making.make("receipt", desks.case_id, by=by)

    assert "经审核，这次没有纳入" in paper.words
    assert "家庭有能力应对眼前的困难" in paper.words


def test_a_removal_is_announced_and_told(app: Flask, cast: Cast, make: Maker, preset: Any) -> None:  # noqa: F811
    preset("NATIONAL")
    way = WayOut(app, cast, make)
    way.include(id_number=id_number(1))
    way.ready(AUTUMN)
    way.case_id = way.propose()
    way.out()

    with clock.at(way.now), cast.acting("town_op") as by:
        announced = printed("announcement", way.case_id, by=by)
        told = printed("removed", way.case_id, by=by)
        with pytest.raises(NotPossibleNow):
            making.make("not_included", way.case_id, by=by)

    assert announced.words.splitlines()[:2] == ["公告", "灵防〔2026〕9号"]
    assert announced.words.count("灵防〔2026〕9号") == 1
    assert "张三户，经村级评议公示、乡镇审核、县级审定，风险已经消除，不再列为监测对象。监督电话" in announced.words
    assert "不再列入监测" in told.words
    assert "60 天内申请复核" in told.words


def test_the_papers_of_a_meeting_and_of_an_inspection(app: Flask, cast: Cast, make: Maker) -> None:
    today = date(2026, 3, 6)
    with clock.at(clock.now().replace(year=2026, month=3, day=6, hour=1)):
        meeting = sit(cast, minutes="逐户研判，第一户先修房")
        households(app, 3)
        with cast.acting("town_op") as by:
            inspection = inspections.draw(1, 1, by=by)
            [drawn] = [row.id for row in inspections.drawn(inspection.id, by=by)]
            inspections.note(drawn, "minor", by=by, words="走访记录不全", put_right_by=today + timedelta(days=5))
        with signed_in(cast, "county_op") as by:
            minutes, circular = (printed(code, meeting.id, by=by) for code in ("minutes", "circular"))
        by_finding = {bool(row.finding_id): row.id for row in make.rows(Assignment)}
        with signed_in(cast, "town_op") as by:
            handed, found = (printed("assignment", by_finding[each], by=by) for each in (False, True))
            with pytest.raises(NotFound):
                making.make("minutes", meeting.id, by=by)

    head = make.rows(Inspected)[0].head_name
    assert "逐户研判，第一户先修房" in minutes.words
    assert ["1", "核实三户的措施", "灵寿镇、住建局", "2026年3月13日", "正在办"] in minutes.tables[0]
    assert ["正在监测", "0"] in circular.tables[0]
    assert "逐户研判" not in circular.words, "what was said in the room stays in the minutes"
    assert handed.words.splitlines()[0] == "交办单"
    assert f"督查发现问题，请整改（{head}户）" in found.words
    assert "走访记录不全" in found.words
    assert "2026年3月11日以前办好" in found.words


def test_a_supervision_is_printed_once_a_leader_has_issued_it(cast: Cast, draft: Supervision) -> None:  # noqa: F811
    with signed_in(cast, "county_lead") as by:
        with pytest.raises(NotPossibleNow, match="还没有签发"):
            making.make("supervision", draft.id, by=by)
        supervisions.issue(draft.id, reason="请抓紧办结", new_due_on=a_workday(), by=by)
        paper = printed("supervision", draft.id, by=by)
        number = paper.name.removeprefix("督办单-").removesuffix(".docx")

    assert f"编号：{number}" in paper.words
    assert "理由：请抓紧办结" in paper.words
    assert f"新的期限：{a_workday().isoformat()}" in paper.words
    assert "签发：演员褚县长" in paper.words


def test_a_paper_is_only_for_whoever_may_see_what_it_says(desks: Desks, cast: Cast) -> None:
    case_id = desks.family(id_number=id_number(1))
    for login, error in (("next_village", NotFound), ("other_reviewer", NotFound), ("auditor", NotAllowed)):
        with desks.as_(login) as by, pytest.raises(error):
            making.make("receipt", case_id, by=by)
