"""What the program may expect of WeChat, through the real client over HTTP."""

from collections.abc import Callable

import pytest

from backend.wechat.emulator.config import DEMO_APP_ID, DEMO_SECRET, DEMO_SERVICE_APP_ID
from backend.wechat.errors import Advice
from backend.wechat.gateway import Identity, Suggestion, TextScene
from backend.wechat.live import LiveWeChat
from tests.wechat.emulation import Emulator, refusal, reminder

pytestmark = pytest.mark.shows("story.3")
SEND = "/cgi-bin/message/subscribe/send"
Live = Callable[..., LiveWeChat]


def test_a_code_opens_a_session_without_an_access_token(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    identity = wechat.open_session(emulator.code(openid))

    assert identity == Identity(openid, emulator.world.phone(openid).unionid)
    assert not emulator.calls("/cgi-bin/stable_token")


@pytest.mark.shows("story.bad.code_twice")
def test_a_code_used_twice_asks_for_a_new_one(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    code = emulator.code(openid)
    wechat.open_session(code)

    assert refusal(lambda: wechat.open_session(code)) == (40163, Advice.LOGIN_AGAIN)


def test_an_invented_code_opens_nothing(wechat: LiveWeChat) -> None:
    assert refusal(lambda: wechat.open_session("0" * 32)) == (40029, Advice.LOGIN_AGAIN)


def test_a_dangerous_account_is_refused(emulator: Emulator, wechat: LiveWeChat) -> None:
    openid = emulator.phone(nickname="风险用户", high_risk=True)["openid"]

    assert refusal(lambda: wechat.open_session(emulator.code(openid))) == (40226, Advice.REFUSED)


def test_a_login_whose_answer_is_lost_asks_for_a_new_code(emulator: Emulator, live: Live, openid: str) -> None:
    emulator.order("reset_after", endpoint="/sns/jscode2session")

    assert refusal(lambda: live().open_session(emulator.code(openid))) == (None, Advice.LOGIN_AGAIN)


@pytest.mark.parametrize(
    ("endpoint", "advice"),
    [
        ("/cgi-bin/stable_token", Advice.RETRY),
        (SEND, Advice.UNCERTAIN),
        ("/sns/jscode2session", Advice.LOGIN_AGAIN),
        ("/wxa/business/getuserphonenumber", Advice.LOGIN_AGAIN),
        ("/wxa/getwxacodeunlimit", Advice.RETRY),
        ("/wxa/msg_sec_check", Advice.RETRY),
    ],
)
def test_a_page_of_somebody_on_the_way_is_not_wechats_answer(
    emulator: Emulator, wechat: LiveWeChat, openid: str, endpoint: str, advice: Advice
) -> None:
    calls: dict[str, Callable[[], object]] = {
        "/sns/jscode2session": lambda: wechat.open_session("code"),
        "/wxa/business/getuserphonenumber": lambda: wechat.phone_number("code"),
        "/wxa/getwxacodeunlimit": lambda: wechat.village_code("v1", "pages/home"),
        "/wxa/msg_sec_check": lambda: wechat.check_text(openid, "好", TextScene.PROFILE),
    }
    emulator.order("html", endpoint=endpoint)

    assert refusal(calls.get(endpoint, lambda: wechat.send_subscribe(reminder(openid)))) == (None, advice)
    assert not emulator.messages(openid)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, 41002),
        ({"appid": "x"}, 41004),
        ({"appid": "x", "secret": "x"}, 40013),
        ({"appid": DEMO_SERVICE_APP_ID, "secret": DEMO_SECRET}, 40013),
        ({"appid": DEMO_APP_ID, "secret": DEMO_SECRET}, 40002),
        ({"appid": DEMO_APP_ID, "secret": DEMO_SECRET, "grant_type": "authorization_code"}, 41008),
    ],
)
def test_a_sign_in_needs_everything(emulator: Emulator, query: dict[str, str], code: int) -> None:
    assert emulator.control.get("/sns/jscode2session", query_string=query).json["errcode"] == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": "好"}, 40097),
        ({"version": 2, "content": ""}, 44002),
        ({"version": 2, "content": "长" * 2_501}, 40097),
        ({"version": 2, "content": "好", "scene": 9}, 40129),
        ({"version": 2, "content": "好", "scene": 1, "openid": "nobody"}, 40003),
    ],
)
def test_a_check_of_a_text_has_rules(wechat: LiveWeChat, body: dict[str, object], code: int) -> None:
    assert refusal(lambda: wechat._client.call("/wxa/msg_sec_check", body))[0] == code


def test_a_phone_without_a_number_gives_none(emulator: Emulator, wechat: LiveWeChat) -> None:
    openid = emulator.phone(nickname="没有绑定号码")["openid"]
    code = emulator.control.post(f"/_emulator/phones/{openid}/phone-code", json={}).json["code"]

    assert refusal(lambda: wechat.phone_number(code)) == (40029, Advice.LOGIN_AGAIN)


def test_a_phone_number_is_given_once(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    code = emulator.control.post(f"/_emulator/phones/{openid}/phone-code", json={}).json["code"]

    assert wechat.phone_number(code) == "13800138000"
    assert refusal(lambda: wechat.phone_number(code)) == (40163, Advice.LOGIN_AGAIN)


def test_a_village_code_is_a_picture(wechat: LiveWeChat) -> None:
    assert wechat.village_code("v=130126100201", "pages/apply/index").startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize(
    ("scene", "page", "code"), [("村", "pages/a", 40129), ("x" * 33, "a", 40129), ("x", "/a", 41030)]
)
def test_a_village_code_has_limits(wechat: LiveWeChat, scene: str, page: str, code: int) -> None:
    assert refusal(lambda: wechat.village_code(scene, page)) == (code, Advice.BUG)


@pytest.mark.parametrize(
    ("text", "suggestion"), [("屋顶漏雨", "pass"), ("疑似测试", "review"), ("这是违规测试", "risky")]
)
def test_a_text_is_judged(emulator: Emulator, wechat: LiveWeChat, openid: str, text: str, suggestion: str) -> None:
    wechat.open_session(emulator.code(openid))

    assert wechat.check_text(openid, text, TextScene.PROFILE).suggestion is Suggestion(suggestion)


def test_a_text_of_somebody_who_left_goes_to_people(wechat: LiveWeChat, openid: str) -> None:
    call = refusal(lambda: wechat.check_text(openid, "屋顶漏雨", TextScene.PROFILE))

    assert call == (61010, Advice.FALL_BACK)


def test_every_call_is_guarded_and_counted(emulator: Emulator, live: Live, openid: str) -> None:
    seen: list[tuple[str, int | None]] = []
    guarded: list[int] = []
    client = live(guard=lambda: guarded.append(1), observe=lambda where, code, seconds: seen.append((where, code)))

    client.send_subscribe(reminder(openid))
    refusal(lambda: client.send_subscribe(reminder(openid)))

    assert seen == [("/cgi-bin/stable_token", 0), (SEND, 0), (SEND, 43101)]
    assert len(guarded) == 3


def test_a_guard_stops_a_call_before_it_leaves(emulator: Emulator, live: Live, openid: str) -> None:
    def transaction_is_open() -> None:
        raise RuntimeError("not now")

    with pytest.raises(RuntimeError, match="not now"):
        live(guard=transaction_is_open).send_subscribe(reminder(openid))

    assert not emulator.calls("/cgi-bin/stable_token")


def test_a_client_tells_no_secret_about_itself(wechat: LiveWeChat) -> None:
    assert DEMO_SECRET not in repr(wechat) + str(wechat)
