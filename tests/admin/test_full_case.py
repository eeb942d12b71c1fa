"""A case of the whole procedure on its page: what township and county see, do, mistype and are told."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.models import AuditRow, ComparisonResult, DepartmentCheck, HomeCheck, Judgement, Objection
from backend.services import batches, home_checks
from backend.workflow.states import Kind
from tests.admin import test_every_page as every_page
from tests.admin.desk import Desk
from tests.admin.pages import Page
from tests.checks import form as check_form
from tests.people import NEXT_VILLAGE, OTHER_VILLAGE, Cast, Maker
from tests.services.desks import ITEMS, Desks, nothing_found
from tests.services.sitting import Village
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

Enter = Callable[[str], Desk]
OBJECTED = {"ground": "assets", "text": "他家去年买了一辆货车", "name": "孙悟净", "phone": "13987654321"}
ANSWER = {"words": "情况已核对清楚", "answer": "已核查，谢谢您的关心"}


class Family:
    """One family on its way, and whoever opens its page on its day."""

    def __init__(self, app: Flask, cast: Cast, make: Maker, console: Enter) -> None:
        self.desks, self.village, self.console = Desks(app, cast, make), Village(app, cast, make), console
        self.make = make
        self.case_id = self.desks.family()
        self.desks.take(Action.ACCEPT, "village", Kind.ACCEPT)

    @property
    def address(self) -> str:
        return f"/console/cases/{self.case_id}"

    def today(self) -> Any:
        return clock.at(self.desks.now)

    def checked(self) -> None:
        """Let two visitors check the family at home, and its head sign."""
        with self.desks.as_("village") as by:
            home_checks.file_check(
                self.case_id,
                by=by,
                version=self.desks.version(Kind.VISIT),
                form=check_form(visited_on=self.desks.today, risks=("illness", "housing")),
            )
        with self.desks.as_("head") as by:
            home_checks.confirm_check(self.case_id, by=by, version=self.desks.version(Kind.CONFIRM_CHECK), agrees=True)
        self.head = self.desks.members()[0]
        self.desks.sign(self.head)

    def posted(self) -> None:
        """Bring it through sitting and meeting onto the wall."""
        self.village.today = self.desks.today
        self.village.consult(self.case_id, words="建议纳入")
        self.village.meet(self.case_id)
        self.village.posted(self.case_id)

    def over(self) -> None:
        """Let the notice's days go by."""
        self.desks.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)

    def open(self, login: str) -> Page:
        with self.today():
            return self.console(login).get(self.address)

    def press(self, login: str, action: str, on: Page | None = None, **typed: object) -> Page:
        """Fill in a step's form as somebody, on a fresh page or on the one that they have open."""
        desk = self.console(login)
        with self.today():
            page = on or desk.get(self.address)
            return desk.press(page, "/decisions", action=action, **{"csrf_token": desk.token(), **typed})

    def state(self) -> str:
        return self.make.state(self.case_id)


@pytest.fixture
def family(app: Flask, cast: Cast, make: Maker, console: Enter, preset: Any) -> Family:  # noqa: F811 - the fixture above
    preset("NATIONAL")
    return Family(app, cast, make, console)


@pytest.fixture
def at_township(family: Family) -> Family:
    family.checked()
    family.desks.compare(*nothing_found(family.head))
    family.posted()
    family.over()
    return family


@pytest.fixture
def at_county(at_township: Family) -> Family:
    while at_township.desks.duties(Kind.DEPARTMENT_CHECK):
        at_township.press("second_reviewer", "check_department", **CHECK)
    at_township.press("reviewer", "pass_on", opinion="情况属实，同意上报")
    return at_township


CHECK = {"opinion": "confirmed", "findings": "全年住院三次，自付一万二千元", "second_name": "钱同志"}


@pytest.mark.shows("procedure.2", "procedure.3", "A12", "A13")
def test_a_case_goes_from_the_township_to_the_announcement_on_its_page(at_township: Family) -> None:
    waiting = at_township.open("reviewer")
    first = at_township.press("second_reviewer", "check_department", **CHECK)
    second = at_township.press("second_reviewer", "check_department", **{**CHECK, "opinion": "partly"})
    passed = at_township.press("reviewer", "pass_on", opinion="收入低于监测线，同意上报")
    approved = at_township.press("county_lead", "county_approve", opinion="同意")
    announced = at_township.press("town_op", "announce", number="灵振〔2026〕3号")
    entered = at_township.press(
        "town_op", "enter_national", receipt_no="hb-2026-0001", entered_on=str(at_township.desks.today)
    )

    assert "归口核查还没有办完" in waiting.text
    assert not [form for form in waiting.forms if form.values.get("action") == "pass_on"]
    assert "已办好：归口核查意见" in first.text
    assert "钱同志" in second.text
    assert {row.department for row in at_township.make.rows(DepartmentCheck)} == {"medical_insurance", "housing"}
    assert passed.status == 200
    assert "待县级审定" in passed.text
    assert "待公告" in approved.text
    assert "灵振〔2026〕3号" in announced.text
    assert "边缘易致贫户" in announced.text
    assert "HB-2026-0001" in entered.text
    assert at_township.state() == "monitored"


@pytest.mark.shows("procedure.2")
def test_passing_on_without_an_opinion_is_refused_and_keeps_what_was_typed(at_township: Family) -> None:
    while at_township.desks.duties(Kind.DEPARTMENT_CHECK):
        at_township.press("second_reviewer", "check_department", **CHECK)

    page = at_township.open("reviewer")
    proposed = page.form("/decisions", action="pass_on").values["category"]
    again = at_township.press("reviewer", "pass_on", category="sudden_hardship", category_reason="刚做了手术")
    silent = at_township.press("reviewer", "pass_on", opinion="同意", category="sudden_hardship")
    done = at_township.press("reviewer", "pass_on", on=silent, category_reason="刚做了手术，支出骤增")

    assert proposed == "marginal"
    assert again.status == silent.status == 422
    assert "请写明研判意见。" in again.text
    assert again.form("/decisions", action="pass_on").values["category"] == "sudden_hardship"
    assert again.form("/decisions", action="pass_on").values["category_reason"] == "刚做了手术"
    assert "类别和村里提出的不一样，请写明理由。" in silent.text
    assert "原提出边缘易致贫户" in done.text
    assert at_township.make.rows(Judgement)[-1].category == "sudden_hardship"


@pytest.mark.shows("procedure.2")
def test_a_family_is_refused_only_with_another_way_that_it_reads(at_township: Family, cast: Cast) -> None:
    refusal = {"reasons": "can_cope", "words": "房子已由儿子修好"}

    without = at_township.press("reviewer", "refuse", **refusal)
    done = at_township.press(
        "reviewer", "refuse", on=without, reasons="can_cope", alternative="请民政办理临时救助", transfer="civil_affairs"
    )
    with at_township.today():
        receipts = cast.farmer("phone of 张三").get("/declarations").json["items"]
        told = cast.farmer("phone of 张三").get(f"/declarations/{receipts[0]['id']}").json

    assert without.status == 422
    assert "请写明怎样帮这一户解决实际困难" in without.text
    assert without.form("/decisions", action="refuse").values["words"] == "房子已由儿子修好"
    assert at_township.state() == "not_included"
    assert "跟踪转介答复" in done.text
    assert "请民政办理临时救助" in str(told)


@pytest.mark.shows("procedure.2")
def test_the_office_to_which_a_family_was_handed_answers_after_the_end(at_township: Family) -> None:
    refusal = {"reasons": "can_cope", "words": "家里能应付", "alternative": "临时救助", "transfer": "civil_affairs"}
    at_township.press("reviewer", "refuse", **refusal)

    page = at_township.open("town_op")
    done = at_township.press("town_op", "answer_referral", office="民政所", words="已发临时救助两千元")

    assert "登记转介答复 ：转民政部门" in page.text
    assert "民政所：已发临时救助两千元" in done.text


@pytest.mark.shows("procedure.2", "procedure.3")
def test_a_comparison_is_filed_by_hand_and_a_hit_is_explained(family: Family) -> None:
    family.checked()
    page = family.open("county_op")
    offered = page.form("/decisions", action="file_comparison").values
    key = f"results.{family.head}.vehicles"

    empty = family.press("county_op", "file_comparison", **{key: "hit", f"{key}.remark": "小型面包车"})
    done = family.press("county_op", "file_comparison", on=empty, rest_no_hit="yes", **{key: "hit"})
    heard = family.press("town_op", "explain_hit", words="拉货谋生用的旧车")
    seen_by_county = family.open("county_op")

    assert "不比对：本人没有授权" in page.text
    assert key not in offered or offered[key] == ""
    assert empty.status == 422
    assert "还有没填的：张三" in empty.text
    assert "小型面包车" in empty.html
    assert "还没有听家里人说明" in done.text
    assert "家里说明：拉货谋生用的旧车" in heard.text
    results = {(row.person_id, row.item): row.result for row in family.make.rows(ComparisonResult)}
    assert [results[family.head, item] for item in ITEMS] == ["no_hit", "hit", *["no_hit"] * 5]
    assert {result for (person, _), result in results.items() if person != family.head} == {"not_compared"}
    assert not [form for form in seen_by_county.forms if form.values.get("action") == "explain_hit"]


@pytest.mark.shows("procedure.2")
def test_a_comparison_is_skipped_only_where_the_county_allows_it(family: Family) -> None:
    family.checked()

    page = family.open("county_lead")
    clerk = family.open("county_op")

    assert "批准不再比对 ：本县规定不能省去比对。" in page.text
    assert not [form for form in page.forms if form.values.get("action") == "skip_comparison"]
    assert "批准不再比对" not in clerk.text


@pytest.mark.shows("procedure.2", "procedure.9")
def test_an_objection_is_sealed_from_the_village_opened_once_and_upheld(family: Family) -> None:
    family.checked()
    family.desks.compare(*nothing_found(family.head))
    family.posted()
    entered = family.press("reviewer", "object", **OBJECTED)
    [objection] = family.make.rows(Objection)

    village = family.open("village")
    closed = family.open("town_lead")
    lead = family.console("town_lead")
    with family.today():
        opened = lead.press(closed, "/objections", csrf_token=lead.token())
    named = family.press("town_lead", "uphold_objection", **{**ANSWER, "words": "孙悟净说得对", "reasons": "assets"})
    upheld = family.press(
        "town_lead", "uphold_objection", **ANSWER, reasons="assets", alternative="介绍公益岗位", transfer=""
    )

    assert objection.receipt_no in entered.text
    assert "有一条异议正在核查" in village.text
    assert not [secret for secret in (*OBJECTED.values(),) if secret in village.html and secret != "assets"]
    assert not [secret for secret in OBJECTED.values() if secret in closed.html and secret != "assets"]
    assert OBJECTED["text"] in opened.text
    assert OBJECTED["name"] in opened.text
    assert [row.actor_name for row in family.make.rows(AuditRow) if row.action == Action.READ_OBJECTIONS] == ["郑分管"]
    assert named.status == 422
    assert "请用几句话" not in named.text
    assert named.form("/decisions", action="uphold_objection").values["answer"] == ANSWER["answer"]
    assert upheld.status == 200
    assert family.state() == "not_included"
    assert "介绍公益岗位" in upheld.text


@pytest.mark.shows("procedure.2")
def test_a_reviewer_may_keep_the_family_and_only_the_lead_may_uphold(family: Family) -> None:
    family.checked()
    family.desks.compare(*nothing_found(family.head))
    family.posted()
    family.press("reviewer", "object", **OBJECTED)

    page = family.open("reviewer")
    kept = family.press("reviewer", "keep_after_objection", **ANSWER)

    assert not [form for form in page.forms if form.values.get("action") == "uphold_objection"]
    assert "已核查，不影响原来的办理" in kept.text
    assert family.state() == "public"


@pytest.mark.shows("procedure.2")
@pytest.mark.parametrize(
    "action",
    ["pass_on", "check_department", "refuse", "hand_over", "correct_id", "record_death", "object", "no_such_step"],
)
def test_a_family_of_another_township_does_not_exist(at_township: Family, action: str) -> None:
    desk = at_township.console("other_reviewer")
    sent = {"action": action, "form": f"{action}.0", "version": "1", "content_version": "1", "key": "x", **ANSWER}

    with at_township.today():
        answer = desk.send(f"{at_township.address}/decisions", **sent)
        seen = desk.get(at_township.address)
        opened = desk.send(f"{at_township.address}/objections", objection="1")

    assert answer.status_code == seen.status == opened.status_code == 404
    assert "张三" not in answer.get_data(as_text=True)


@pytest.mark.shows("procedure.2")
def test_an_objection_is_opened_only_on_the_page_of_its_own_family(family: Family) -> None:
    family.checked()
    family.desks.compare(*nothing_found(family.head))
    family.posted()
    family.press("reviewer", "object", **OBJECTED)
    [objection] = family.make.rows(Objection)
    with family.today():
        other = family.make.declaration(head_name="李四", openid="another", id_number=None).case_id
        answer = family.console("reviewer").send(f"/console/cases/{other}/objections", objection=str(objection.id))

    assert answer.status_code == 404
    assert OBJECTED["text"] not in answer.get_data(as_text=True)


@pytest.mark.shows("procedure.2")
def test_a_second_reviewer_is_told_who_was_quicker_and_finds_every_word_again(at_township: Family) -> None:
    stale = at_township.open("second_reviewer")
    at_township.press("reviewer", "refuse", reasons="can_cope", words="能应付", alternative="无困难，儿子赡养")

    answer = at_township.press(
        "second_reviewer", "refuse", on=stale, reasons="assets", words="看法不同", alternative="公益岗位"
    )

    assert answer.status == 409
    assert "周研判已于" in answer.text
    assert "看法不同" in answer.text
    assert "公益岗位" in answer.text
    assert "怎样帮这一户解决实际困难" in answer.text


@pytest.mark.shows("procedure.2", "procedure.4")
def test_what_a_decision_needs_is_on_the_page_and_what_is_private_is_masked(at_county: Family) -> None:
    page = at_county.open("county_lead")

    for words in (
        "人均收入参考值",
        "6700.00",
        "8500 元",
        "低于监测线",
        "家庭纯收入 = 工资性 18000.00",
        "同行人已确认",
        "刚性支出大",
        "住房安全",
        "可以比对",
        "本人没有授权",
        "医保局",
        "困难属实",
        "应到9人，到会能表决的9人：同意9，反对0，弃权0",
        "贴满到",
        "情况属实，同意上报",
        "县级审定",
    ):
        assert words in page.text, words
    assert "1371************" in page.text
    assert "13800000000" not in page.html


@pytest.mark.shows("procedure.2")
def test_the_county_sends_back_and_rejects_with_words_on_the_page(at_county: Family) -> None:
    rejected = at_county.press("county_lead", "county_reject", reasons="above_line", words="复算后高于监测线")
    back = at_county.press("county_op", "county_send_back", reasons="income", words="请核对务工收入")

    assert rejected.status == 422
    assert "请写明怎样帮这一户" in rejected.text
    assert at_county.state() == "visited"
    assert "原因：收入和支出对不上" in back.text


@pytest.mark.shows("procedure.2")
def test_help_goes_first_agreed_by_telephone_and_signed_later(family: Family) -> None:
    family.checked()
    asked = family.press("village", "ask_green_channel", cause="sudden", studied="两委研究：房子塌了，先安置")
    unsaid = family.press("town_op", "green_town_agrees")
    town = family.press("town_op", "green_town_agrees", phoned="郑分管", phoned_at=f"{family.desks.today}T08:30")
    county = family.press("county_lead", "green_county_agrees")
    delivered = family.press("village", "deliver_aid", what="棉被", how_much="两床", cents="500")
    signed = family.press("town_lead", "sign_later")

    assert "两委研究：房子塌了，先安置" in asked.text
    assert unsaid.status == 422
    assert "请写明是哪位分管负责人" in unsaid.text
    assert "还没有补签" in town.text
    assert "要补的手续" in county.text
    assert "棉被，两床，500.00元" in delivered.text
    assert "还没有补签" not in signed.text


@pytest.mark.shows("procedure.2", "D53")
def test_a_recheck_is_asked_for_at_the_desk_and_answered_by_others(at_township: Family) -> None:
    at_township.press("reviewer", "refuse", reasons="can_cope", words="能应付", alternative="无困难，儿子赡养")
    at_township.press("town_op", "ask_recheck", words="家里人来说确实困难")

    same = at_township.open("reviewer")
    lead = at_township.press("town_lead", "overturn_outcome", words="另派两人再去看")

    assert not [form for form in same.forms if form.values.get("action") == "overturn_outcome"]
    assert "重新核实" in lead.text
    assert at_township.state() == "accepted"


@pytest.mark.shows("procedure.12")
def test_wrong_turns_are_mended_behind_one_fold(family: Family) -> None:
    family.checked()
    wife = family.desks.members()[1]
    page = family.open("reviewer")
    handing_over = page.html.split('name="action" value="hand_over"')[1].split("</form>")[0]
    living_there = page.html.split('name="action" value="note_living_place"')[1].split("</form>")[0]
    name_of_village = re.search(rf'value="{NEXT_VILLAGE}"[^>]*>([^<]+)<', page.html)[1]

    nobody = family.press("reviewer", "correct_id", id_number="123", words="抄错了")
    wrong = family.press("reviewer", "correct_id", on=nobody, person_id=str(family.head), id_number="123")
    head = family.press("reviewer", "change_head", person_id=str(wife), old_head_is="spouse", words="户主外出多年")
    moved = family.press("reviewer", "hand_over", village_code=NEXT_VILLAGE, words="户口在那边")

    assert NEXT_VILLAGE in handing_over
    assert OTHER_VILLAGE not in handing_over
    assert OTHER_VILLAGE in living_there
    assert "请选择是哪一位家人。" in nobody.text
    assert nobody.form("/decisions", action="correct_id").values["words"] == "抄错了"
    assert wrong.status == 422
    assert "李四家" in head.text
    assert "转由别的村接办" in moved.text
    assert name_of_village in moved.text


@pytest.mark.shows("procedure.12")
def test_a_family_parts_on_the_page_and_the_case_goes_on_with_who_is_at_risk(family: Family) -> None:
    family.checked()
    wife = family.desks.members()[1]

    nobody = family.press("village", "split_family", kind="divorce", words="离婚证已看原件")
    done = family.press("village", "split_family", on=nobody, follows=str(wife))

    assert "至少一位，也不能是全家" in nobody.text
    assert nobody.form("/decisions", action="split_family").values["words"] == "离婚证已看原件"
    assert "这一件接着为李四户办，张三另立一户" in done.text
    assert "离婚分户" in done.text


@pytest.mark.shows("procedure.12")
def test_two_cases_of_one_family_become_one_and_the_page_follows(family: Family) -> None:
    with family.today():
        other = family.make.declaration(head_name="张山", openid="another", id_number=None)
    older = family.case_id

    wrong = family.press("reviewer", "merge", other_number="123", words="是同一家")
    family.case_id = other.case_id
    number = family.open("reviewer")
    family.case_id = older
    merged = family.press("reviewer", "merge", other_number=_number_of(number), words="是同一家")

    assert wrong.status == 422
    assert "张三家" in merged.text
    assert "并入同一户的另一件" in merged.text
    assert family.make.state(other.case_id) == "terminated"


def _number_of(page: Page) -> str:
    return next(word for word in page.words if word.replace(" ", "").isdigit() and len(word.replace(" ", "")) == 12)


@pytest.mark.shows("procedure.2")
def test_at_the_desk_a_clue_is_handed_up_closed_or_transferred(family: Family) -> None:
    with family.today():
        family.case_id = family.make.declaration(head_name="王五", openid="w", id_number=None).case_id
    own = family.press("village", "hand_up_clue", reasons="no_risk", words="看着没有风险")
    page = family.open("town_op")
    nowhere = family.press("town_op", "transfer", words="信访事项")
    done = family.press("town_op", "transfer", on=nowhere, transfer="petitions")

    assert own.status == 409
    assert "本人申请的要上门核实" in own.text
    assert own.form("/decisions", action="hand_up_clue").values["words"] == "看着没有风险"
    assert [form for form in page.forms if form.values.get("action") == "close_clue"]
    assert nowhere.status == 422
    assert "请选择转给哪个单位。" in nowhere.text
    assert family.state() == "transferred"
    assert "登记转介答复 ：转信访部门" in done.text


@pytest.mark.shows("procedure.2", "procedure.3")
def test_a_word_is_given_by_thumbprint_at_the_desk_and_taken_back_knowingly(family: Family) -> None:
    family.checked()
    wife = family.desks.members()[1]
    given = {"person_id": str(wife), "mark": "thumbprint", "was_read_aloud": "yes"}

    alone = family.press("town_op", "authorize", **given, cadres="李站长")
    before = family.open("town_op")
    given_now = family.press("town_op", "authorize", on=alone, witnesses="邻居老孙", **given)
    kept = family.press("town_op", "withdraw_authorization")
    taken = family.press("town_op", "withdraw_authorization", consequence_told="yes")

    assert alone.status == 422
    assert "不会写字的，要有两位见证人。" in alone.text
    assert alone.form("/decisions", action="authorize").values["cadres"] == "李站长"
    assert before.text.count("可以比对") == 1
    assert given_now.text.count("可以比对") == 2
    assert kept.status == 422
    assert taken.text.count("可以比对") == 1
    assert "本人收回了授权" in taken.text


CHECKED = {
    "companion": "钱同志",
    "findings": "户主住院三次，自付一万二",
    "members.0.education": "primary",
    "members.0.labour": "lost",
    "members.0.medical_insurance": "resident",
    "members.0.pension": "resident",
    "members.0.health": "serious_illness",
    "members.0.no_document": "not_at_hand",
    "members.0.shares": "yes",
    "income.wages": "6000",
    "income.out_of_pocket": "12,000.50",
    "risks": "illness",
    "conclusion": "risk",
    "category": "marginal",
    **{f"safety.{code}": "safe" for code in ("food", "clothing", "education", "medical", "housing", "water")},
    "assessments.income": "low",
    "assessments.expense": "heavy",
    "assessments.difficulty": "some",
    "assessments.coping": "partly",
}


@pytest.mark.shows("procedure.4")
def test_the_township_checks_an_officials_relatives_at_the_desk_and_the_program_reckons(family: Family) -> None:
    kin = {"official_name": "李站长", "post": "village_cadre", "relation": "sibling"}
    family.press("reviewer", "register_kin", **kin)
    village, page = family.open("village"), family.open("reviewer")
    desk = family.console("reviewer")
    address = f"{family.address}/home-check"

    with family.today():
        blank = desk.get(address)
        looked = desk.press(blank, "/home-check", **{**CHECKED, "do": "look", "safety.housing": "unsafe"})
        empty = desk.press(looked, "/home-check", do="file", companion="")
        assert family.state() == "accepted"
        filed = desk.press(empty, "/home-check", **{**CHECKED, "do": "file"})

    assert "请由村外的两位同志入户核实" in village.text
    assert address in page.links
    assert blank.form("/home-check").values["members.0.name"] == "张三"
    assert "人均收入参考值" in looked.text
    assert "有隐患或不安全的，请写明情况。" in looked.text
    assert looked.form("/home-check").values["income.out_of_pocket"] == "12,000.50"
    assert empty.status == 422
    assert "入户核实要两个人一起去，请写上同行人。" in empty.text
    assert empty.form("/home-check").values["findings"] == CHECKED["findings"]
    assert "入户核实已填报" in filed.text
    assert family.make.rows(HomeCheck)[0].reference_per_head_fen == 6000_00 - 12_000_50
    assert family.state() == "found"


@pytest.mark.shows("procedure.4")
def test_nobody_checks_a_family_of_another_township(family: Family) -> None:
    desk = family.console("other_reviewer")

    with family.today():
        seen = desk.get(f"{family.address}/home-check")
        sent = desk.send(f"{family.address}/home-check", do="file", version="1", **CHECKED)

    assert seen.status == sent.status_code == 404


def test_the_pages_of_a_full_case_keep_what_every_page_promises(at_township: Family) -> None:
    pages = [(login, at_township.open(login)) for login in ("reviewer", "town_lead", "county_lead", "village")]

    every_page.test_every_page_speaks_chinese(pages)
    every_page.test_every_field_has_a_label(pages)
    every_page.test_every_page_carries_a_strict_policy_and_nothing_that_it_forbids(pages)
    assert {page.status for _, page in pages} == {200}
    for name, page in pages:
        ids = re.findall(r' id="([^"]+)"', page.html)
        assert len(ids) == len(set(ids)), name


def test_the_home_check_keeps_what_every_page_promises(family: Family) -> None:
    with family.today():
        pages = [("village", family.console("village").get(f"{family.address}/home-check"))]

    every_page.test_every_page_speaks_chinese(pages)
    every_page.test_every_field_has_a_label(pages)
    every_page.test_every_page_carries_a_strict_policy_and_nothing_that_it_forbids(pages)


@pytest.mark.shows("procedure.2", "procedure.3", "procedure.5")
def test_where_the_county_allows_it_its_leader_lets_items_go_with_a_reason(
    family: Family,
    preset: Any,  # noqa: F811 - the fixture above
) -> None:
    preset("HEBEI_LINGSHOU_2022")
    family.case_id = family.desks.family("王五")
    family.desks.to_the_county()

    clerk, page = family.open("county_op"), family.open("county_lead")
    silent = family.press("county_lead", "skip_comparison", items=["vehicles", "property", "deposits"])
    done = family.press(
        "county_lead",
        "skip_comparison",
        on=silent,
        items=["deposits", "vehicles", "property"],
        words="公示无异议",
    )

    assert not [form for form in clerk.forms if form.values.get("action") == "skip_comparison"]
    assert [form for form in page.forms if form.values.get("action") == "skip_comparison"]
    assert silent.status == 422
    assert "经批准不再比对：存款、车辆、房产。理由：公示无异议" in done.text.replace(" ", "")
    assert "县级信息比对" in done.text


@pytest.mark.shows("procedure.2", "procedure.4")
def test_the_second_visitor_confirms_on_the_page_or_says_what_was_otherwise(family: Family) -> None:
    with family.desks.as_("village") as by:
        form = check_form(visited_on=family.desks.today)
        home_checks.file_check(family.case_id, by=by, version=family.desks.version(Kind.VISIT), form=form)

    first = family.open("village")
    silent = family.press("head", "confirm_check", agrees="no")
    done = family.press("head", "confirm_check", on=silent, agrees="no", words="没有看到漏雨")

    assert "请由同行的另一位同事确认。" in first.text
    assert not [form for form in first.forms if form.values.get("action") == "confirm_check"]
    assert silent.status == 422
    assert "同行人看到的不一样" in done.text
    assert "没有看到漏雨" in done.text


@pytest.mark.shows("procedure.2")
def test_the_number_of_the_countys_batch_is_not_typed_again(at_township: Family) -> None:
    while at_township.desks.duties(Kind.DEPARTMENT_CHECK):
        at_township.press("second_reviewer", "check_department", **CHECK)
    at_township.press("reviewer", "pass_on", opinion="同意上报")
    with at_township.desks.as_("county_op") as by:
        proposal = batches.Proposal(at_township.case_id)
        batch = batches.prepare("灵振〔2026〕8号", at_township.desks.today, by=by, proposals=(proposal,)).id
    with at_township.desks.as_("county_lead") as by:
        batches.sign(batch, by=by)

    page = at_township.open("town_op")

    assert page.form("/decisions", action="announce").values["number"] == "灵振〔2026〕8号"
    assert "（灵振〔2026〕8号）" in page.text


def test_a_step_with_an_address_of_its_own_is_not_taken_at_another(family: Family) -> None:
    desk = family.console("village")
    sent = {"action": "file_visit", "version": "1", "findings": "墙裂了，写了很多"}

    with family.today():
        answer = desk.send(f"{family.address}/decisions", **sent)

    assert answer.status_code == 409
    assert "墙裂了，写了很多" in answer.get_data(as_text=True)
    assert family.state() == "accepted"
