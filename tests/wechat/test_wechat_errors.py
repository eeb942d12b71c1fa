"""Codes and what they mean."""

import pytest

from backend.wechat.emulator.refusals import SENTENCES
from backend.wechat.errors import _CODES, ADVICE, Advice, WeChatError, advise

pytestmark = pytest.mark.shows("story.3")


def test_no_code_has_two_meanings() -> None:
    assert len(ADVICE) == sum(len(codes) for codes in _CODES.values())


def test_whatever_the_emulator_answers_is_known() -> None:
    assert set(SENTENCES) <= set(ADVICE)


def test_no_answer_means_later_and_an_unknown_one_is_seen_by_a_person() -> None:
    assert advise(None) is Advice.RETRY
    assert advise(99_999) is Advice.BUG


def test_the_request_id_is_kept_apart_from_the_sentence() -> None:
    error = WeChatError.answered(47003, "argument invalid! data.name2.value invalid rid: 5f1b-2a")

    assert (error.rid, error.field) == ("5f1b-2a", "name2")
    assert error.errmsg == "argument invalid! data.name2.value invalid"
    assert "5f1b-2a" in str(error)


def test_an_error_about_no_field_names_none() -> None:
    assert WeChatError.unanswered("HTTP 502", Advice.RETRY).field is None
