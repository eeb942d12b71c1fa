"""What is owed is sent once, or it is known why not; whatever dies in between."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.db import db, in_transaction
from backend.models import Attempt, Case, Message, Quota
from backend.services import claims, leases, outbox
from backend.services.channels import of_process
from backend.services.channels.contract import Failure
from backend.services.phones import TalkedInsideATransaction
from backend.wechat.errors import Advice
from backend.wechat.live import LiveWeChat
from backend.workflow.outbox import URGENT, owe
from tests.at_once import at_once
from tests.jobs.conftest import NOON
from tests.people import COUNTY, Cast, Maker
from tests.wechat.emulation import Emulator, reminder

pytestmark = pytest.mark.shows("story.2", "story.3", "reminders.1")
SEND = "/cgi-bin/message/subscribe/send"
Run = Callable[..., int]


@pytest.fixture
def owed(make: Maker, cast: Cast, sweep: Run) -> Message:
    """A duty's message to the village cadre, whose phone is bound."""
    cast.phone("village")
    make.case()
    sweep()
    [message] = make.messages(kind="duty")
    return message


@pytest.fixture
def quota(app: Flask, cast: Cast) -> Callable[[int], None]:
    def set_to(remaining: int) -> None:
        with app.app_context():
            account = cast.phone("village").account_id
            db.session.merge(
                Quota(account_id=account, template="duty", remaining=remaining, is_long_term=False, changed_at=NOON)
            )
            db.session.commit()

    return set_to


def state(make: Maker) -> tuple[str, int]:
    """The message's state, and how often it was tried."""
    [message] = make.messages(kind="duty")
    return message.state, len(make.rows(Attempt))


def test_a_duty_reaches_the_cadres_phone_once(
    make: Maker, owed: Message, deliver: Run, sweep: Run, emulator: Emulator, phone_shop: Callable[..., str]
) -> None:
    openid = phone_shop("phone-of-village")

    assert (deliver(), sweep(), deliver()) == (1, 0, 0)

    [shown] = emulator.messages(openid)
    assert "受理申报" in str(shown)
    assert "张三" not in str(shown)
    assert state(make) == ("sent", 1)


def test_whoever_did_not_subscribe_is_asked_once_and_not_again(
    make: Maker,
    owed: Message,
    deliver: Run,
    emulator: Emulator,
    phone_shop: Callable[..., str],
    quota: Callable[[int], None],
) -> None:
    phone_shop("phone-of-village", allows=0)
    quota(3)

    assert (deliver(), deliver(NOON + timedelta(hours=3))) == (1, 0)

    assert state(make) == ("refused", 1)
    assert [row.errcode for row in make.rows(Attempt)] == [43101]
    assert [row.remaining for row in make.rows(Quota)] == [0]
    assert len(emulator.calls(SEND)) == 1


def test_a_sent_message_uses_up_one_subscription(
    make: Maker, owed: Message, deliver: Run, phone_shop: Callable[..., str], quota: Callable[[int], None]
) -> None:
    phone_shop("phone-of-village")
    quota(3)

    deliver()

    assert [row.remaining for row in make.rows(Quota)] == [2]


def test_an_answer_that_was_lost_is_uncertain_and_never_sent_again(
    make: Maker, owed: Message, deliver: Run, emulator: Emulator, phone_shop: Callable[..., str]
) -> None:
    openid = phone_shop("phone-of-village")
    emulator.order("timeout_after", endpoint=SEND, milliseconds=1500)

    assert (deliver(), deliver(NOON + timedelta(hours=3))) == (1, 0)

    assert state(make) == ("uncertain", 1)
    assert len(emulator.messages(openid)) == 1


def test_an_ill_wechat_is_asked_again_later_and_not_for_ever(
    make: Maker, owed: Message, deliver: Run, emulator: Emulator, phone_shop: Callable[..., str]
) -> None:
    phone_shop("phone-of-village")
    emulator.order("errcode", endpoint=SEND, errcode=-1, count=None)

    tries = [deliver(NOON + timedelta(hours=2 * number)) for number in range(8)]

    assert sum(tries) == 5
    assert state(make) == ("refused", 5)


def test_a_message_that_failed_goes_out_when_wechat_is_well_again(
    make: Maker, owed: Message, deliver: Run, emulator: Emulator, phone_shop: Callable[..., str]
) -> None:
    openid = phone_shop("phone-of-village")
    emulator.order("errcode", endpoint=SEND, errcode=-1)

    assert (deliver(), deliver(), deliver(NOON + timedelta(minutes=1))) == (1, 0, 1)

    assert state(make) == ("sent", 2)
    assert len(emulator.messages(openid)) == 1


def test_a_duty_that_is_done_is_not_reminded_of(
    make: Maker, owed: Message, deliver: Run, emulator: Emulator, phone_shop: Callable[..., str]
) -> None:
    phone_shop("phone-of-village")
    make._accept(make.rows(Case)[0].id)

    deliver()

    [message] = [each for each in make.messages(kind="duty") if each.id == owed.id]
    assert (message.state, message.why) == ("cancelled", "事情已经办完")
    assert not any("受理申报" in str(each["data"]) for each in emulator.calls(SEND))


def test_news_of_three_days_ago_is_not_sent(
    make: Maker, owed: Message, deliver: Run, emulator: Emulator, phone_shop: Callable[..., str]
) -> None:
    phone_shop("phone-of-village")

    assert deliver(NOON + timedelta(days=3)) == 0

    assert state(make) == ("expired", 0)


def test_nobody_is_called_in_the_night(make: Maker, cast: Cast, sweep: Run, deliver: Run) -> None:
    cast.phone("village")
    night = NOON + timedelta(hours=11)
    with clock.at(night):
        make.case()
    sweep(night)

    assert deliver(night) == 0
    [message] = make.messages(kind="duty")
    assert clock.local(message.not_before).isoformat() == "2026-11-21T08:00:00+08:00"


def test_a_cadre_without_wechat_has_it_in_the_inbox(make: Maker, cast: Cast, sweep: Run, deliver: Run) -> None:
    cast.staff_id("village")
    make.case()
    sweep()

    assert deliver() == 0
    assert state(make) == ("refused", 0)
    assert len(cast.phone("village").get("/inbox").json["items"]) == 1


def _let_leases_run_out(app: Flask) -> None:
    with app.app_context():
        past = clock.real_now() - timedelta(seconds=1)
        db.session.execute(update(Message).where(Message.state == "claimed").values(lease_until=past))
        db.session.commit()


def test_a_process_that_died_in_a_call_leaves_it_uncertain(
    make: Maker,
    app: Flask,
    owed: Message,
    deliver: Run,
    phone_shop: Callable[..., str],
    emulator: Emulator,
    wechat: LiveWeChat,
) -> None:
    phone_shop("phone-of-village")
    with app.app_context():
        claimed = claims.claim()
        assert len(outbox.begin_calls([owed.id], of_process.over(wechat), lease=claimed.lease)) == 1
    _let_leases_run_out(app)

    with app.app_context():
        assert leases.free_expired() == 1

    assert deliver(NOON + timedelta(hours=3)) == 0
    assert state(make) == ("uncertain", 1)
    assert [row.state for row in make.rows(Attempt)] == ["uncertain"]
    assert emulator.calls(SEND) == []


@pytest.mark.parametrize(
    ("advice", "ends", "arrives"), [(Advice.RETRY, ("sent", 2), 1), (Advice.UNCERTAIN, ("uncertain", 1), 0)]
)
def test_a_refusal_that_comes_after_the_lease_is_no_doubt_any_more(
    make: Maker,
    app: Flask,
    owed: Message,
    deliver: Run,
    phone_shop: Callable[..., str],
    emulator: Emulator,
    wechat: LiveWeChat,
    advice: Advice,
    ends: tuple[str, int],
    arrives: int,
) -> None:
    openid = phone_shop("phone-of-village")
    with app.app_context():
        [call] = outbox.begin_calls([owed.id], of_process.over(wechat), lease=claims.claim().lease)
    _let_leases_run_out(app)
    with app.app_context():
        leases.free_expired()
        outbox.finish_calls([(call, Failure(advice, "迟到的答复", 42001))])

    deliver(NOON + timedelta(minutes=5))

    assert state(make) == ends
    assert len(emulator.messages(openid)) == arrives


def test_a_refusal_that_comes_after_another_took_the_message_leaves_it_to_them(
    make: Maker, app: Flask, owed: Message, phone_shop: Callable[..., str], wechat: LiveWeChat
) -> None:
    phone_shop("phone-of-village")
    channels = of_process.over(wechat)
    with app.app_context():
        [late] = outbox.begin_calls([owed.id], channels, lease=claims.claim().lease)
        db.session.execute(update(Message).where(Message.id == owed.id).values(state="claimed", lease_of="another"))
        db.session.commit()

        outbox.finish_calls([(late, Failure(Advice.RETRY, "迟到的答复", 42001))])

    [message] = [each for each in make.messages(kind="duty") if each.id == owed.id]
    assert (message.state, message.lease_of) == ("claimed", "another")


def test_a_process_that_died_before_its_call_loses_nothing(
    make: Maker, app: Flask, owed: Message, deliver: Run, phone_shop: Callable[..., str]
) -> None:
    phone_shop("phone-of-village")
    with app.app_context():
        claims.claim()
    _let_leases_run_out(app)

    with app.app_context():
        leases.free_expired()

    assert deliver() == 1
    assert state(make) == ("sent", 1)


def test_a_process_that_slept_past_its_lease_does_not_send_what_another_took(
    make: Maker,
    app: Flask,
    owed: Message,
    deliver: Run,
    phone_shop: Callable[..., str],
    emulator: Emulator,
    wechat: LiveWeChat,
) -> None:
    openid = phone_shop("phone-of-village", allows=5)
    with app.app_context():
        sleeper = claims.claim()
    _let_leases_run_out(app)
    with app.app_context():
        leases.free_expired()
        other = claims.claim()

    with app.app_context():
        assert outbox.begin_calls([owed.id], of_process.over(wechat), lease=sleeper.lease) == []
        assert len(outbox.begin_calls([owed.id], of_process.over(wechat), lease=other.lease)) == 1
    assert emulator.messages(openid) == []


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_four_senders_at_once_send_each_message_once(
    make: Maker,
    app: Flask,
    cast: Cast,
    wechat: LiveWeChat,
    emulator: Emulator,
    phone_shop: Callable[..., str],
    kind: str,
) -> None:
    openid, village = phone_shop("phone-of-village", allows=60), cast.phone("village")
    data = {"what": "入户核实", "where": "某村", "due": "2026年11月23日", "hint": "有一项新的待办"}

    def owe_sixty() -> None:
        for serial in range(60):
            owe(
                kind="duty",
                subject=f"{serial}",
                recipient=f"account:{village.account_id}",
                county_code=COUNTY,
                data=data,
                priority=URGENT,  # nobody else is sent sixty messages a day
            )

    with app.app_context():
        in_transaction(owe_sixty)

    def send() -> int:
        with clock.at(NOON), app.app_context():
            return outbox.deliver_due(of_process.over(wechat), hands=3)

    assert sum(at_once([send] * 4)) == 60
    assert len(emulator.messages(openid)) == len(emulator.calls(SEND)) == 60
    assert {each.state for each in make.messages(kind="duty")} == {"sent"}


def test_wechat_is_not_called_while_a_transaction_is_open(app: Flask, wechat: LiveWeChat, emulator: Emulator) -> None:
    with app.app_context(), pytest.raises(TalkedInsideATransaction):
        in_transaction(lambda: wechat.send_subscribe(reminder("somebody")))

    assert emulator.calls(SEND) == []


def test_a_message_is_owed_with_its_cause_or_not_at_all(make: Maker, app: Flask) -> None:
    def owe_and_fail() -> None:
        owe(kind="duty", subject="x", recipient="account:1", county_code=COUNTY, data={})
        raise KeyError

    with app.app_context(), pytest.raises(KeyError):
        in_transaction(owe_and_fail)

    assert make.messages() == []
