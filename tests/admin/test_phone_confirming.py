"""Township clerks have no authenticator: the bound phone confirms instead, and nobody else's does (practice P48)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from backend.access.actor import Actor
from backend.db import db, use_case
from backend.errors import NotPossibleNow
from backend.models import AuditRow, CountySafety, Export, PhoneConfirmation
from backend.services import guarding, phone_confirmations, second_factors, sign_ins
from tests.admin.desk import Desk
from tests.admin.pages import Page
from tests.at_once import at_once
from tests.confirming import asked, chosen, settled
from tests.jobs.ladder import signed_in
from tests.people import COUNTY, Cast, Maker, Phone

Enter = Callable[[str], Desk]
Browser = Callable[[], Desk]

pytestmark = pytest.mark.shows("console.6")

ASK, COME_IN = "/sign-in/phone/", "/sign-in/phone/come-in"


def _number(page: Page) -> str:
    found = re.search(r'aria-label="数字(\d\d)"', page.html)
    assert found, page.text
    return found[1]


def _agree(phone: Phone, number: str) -> int:
    [waiting] = phone.get("/phone-confirmations").json["items"]
    return phone.post(f"/phone-confirmations/{waiting['id']}/consents", number=number).status_code


def _other(number: str) -> str:
    return str(10 + (int(number) + 1) % 90)


def _older(app: Flask, by: timedelta) -> None:
    """Let what was asked and answered lie so much further back: the machine's own time cannot be moved."""
    with app.app_context():
        for row in db.session.query(PhoneConfirmation):
            row.asked_at, row.expires_at = row.asked_at - by, row.expires_at - by
            row.answered_at = row.answered_at - by if row.answered_at else None
        db.session.commit()


def _demand(app: Flask, **columns: bool) -> None:
    with app.app_context():
        db.session.add(CountySafety(**{"county_code": COUNTY, "factor_of_exports": False, **columns}))
        db.session.commit()


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_yes_of_the_phone_opens_the_session_that_asked_once_and_no_other(
    browser: Browser, cast: Cast, make: Maker
) -> None:
    phone, password = chosen(cast, "reviewer"), cast.password("reviewer")
    desk, other = browser(), browser()

    door = desk.sign_in("reviewer", password)
    waits = desk.press(door, ASK)
    number = _number(waits)
    shown = phone.get("/phone-confirmations").json["items"]
    misread = _agree(phone, _other(number))
    too_soon = desk.send(f"/console{COME_IN}").status_code
    before = desk.client.get("/console/sign-in/phone/standing").json
    agreed = _agree(phone, number)
    again = phone.post(f"/phone-confirmations/{shown[0]['id']}/consents", number=number).status_code
    after = desk.client.get("/console/sign-in/phone/standing").json
    other.sign_in("reviewer", password)
    stolen = other.send(f"/console{COME_IN}").status_code
    inside = desk.press(desk.get("/console/sign-in/phone/"), COME_IN)

    assert "用已绑定的手机确认" in door.text
    assert "验证器" not in door.text.split("手机确认", 1)[0]
    [asking] = shown
    assert (asking["name"], asking["address"], asking["purpose"]) == ("周研判", "127.0.0.1", "sign_in")
    assert "number" not in asking
    assert (misread, too_soon, agreed, again, stolen) == (422, 409, 204, 204, 409)
    assert (before["standing"], after["standing"]) == ("waiting", "yes")
    assert "退出" in inside.text
    assert phone.get("/phone-confirmations").json["items"] == []
    did = [row.detail["did"] for row in make.rows(AuditRow) if row.action == "confirm_console"]
    assert did == ["ask_phone", "phone_yes"]


def test_not_me_ends_the_session_and_the_security_administrator_sees_it(
    console: Enter, browser: Browser, cast: Cast, make: Maker
) -> None:
    phone, password = chosen(cast, "reviewer"), cast.password("reviewer")
    thief, security = browser(), console("security")
    thief.press(thief.sign_in("reviewer", password), ASK)
    [asking] = phone.get("/phone-confirmations").json["items"]

    refused = phone.post(f"/phone-confirmations/{asking['id']}/refusals").status_code
    outside = thief.get("/console/sign-in/phone/")
    late_yes = phone.post(f"/phone-confirmations/{asking['id']}/consents", number="11").status_code

    assert (refused, late_yes) == (204, 409)
    assert "手机上没有同意" in outside.text
    assert "请重新登录" in thief.get("/console/queue/").text or "登录" in thief.get("/console/queue/").text
    told = security.get("/console/safety/").text
    assert "有人可能在用别人的密码" in told
    assert "周研判" in told.split("等您批准的岗位")[0]
    assert "127.0.0.1" in told
    assert "phone_no" in str([row.detail for row in make.rows(AuditRow)])


def test_a_phone_bound_today_unbound_since_or_not_chosen_confirms_nothing(app: Flask, cast: Cast) -> None:
    phone = chosen(cast, "reviewer")
    second = settled(app, _second_phone(cast, "reviewer"))
    asking = asked(cast, "reviewer")

    seen = [each.get("/phone-confirmations").json["items"] for each in (phone, second, cast.phone("town_lead"))]
    foreign = second.post(f"/phone-confirmations/{asking.id}/consents", number=str(asking.number)).status_code
    agreed = phone.post(f"/phone-confirmations/{asking.id}/consents", number=str(asking.number)).status_code
    gone = phone.post("/bindings/endings").status_code

    assert [len(items) for items in seen] == [1, 0, 0]
    assert (foreign, agreed, gone) == (404, 204, 204)
    by = replace(cast.actor("reviewer"), session_id=asking.session_id)
    with app.app_context():
        assert not _spends(by)
    with signed_in(cast, "reviewer") as by, pytest.raises(NotPossibleNow, match="不是您设的那部"):
        phone_confirmations.ask("sign_in", by=by)
    young = cast.phone("village")
    with app.app_context():
        second_factors.use_phone(cast.staff_id("village"), young.account_id)
        db.session.commit()
    with signed_in(cast, "village") as by, pytest.raises(NotPossibleNow, match="满24小时"):
        phone_confirmations.ask("sign_in", by=by)
    settled(app, young)
    assert asked(cast, "village").purpose == "sign_in"


def _second_phone(cast: Cast, login: str) -> Phone:
    """Return another phone bound to the same person, as by whoever got hold of a code."""
    with cast.app.app_context():
        first = sign_ins.open_phone("wx-tests", f"another-of-{login}", COUNTY)
    with cast.app.app_context():
        code = sign_ins.make_code(cast.staff_id(login), sign_ins.BIND)
        db.session.commit()
        ticket = sign_ins.bind_phone(code, by=first.actor)
    return Phone(cast.app.test_client(), ticket.token, ticket.actor.account_id or 0)


def test_an_asking_is_over_after_minutes_after_three_wrong_numbers_and_comes_six_times_an_hour(
    app: Flask, browser: Browser, cast: Cast
) -> None:
    phone, desk = chosen(cast, "reviewer"), browser()
    password = cast.password("reviewer")

    desk.press(desk.sign_in("reviewer", password), ASK)
    _older(app, phone_confirmations.LIFE)
    late = phone.get("/phone-confirmations").json["items"]
    page = desk.press(desk.get("/console/sign-in/phone/"), ASK)
    wrong = [_agree(phone, _other(_number(page))) for _ in range(3)]
    page = desk.press(desk.get("/console/sign-in/phone/"), ASK)
    agreed = _agree(phone, _number(page))
    _older(app, phone_confirmations.USABLE)
    stale = desk.send(f"/console{COME_IN}").status_code
    desk.press(desk.sign_in("reviewer", password), ASK)
    for _ in range(2):
        desk.send("/console/sign-in/phone/")
    seventh = desk.send("/console/sign-in/phone/")

    assert late == []
    assert wrong == [422, 422, 409]
    assert (agreed, stale, seventh.status_code) == (204, 409, 429)
    with app.app_context():
        assert db.session.query(PhoneConfirmation).count() == 6


def test_an_administrator_begins_with_a_phone_and_a_stolen_password_alone_sets_up_nothing_else(
    app: Flask, browser: Browser, cast: Cast
) -> None:
    _demand(app, factor_of_administrators=True)
    phone, password = settled(app, cast.phone("auditor")), cast.password("auditor")
    desk, thief = browser(), browser()

    door = desk.sign_in("auditor", password)
    page = desk.press(door, ASK)
    agreed = _agree(phone, _number(page))
    codes = desk.press(desk.get("/console/sign-in/phone/"), COME_IN)
    inside = desk.get("/console/audit/")
    second = thief.sign_in("auditor", password)
    typed = thief.press(second, "/second", code="123456").status
    recovery = re.findall(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}", codes.text)
    by_paper = thief.press(second, "/second", code=recovery[0])

    assert "请先设置一次" in door.text
    assert "用已绑定的手机确认" in door.text
    assert (agreed, len(recovery), inside.status) == (204, 10, 200)
    assert 'id="secret"' not in second.html
    assert typed == 422
    assert "退出" in by_paper.text

    with signed_in(cast, "security") as by:
        guarding.reset_factor(cast.staff_id("auditor"), by=by)
    assert "已由沈安全重置" in browser().sign_in("auditor", password).text


def test_a_file_leaves_with_the_password_and_one_yes_for_a_file(
    app: Flask, console: Enter, cast: Cast, make: Maker
) -> None:
    phone, password = settled(app, cast.phone("county_op")), cast.password("county_op")
    desk = console("county_op")
    _demand(app, factor_of_exports=True)
    typed = {"ledger": "families", "purpose": "月分析会商", "password": password}
    first = desk.get("/console/exports/")
    typed["ledger"] = next(code for code in re.findall(r'<option value="(\w+)" data-hint', first.html))

    refused = desk.press(first, "/exports/", **typed)
    asks = desk.press(desk.get("/console/factor/"), "/factor/phone", password=password)
    set_up = _agree(phone, _number(asks))
    codes = desk.press(desk.get("/console/phone-confirm/"), "/factor/phone/use")
    page = desk.get("/console/exports/")
    without = desk.press(page, "/exports/", **typed)
    number = _number(desk.get(desk.send("/console/phone-confirm/", place="exports", **typed).location))
    agreed = _agree(phone, number)
    wrong_purpose = desk.send("/console/factor/codes", password=password).status_code
    back = desk.get("/console/phone-confirm/?place=exports&purpose=月分析会商")
    done = desk.press(desk.get("/console/exports/"), "/exports/", **typed)
    twice = desk.press(desk.get("/console/exports/"), "/exports/", **typed)

    assert "请先到“我的账号”里设置" in refused.text
    assert "要确认的是：以后用这部手机确认登录和下载" in asks.text
    assert (set_up, agreed, wrong_purpose) == (204, 204, 422)
    assert len(re.findall(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}", codes.text)) == 10
    assert (without.status, done.status, twice.status) == (422, 200, 422)
    assert any(password not in link and "purpose=" in link for link in back.links)
    assert len(make.rows(Export)) == 1
    assert "手机确认" in desk.get("/console/me/").text


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_one_yes_used_four_times_at_once_is_used_once(app: Flask, cast: Cast) -> None:
    phone = chosen(cast, "reviewer")
    asking = asked(cast, "reviewer")
    phone.post(f"/phone-confirmations/{asking.id}/consents", number=str(asking.number))
    by = cast.actor("reviewer")

    def use() -> bool:
        with app.app_context():
            return _spends(replace(by, session_id=asking.session_id))

    assert sorted(at_once([use] * 4)) == [False, False, False, True]


@use_case
def _spends(by: Actor) -> bool:
    return phone_confirmations.spend("sign_in", by=by) is not None


def test_a_farmers_phone_is_asked_nothing(cast: Cast) -> None:
    assert cast.farmer().get("/phone-confirmations").status_code == 403
