"""The pages about reminders in a real browser, wide and narrow: nothing has to be scrolled sideways or is refused."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import update

from backend import clock
from backend.db import db
from backend.models import Attempt, Circuit, Deputy, Message, Quota, Supervision, Task
from tests.admin.reminding import behind, sweep
from tests.admin.test_desks_in_a_browser import _enter
from tests.admin.test_in_a_browser import _picture, address, chromium  # noqa: F401 - fixtures
from tests.people import VILLAGE, Cast, Maker, id_number


def _ended(app: Flask, messages: list[Message], account: int) -> None:
    """Let the messages have met every kind of trouble."""
    ends = (("refused", "对方没有关注公众号（43004）"), ("uncertain", "没有等到答复，可能已送达"), ("owed", ""))
    for message, (state, why) in zip(messages, ends * len(messages), strict=False):
        behind(app, update(Message).where(Message.id == message.id).values(state=state, why=why))
    with app.app_context():
        for number, (way, state, code) in enumerate(
            [("subscribe", "fall_back", 43101), ("service", "fall_back", 43004)], start=1
        ):
            row = Attempt(message_id=messages[0].id, channel=way, number=number, state=state, errcode=code)
            row.called_at = clock.real_now()
            db.session.add(row)
        db.session.merge(Quota(account_id=account, template="duty", remaining=2, changed_at=clock.now()))
        until = clock.now() + timedelta(hours=5)
        why = "今天的发送次数已到微信的上限，明天再发（45009）"
        db.session.add(Circuit(name="subscribe", open_until=until, why=why, changed_at=clock.now()))
        db.session.commit()


@pytest.mark.shows("reminders.5", "reminders.2")
@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_whoever_looks_after_reminders_need_not_scroll_sideways(
    size: str,
    kind: str,
    app: Flask,
    address: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    make: Maker,
    cast: Cast,
) -> None:
    account = cast.phone("village").account_id
    for login in ("head", "town_lead", "county_op", "next_village"):
        cast.staff_id(login)
    for serial in range(3):
        make.case(openid=f"of-{serial}", id_number=id_number(serial))
    sweep(app)
    long_ago = clock.today() - timedelta(days=30)
    late = {"due_on": long_ago, "open_due": long_ago, "next_rung": "supervision", "next_rung_at": clock.now()}
    behind(app, update(Task).values(**late))
    sweep(app)
    _ended(app, [each for each in make.messages(kind="duty") if each.recipient.startswith("staff:")], account)
    with app.app_context():
        row = Deputy(role="VILLAGE", region_code=VILLAGE, county_code=VILLAGE[:6], why="到县里培训")
        row.deputy_id, row.from_on, row.until_on = cast.staff_id("next_village"), date(2026, 1, 5), date(2030, 1, 5)
        row.named_by, row.named_by_name, row.named_at = 1, "郑分管", clock.now()
        db.session.add(row)
        db.session.commit()
    [draft, *_] = make.rows(Supervision)
    member, case_id = cast.staff_id("village"), draft.case_id
    troubles: list[str] = []

    seen = {
        "county_op": ["outbox/", "outbox/?tab=uncertain", f"outbox/of/staff/{member}", "channels/", "inbox/"],
        "county_lead": ["supervisions/", f"supervisions/{draft.id}"],
        "town_lead": ["deputies/", "queue/?tab=late", f"cases/{case_id}"],
        "admin": ["staff/", f"staff/{member}/phone"],
    }
    for login, paths in seen.items():
        page = _enter(chromium, address, size, login, cast, troubles)
        for path in paths:
            page.goto(f"{address}/console/{path}")
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            name = re.sub(r"[^a-z]+", "-", path)
            _picture(page, f"reminders-{login}-{name}-{size}")

    assert troubles == []
