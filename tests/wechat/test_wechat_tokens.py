"""One token for all, fetched once, and never a secret in what goes wrong."""

import json
import pickle
import traceback
from collections.abc import Callable

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.wechat.emulator.config import DEMO_APP_ID, DEMO_SECRET
from backend.wechat.errors import Advice, WeChatError
from backend.wechat.live import LiveWeChat
from backend.wechat.tokens import Fresh, Tokens
from tests.wechat.emulation import Emulator, at_once, reminder

pytestmark = pytest.mark.shows("story.3")
TOKEN = "/cgi-bin/stable_token"
SEND = "/cgi-bin/message/subscribe/send"
Live = Callable[..., LiveWeChat]


def test_twenty_cold_clients_share_one_token(
    emulator: Emulator, live: Live, connect: Callable[[], Redis], openid: str
) -> None:
    emulator.accept(openid, "visit-due", times=20)
    clients = [live(redis=connect()) for _ in range(20)]

    results = at_once([lambda client=client: client.send_subscribe(reminder(openid)) for client in clients])

    assert not [result for result in results if isinstance(result, Exception)]
    assert len(emulator.calls(TOKEN)) == 1
    assert len(emulator.calls(SEND)) == 20


def test_a_token_lost_under_twenty_clients_is_fetched_once_more(
    emulator: Emulator, live: Live, connect: Callable[[], Redis], openid: str
) -> None:
    emulator.accept(openid, "visit-due", times=21)
    clients = [live(redis=connect()) for _ in range(20)]
    clients[0].send_subscribe(reminder(openid))
    emulator.world.tokens.invalidate()

    results = at_once([lambda client=client: client.send_subscribe(reminder(openid)) for client in clients])

    assert not [result for result in results if isinstance(result, Exception)]
    assert len(emulator.calls(TOKEN)) == 2
    assert len(emulator.messages(openid)) == 21


@pytest.mark.parametrize("fault", ["invalidate_token", "expire_token"])
def test_a_stale_token_is_renewed_and_the_message_goes_out_once(
    emulator: Emulator, wechat: LiveWeChat, openid: str, fault: str
) -> None:
    emulator.order(fault, endpoint=SEND)

    wechat.send_subscribe(reminder(openid))

    assert [call["outcome"] for call in emulator.calls(SEND)][1:] == ["0"]
    assert len(emulator.messages(openid)) == 1


def test_twenty_threads_without_redis_share_one_token(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    emulator.accept(openid, "visit-due", times=20)

    at_once([lambda: wechat.send_subscribe(reminder(openid))] * 20)

    assert len(emulator.calls(TOKEN)) == 1


def test_a_redis_that_is_away_stops_nothing(emulator: Emulator, live: Live, openid: str) -> None:
    with Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0)) as nobody:
        client = live(redis=nobody)
        emulator.accept(openid, "visit-due")
        client.send_subscribe(reminder(openid))
        client.send_subscribe(reminder(openid))

    assert len(emulator.calls(TOKEN)) == 1


def test_a_lasting_40001_costs_two_sends_and_stops_the_channel(
    emulator: Emulator, wechat: LiveWeChat, openid: str
) -> None:
    emulator.order("errcode", endpoint=SEND, errcode=40001, count=None)

    with pytest.raises(WeChatError) as caught:
        wechat.send_subscribe(reminder(openid))

    assert caught.value.advice is Advice.STOP_CHANNEL
    assert len(emulator.calls(SEND)) == 2
    assert len(emulator.calls(TOKEN)) == 2


def test_a_token_that_wechat_insists_on_is_not_asked_for_again(
    emulator: Emulator, wechat: LiveWeChat, openid: str
) -> None:
    emulator.order("errcode", endpoint=SEND, errcode=40001, count=None)

    for _ in range(5):
        with pytest.raises(WeChatError):
            wechat.send_subscribe(reminder(openid))

    assert len(emulator.calls(TOKEN)) == 2
    assert len(emulator.calls(SEND)) == 10


def test_a_wrong_secret_stops_the_channel(live: Live, openid: str) -> None:
    with pytest.raises(WeChatError) as caught:
        live(secret="mistyped").send_subscribe(reminder(openid))

    assert (caught.value.errcode, caught.value.advice) == (40125, Advice.STOP_CHANNEL)


def test_a_failed_token_means_that_nothing_was_sent(emulator: Emulator, live: Live, openid: str) -> None:
    emulator.order("timeout_after", endpoint=TOKEN, milliseconds=600)

    with pytest.raises(WeChatError) as caught:
        live(timeouts=(1.0, 0.2)).send_subscribe(reminder(openid))

    assert caught.value.advice is Advice.RETRY
    assert not emulator.calls(SEND)


def test_twenty_who_wait_for_a_dead_gateway_do_not_queue_for_its_timeout(
    emulator: Emulator, live: Live, openid: str
) -> None:
    emulator.order("http", endpoint=TOKEN, status=502, count=None)
    client = live()

    results = at_once([lambda: client.send_subscribe(reminder(openid))] * 20)

    assert {result.advice for result in results if isinstance(result, WeChatError)} == {Advice.RETRY}
    assert len(emulator.calls(TOKEN)) == 1


def test_the_shared_token_is_given_up_before_wechats_ends(connect: Callable[[], Redis]) -> None:
    tokens = Tokens("wx-short", connect())

    used = [
        tokens.current(lambda given=given: Fresh(*given)) for given in (("first", 300), ("second", 310), ("third", 1))
    ]

    assert used == ["first", "second", "second"]


def test_a_token_that_wechat_did_not_insist_on_says_so(
    live: Live, connect: Callable[[], Redis], openid: str, emulator: Emulator
) -> None:
    redis = connect()
    live(redis=redis).send_subscribe(reminder(openid))

    assert json.loads(redis.get(f"wechat:token:{DEMO_APP_ID}"))["insisted_until"] == 0.0


def _everything_it_says(error: BaseException) -> str:
    chain = "".join(traceback.format_exception(error))
    return " ".join([str(error), repr(error), chain, repr(error.__context__), repr(pickle.dumps(error))])


@pytest.mark.parametrize(
    ("fault", "endpoint"),
    [
        ("http", TOKEN),
        ("errcode", TOKEN),
        ("reset_before", TOKEN),
        ("http", SEND),
        ("errcode", SEND),
        ("reset_after", SEND),
        ("reset_before", "/sns/jscode2session"),
        ("http", "/sns/jscode2session"),
    ],
)
def test_no_failure_tells_a_secret(
    emulator: Emulator, wechat: LiveWeChat, openid: str, fault: str, endpoint: str
) -> None:
    code = emulator.code(openid)
    emulator.order(fault, endpoint=endpoint, errcode=40164)

    with pytest.raises(WeChatError) as caught:
        wechat.open_session(code) if endpoint.startswith("/sns") else wechat.send_subscribe(reminder(openid))

    told = _everything_it_says(caught.value)
    tokens = list(emulator.world.tokens._issued)
    assert not [hidden for hidden in (DEMO_SECRET, code, "http://", *tokens) if hidden in told]


def test_an_error_survives_a_trip_between_processes(wechat: LiveWeChat, openid: str) -> None:
    with pytest.raises(WeChatError) as caught:
        wechat.send_subscribe(reminder(openid, template_id="unknown"))

    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes

    assert (copy.errcode, copy.errmsg, copy.rid, copy.advice) == caught.value.args
    assert copy.rid


def test_a_dead_address_says_nothing_of_the_secret(live: Live, openid: str) -> None:
    with pytest.raises(WeChatError) as caught:
        live(base_url="http://127.0.0.1:1").send_subscribe(reminder(openid))

    assert DEMO_SECRET not in _everything_it_says(caught.value)
    assert (caught.value.errcode, caught.value.advice) == (None, Advice.RETRY)
