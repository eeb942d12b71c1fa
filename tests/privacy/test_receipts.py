"""A receipt number survives being read out over the phone: no slip of one digit or of two neighbours passes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backend.errors import Invalid
from backend.privacy.receipts import clean_receipt_no, new_receipt_no, spoken
from backend.privacy.redaction import leaks

pytestmark = pytest.mark.shows("story.5")

receipts = some.builds(new_receipt_no)


def test_a_number_has_twelve_digits_and_no_leading_zero() -> None:
    made = [new_receipt_no() for _ in range(500)]

    assert all(len(number) == 12 and number.isdigit() and number[0] != "0" for number in made)
    assert len(set(made)) == 500
    assert all(clean_receipt_no(number) == number for number in made)


def test_numbers_do_not_count() -> None:
    steps = {int(new_receipt_no()) - int(new_receipt_no()) for _ in range(50)}

    assert len(steps) == 50
    assert min(map(abs, steps)) > 1


@settings(deadline=None)
@given(number=receipts)
def test_every_single_wrong_digit_is_caught(number: str) -> None:
    for at in range(12):
        for digit in "0123456789":
            wrong = number[:at] + digit + number[at + 1 :]
            if wrong != number:
                with pytest.raises(Invalid):
                    clean_receipt_no(wrong)


@settings(deadline=None)
@given(number=receipts)
def test_any_two_neighbours_exchanged_are_caught(number: str) -> None:
    for at in range(11):
        wrong = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        if wrong != number:
            with pytest.raises(Invalid, match="对不上"):
                clean_receipt_no(wrong)


@settings(deadline=None)
@given(number=receipts, between=some.sampled_from(["", " ", "-", "\u3000", "，"]))
def test_a_number_is_read_however_it_was_typed(number: str, between: str) -> None:
    typed = between.join((number[:4], number[4:8], number[8:]))
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in number)

    assert clean_receipt_no(typed) == clean_receipt_no(full_width) == clean_receipt_no(spoken(number)) == number


def test_a_number_is_printed_in_groups_of_four() -> None:
    assert spoken("123456789012") == "1234 5678 9012"


@pytest.mark.parametrize(
    ("typed", "word"), [("", "数字"), ("没有", "数字"), ("1234", "4位"), ("1" * 100_000, "12位"), ("\x00", "数字")]
)
def test_what_is_no_receipt_number_gets_a_sentence(typed: str, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        clean_receipt_no(typed, field="receipt_no")


@settings(deadline=None)
@given(number=receipts)
def test_a_receipt_number_is_not_taken_for_personal_data(number: str) -> None:
    assert leaks(number) == []
