"""What was not delivered is seen with why, sent again or let be by a person's word, and counted."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.db import db
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow
from backend.models import Attempt, AuditRow, Circuit, Message
from backend.services import backlog, circuits, metrics, quotas, resends, sends
from backend.services.sends import Tab
from backend.workflow.outbox import owe
from tests.jobs.conftest import NOON
from tests.jobs.ladder import signed_in
from tests.people import COUNTY, Cast, Maker, id_number
from tests.wechat.emulation import Emulator

pytestmark = [pytest.mark.shows("reminders.5"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]
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
def refused(owed: Message, deliver: Run, phone_shop: Callable[..., str]) -> Message:
    """It was not delivered, for nobody had allowed it."""
    phone_shop("phone-of-village", allows=0)
    deliver()
    return owed


@pytest.fixture
def clerk(cast: Cast) -> Iterator[Any]:
    """The county's clerk at the console."""
    with clock.at(NOON), signed_in(cast, "county_op") as by:
        yield by


def set_message(app: Flask, message_id: int, **values: Any) -> None:
    """Change a message's columns behind everybody's back."""
    with app.app_context():
        db.session.execute(update(Message).where(Message.id == message_id).values(**values))
        db.session.commit()


def state(make: Maker, message: Message) -> str:
    [row] = make.messages(id=message.id)
    return row.state


def shown(tab: Tab, by: Any) -> dict[int, sends.Send]:
    return {each.message.id: each for each in sends.page_of(tab, by=by).items}


def test_what_failed_is_seen_with_whose_it_was_and_why_in_chinese(refused: Message, clerk: Any, kind: str) -> None:
    send = shown(Tab.FAILED, clerk)[refused.id]

    assert send.name == "王村干"
    assert [(each.channel, each.errcode) for each in send.attempts] == [("subscribe", 43101)]
    assert send.message.why == "对方没有同意接收订阅消息，或者同意的次数已用完（43101）"
    assert refused.id not in shown(Tab.WAITING, clerk)


def test_what_waits_is_seen_before_it_goes_out(owed: Message, clerk: Any, kind: str) -> None:
    assert shown(Tab.WAITING, clerk)[owed.id].attempts == []
    assert sends.counts(by=clerk)[Tab.WAITING] >= 1


def test_pages_follow_each_other_without_a_gap(make: Maker, app: Flask, clerk: Any, kind: str) -> None:
    with app.app_context(), clock.at(NOON):
        for serial in range(7):
            row = owe(kind="nudge", subject=f"s:{serial}", recipient="account:1", county_code=COUNTY, data={})
            row.state = "refused"
        db.session.commit()

    first = sends.page_of(Tab.FAILED, by=clerk, size=4)
    second = sends.page_of(Tab.FAILED, by=clerk, size=4, before=first.before)

    ids = [each.message.id for each in [*first.items, *second.items]]
    assert ids == sorted((each.id for each in make.messages(kind="nudge")), reverse=True)
    assert (len(first.items), second.before) == (4, None)


def test_another_countys_sends_do_not_exist(make: Maker, app: Flask, refused: Message, clerk: Any, kind: str) -> None:
    set_message(app, refused.id, county_code="110101")

    assert shown(Tab.FAILED, clerk) == {}
    assert sends.history_of(refused.recipient, by=clerk).items == []
    for work in (resends.retry, lambda row, by: resends.cancel(row, "told", by=by)):
        with pytest.raises(NotFound):
            work(refused.id, by=clerk)


def test_one_is_sent_again_by_a_persons_word_and_the_audit_says_whose(
    make: Maker,
    refused: Message,
    clerk: Any,
    deliver: Run,
    phone_shop: Callable[..., str],
    emulator: Emulator,
    app: Flask,
    kind: str,
) -> None:
    openid = phone_shop("phone-of-village", allows=1)
    with app.app_context():
        db.session.execute(update(Message).where(Message.id == refused.id).values(read_at=None))
        account = next(each for each in sends.find("王村", by=clerk))
        for quota in quotas.ledger_of(account.recipient, by=clerk):
            db.session.merge(quota).said_no = False
        db.session.commit()

    resends.retry(refused.id, by=clerk)

    assert deliver() == 1
    assert state(make, refused) == "sent"
    assert len(emulator.messages(openid)) == 1
    assert [row.number for row in make.rows(Attempt)] == [1, 2]
    assert [row.subject for row in make.rows(AuditRow) if row.action == "manage_outbox"] == [f"message:{refused.id}"]


def test_what_is_uncertain_is_never_sent_again_but_by_a_person(
    make: Maker,
    owed: Message,
    clerk: Any,
    deliver: Run,
    phone_shop: Callable[..., str],
    emulator: Emulator,
    kind: str,
) -> None:
    openid = phone_shop("phone-of-village", allows=2)
    emulator.order("timeout_after", endpoint=SEND, milliseconds=1500)
    deliver()
    assert owed.id in shown(Tab.UNCERTAIN, clerk)
    assert resends.retry_all(by=clerk) == 0
    assert deliver() == 0

    resends.retry(owed.id, by=clerk)
    deliver()

    assert len(emulator.messages(openid)) == 2
    assert state(make, owed) == "sent"


def test_what_is_too_old_to_be_true_is_not_sent_again(app: Flask, refused: Message, clerk: Any, kind: str) -> None:
    set_message(app, refused.id, not_after=NOON - timedelta(minutes=1))

    with pytest.raises(NotPossibleNow, match="过了时效"):
        resends.retry(refused.id, by=clerk)
    assert resends.retry_all(by=clerk) == 0


def test_all_of_them_are_sent_again_in_small_transactions(
    make: Maker, app: Flask, clerk: Any, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resends, "BATCH", 3)
    with app.app_context(), clock.at(NOON):
        for serial in range(8):
            row = owe(kind="nudge", subject=f"s:{serial}", recipient=f"account:{serial}", county_code=COUNTY, data={})
            row.state, row.way_no = "refused", 2
        db.session.commit()

    assert resends.retry_all(by=clerk) == 8

    again = make.messages(kind="nudge")
    assert {(each.state, each.way_no) for each in again} == {("owed", 0)}
    assert [row.detail["count"] for row in make.rows(AuditRow) if row.subject == "messages"] == [3, 3, 2]


def test_one_is_let_be_with_a_reason_from_the_list(
    make: Maker, owed: Message, clerk: Any, deliver: Run, kind: str
) -> None:
    with pytest.raises(Invalid):
        resends.cancel(owed.id, "张三家的老人病了", by=clerk)

    resends.cancel(owed.id, "told", by=clerk)

    assert deliver() == 0
    assert state(make, owed) == "cancelled"
    [row] = make.messages(id=owed.id)
    assert row.why == "已打电话或当面告诉本人（陈业务）"
    with pytest.raises(NotPossibleNow):
        resends.retry(owed.id, by=clerk)


@pytest.mark.parametrize("standing", ["claimed", "sent", "expired", "inbox", "cancelled"])
def test_what_is_under_way_or_over_is_neither_sent_again_nor_stopped(
    app: Flask, owed: Message, clerk: Any, kind: str, standing: str
) -> None:
    set_message(app, owed.id, state=standing)

    for work in (lambda: resends.retry(owed.id, by=clerk), lambda: resends.cancel(owed.id, "told", by=clerk)):
        with pytest.raises(NotPossibleNow):
            work()


def test_who_may_look_and_who_may_act(cast: Cast, refused: Message, kind: str) -> None:
    with cast.acting("town_lead") as lead, pytest.raises(NotAllowed):
        sends.page_of(Tab.FAILED, by=lead)
    with cast.acting("county_lead") as leader:
        assert refused.id in shown(Tab.FAILED, leader)
        for work in (lambda: resends.retry(refused.id, by=leader), lambda: circuits.close("sms", by=leader)):
            with pytest.raises(NotAllowed):
                work()


def test_a_persons_messages_are_found_by_name_or_by_the_receipt(
    make: Maker, cast: Cast, refused: Message, kind: str
) -> None:
    declaration = make.declaration(openid="other", id_number=id_number(5), head_name="李四")
    make._accept(declaration.case_id)
    spoken = f"{declaration.receipt_no[:4]} {declaration.receipt_no[4:]}"

    with clock.at(NOON), signed_in(cast, "county_op") as clerk:
        [cadre], [family] = sends.find("王村", by=clerk), sends.find(spoken, by=clerk)
        of_cadre = sends.history_of(cadre.recipient, by=clerk).items
        of_family = sends.history_of(family.recipient, by=clerk).items
        assert sends.find("％", by=clerk) == []

    assert (cadre.name, family.name) == ("王村干", "这张回执的申报人")
    assert refused.id in {each.message.id for each in of_cadre}
    assert {each.message.kind for each in of_family} == {"progress"}
    with cast.acting("admin") as admin:
        assert sends.find(declaration.receipt_no, by=admin) == [], "an administrator reaches no family"


def test_the_ledger_says_what_a_person_still_allows(refused: Message, clerk: Any, kind: str) -> None:
    [quota] = quotas.ledger_of(refused.recipient, by=clerk)

    assert (quota.template, quota.remaining, quota.said_no) == ("duty", 0, True)
    assert quotas.ledger_of("declaration:1", by=clerk) == ()


def test_a_channels_breaker_is_seen_closed_and_audited(
    make: Maker, app: Flask, owed: Message, clerk: Any, deliver: Run, emulator: Emulator, phone_shop: Any, kind: str
) -> None:
    phone_shop("phone-of-village")
    emulator.order("errcode", endpoint=SEND, errcode=45009)
    deliver()
    [circuit] = circuits.all_circuits(by=clerk)
    assert (circuit.name, circuit.why) == ("subscribe", "今天的发送次数已到微信的上限，明天再发（45009）")
    assert deliver(NOON + timedelta(hours=1)) == 0
    assert shown(Tab.WAITING, clerk)[owed.id].message.why.startswith(("今天的发送次数", "渠道暂停：小程序订阅消息"))

    circuits.close("subscribe", by=clerk)

    assert deliver(NOON + timedelta(minutes=1)) == 1
    with pytest.raises(NotPossibleNow):
        circuits.close("subscribe", by=clerk)
    with pytest.raises(NotFound):
        circuits.close("pigeon", by=clerk)
    assert [row.open_until for row in make.rows(Circuit) if row.name == "subscribe"] == [None]
    assert "circuit:subscribe" in {row.subject for row in make.rows(AuditRow)}


def test_calls_are_counted_by_channel_and_code(refused: Message, clerk: Any, kind: str) -> None:
    [tally] = sends.tallies(by=clerk)

    assert (tally.channel, tally.outcome, tally.errcode, tally.count) == ("subscribe", "fall_back", 43101, 1)
    counted = metrics.SENDS.labels("subscribe", "fall_back", "43101")
    assert counted._value.get() >= 1


def test_the_age_of_the_oldest_due_message_is_known_and_too_old_is_an_alarm(
    app: Flask, owed: Message, kind: str
) -> None:
    with app.app_context(), structlog.testing.capture_logs() as logs:
        with clock.at(NOON + timedelta(minutes=10)):
            young = (backlog.oldest_owed(), backlog.look())
        with clock.at(NOON + timedelta(minutes=20)):
            old = backlog.look()

    assert young == (600.0, 600)
    assert old == 1200
    assert [(each["event"], each["log_level"], each["seconds"]) for each in logs] == [
        ("oldest_owed_too_old", "error", 1200)
    ]


def test_what_the_night_holds_back_is_not_old(app: Flask, owed: Message, kind: str) -> None:
    night = NOON + timedelta(hours=12)
    set_message(app, owed.id, not_before=night + timedelta(hours=8))

    with app.app_context(), clock.at(night):
        assert backlog.oldest_owed() == 0.0
