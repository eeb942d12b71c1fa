"""What the program may expect of a message, through the real client over HTTP."""

from collections.abc import Callable

import pytest

from backend.wechat.errors import Advice, WeChatError
from backend.wechat.gateway import Sent, ServiceMessage
from backend.wechat.live import LiveWeChat
from tests.wechat.emulation import Emulator, refusal, reminder

pytestmark = pytest.mark.shows("story.3")
SEND = "/cgi-bin/message/subscribe/send"
Live = Callable[..., LiveWeChat]


def test_a_message_arrives_as_it_was_written(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    sent = wechat.send_subscribe(reminder(openid))

    [message] = emulator.messages(openid)
    assert sent == Sent(message["msgid"])
    assert (message["title"], message["page"]) == ("待办提醒", "pages/task/index?id=1")
    assert message["lines"] == [["事项", "入户核查"], ["期限", "2026-11-30 17:00"]]


def test_each_acceptance_allows_one_message(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    wechat.send_subscribe(reminder(openid))

    assert refusal(lambda: wechat.send_subscribe(reminder(openid))) == (43101, Advice.FALL_BACK)


def test_a_person_who_switched_it_off_gets_nothing(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    emulator.control.post(f"/_emulator/phones/{openid}/unsubscribe", json={"template_id": "visit-due"})

    assert refusal(lambda: wechat.send_subscribe(reminder(openid))) == (43101, Advice.FALL_BACK)


def test_a_long_term_permission_lasts_but_has_a_daily_limit(
    emulator: Emulator, wechat: LiveWeChat, openid: str
) -> None:
    emulator.accept(openid, "overdue")
    message = reminder(openid, template_id="overdue", data={"thing1": "入户核查", "name2": "王秀兰"})
    for _ in range(5):
        wechat.send_subscribe(message)

    assert refusal(lambda: wechat.send_subscribe(message)) == (40038, Advice.FALL_BACK)
    emulator.control.post("/_emulator/time", json={"offset_seconds": 86_400})
    assert wechat.send_subscribe(message).msgid


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"thing1": "事" * 21, "time2": "15:01"}, "thing1"),
        ({"thing1": "入户核查", "time2": "明天"}, "time2"),
        ({"thing1": "", "time2": "15:01"}, "thing1"),
        ({"thing1": "入户核查"}, "time2"),
        ({"thing1": "入户核查", "time2": "15:01", "thing9": "多余"}, "thing9"),
        ({"thing1": "入户\n核查", "time2": "15:01"}, "thing1"),
    ],
)
def test_a_wrong_value_is_named(
    emulator: Emulator, wechat: LiveWeChat, openid: str, data: dict[str, str], field: str
) -> None:
    with pytest.raises(WeChatError) as caught:
        wechat.send_subscribe(reminder(openid, data=data))

    assert (caught.value.errcode, caught.value.advice, caught.value.field) == (47003, Advice.BUG, field)
    assert not emulator.messages(openid)


@pytest.mark.parametrize(
    ("changes", "code", "advice"),
    [
        ({"template_id": "nobody-knows"}, 40037, Advice.BUG),
        ({"template_id": "notice"}, 40037, Advice.BUG),
        ({"template_id": "banned", "data": {"thing1": "好"}}, 43107, Advice.STOP_CHANNEL),
        ({"page": "/pages/task"}, 41030, Advice.BUG),
        ({"state": "released"}, 40097, Advice.BUG),
    ],
)
def test_a_wrong_message_is_refused(
    wechat: LiveWeChat, openid: str, changes: dict[str, object], code: int, advice: Advice
) -> None:
    assert refusal(lambda: wechat.send_subscribe(reminder(openid, **changes))) == (code, advice)


def test_a_page_must_be_in_the_released_version(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    emulator.control.put("/_emulator/pages", json=["pages/home/index"])

    assert refusal(lambda: wechat.send_subscribe(reminder(openid))) == (41030, Advice.BUG)


def test_a_stranger_gets_no_message(wechat: LiveWeChat) -> None:
    assert refusal(lambda: wechat.send_subscribe(reminder("nobody"))) == (40003, Advice.FALL_BACK)


@pytest.mark.parametrize(
    ("quota", "code", "advice"), [("per_minute", 45011, "retry"), ("per_day", 45009, "stop_channel")]
)
def test_quotas_are_kept(
    emulator: Emulator, wechat: LiveWeChat, openid: str, quota: str, code: int, advice: str
) -> None:
    emulator.accept(openid, "visit-due", times=2)
    emulator.control.put("/_emulator/quotas", json={SEND: {quota: 1}})
    wechat.send_subscribe(reminder(openid))

    assert refusal(lambda: wechat.send_subscribe(reminder(openid))) == (code, Advice(advice))


def test_the_days_quota_is_new_on_the_next_business_day(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    emulator.accept(openid, "visit-due", times=2)
    emulator.control.put("/_emulator/quotas", json={SEND: {"per_day": 1}})
    wechat.send_subscribe(reminder(openid))
    emulator.control.post("/_emulator/time", json={"offset_seconds": 86_400})

    assert wechat.send_subscribe(reminder(openid)).msgid


@pytest.mark.parametrize(
    ("fault", "is_delivered", "failure"),
    [
        ("timeout_after", True, "ReadTimeout"),
        ("timeout_before", False, "ReadTimeout"),
        ("reset_after", True, "ConnectionError"),
        ("reset_before", False, "ConnectionError"),
    ],
)
def test_a_lost_answer_is_uncertain_whether_or_not_it_was_delivered(
    emulator: Emulator, live: Live, openid: str, fault: str, is_delivered: bool, failure: str
) -> None:
    client = live(timeouts=(1.0, 0.3))
    client.village_code("v1", "pages/home")
    emulator.order(fault, endpoint=SEND, milliseconds=700)

    with pytest.raises(WeChatError) as caught:
        client.send_subscribe(reminder(openid))

    assert (caught.value.errmsg, caught.value.advice) == (failure, Advice.UNCERTAIN)
    assert [call["done"] for call in emulator.calls(SEND)] == [is_delivered]
    assert len(emulator.messages(openid)) == is_delivered


def test_half_a_character_does_not_stop_a_message(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    data = {"thing1": "入户\ud800核查", "time2": "15:01"}

    assert wechat.send_subscribe(reminder(openid, data=data)).msgid
    assert emulator.messages(openid)[0]["lines"][0] == ["事项", "入户?核查"]


def test_a_server_error_means_later(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    emulator.order("http", endpoint=SEND, status=503)

    assert refusal(lambda: wechat.send_subscribe(reminder(openid))) == (None, Advice.RETRY)
    assert wechat.send_subscribe(reminder(openid)).msgid


def test_a_busy_wechat_means_later(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    emulator.order("errcode", endpoint=SEND, errcode=-1)

    assert refusal(lambda: wechat.send_subscribe(reminder(openid))) == (-1, Advice.RETRY)


def test_a_slow_wechat_is_waited_for(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    emulator.order("latency", endpoint=SEND, milliseconds=200)

    assert wechat.send_subscribe(reminder(openid)).msgid


def test_the_service_account_delivers_once_per_client_msg_id(
    emulator: Emulator, service: LiveWeChat, openid: str
) -> None:
    there = emulator.world.phone(openid).service_openid
    message = ServiceMessage(there, "notice", {"thing1": "入户核查"}, client_msg_id="reminder-1")

    first, again = service.send_template(message), service.send_template(message)

    assert first == again
    assert len(emulator.messages(openid)) == 1


def test_a_client_msg_id_is_forgotten_after_the_platforms_ten_minutes(
    emulator: Emulator, service: LiveWeChat, openid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = emulator.world.phone(openid).service_openid
    message = ServiceMessage(there, "notice", {"thing1": "入户核查"}, client_msg_id="reminder-1")
    service.send_template(message)

    monkeypatch.setattr("backend.wechat.emulator.messages.KEY_KNOWN_SECONDS", 0.0)
    service.send_template(message)

    assert len(emulator.messages(openid)) == 2


def test_who_does_not_follow_the_service_account_is_not_reached(
    emulator: Emulator, service: LiveWeChat, openid: str
) -> None:
    emulator.control.post(f"/_emulator/phones/{openid}/follow", json={"follows": False})
    there = emulator.world.phone(openid).service_openid
    message = ServiceMessage(there, "notice", {"thing1": "入户核查"}, client_msg_id="reminder-1")

    assert refusal(lambda: service.send_template(message)) == (43004, Advice.FALL_BACK)


def test_one_apps_token_does_not_open_the_other(service: LiveWeChat, openid: str) -> None:
    assert refusal(lambda: service.send_subscribe(reminder(openid))) == (48001, Advice.STOP_CHANNEL)


@pytest.mark.parametrize("way", ["template/send", "template/uniform_send"])
def test_withdrawn_ways_stay_withdrawn(wechat: LiveWeChat, way: str) -> None:
    call = f"/cgi-bin/message/wxopen/{way}"

    assert refusal(lambda: wechat._client.call(call, {})) == (45109, Advice.STOP_CHANNEL)
