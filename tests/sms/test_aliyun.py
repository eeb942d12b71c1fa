"""The one real provider of text messages, against a stand-in that checks every request as the original would."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from backend.sms.aliyun import Aliyun
from backend.sms.gateway import SmsError, Text
from backend.sms.signing import Key, headers_for, query_of
from backend.wechat.errors import Advice
from tests.sms.standin import KEY_ID, SECRET, SIGN_NAME, StandIn, running

pytestmark = pytest.mark.shows("reminders.3")
WORDS = {"number": "K7M3-Q9TD-X4", "status": "已 收到+", "office": "某镇", "at": "2026-03-05 14:07"}


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with running() as standin:
        yield standin


def client(provider: StandIn, **changes: str) -> Aliyun:
    given = {"id": KEY_ID, "secret": SECRET, "sign_name": SIGN_NAME, **changes}
    key = Key(given["id"], given["secret"])
    return Aliyun(key, given["sign_name"], base_url=changes.get("url", provider.url), timeouts=(1.0, 0.5))


def text(**changes: object) -> Text:
    return Text(
        **{"phone": "13800000000", "template_code": "SMS_PROGRESS", "variables": WORDS, "out_id": "7", **changes}
    )


def refusal(provider: StandIn, *, message: Text | None = None, **changes: str) -> tuple[str, Advice]:
    with pytest.raises(SmsError) as caught:
        client(provider, **changes).send(message or text())
    return caught.value.code, caught.value.advice


def test_a_text_arrives_as_it_was_written(provider: StandIn) -> None:
    assert client(provider).send(text()) == "BIZ-1"

    assert provider.received == [{"phone": "13800000000", "out_id": "7", **WORDS}]


@pytest.mark.parametrize(
    ("changes", "code", "advice"),
    [
        ({"secret": "wrong"}, "SignatureDoesNotMatch", Advice.STOP_CHANNEL),
        ({"id": "nobody"}, "InvalidAccessKeyId.NotFound", Advice.STOP_CHANNEL),
        ({"sign_name": "别的签名"}, "isv.SMS_SIGNATURE_ILLEGAL", Advice.STOP_CHANNEL),
    ],
)
def test_a_wrong_key_or_signature_stops_the_channel(
    provider: StandIn, changes: dict[str, str], code: str, advice: Advice
) -> None:
    assert refusal(provider, **changes) == (code, advice)
    assert provider.received == []


@pytest.mark.parametrize(
    ("changes", "code", "advice"),
    [
        ({"phone": "0311825200"}, "isv.MOBILE_NUMBER_ILLEGAL", Advice.FALL_BACK),
        ({"template_code": "SMS_0"}, "isv.SMS_TEMPLATE_ILLEGAL", Advice.BUG),
        ({"variables": {"number": "1"}}, "isv.TEMPLATE_MISSING_PARAMETERS", Advice.BUG),
        ({"variables": {**WORDS, "status": "长" * 36}}, "isv.PARAM_LENGTH_LIMIT", Advice.BUG),
    ],
)
def test_a_wrong_text_is_refused(provider: StandIn, changes: dict[str, object], code: str, advice: Advice) -> None:
    assert refusal(provider, message=text(**changes)) == (code, advice)


def test_the_eleventh_text_of_a_day_goes_another_way(provider: StandIn) -> None:
    for _ in range(10):
        client(provider).send(text())

    assert refusal(provider) == ("isv.BUSINESS_LIMIT_CONTROL", Advice.FALL_BACK)


@pytest.mark.parametrize(
    ("order", "advice"),
    [
        ("isp.SYSTEM_ERROR", Advice.RETRY),
        ("http 500", Advice.RETRY),
        ("isv.AMOUNT_NOT_ENOUGH", Advice.STOP_CHANNEL),
        ("isv.NOBODY_KNOWS", Advice.BUG),
        ("lose answer", Advice.UNCERTAIN),
    ],
)
def test_what_goes_wrong_there_is_understood(provider: StandIn, order: str, advice: Advice) -> None:
    provider.orders.append(order)

    assert refusal(provider)[1] == advice


def test_nobody_there_means_later_and_no_number_is_in_the_error(provider: StandIn) -> None:
    with pytest.raises(SmsError) as caught:
        client(provider, url="http://127.0.0.1:9").send(text())

    assert caught.value.advice is Advice.RETRY
    assert "138" not in repr(caught.value) + str(caught.value)
    assert caught.value.__context__ is None or "138" not in repr(caught.value.__context__)
    assert "138" not in repr(text())


def test_the_same_request_is_signed_the_same_and_another_is_not() -> None:
    at = datetime(2026, 3, 5, tzinfo=UTC)

    def signed(query: str) -> str:
        key = Key("testid", "testsecret")
        given = {"host": "h", "action": "SendSms", "version": "1", "body": b"", "nonce": "n", "at": at}
        return headers_for(key, query=query, **given)["Authorization"].rsplit("=", 1)[1]

    assert query_of({"b": "一 +", "a": "~*"}) == "a=~%2A&b=%E4%B8%80%20%2B"
    assert signed("a=1") == signed("a=1") != signed("a=2")
