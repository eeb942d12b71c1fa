"""What administrators and auditors do at the console."""

from collections.abc import Callable

import pytest

from backend.models import AuditRow, Message, Staff
from tests.admin.desk import Desk
from tests.people import VILLAGE, Cast, Maker

Enter = Callable[[str], Desk]
Browser = Callable[[], Desk]


@pytest.mark.shows("story.4")
def test_an_administrator_adds_somebody_who_sets_a_password_and_comes_in(console: Enter, browser: Browser) -> None:
    desk = console("admin")
    form = desk.get("/console/staff/new")

    page = desk.press(form, "/staff/new", name="马新来", login="ma-01", role="VILLAGE", region_code=VILLAGE)
    link = next(words for words in page.words if "/console/password/" in words)
    path = link[link.index("/console/") :]
    guest = browser()
    guest.press(guest.get(path), path, password="four quiet words", again="four quiet words")

    assert "马新来" in guest.sign_in("ma-01", "four quiet words").text


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"role": "VILLAGE", "region_code": "130126"}, "这个岗位的区划代码应为12位。"),
        ({"role": "COUNTY_OP", "region_code": "110101"}, "只能给本县加人。"),
        ({"role": "KING", "region_code": "130126"}, "请选择岗位。"),
        ({"role": "COUNTY_OP", "region_code": "130126", "login": "admin"}, "这个用户名已经有人用了。"),
        ({"role": "COUNTY_OP", "region_code": "130126", "login": " "}, "请填写用户名。"),
    ],
)
def test_an_odd_hire_is_named_and_keeps_what_was_typed(console: Enter, typed: dict[str, str], complaint: str) -> None:
    desk = console("admin")

    page = desk.press(desk.get("/console/staff/new"), "/staff/new", **{"name": "马新来", "login": "ma-01", **typed})

    assert page.status == 422
    assert complaint in page.text
    assert page.form("/staff/new").values["name"] == "马新来"


@pytest.mark.shows("story.4")
def test_an_account_is_closed_only_after_a_question(console: Enter, make: Maker, cast: Cast) -> None:
    desk, gone = console("admin"), console("village")
    member = cast.staff_id("village")

    question = desk.get(f"/console/staff/{member}/leave")
    still = next(row.is_active for row in make.rows(Staff) if row.id == member)
    done = desk.press(question, "/leave")

    assert "真的要停用" in question.text
    assert still
    assert "账号已停用" in done.text
    assert "请重新登录" in gone.get("/console/queue/").text


def test_nobody_closes_their_own_account(console: Enter, cast: Cast) -> None:
    desk = console("admin")

    answer = desk.send(f"/console/staff/{cast.staff_id('admin')}/leave")

    assert answer.status_code == 302
    assert "不能停用自己的账号" in desk.get("/console/staff/").text


@pytest.mark.shows("story.2")
def test_a_bind_code_from_the_console_binds_a_phone(console: Enter, cast: Cast) -> None:
    desk = console("village")
    page = desk.press(desk.get("/console/me/"), "/me/code")
    code = next(words for words in page.words if len(words) == 10 and words.isascii())

    answer = cast.farmer("cadres-phone").post("/bindings", code=code)

    assert answer.status_code == 201, answer.json
    assert "绑定码" in page.text


def test_an_administrator_makes_codes_and_links_for_others_and_the_audit_says_so(
    console: Enter, make: Maker, cast: Cast
) -> None:
    desk, member = console("admin"), cast.staff_id("village")

    code = desk.send(f"/console/staff/{member}/code")
    link = desk.send(f"/console/staff/{member}/link")
    audit = console("auditor").get(f"/console/audit/?subject=staff:{member}")

    assert code.status_code == link.status_code == 200
    assert "/console/password/" in link.get_data(as_text=True)
    assert "发微信绑定码" in audit.text
    assert "发新的密码链接" in audit.text
    assert [row.action for row in make.rows(AuditRow)].count("manage_staff") == 2


def test_staff_are_found_by_how_their_names_begin(console: Enter, cast: Cast) -> None:
    for login in ("village", "reviewer"):
        cast.staff_id(login)
    desk = console("admin")

    page = desk.get("/console/staff/?named=王村")

    assert "王村干" in page.text
    assert "周研判" not in page.text
    assert "没有找到" in desk.get("/console/staff/?named=%25").text


@pytest.mark.parametrize("path", ["staff/", "outbox/", "audit/", "demo/", "staff/new"])
def test_a_screen_that_a_role_does_not_cover_is_neither_shown_nor_served(console: Enter, path: str) -> None:
    desk = console("reviewer")

    page = desk.get(f"/console/{path}")

    assert page.status == 403
    assert f"/console/{path}" not in desk.get("/console/").links


def test_an_administrator_reaches_no_family(console: Enter, make: Maker) -> None:
    case_id = make.case()
    desk = console("admin")

    assert desk.get(f"/console/cases/{case_id}").status == 403
    assert desk.get("/console/queue/").status == 403
    assert desk.get("/console/").status == 200


@pytest.mark.shows("story.1")
def test_the_demo_clock_moves_on_and_never_back(console: Enter, make: Maker) -> None:
    desk = console("admin")
    page = desk.get("/console/demo/")

    done = desk.press(page, "/demo/clock", seconds=86400)
    back = desk.press(page, "/demo/clock", seconds=-60)
    nothing = desk.press(page, "/demo/clock", seconds="soon")

    assert "现在的演示时间是" in done.text
    assert "1.0 天" in done.text
    assert back.status == nothing.status == 422
    assert "move_demo_clock" in [row.action for row in make.rows(AuditRow)]


def test_messages_that_did_not_arrive_are_listed_with_why(console: Enter, make: Maker) -> None:
    make.case("accept")

    page = console("county_op").get("/console/outbox/?tab=waiting")

    assert make.rows(Message)
    assert "等待发送" in page.text
    assert "进度通知" in page.text


def test_the_audit_comes_page_by_page(console: Enter, make: Maker) -> None:
    for serial in range(52):
        make.declaration(openid=f"farmer-{serial}", id_number=None, head_name=f"张{'甲乙丙丁'[serial % 4]}{serial}")
    desk = console("auditor")

    first = desk.get("/console/audit/")
    older = desk.get(next(link for link in first.links if "before=" in link))

    assert "回到最新" in older.text
    assert "申报" in older.text
