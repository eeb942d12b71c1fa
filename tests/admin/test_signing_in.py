"""Coming in, staying in and being put out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.access.permissions import Role
from backend.access.scope import act_within
from backend.db import db
from backend.models import Identity, SignIn, Staff
from backend.services import staff
from tests.admin.desk import Desk
from tests.admin.pages import read
from tests.pairs import Act, compared
from tests.people import TOWNSHIP, Cast

pytestmark = pytest.mark.shows("story.4")
Enter = Callable[[str], Desk]
Browser = Callable[[], Desk]


def _change(app: Flask, statement: object) -> None:
    with app.app_context():
        db.session.execute(statement)
        db.session.commit()


def test_the_bare_address_and_the_usual_one_lead_to_the_console(browser: Browser) -> None:
    assert browser().get("/").text.count("登录")
    assert browser().get("/admin/").text.count("登录")


def test_whoever_is_not_signed_in_is_asked_who_they_are_and_then_led_on(browser: Browser, cast: Cast) -> None:
    desk, password = browser(), cast.password("reviewer")

    page = desk.get("/console/queue/?tab=late")
    page = desk.press(page, "/sign-in/", login="reviewer", password=password)

    assert page.status == 200
    assert "辖区里没有超期的事" in page.text


def test_an_unknown_name_and_a_wrong_password_get_the_same_words(browser: Browser, cast: Cast) -> None:
    cast.password("reviewer")

    wrong = browser().sign_in("reviewer", "not it at all")
    unknown = browser().sign_in("nobody-here", "not it at all")

    assert wrong.status == unknown.status == 422
    assert wrong.words == unknown.words
    assert "用户名或密码不对。" in wrong.text


def test_whoever_keeps_guessing_is_told_how_long_to_wait(browser: Browser, cast: Cast) -> None:
    password, desk = cast.password("reviewer"), browser()
    for _ in range(5):
        desk.sign_in("reviewer", "guess")

    page = desk.sign_in("reviewer", password)

    assert page.status == 429
    assert "秒再试" in page.text
    assert 0 < int(page.headers["Retry-After"]) <= 30


def test_signing_in_makes_a_new_session_and_new_form_tokens(browser: Browser, cast: Cast) -> None:
    desk = browser()
    before = desk.get("/console/sign-in/").forms[0].values["csrf_token"]
    desk.client.set_cookie("shouwang_console", "planted-by-somebody", path="/console/")
    desk.sign_in("reviewer", cast.password("reviewer"))

    cookie = desk.client.get_cookie("shouwang_console", path="/console/")
    answer = desk.client.post("/console/sign-out/", data={"csrf_token": before})

    assert cookie is not None
    assert cookie.value != "planted-by-somebody"
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert answer.status_code == 400


def test_a_session_that_was_ended_does_not_come_back_with_its_cookie(console: Enter) -> None:
    desk = console("reviewer")
    token = desk.client.get_cookie("shouwang_console", path="/console/").value

    page = desk.press(desk.get("/console/"), "/sign-out/")
    desk.client.set_cookie("shouwang_console", token, path="/console/")

    assert "已退出" in page.text
    assert "已经自动退出" in desk.get("/console/queue/").text


def test_half_an_hour_without_a_word_signs_out_and_says_so(console: Enter, app: Flask) -> None:
    desk = console("reviewer")
    _change(app, update(SignIn).values(seen_at=clock.real_now() - timedelta(minutes=31)))

    page = desk.get("/console/queue/")

    assert "您有一段时间没有操作" in page.text
    assert page.forms[0].values["next"] == "/console/queue/"


def test_a_deactivated_member_of_staff_is_out_at_the_next_request(console: Enter, app: Flask, cast: Cast) -> None:
    desk = console("reviewer")
    _change(app, update(Staff).where(Staff.id == cast.staff_id("reviewer")).values(is_active=False))

    assert "请重新登录" in desk.get("/console/queue/").text
    assert desk.sign_in("reviewer", "correct horse battery").status == 422


def test_a_console_cookie_is_nothing_to_the_api_and_a_phones_token_nothing_to_the_console(
    console: Enter, cast: Cast, browser: Browser
) -> None:
    desk, phone = console("reviewer"), cast.phone("reviewer")
    token = desk.client.get_cookie("shouwang_console", path="/console/").value

    as_bearer = desk.client.get("/api/v1/tasks", headers={"Authorization": f"Bearer {token}"})
    as_cookie = browser()
    as_cookie.client.set_cookie("shouwang_console", phone.token, path="/console/")

    assert desk.client.get("/api/v1/tasks").status_code == 401
    assert as_bearer.status_code == 401
    assert "请重新登录" in as_cookie.get("/console/queue/").text


def test_a_one_time_link_sets_a_password_once(browser: Browser, app: Flask, cast: Cast) -> None:
    with app.app_context():
        act_within(cast.actor("admin").scope)
        _, code = staff.add_staff(staff.NewStaff("new-one", "新来的", Role.TOWN_OP, TOWNSHIP))
    desk = browser()
    page = desk.get(f"/console/password/{code}")

    unlike = desk.press(page, code, password="four quiet words", again="four quiet word")
    short = desk.press(page, code, password="short", again="short")
    done = desk.press(page, code, password="four quiet words", again="four quiet words")
    again = desk.press(desk.get(f"/console/password/{code}"), code, password="x" * 12, again="x" * 12)

    assert "两次输入的密码不一样" in unlike.text
    assert "密码至少10位" in short.text
    assert "密码已设好" in done.text
    assert "已经用过或过期" in again.text
    assert "新来的" in desk.sign_in("new-one", "four quiet words").text


def test_somebody_with_two_hats_wears_one_at_a_time(console: Enter, app: Flask, cast: Cast) -> None:
    desk = console("village")
    with app.app_context():
        second = Identity(staff_id=cast.staff_id("village"), role=Role.TOWN_OP, region_code=TOWNSHIP, title="")
        db.session.add(second)
        db.session.commit()
    before = desk.client.get_cookie("shouwang_console", path="/console/").value

    page = desk.press(desk.get("/console/me/"), "/identity")
    forms = [form for form in desk.get("/console/me/").forms if form.action.endswith("/identity")]
    answer = desk.client.post(forms[1].action, data=forms[1].values, follow_redirects=True)

    assert page.status == 200
    assert "乡镇信息员" in answer.get_data(as_text=True)
    assert desk.client.get_cookie("shouwang_console", path="/console/").value != before


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/console/\\evil", "/api/v1/docs"])
def test_after_signing_in_nobody_is_led_outside(browser: Browser, cast: Cast, target: str) -> None:
    desk, password = browser(), cast.password("reviewer")
    token = desk.token()
    form = {"csrf_token": token, "login": "reviewer", "password": password, "next": target}

    answer = desk.client.post("/console/sign-in/", data=form)

    assert answer.location == "/console/"


def _prepared(browser: Browser, login: str, password: str, address: str) -> Callable[[], int]:
    """Open the page and fill it in; what is returned sends it, and says the status."""
    client = browser().client
    page = read(client.get("/console/sign-in/"))
    form = {**page.forms[0].values, "login": login, "password": password}
    return lambda: client.post("/console/sign-in/", data=form, environ_base={"REMOTE_ADDR": address}).status_code


def _try(browser: Browser, login: str, password: str, address: str) -> int:
    return _prepared(browser, login, password, address)()


@pytest.mark.usefixtures("real_passwords")
def test_an_unknown_name_takes_as_long_to_refuse_as_a_wrong_password(browser: Browser, cast: Cast) -> None:
    cast.password("reviewer")
    app, heard = cast.app, set[int]()

    def both(turn: int) -> tuple[Act, Act]:
        _change(app, update(Staff).values(failed_sign_ins=0, locked_until=None))
        ready = [
            _prepared(browser, name, "guess", f"10.{place}.{turn // 250}.{turn % 250}")
            for place, name in enumerate(("reviewer", f"nobody-{turn}"))
        ]
        return tuple(lambda send=send: heard.add(send()) for send in ready)

    found = compared(both, fits=lambda pairs: abs(pairs.difference) < 0.010, least=20, most=100)

    assert heard == {422}
    assert abs(found.difference) < 0.020, found.difference


@pytest.mark.shows("console.7")
def test_a_name_that_nobody_bears_is_slowed_down_like_any_other(browser: Browser, cast: Cast) -> None:
    cast.password("reviewer")

    known = [_try(browser, "reviewer", "guess", f"10.0.2.{each}") for each in range(6)]
    unknown = [_try(browser, "nobody", "guess", f"10.0.3.{each}") for each in range(6)]

    assert known == unknown == [422] * 5 + [429]


@pytest.mark.shows("console.7")
def test_one_persons_slips_do_not_shut_their_office_out(browser: Browser, cast: Cast) -> None:
    password = cast.password("second_reviewer")
    cast.password("reviewer")
    for _ in range(6):
        _try(browser, "reviewer", "guess", "10.0.0.9")

    assert _try(browser, "second_reviewer", password, "10.0.0.9") == 302
