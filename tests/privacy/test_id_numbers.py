"""An ID number is read however it was typed, and a wrong one is answered with what is wrong."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backend.errors import Invalid
from backend.privacy.id_numbers import check_sign, parse_id_number

TODAY = date(2026, 7, 1)


def _numbered(first_17: str) -> str:
    return first_17 + check_sign(first_17)


def _complaint(text: str) -> str:
    with pytest.raises(Invalid) as raised:
        parse_id_number(text, today=TODAY, field="head_id")
    assert list(raised.value.fields) == ["head_id"]
    return raised.value.message


def test_the_standards_own_examples_are_valid() -> None:
    assert check_sign("11010519491231002") == "X"
    assert check_sign("44052418800101001") == "4"


def test_a_number_states_birth_and_sex() -> None:
    read = parse_id_number("11010519491231002x", today=TODAY)

    assert (read.number, read.birth, read.sex) == ("11010519491231002X", date(1949, 12, 31), "female")


def test_a_repr_shows_no_number() -> None:
    assert "1949" not in repr(parse_id_number("11010519491231002X", today=TODAY))


@pytest.mark.parametrize(
    "typed",
    [" 110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ", "110105-19491231-002x", "110105491231002"],
)
def test_a_number_is_read_however_it_was_typed(typed: str) -> None:
    assert parse_id_number(typed, today=TODAY).number == "11010519491231002X"


@settings(deadline=None)
@given(
    region=some.integers(100000, 999999),
    birth=some.dates(date(1900, 1, 1), TODAY),
    order=some.integers(0, 999),
)
def test_every_well_formed_number_is_accepted(region: int, birth: date, order: int) -> None:
    read = parse_id_number(_numbered(f"{region}{birth:%Y%m%d}{order:03d}"), today=TODAY)

    assert read.birth == birth
    assert read.sex == ("male" if order % 2 else "female")


@pytest.mark.shows("story.bad.check_digit")
@settings(deadline=None)
@given(at=some.integers(14, 17), digit=some.sampled_from("0123456789"))
def test_one_wrong_digit_is_caught(at: int, digit: str) -> None:
    right = "11010519491231002X"
    wrong = right[:at] + digit + right[at + 1 :]

    if wrong != right:
        assert "校验" in _complaint(wrong)


@pytest.mark.shows("story.bad.birth_date")
@pytest.mark.parametrize("birth", ["19990230", "20010229", "19991301", "19990100", "18991231", "20260702", "00000101"])
def test_an_impossible_birth_date_is_named_and_not_repeated(birth: str) -> None:
    said = _complaint(_numbered(f"110105{birth}002"))

    assert "出生日期" in said
    assert birth not in said


def test_somebody_may_be_born_today_and_on_a_leap_day() -> None:
    assert parse_id_number(_numbered("11010520260701002"), today=TODAY).birth == TODAY
    assert parse_id_number(_numbered("11010520000229002"), today=TODAY).birth == date(2000, 2, 29)


@pytest.mark.shows("story.bad.id_17")
def test_a_number_of_17_digits_is_counted_for_the_farmer() -> None:
    said = _complaint("11010519491231002")

    assert "18位" in said
    assert "17位" in said


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "请填写"),
        ("   ", "请填写"),
        ("没有", "只能是数字"),
        ("1101051949123100X2", "最后一位"),
        ("1101051949123100\x002", "只能是数字"),
        ("\ud800", "只能是数字"),
        ("٠" * 18, "只能是数字"),
        ("9" * 10_000, "位"),
    ],
)
def test_anything_else_gets_a_sentence(typed: str, word: str) -> None:
    assert word in _complaint(typed)


def test_a_15_digit_number_with_an_impossible_date_is_refused() -> None:
    assert "出生日期" in _complaint("110105990230002")


@settings(deadline=None)
@given(text=some.text(some.characters(), max_size=30))
def test_chance_is_no_id_number_and_gets_a_sentence(text: str) -> None:
    assert _complaint(text).endswith("。")
