"""The console's pages about sends: why, again or never, whose; consents, channels and telephones of staff."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.db import db
from backend.models import (
    Attempt,
    AuditRow,
    Circuit,
    Message,
    Quota,
    Staff,
)
from backend.services import resends
from tests.admin.desk import Desk
from tests.admin.reminding import behind, sweep
from tests.people import VILLAGE, Cast, Maker, id_number

Enter = Callable[[str], Desk]


@pytest.fixture
def failed(make: Maker, cast: Cast, app: Flask) -> Message:
    """A cadre's message that was not delivered, after one try."""
    cast.phone("village")
    make.case()
    sweep(app)
    [message] = make.messages(kind="duty")
    behind(
        app, update(Message).where(Message.id == message.id).values(state="refused", why="对方没有关注公众号（43004）")
    )
    with app.app_context():
        row = Attempt(message_id=message.id, channel="service", number=1, state="fall_back", errcode=43004)
        row.called_at = clock.real_now()
        db.session.add(row)
        db.session.commit()
    return message


@pytest.mark.shows("reminders.5")
def test_a_clerk_sees_why_a_message_failed_and_sends_it_again(make: Maker, console: Enter, failed: Message) -> None:
    desk = console("county_op")
    page = desk.get("/console/outbox/")
    assert "王村干" in page.text
    assert "对方没有关注公众号" in page.text
    assert "公众号模板消息：这条路走不通" in page.text
    assert "张三" not in page.html

    done = desk.press(page, f"/{failed.id}/retry")

    assert "已放回等待发送的队里" in done.text
    [row] = make.messages(id=failed.id)
    assert (row.state, row.way_no) == ("owed", 0)
    assert "王村干" in desk.get("/console/outbox/?tab=waiting").text


@pytest.mark.shows("reminders.5")
def test_a_message_is_let_be_with_one_of_the_reasons(make: Maker, console: Enter, failed: Message) -> None:
    desk = console("county_op")

    wrong = desk.press(desk.get("/console/outbox/"), f"/{failed.id}/cancel", why="因为病了")
    done = desk.press(desk.get("/console/outbox/"), f"/{failed.id}/cancel", why="told")

    assert "请选为什么不用再发" in wrong.text
    assert "这条消息不再发了" in done.text
    assert [row.state for row in make.messages(id=failed.id)] == ["cancelled"]
    audit = console("auditor").get(f"/console/audit/?subject=message:{failed.id}")
    assert "管理消息发送" in audit.text
    assert "已打电话或当面告诉本人" in audit.text


@pytest.mark.shows("reminders.5")
def test_all_that_failed_is_sent_again_with_one_press(make: Maker, console: Enter, failed: Message) -> None:
    desk = console("admin")

    done = desk.press(desk.get("/console/outbox/"), "/retry-all")

    assert "已把1条放回等待发送的队里" in done.text
    assert [row.state for row in make.messages(id=failed.id)] == ["owed"]


@pytest.mark.shows("reminders.5")
def test_whoever_only_looks_finds_no_button(make: Maker, console: Enter, failed: Message) -> None:
    desk = console("county_lead")
    page = desk.get("/console/outbox/")

    desk.send(f"/console/outbox/{failed.id}/retry")

    assert "对方没有关注公众号" in page.text
    assert not [form for form in page.forms if "outbox" in form.action and "find" not in form.action]
    assert "retry" not in page.html
    assert [row.state for row in make.messages(id=failed.id)] == ["refused"]


@pytest.mark.shows("reminders.5")
def test_an_uncertain_one_says_that_it_may_be_heard_twice(app: Flask, console: Enter, failed: Message) -> None:
    behind(app, update(Message).values(state="uncertain"))

    page = console("county_op").get("/console/outbox/?tab=uncertain")

    assert "可能收到两次" in page.text
    assert "王村干" not in console("county_op").get("/console/outbox/?tab=failed").text


@pytest.mark.shows("reminders.5")
def test_the_lists_come_page_by_page(make: Maker, app: Flask, console: Enter, failed: Message) -> None:
    with app.app_context():
        for serial in range(55):
            values = {column.name: getattr(failed, column.name) for column in Message.__table__.columns}
            row = Message(**{**values, "id": failed.id - serial - 1, "subject": f"s:{serial}", "state": "refused"})
            db.session.add(row)
        db.session.commit()
    desk = console("county_op")

    first = desk.get("/console/outbox/")
    older = desk.get(next(link for link in first.links if "before=" in link))

    assert first.html.count('data-label="状态"') == 50
    assert older.html.count('data-label="状态"') == 6
    assert "回到最新" in older.text


@pytest.mark.shows("reminders.5")
def test_one_persons_messages_and_consents_are_found_by_name(
    app: Flask, console: Enter, cast: Cast, failed: Message
) -> None:
    with app.app_context():
        account = cast.phone("village").account_id
        db.session.merge(Quota(account_id=account, template="duty", remaining=2, changed_at=clock.now()))
        db.session.commit()
    desk = console("county_op")

    found = desk.get("/console/outbox/find?q=王村")
    history = desk.get(next(link for link in found.links if "/of/staff/" in link))

    assert "王村干的消息" in history.text
    assert "还能发2条" in history.text
    assert "对方没有关注公众号" in history.text
    assert "没有找到" in desk.get("/console/outbox/find?q=无此人").text
    for nobody in ("staff/4711", "pigeon/1", "account/999"):
        assert desk.get(f"/console/outbox/of/{nobody}").status == 404


@pytest.mark.shows("reminders.5")
def test_a_stopped_channel_is_seen_and_set_going_again(make: Maker, app: Flask, console: Enter) -> None:
    with app.app_context():
        db.session.add(
            Circuit(
                name="subscribe:duty",
                bugs=5,
                open_until=clock.now() + timedelta(hours=20),
                why="微信说消息的格式或模板不对（47003）",
                changed_at=clock.now(),
            )
        )
        db.session.commit()
    desk = console("county_op")
    page = desk.get("/console/channels/")
    assert "停着" in page.text
    assert "待办提醒" in page.text

    done = desk.press(page, "/channels/")

    assert "已恢复" in done.text
    assert [(row.bugs, row.open_until) for row in make.rows(Circuit)] == [(0, None)]
    desk.send("/console/channels/", name="pigeon")
    assert "没有" in desk.get("/console/channels/").text


@pytest.mark.shows("reminders.3")
def test_an_administrator_writes_a_telephone_down_and_sees_it_masked(make: Maker, console: Enter, cast: Cast) -> None:
    desk, member = console("admin"), cast.staff_id("village")
    form = desk.get(f"/console/staff/{member}/phone")

    wrong = desk.press(form, "/phone", phone="0311-82520000")
    done = desk.press(form, "/phone", phone="13800001234")

    assert (wrong.status, "座机收不了短信" in wrong.text) == (422, True)
    assert "138****1234" in done.text
    assert "13800001234" not in done.html
    assert "13800001234" not in str([row.detail for row in make.rows(AuditRow)])
    assert "登记手机号" in console("auditor").get(f"/console/audit/?subject=staff:{member}").text


@pytest.mark.shows("reminders.3")
def test_somebody_new_may_come_with_a_telephone(make: Maker, console: Enter) -> None:
    desk = console("admin")
    typed = {"name": "马新来", "login": "ma-01", "role": "VILLAGE", "region_code": VILLAGE}

    wrong = desk.press(desk.get("/console/staff/new"), "/staff/new", **typed, phone="12345")
    desk.press(desk.get("/console/staff/new"), "/staff/new", **typed, phone="13800001234")

    assert (wrong.status, wrong.form("/staff/new").values["name"]) == (422, "马新来")
    assert [row.phone_sealed is not None for row in make.rows(Staff) if row.login == "ma-01"] == [True]
    assert "138****1234" in desk.get("/console/staff/").text


@pytest.mark.shows("reminders.5")
def test_reasons_to_let_be_are_a_closed_list() -> None:
    assert set(resends.WHY_NOT) == {"told", "wrong", "unneeded"}


def test_a_familys_name_is_on_none_of_these_pages(make: Maker, console: Enter, failed: Message) -> None:
    declaration = make.declaration(openid="x", id_number=id_number(4), head_name="欧阳六六")
    make._accept(declaration.case_id)
    desk = console("county_op")

    for path in ("outbox/?tab=waiting", "outbox/", f"outbox/of/account/{declaration.account_id}"):
        assert "欧阳六六" not in desk.get(f"/console/{path}").html, path
    assert declaration.receipt_no not in desk.get(f"/console/outbox/of/account/{declaration.account_id}").html


@pytest.mark.parametrize("number", ["9223372036854775808", "9" * 40, "-1"])
def test_a_number_that_no_row_can_have_is_no_address_and_no_page(console: Enter, number: str) -> None:
    desk = console("county_op")

    for path in (f"outbox/of/staff/{number}", f"supervisions/{number}"):
        assert desk.get(f"/console/{path}").status == 404, path
    for path in ("outbox/", "inbox/", "supervisions/?tab=issued"):
        joint = "&" if "?" in path else "?"
        assert desk.get(f"/console/{path}{joint}before={number}").status == 200, path
    assert desk.send("/console/inbox/read", id=number).status_code == 302
    assert desk.send(f"/console/duties/{number}/nudge").status_code == 404
    assert desk.send("/console/duties/4711/nudge", case_id=number).status_code in {302, 404}


@pytest.mark.parametrize("number", ["9223372036854775808", "x", "-1", ""])
def test_a_deputy_who_is_no_row_is_named_as_wrong(console: Enter, number: str) -> None:
    desk, today = console("town_lead"), clock.today().isoformat()
    typed = {"role": "VILLAGE", "region_code": VILLAGE, "from_on": today, "until_on": today, "why": "休假"}

    page = desk.press(desk.get("/console/deputies/"), "/deputies/", **typed, deputy_id=number)

    assert (page.status, "请选一位本县在岗的人" in page.text) == (422, True)
