"""The console asks and the phone in a cadre's hand answers: yes with the number, or no."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from backend.db import db
from backend.models import Account, PhoneConfirmation
from backend.services import staff
from tests.admin.desk import Desk
from tests.confirming import chosen
from tests.e2e.cadre import Hand, bound, seen_at_both
from tests.people import Cast, Maker, Phone

pytestmark = pytest.mark.shows("console.6", "client.4")


def _choose(app: Flask, cast: Cast, login: str) -> None:
    """Let the only phone that is bound to somebody be the one that confirms."""
    with app.app_context():
        mine = select(Account.id).where(Account.staff_id == cast.staff_id(login))
        account = db.session.scalars(mine).one()
    chosen(cast, login, Phone(app.test_client(), "", account))


def _waits(app: Flask, cast: Cast, login: str) -> tuple[Desk, str]:
    """Return a browser that knows the password and waits for the phone, and its number."""
    desk = Desk(app.test_client())
    page = desk.press(desk.sign_in(login, cast.password(login)), "/sign-in/phone/")
    found = re.search(r'aria-label="数字(\d\d)"', page.html)
    assert found, page.text
    return desk, found[1]


def test_a_cadre_agrees_on_the_phone_to_what_the_computer_asks_and_refuses_a_stranger(
    app: Flask, handset: Hand, cast: Cast, make: Maker
) -> None:
    phone = bound(handset, cast)
    _choose(app, cast, "village")
    desk, number = _waits(app, cast, "village")

    phone.open("cadre/todo/todo").tap("电脑上在等您确认")
    phone.sees("王村干的账号")
    wrong = seen_at_both(phone, "confirm-asked")
    phone.type("电脑上显示的数字", str(10 + (int(number) + 1) % 90))
    phone.tap("同意")
    phone.sees("和电脑上显示的数字不一样")
    phone.type("电脑上显示的数字", number)
    phone.tap("同意")
    phone.sees("已同意")
    inside = desk.press(desk.get("/console/sign-in/phone/"), "/come-in")
    stranger, _ = _waits(app, cast, "village")
    phone.sees("电脑前是您本人吗")
    phone.tap("不是我")
    phone.answer("不是我")
    phone.sees("已经拦下")

    assert wrong == []
    assert "王村干" in inside.text
    assert "手机上没有同意" in stranger.get("/console/sign-in/phone/").text
    assert [row.answer for row in make.rows(PhoneConfirmation)] == ["yes", "no"]


def test_an_administrators_phone_has_one_page_and_comes_off_the_name_there(
    app: Flask, handset: Hand, cast: Cast, make: Maker
) -> None:
    phone = handset().open("cadre/login/login")
    with app.app_context():
        code = staff.make_bind_code(cast.staff_id("security"), by=cast.actor("security"))

    phone.type("绑定码", code)
    phone.tap("绑定")
    phone.sees("现在没有要确认的")
    phone.open("cadre/todo/todo").sees("现在没有要确认的")
    phone.tap("解除绑定")
    phone.answer("解除")
    phone.sees("我要申报")

    assert [row.staff_id for row in make.rows(Account)] == [None]
