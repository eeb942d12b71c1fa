"""One contract for every channel that leaves the program, the order of channels, and what stops one."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.access.scope import as_system
from backend.db import db, in_transaction
from backend.models import Account, Attempt, Circuit, Declaration, Message, Person, Quota, Task
from backend.services import circuits, followers, outbox, phones, pushes, templates
from backend.services.channels import of_process
from backend.services.channels.contract import Channels
from backend.sms.aliyun import Aliyun
from backend.sms.signing import Key
from backend.wechat.emulator.config import DEMO_SECRET, DEMO_SERVICE_APP_ID
from backend.wechat.live import LiveWeChat
from backend.wechat.push import PushEvent, PushItem
from backend.workflow.outbox import owe
from backend.workflow.states import Kind
from tests.jobs.conftest import NOON
from tests.jobs.ladder import signed_in
from tests.people import COUNTY, Cast, Maker
from tests.sms.standin import KEY_ID, SECRET, SIGN_NAME, StandIn, running
from tests.wechat.emulation import Emulator

pytestmark = [pytest.mark.shows("reminders.3"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]
SUBSCRIBE, TEMPLATE = "/cgi-bin/message/subscribe/send", "/cgi-bin/message/template/send"
DATA = {"number": "K7M3-Q9TD-X4", "status": "待补充材料", "office": "某某镇", "at": "2026-03-05 14:07"}
OUTSIDE = ("subscribe", "service", "sms")


@dataclass
class FarEnds:
    """The other ends of the channels: what arrived there, and what is ordered to go wrong."""

    emulator: Emulator
    provider: StandIn
    openid: str

    def arrived(self, way: str) -> int:
        if way == "sms":
            return len(self.provider.received)
        template = templates.TEMPLATES["progress"]
        wanted = template.template_id if way == "subscribe" else template.service_id
        return sum(each["template_id"] == wanted for each in self.emulator.messages(self.openid))

    def called(self, way: str) -> int:
        if way == "sms":
            return self.provider.calls
        return len(self.emulator.calls(SUBSCRIBE if way == "subscribe" else TEMPLATE))

    def order(self, way: str, what: str) -> None:
        endpoint = SUBSCRIBE if way == "subscribe" else TEMPLATE
        codes = {
            "refuse": ("isv.MOBILE_NUMBER_ILLEGAL", 43101 if way == "subscribe" else 43004),
            "stop": ("isv.AMOUNT_NOT_ENOUGH", 45009),
            "bug": ("isv.TEMPLATE_MISSING_PARAMETERS", 47003),
            "outage": ("isp.SYSTEM_ERROR", -1),
        }
        if way == "sms":
            self.provider.orders.append("lose answer" if what == "lose" else codes[what][0])
        elif what == "lose":
            self.emulator.order("timeout_after", endpoint=endpoint, milliseconds=1500)
        else:
            self.emulator.order("errcode", endpoint=endpoint, errcode=codes[what][1])


@pytest.fixture
def declaration(make: Maker, app: Flask) -> Declaration:
    return make.declaration(openid="farmer")


@pytest.fixture
def ends(emulator: Emulator, phone_shop: Callable[..., str], declaration: Declaration, app: Flask) -> Iterator[FarEnds]:
    openid = phone_shop("farmer", allows=50)
    with app.app_context():
        db.session.execute(
            update(Account).where(Account.openid == openid).values(unionid=emulator.phone(openid=openid)["unionid"])
        )
        db.session.commit()
    with running() as provider:
        yield FarEnds(emulator, provider, openid)


@pytest.fixture
def channels(ends: FarEnds, app: Flask, wechat: LiveWeChat) -> Iterator[Channels]:
    service = LiveWeChat(
        app_id=DEMO_SERVICE_APP_ID,
        secret=DEMO_SECRET,
        base_url=ends.emulator.url,
        timeouts=(1.0, 1.0),
        guard=phones.refuse_inside_a_transaction,
    )
    sms = Aliyun(
        Key(KEY_ID, SECRET),
        SIGN_NAME,
        base_url=ends.provider.url,
        timeouts=(1.0, 1.0),
        guard=phones.refuse_inside_a_transaction,
    )
    with app.app_context():
        assert followers.refresh(service) == 1
    yield of_process.over(wechat, service=service, sms=sms)
    service.close()
    sms.close()


@pytest.fixture
def send(app: Flask, channels: Channels) -> Callable[..., int]:
    def run(after: timedelta = timedelta(), *, hands: int = 1) -> int:
        with clock.at(NOON + after), app.app_context():
            return outbox.deliver_due(channels, hands=hands)

    return run


@pytest.fixture
def owed(app: Flask, declaration: Declaration) -> Callable[..., int]:
    """Owe the declaration's sender a message on these channels alone."""

    def owe_one(*ways: str, subject: str = "x") -> int:
        def work() -> int:
            message = owe(
                kind="progress",
                subject=subject,
                recipient=f"account:{declaration.account_id}",
                declaration_id=declaration.id,
                county_code=COUNTY,
                data=DATA,
            )
            message.ways = ",".join(ways)
            return message.id

        with clock.at(NOON), app.app_context():
            return in_transaction(work)

    return owe_one


def state(make: Maker, message_id: int) -> str:
    return make.messages(id=message_id)[0].state


def attempts(make: Maker) -> list[tuple[str, str]]:
    return [(each.channel, each.state) for each in sorted(make.rows(Attempt), key=lambda row: row.id)]


@pytest.mark.parametrize("way", OUTSIDE)
def test_a_message_arrives_once(
    make: Maker, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str, way: str
) -> None:
    message = owed(way)

    assert (send(), send()) == (1, 0)

    assert (state(make, message), ends.arrived(way)) == ("sent", 1)
    assert attempts(make) == [(way, "sent")]


@pytest.mark.parametrize("way", OUTSIDE)
def test_a_refusal_is_no_reason_to_ask_twice(
    make: Maker, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str, way: str
) -> None:
    ends.order(way, "refuse")
    message = owed(way)

    assert (send(), send(timedelta(hours=3))) == (1, 0)

    assert (state(make, message), ends.called(way), ends.arrived(way)) == ("refused", 1, 0)


@pytest.mark.parametrize("way", OUTSIDE)
def test_an_outage_is_waited_out(
    make: Maker, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str, way: str
) -> None:
    ends.order(way, "outage")
    message = owed(way)

    assert (send(), send(), send(timedelta(minutes=1))) == (1, 0, 1)

    assert (state(make, message), ends.arrived(way)) == ("sent", 1)


@pytest.mark.parametrize("way", OUTSIDE)
def test_a_lost_answer_is_sent_again_only_under_a_key(
    make: Maker, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str, way: str
) -> None:
    ends.order(way, "lose")
    message, repeats = owed(way), way == "service"

    assert (send(), send(timedelta(minutes=1))) == (1, 1 if repeats else 0)

    assert state(make, message) == ("sent" if repeats else "uncertain")
    assert ends.arrived(way) == 1


def _long_after_its_calls(app: Flask) -> None:
    """Let so much real time pass that WeChat has forgotten the keys of the calls until now."""
    with app.app_context():
        db.session.execute(update(Attempt).values(called_at=clock.real_now() - timedelta(minutes=11)))
        db.session.commit()


@pytest.mark.parametrize("moment", [timedelta(minutes=12), timedelta(hours=20)])
def test_a_lost_answer_is_not_repeated_once_its_key_is_forgotten(
    make: Maker,
    app: Flask,
    ends: FarEnds,
    owed: Callable[..., int],
    send: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    moment: timedelta,
) -> None:
    ends.order("service", "lose")
    message = owed("service")
    assert send() == 1
    monkeypatch.setattr("backend.wechat.emulator.messages.KEY_KNOWN_SECONDS", 0.0)
    _long_after_its_calls(app)

    assert send(moment) == 0

    assert (state(make, message), ends.arrived("service")) == ("uncertain", 1)


@pytest.mark.parametrize("way", OUTSIDE)
def test_a_channel_that_is_stopped_burns_nothing_and_comes_back(
    make: Maker, app: Flask, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str, way: str
) -> None:
    ends.order(way, "stop")
    messages = [owed(way, subject=str(serial)) for serial in range(4)]

    assert (send(), send(timedelta(minutes=5))) == (1, 0)
    assert {state(make, each) for each in messages} == {"owed"}
    [circuit] = make.rows(Circuit)
    morning = timedelta(hours=20, minutes=30)
    assert send(morning) == 4

    assert circuit.name == way
    assert {state(make, each) for each in messages} == {"sent"}
    assert max(each.failures for each in make.messages()) == 0


def test_a_channel_that_stays_stopped_is_gone_round(
    make: Maker, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str
) -> None:
    ends.emulator.order("errcode", endpoint=SUBSCRIBE, errcode=40164, count=None)
    with_another, alone = owed("subscribe", "sms"), owed("subscribe", subject="alone")

    assert (send(), send(timedelta(minutes=5))) == (1, 0), "the first pause is waited for"
    send(timedelta(minutes=61))
    send(timedelta(minutes=62))
    late = owed("subscribe", "sms", subject="late")
    send(timedelta(minutes=63))

    assert [state(make, each) for each in (with_another, late, alone)] == ["sent", "sent", "owed"]
    assert ends.arrived("sms") == 2
    assert ends.called("subscribe") == 2, "nobody asks a stopped channel but once an hour"


def test_what_may_have_arrived_does_not_go_round_a_stopped_channel(
    make: Maker, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str
) -> None:
    ends.order("service", "lose")
    message = owed("service", "sms")
    send()
    ends.emulator.order("errcode", endpoint=TEMPLATE, errcode=40164, count=None)

    for minutes in (1, 62, 63):
        send(timedelta(minutes=minutes))

    assert (state(make, message), ends.arrived("service"), ends.arrived("sms")) == ("uncertain", 1, 0)


def test_a_channel_that_works_again_is_waited_for_anew(
    make: Maker, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str
) -> None:
    ends.emulator.order("errcode", endpoint=SUBSCRIBE, errcode=40164, count=2)
    first = owed("subscribe")
    for minutes in (0, 61, 122):
        send(timedelta(minutes=minutes))

    assert state(make, first) == "sent"
    assert [circuit.bugs for circuit in make.rows(Circuit)] == [0]


def test_what_would_be_too_old_after_the_quiet_hours_goes_its_next_way(
    make: Maker, app: Flask, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str
) -> None:
    message = owed("subscribe", "call")
    night, morning = NOON + timedelta(hours=9, minutes=30), NOON + timedelta(hours=20)
    with app.app_context():
        db.session.execute(update(Message).where(Message.id == message).values(not_before=night, not_after=morning))
        db.session.commit()

    assert send(timedelta(hours=9, minutes=31)) == 0

    [ended] = make.messages(id=message)
    assert (ended.state, len([row for row in make.rows(Task) if row.kind == Kind.TELL])) == ("refused", 1)


@pytest.mark.parametrize("way", OUTSIDE)
def test_five_bugs_in_a_row_stop_the_template_until_somebody_looks(
    make: Maker, cast: Cast, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str, way: str
) -> None:
    for _ in range(5):
        ends.order(way, "bug")
    messages = [owed(way, subject=str(serial)) for serial in range(7)]

    assert send() == 5
    assert sorted(state(make, each) for each in messages) == ["owed"] * 2 + ["refused"] * 5
    with clock.at(NOON), signed_in(cast, "admin") as admin:
        circuits.close(f"{way}:progress", by=admin)

    assert send(timedelta(minutes=1)) == 2, "what waited for the template goes out at once"


def test_the_next_channel_has_its_turn_once(
    make: Maker, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str
) -> None:
    ends.order("subscribe", "refuse")
    ends.order("service", "refuse")
    message = owed("subscribe", "service", "sms", "call")

    assert (send(), send(timedelta(hours=2))) == (3, 0)

    assert attempts(make) == [("subscribe", "fall_back"), ("service", "fall_back"), ("sms", "sent")]
    assert state(make, message) == "sent"
    assert [row for row in make.rows(Task) if row.kind == Kind.TELL] == []


def test_a_dead_openid_is_no_fault_of_the_template(
    make: Maker, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str
) -> None:
    ends.emulator.order("errcode", endpoint=SUBSCRIBE, errcode=40003, count=6)
    messages = [owed("subscribe", "sms", subject=str(serial)) for serial in range(6)]

    assert send() == 12

    assert {state(make, each) for each in messages} == {"sent"}
    assert make.rows(Circuit) == []


def test_a_text_message_waits_for_its_own_hours(
    make: Maker, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str
) -> None:
    message = owed("sms")

    assert send(timedelta(hours=8, minutes=30)) == 0
    [waiting] = make.messages(id=message)
    assert clock.local(waiting.not_before).isoformat() == "2026-11-21T08:00:00+08:00"
    assert send(timedelta(hours=21)) == 1


def test_whoever_has_no_channel_becomes_a_duty_of_the_village_once(
    make: Maker, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str
) -> None:
    for serial in range(2):
        owed("call", subject=str(serial))

    assert send() == 0

    assert attempts(make) == [("call", "sent"), ("call", "sent")]
    [duty] = [row for row in make.rows(Task) if row.kind == Kind.TELL]
    assert (duty.role, duty.detail["status"]) == ("VILLAGE", "待补充材料")


def test_the_dead_get_no_text_message(
    make: Maker, app: Flask, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str
) -> None:
    with app.app_context(), as_system("a test looks"):
        db.session.execute(update(Person).values(died_on=NOON.date()))
        db.session.execute(update(Declaration).values(relation="self"))
        db.session.commit()
    message = owed("sms")

    assert send() == 0
    assert make.messages(id=message)[0].why == "收件人已去世"


def test_a_no_is_remembered_until_the_next_yes(
    make: Maker,
    app: Flask,
    declaration: Declaration,
    owed: Callable[..., int],
    send: Callable[..., int],
    ends: FarEnds,
    kind: str,
) -> None:
    def tap(status: str, at: int) -> None:
        item = PushItem(templates.TEMPLATES["progress"].template_id, status)
        with clock.at(NOON), app.app_context():
            pushes.keep_event(PushEvent("subscribe_popup", ends.openid, at, (item,), f"{status}{at}"))
            pushes.take_up_events()

    tap("accept", 1)
    tap("reject", 2)
    first = owed("subscribe")
    assert (send(), state(make, first), ends.called("subscribe")) == (0, "refused", 0)

    tap("accept", 3)
    second = owed("subscribe", subject="y")
    assert (send(), state(make, second)) == (1, "sent")
    assert [(row.remaining, row.said_no) for row in make.rows(Quota)] == [(0, False)]


def test_a_long_term_consent_is_not_used_up_and_its_daily_limit_is_no_refusal(
    make: Maker,
    app: Flask,
    ends: FarEnds,
    owed: Callable[..., int],
    send: Callable[..., int],
    declaration: Declaration,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dataclasses import replace

    lasting = replace(templates.TEMPLATES["progress"], kind="long_term", template_id="TPL-LASTING")
    monkeypatch.setitem(templates.TEMPLATES, "progress", lasting)
    assert ends.emulator.control.put("/_emulator/templates", json=templates.for_emulator()).status_code == 200
    ends.emulator.accept(ends.openid, "TPL-LASTING", 1)
    with clock.at(NOON), app.app_context():
        item = PushItem("TPL-LASTING", "accept")
        pushes.keep_event(PushEvent("subscribe_popup", ends.openid, 1, (item,), "a"))
        pushes.take_up_events()
    for serial in range(6):
        owed("subscribe", subject=str(serial))

    assert send() == 6

    assert sorted(each.state for each in make.messages(template="progress") if each.ways == "subscribe") == [
        "refused",
        *["sent"] * 5,
    ]
    [quota] = make.rows(Quota)
    assert (quota.is_long_term, quota.said_no) == (True, False)


def test_several_hands_send_each_message_once(
    make: Maker, app: Flask, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str
) -> None:
    for serial in range(6):
        owed("service", subject=str(serial))

    assert send(hands=4) == 6
    assert ends.arrived("service") == 6


def test_a_value_that_fits_no_field_is_parked_and_holds_nobody_up(
    make: Maker, app: Flask, ends: FarEnds, owed: Callable[..., int], send: Callable[..., int], kind: str
) -> None:
    broken, fine = owed("subscribe"), owed("subscribe", subject="y")
    with app.app_context():
        db.session.execute(update(Message).where(Message.id == broken).values(data={**DATA, "at": "gestern"}))
        db.session.commit()

    assert send() == 1
    assert (state(make, broken), state(make, fine)) == ("refused", "sent")


def test_a_number_that_does_not_open_holds_nobody_up_and_is_told_in_person(
    make: Maker,
    app: Flask,
    declaration: Declaration,
    ends: FarEnds,
    owed: Callable[..., int],
    send: Callable[..., int],
    kind: str,
) -> None:
    with app.app_context(), as_system("a test spoils a number"):
        db.session.execute(update(Declaration).values(phone_sealed="spoilt"))
        db.session.commit()
    broken, fine = owed("sms", "call"), owed("subscribe", subject="y")

    assert send() == 1

    assert (state(make, broken), state(make, fine)) == ("sent", "sent")
    assert attempts(make) == [("call", "sent"), ("subscribe", "sent")]


def test_this_installations_templates_are_checked_at_the_start(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "templates.json"
    good = {
        "duty": {
            "template_id": "Xk3",
            "fields": {"what": "thing7", "where": "thing8", "due": "date9", "hint": "thing2"},
        }
    }
    file.write_text(json.dumps(good), encoding="utf-8")
    assert templates.complaints(templates.read(file).values()) == []

    for wrong in (
        {"duty": {"fields": {"what": "thing1", "where": "thing2", "due": "phrase3", "hint": "number4"}}},
        {"duty": {"fields": {"what": "thing1"}}},
        {"duty": {"template_id": templates.TEMPLATES["progress"].template_id}},
        {"duty": {"fields": {"what": "words1", "where": "thing2", "due": "date3", "hint": "thing4"}}},
    ):
        file.write_text(json.dumps(wrong), encoding="utf-8")
        with pytest.raises(templates.WrongTemplates):
            templates.use(str(file))
    file.write_text('{"nobody": {}}', encoding="utf-8")
    with pytest.raises(templates.WrongTemplates, match="nobody"):
        templates.read(file)
