"""The same number is found however it was typed, and nothing can be learnt from its digest without the key."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backend.privacy.blind_index import digest, digests
from backend.privacy.keys import KeyRing, load, make, rotate

pytestmark = pytest.mark.shows("story.5")

mobiles = some.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
separators = some.sampled_from(["", " ", "-", "\u3000"])


def _full_width(digits: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)


@settings(deadline=None)
@given(phone=mobiles, between=separators, country=some.sampled_from(["", "+86", "86", "+86 ", "0086", "＋８６"]))
def test_a_phone_is_found_however_it_was_typed(keys: KeyRing, phone: str, between: str, country: str) -> None:
    typed = country + phone[:3] + between + phone[3:7] + between + phone[7:]
    plain = digest(phone, keys=keys, kind="phone")

    assert digest(typed, keys=keys, kind="phone") == plain
    assert digest(_full_width(phone), keys=keys, kind="phone") == plain


@pytest.mark.parametrize(
    "typed", ["11010519491231002x", " 110105 19491231-002X ", "１１０１０５１９４９１２３１００２Ｘ", "110105491231002"]
)
def test_an_id_number_is_found_however_it_was_typed(keys: KeyRing, typed: str) -> None:
    assert digest(typed, keys=keys, kind="id_number") == digest("11010519491231002X", keys=keys, kind="id_number")


def test_the_kinds_and_the_numbers_do_not_mix(keys: KeyRing) -> None:
    assert digest("13812345678", keys=keys, kind="phone") != digest("13812345678", keys=keys, kind="id_number")
    assert digest("13812345678", keys=keys, kind="phone") != digest("13812345679", keys=keys, kind="phone")


def test_another_key_gives_another_digest(keys: KeyRing, tmp_path: Path) -> None:
    other = make(tmp_path / "keys.json")

    assert digest("13812345678", keys=keys, kind="phone") != digest("13812345678", keys=other, kind="phone")


def test_while_the_index_is_rotated_old_and_new_digests_are_known(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    old = digest("13812345678", keys=make(path), kind="phone")

    rotate(path, "index")
    rotate(path, "index")

    known = digests("+86 138 1234 5678", keys=load(path), kind="phone")
    assert known[0] == digest("13812345678", keys=load(path), kind="phone")
    assert known[-1] == old
    assert len(set(known)) == 3


@settings(deadline=None)
@given(nonsense=some.text(some.characters(), max_size=60))
def test_a_search_for_nonsense_finds_nothing_and_does_not_fail(keys: KeyRing, nonsense: str) -> None:
    assert len(digest(nonsense, keys=keys, kind="id_number")) == len(digest(nonsense, keys=keys, kind="phone")) == 64
