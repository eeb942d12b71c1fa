"""WeChat takes a message and reports later that it did not arrive: written on the send, and the next channel's turn."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.db import db
from backend.models import Attempt, Message, PushedEvent
from backend.services import pushes, staff
from backend.wechat.emulator import pushes as emitted
from backend.wechat.emulator.config import Push
from backend.wechat.push import PushKeys, read
from tests.jobs.conftest import NOON
from tests.jobs.texting import deliver_with_texts as deliver_with_texts
from tests.jobs.texting import provider as provider
from tests.people import Cast, Maker
from tests.sms.standin import StandIn

pytestmark = [pytest.mark.shows("reminders.3", "reminders.5"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]
Run = Callable[..., int]
OPENID = "phone-of-village"


@pytest.fixture
def sent(make: Maker, cast: Cast, sweep: Run, deliver: Run, phone_shop: Callable[..., str]) -> Attempt:
    """A duty's message that WeChat took."""
    phone_shop(OPENID)
    cast.phone("village")
    make.case()
    sweep()
    deliver()
    [attempt] = make.rows(Attempt)
    assert attempt.state == "sent"
    return attempt


def report(app: Flask, event: emitted.Event, at_minutes: int = 1, service: bool = False) -> int:
    """Let WeChat push an event and the job take it up."""
    keys = PushKeys(token="t", app_id="wx-s" if service else "wx-m")
    letter = emitted.envelope(event, Push("http://127.0.0.1/", "t", None, "xml" if service else "json"), keys.app_id)
    with clock.at(NOON + timedelta(minutes=at_minutes)):
        with app.app_context():
            pushes.keep_event(read(keys, letter.query, letter.body))
        with app.app_context():
            return pushes.take_up_events()


def failed(msgid: str, status: str = "failed: system failed", code: str = "20013") -> emitted.Event:
    return emitted.sent(OPENID, 1_795_312_800, "TPL-DUTY", msgid, status=status, code=code)


def message(make: Maker) -> Message:
    [row] = make.messages(kind="duty")
    return row


def test_the_number_that_wechat_gave_is_kept_with_the_send(sent: Attempt, kind: str) -> None:
    assert sent.msgid.isdecimal()


def test_a_failure_is_written_on_its_send_and_the_next_channel_has_its_turn_once(
    make: Maker, app: Flask, sent: Attempt, kind: str
) -> None:
    assert report(app, failed(sent.msgid)) == 1
    after_first = (message(make).state, message(make).way_no)
    report(app, failed(sent.msgid, status="failed: again"), at_minutes=2)

    [attempt] = make.rows(Attempt)
    assert (attempt.state, attempt.errcode, attempt.answer) == ("reported", 20013, "failed: system failed")
    assert after_first == (message(make).state, message(make).way_no) == ("owed", 1)
    assert message(make).why == "微信收下后报告：没有送到"


def test_the_next_channel_really_sends_it(
    make: Maker,
    app: Flask,
    cast: Cast,
    sent: Attempt,
    deliver_with_texts: Run,
    provider: StandIn,
    kind: str,
) -> None:
    with app.app_context():
        staff.set_phone(cast.staff_id("village"), "138 0000 1234", by=cast.actor("admin"))
    report(app, failed(sent.msgid))

    deliver_with_texts(NOON + timedelta(minutes=2))

    [text] = provider.received
    assert text["phone"] == "13800001234"
    tries = [(each.channel, each.state) for each in sorted(make.rows(Attempt), key=lambda row: row.number)]
    assert tries == [("subscribe", "reported"), ("sms", "sent")]
    assert message(make).state == "sent"


def test_a_refusal_at_the_service_account_ends_in_what_comes_after_it(
    make: Maker, app: Flask, sent: Attempt, kind: str
) -> None:
    with app.app_context():
        db.session.execute(update(Message).values(way_no=1))
        db.session.execute(update(Attempt).values(channel="service"))
        db.session.commit()

    event = emitted.job_finished("svc-village", 1_795_312_800, sent.msgid, "failed:user block")
    assert report(app, event, service=True) == 1

    assert (message(make).way_no, message(make).why) == (2, "微信收下后报告：对方拒收")


def test_a_success_changes_nothing(make: Maker, app: Flask, sent: Attempt, kind: str) -> None:
    event = emitted.sent(OPENID, 1_795_312_800, "TPL-DUTY", sent.msgid)
    finished = emitted.job_finished("svc-village", 1_795_312_800, "4711", "success")

    assert (report(app, event), report(app, finished, service=True)) == (1, 1)

    assert [each.state for each in make.rows(Attempt)] == ["sent"]
    assert message(make).state == "sent"


def test_a_report_that_comes_before_our_own_commit_waits_for_it(
    make: Maker, app: Flask, sent: Attempt, kind: str
) -> None:
    with app.app_context():
        db.session.execute(update(Attempt).values(msgid="", state="calling"))
        db.session.commit()
    assert report(app, failed(sent.msgid)) == 0
    with app.app_context():
        db.session.execute(update(Attempt).values(msgid=sent.msgid, state="sent"))
        db.session.commit()

    with clock.at(NOON + timedelta(minutes=2)), app.app_context():
        assert pushes.take_up_events() == 1

    assert message(make).state == "owed"


def test_a_report_of_nothing_we_sent_is_given_up_after_a_while(make: Maker, app: Flask, kind: str) -> None:
    assert report(app, failed("999")) == 0

    with clock.at(NOON + timedelta(minutes=20)), app.app_context():
        assert pushes.take_up_events() == 1
        assert pushes.take_up_events() == 0

    assert [each.taken_at is not None for each in make.rows(PushedEvent)] == [True]


def test_a_failure_that_is_reported_too_late_is_not_sent_another_way(
    make: Maker, app: Flask, sent: Attempt, deliver: Run, kind: str
) -> None:
    report(app, failed(sent.msgid), at_minutes=3 * 24 * 60)

    assert deliver(NOON + timedelta(days=3, minutes=1)) == 0

    assert message(make).state == "expired"


def test_an_unsigned_report_is_nobodys(app: Flask, sent: Attempt, kind: str) -> None:
    event = failed(sent.msgid)
    letter = emitted.envelope(event, Push("http://127.0.0.1/", "wrong", None, "json"), "wx-m")

    for path in ("/wechat/push", "/wechat/push/service"):
        answer = app.test_client().post(path, query_string=dict(letter.query), data=letter.body)
        assert answer.status_code == 404
