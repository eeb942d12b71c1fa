"""What WeChat pushes is read in all its shapes, and nothing that is not WeChat's."""

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.wechat.emulator import pushes
from backend.wechat.emulator.config import Push
from backend.wechat.push import PushItem, PushKeys, echo, read
from backend.wechat.push_crypto import BadPush, decrypt

pytestmark = pytest.mark.shows("story.3")
AES = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OPENID = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
AT = 1_795_312_800
ONE = pushes.popup(OPENID, AT, {"visit-due": "accept"})
SEVERAL = pushes.popup(OPENID, AT, {"visit-due": "accept", "overdue": "reject"})
CHANGE = pushes.change(OPENID, AT, ["visit-due"])
SENT = pushes.sent(OPENID, AT, "visit-due", "1864323726461255680")
LOST = pushes.sent(OPENID, AT, "visit-due", "1864323726461255681", status="failed: system failed", code="20013")
FINISHED = pushes.job_finished(OPENID, AT, "200163836", "failed:user block")
WAYS = list(itertools.product(["json", "xml"], [None, AES]))


def keys(aes_key: str | None = None, **changes: str) -> PushKeys:
    return PushKeys(**({"token": "a-token", "app_id": "wx1", "aes_key": aes_key} | changes))


def posted(event: pushes.Event, form: str = "json", aes_key: str | None = None) -> tuple[Mapping[str, str], bytes]:
    letter = pushes.envelope(event, Push("http://127.0.0.1/", "a-token", aes_key, form), "wx1")
    return letter.query, letter.body


@pytest.mark.parametrize(("form", "aes_key"), WAYS)
@pytest.mark.parametrize(
    ("event", "kind", "items"),
    [
        (ONE, "subscribe_popup", (PushItem("visit-due", "accept"),)),
        (SEVERAL, "subscribe_popup", (PushItem("visit-due", "accept"), PushItem("overdue", "reject"))),
        (CHANGE, "subscribe_change", (PushItem("visit-due", "reject"),)),
        (SENT, "subscribe_sent", (PushItem("visit-due", "success", "1864323726461255680", 0),)),
        (LOST, "subscribe_sent", (PushItem("visit-due", "failed: system failed", "1864323726461255681", 20013),)),
        (FINISHED, "template_sent", (PushItem("", "failed:user block", "200163836"),)),
    ],
)
def test_every_shape_says_the_same(
    event: pushes.Event, kind: str, items: tuple[PushItem, ...], form: str, aes_key: str | None
) -> None:
    told = read(keys(aes_key), *posted(event, form, aes_key))

    assert (told.kind, told.openid, told.created_at, told.items) == (kind, OPENID, AT, items)


def test_a_repeat_has_the_same_key_and_another_event_another_one() -> None:
    again = [read(keys(aes_key), *posted(ONE, form, aes_key)).raw_key for form, aes_key in WAYS]
    others = [pushes.popup(OPENID, AT + 1, {"visit-due": "accept"}), SEVERAL, CHANGE, SENT]

    assert len(set(again)) == 1
    assert len({again[0], *(read(keys(), *posted(event)).raw_key for event in others)}) == 5


def test_other_events_are_told_apart() -> None:
    event = b'{"FromUserName": "o1", "CreateTime": 5, "MsgType": "event", "Event": "wxa_media_check", "x": []}'

    assert read(keys(), posted(ONE)[0], event).kind == "other"


def test_wechats_question_is_answered_if_it_is_signed() -> None:
    query = {**posted(ONE)[0], "echostr": "1234567"}

    assert echo(keys(), query) == "1234567"
    with pytest.raises(BadPush):
        echo(keys(token="another"), query)


@pytest.mark.parametrize(("form", "aes_key"), WAYS)
def test_a_wrong_signature_is_refused(form: str, aes_key: str | None) -> None:
    query, body = posted(ONE, form, aes_key)

    for name in ("signature", "timestamp", "nonce"):
        with pytest.raises(BadPush):
            read(keys(aes_key), {**query, name: "不对"}, body)


def test_an_empty_token_signs_nothing() -> None:
    letter = pushes.envelope(ONE, Push("http://127.0.0.1/", ""), "wx1")

    with pytest.raises(BadPush):
        read(keys(token=""), letter.query, letter.body)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_with_a_key_only_the_encrypted_is_read(form: str) -> None:
    with pytest.raises(BadPush, match="not encrypted"):
        read(keys(AES), *posted(ONE, form))
    with pytest.raises(BadPush, match="no key"):
        read(keys(), *posted(ONE, form, AES))


def test_an_encrypted_push_of_another_app_or_key_is_refused() -> None:
    query, body = posted(ONE, "json", AES)

    with pytest.raises(BadPush):
        read(keys(AES, app_id="wx2"), query, body)
    with pytest.raises(BadPush):
        read(keys(AES[::-1]), query, body)
    with pytest.raises(BadPush):
        read(keys(AES), {**query, "msg_signature": "0" * 40}, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"<xml>",
        b"<xml/>",
        b"<other><a/></other>",
        b"\xff\xfe\x00",
        b"{" * 50_000,
        b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
        b"<xml>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</xml>",
        b" " * 70_000,
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><FromUserName>&a;</FromUserName></xml>',
        b'{"FromUserName": ["o"], "CreateTime": "1", "Event": "subscribe_msg_popup_event", "List": {}}',
        b'{"FromUserName": "o", "CreateTime": "soon", "Event": "subscribe_msg_popup_event", "List": {}}',
        b'{"FromUserName": "o", "CreateTime": "1", "Event": "subscribe_msg_popup_event"}',
        b'{"FromUserName": "o", "CreateTime": "1", "Event": "subscribe_msg_popup_event", "List": []}',
        b'{"FromUserName": "o", "CreateTime": "1", "Event": "subscribe_msg_popup_event", "List": [1]}',
        b'{"FromUserName": "o", "CreateTime": "1", "Event": {}, "List": [1]}',
        b'{"Encrypt": "x"}',
        b'{"Encrypt": 5}',
    ],
)
@pytest.mark.parametrize("aes_key", [None, AES])
def test_nonsense_is_one_clear_error(body: bytes, aes_key: str | None) -> None:
    with pytest.raises(BadPush):
        read(keys(aes_key), posted(ONE)[0], body)


@given(body=st.binary(max_size=400), query=st.dictionaries(st.sampled_from(["signature", "nonce"]), st.text()))
@settings(deadline=None, max_examples=200)
def test_nothing_that_comes_in_breaks_the_reader(body: bytes, query: dict[str, str]) -> None:
    with pytest.raises(BadPush):
        read(keys(AES), {**posted(ONE)[0], **query}, body)


@given(
    sealed=st.one_of(st.text(), st.binary(max_size=200).map(lambda raw: __import__("base64").b64encode(raw).decode()))
)
@settings(deadline=None, max_examples=200)
def test_no_ciphertext_breaks_the_key(sealed: str) -> None:
    with pytest.raises(BadPush):
        decrypt(AES, "wx1", sealed)


def test_keys_do_not_show_themselves() -> None:
    assert "a-token" not in repr(keys(AES))
    assert AES not in repr(keys(AES))
