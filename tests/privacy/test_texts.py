"""People's own words are kept; what nobody can read is refused kindly."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backend.errors import Invalid
from backend.privacy.texts import clean_text


def _complaint(text: str, most: int = 500) -> str:
    with pytest.raises(Invalid) as raised:
        clean_text(text, most=most, field="hardship")
    assert list(raised.value.fields) == ["hardship"]
    return raised.value.message


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" 屋顶漏雨，\r\n没钱修\t😭 ", "屋顶漏雨，\n没钱修 😭"),
        ("e\u0301", "é"),
        ("病", "病"),
        ("𠮷家漏雨", "𠮷家漏雨"),
        ("help", "help"),
        ("👨‍👩‍👧 三口人", "👨‍👩‍👧 三口人"),
    ],
)
def test_a_text_is_kept_with_its_lines_and_emoji(typed: str, stored: str) -> None:
    assert clean_text(typed, most=500, field="hardship") == stored


@pytest.mark.shows("story.bad.emoji_only")
@pytest.mark.parametrize(
    "typed", ["😭😭😭", "👨‍👩‍👧", "🇨🇳", "1️⃣2️⃣", "ℹ️", "❤️", "……", "!!!", "13812345678", "\u3164\u3164"]
)
def test_a_text_without_a_word_is_refused(typed: str) -> None:
    assert "请用文字说一说" in _complaint(typed)


@pytest.mark.shows("story.bad.null_byte")
@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x85", "\u202e", "\u2066", "\ufffe", "\ud800"])
def test_a_null_byte_and_its_kin_are_refused(sign: str) -> None:
    assert "看不见的特殊符号" in _complaint(f"屋顶{sign}漏雨")


@pytest.mark.shows("story.bad.long_text")
def test_a_text_of_10_000_signs_is_counted_for_the_farmer() -> None:
    said = _complaint("漏" * 10_000)

    assert "最多500个字" in said
    assert "10000个字" in said


def test_a_text_just_long_enough_is_fine() -> None:
    assert len(clean_text("漏" * 500, most=500, field="hardship")) == 500
    assert "501" in _complaint("漏" * 501)


@pytest.mark.parametrize("typed", ["", " \n\t "])
def test_an_empty_text_asks_for_one(typed: str) -> None:
    assert "写一写" in _complaint(typed)


def test_a_megabyte_of_combining_marks_costs_nothing() -> None:
    started = time.perf_counter()

    _complaint("病" + "\u0301\u0323" * 500_000)

    assert time.perf_counter() - started < 0.2


@settings(deadline=None)
@given(text=some.text(some.characters(), max_size=80))
def test_a_clean_text_stays_itself(text: str) -> None:
    try:
        stored = clean_text(text, most=60, field="hardship")
    except Invalid:
        return

    assert clean_text(stored, most=60, field="hardship") == stored
    assert "\0" not in stored
    stored.encode()
