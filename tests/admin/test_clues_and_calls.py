"""A clue typed in at a desk, and a caller who is told where it stands."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.models import AuditRow, Case, Clue, Declaration
from tests.admin.desk import Desk
from tests.admin.pages import Page
from tests.checks import following
from tests.people import NEXT_VILLAGE, VILLAGE, Maker, id_number

Enter = Callable[[str], Desk]
PAPER = {
    "channel": "petition",
    "village_code": VILLAGE,
    "head_name": "王五",
    "what": "山洪冲了两间房，借住在亲戚家",
    "risk": "disaster",
    "source_no": "信访〔2026〕12号",
}


@pytest.fixture(autouse=True)
def full(app: Flask) -> Iterator[None]:
    with following(app):
        yield


def _enter(desk: Desk, **typed: Any) -> Page:
    return desk.press(desk.get("/console/clues/new"), "/clues/new", **{**PAPER, **typed})


@pytest.mark.shows("procedure.1")
def test_a_petition_is_typed_in_and_the_answer_says_what_became_of_it(console: Enter, make: Maker) -> None:
    desk = console("county_op")

    page = _enter(desk)

    [clue] = make.rows(Clue)
    assert page.status == 200
    assert "已登记" in page.text
    assert "受理申报" in page.text
    assert "信访〔2026〕12号" in page.text
    assert "山洪冲了两间房" in page.text
    assert make.state(clue.case_id) == "declared"
    assert "王五" in desk.get("/console/clues/?channel=petition&only=open").text
    assert "王五" not in desk.get("/console/clues/?channel=media").text


@pytest.mark.shows("procedure.1")
def test_what_a_family_said_at_the_counter_is_a_declaration_with_a_receipt(console: Enter, make: Maker) -> None:
    page = _enter(console("village"), channel="self_oral", phone="13800000001", source_no="")

    [declaration] = make.rows(Declaration)
    assert declaration.receipt_no in page.text.replace(" ", "")
    assert "山洪冲了两间房" in page.text


@pytest.mark.shows("procedure.1")
def test_a_second_clue_of_one_household_joins_its_open_case(console: Enter, make: Maker) -> None:
    desk = console("town_op")
    first = _enter(desk, id_number=id_number(5))

    second = _enter(desk, id_number=id_number(5), channel="inspect")

    assert "已立案" in first.text
    assert "线索已并入" in second.text
    assert len(make.rows(Case)) == 1
    assert [clue.joined for clue in make.rows(Clue)] == [False, True]


@pytest.mark.shows("procedure.1", "procedure.6")
def test_an_earlier_day_0_asks_for_a_reason_and_then_counts_from_there(console: Enter, make: Maker) -> None:
    desk = console("town_op")
    earlier = clock.today() - timedelta(days=3)

    asked = _enter(desk, discovered_on=earlier.isoformat())
    before = make.rows(Clue)
    done = _enter(desk, discovered_on=earlier.isoformat(), late_because="村里停电三天")

    assert asked.status == 422
    assert "为什么现在才录入" in asked.text
    assert asked.form("/clues/new").values["what"] == PAPER["what"]
    assert before == []
    assert done.status == 200
    [case] = make.rows(Case)
    assert case.discovered_on == earlier


@pytest.mark.shows("procedure.1")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"channel": ""}, "请选择线索从哪里来"),
        ({"channel": "self_mp"}, "不能由您录入"),
        ({"channel": "self_hotline", "phone": ""}, "请填写电话号码"),
        ({"channel": "self_hotline", "phone": "13800000001", "what": ""}, "请"),
        ({"village_code": "110101001001"}, "请重新选村"),
        ({"head_name": "13800000000"}, "姓名"),
        ({"what": "  "}, "请"),
        ({"what": "🙂🙂"}, "请"),
        ({"risk": "bad"}, "请从列出的困难里选一项"),
        ({"urgency": "now"}, "请选择一般、加急或特急"),
        ({"id_number": "130126199001011234"}, "身份证"),
        ({"discovered_on": "2099-01-01"}, "不能晚于今天"),
        ({"discovered_on": "前天"}, "日期不对"),
    ],
)
def test_a_clue_that_cannot_be_right_is_said_so_and_nothing_is_kept(
    console: Enter, make: Maker, typed: dict[str, str], said: str
) -> None:
    page = _enter(console("county_op"), **typed)

    assert page.status == 422
    assert said in page.text
    assert make.rows(Clue) == make.rows(Case) == []


@pytest.mark.shows("procedure.1")
def test_a_village_sees_its_own_clues_and_an_administrator_none(console: Enter, make: Maker) -> None:
    _enter(console("county_op"), village_code=NEXT_VILLAGE)
    [clue] = make.rows(Clue)
    village = console("village")

    assert "王五" not in village.get("/console/clues/").text
    assert village.get(f"/console/clues/{clue.id}").status == 404
    assert "王五" in console("next_village").get("/console/clues/").text
    assert console("admin").get("/console/clues/").status == 403
    assert console("auditor").get("/console/clues/new").status == 403


def _call(desk: Desk, receipt_no: str, last_four: str) -> Page:
    return desk.press(desk.get("/console/lookup/"), "/lookup/", receipt_no=receipt_no, last_four=last_four)


@pytest.mark.shows("procedure.12")
def test_a_caller_hears_where_it_stands_and_the_page_holds_nothing_else(console: Enter, make: Maker) -> None:
    declaration = make.declaration(id_number=id_number(1))
    number = declaration.receipt_no

    page = _call(console("town_op"), f"{number[:4]} {number[4:8]}-{number[8:]}", id_number(1)[-4:].lower())

    assert page.status == 200
    assert "念给来电的人听" in page.text
    assert "最晚到" in page.text
    for hidden in ("张三", "屋顶漏雨", "13800000000", id_number(1)[-4:]):
        assert hidden not in page.html
    looked = [row for row in make.rows(AuditRow) if row.action == "look_up_status"]
    assert [row.subject for row in looked] == [f"case:{declaration.case_id}"]


@pytest.mark.shows("procedure.12")
def test_a_wrong_number_and_wrong_digits_are_answered_alike(console: Enter, make: Maker) -> None:
    declaration = make.declaration(id_number=id_number(1))
    other = make.declaration(id_number=id_number(2), openid="other", village_code="130126101201")
    desk = console("reviewer")

    wrong_digits = _call(desk, declaration.receipt_no, "0000")
    elsewhere = _call(desk, other.receipt_no, id_number(2)[-4:])
    empty = _call(desk, declaration.receipt_no, "")

    answers = (wrong_digits, elsewhere, empty)
    assert len({page.text for page in answers}) == 1
    assert {page.status for page in answers} == {422}
    assert "对不上" in wrong_digits.text


@pytest.mark.shows("procedure.12")
def test_a_slip_of_the_ear_is_named_and_guessing_has_an_end(console: Enter, make: Maker) -> None:
    declaration = make.declaration(id_number=id_number(1))
    desk = console("county_op")
    number = declaration.receipt_no

    short = _call(desk, number[:-1], "1234")
    tries = [_call(desk, number, f"{guess:04d}") for guess in range(14)]

    assert short.status == 422
    assert "您填的是11位" in short.text
    assert tries[0].status == 422
    assert tries[-1].status == 429
    assert int(tries[-1].headers["Retry-After"]) > 0
    assert "念给来电的人听" not in tries[-1].text


def test_only_offices_answer_callers(console: Enter) -> None:
    assert console("auditor").get("/console/lookup/").status == 403
    assert console("admin").send("/console/lookup/", receipt_no="1", last_four="1").status_code == 403
