"""What is sealed opens in its own place only, with the right key only, unchanged only."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backend.privacy.keys import KeyRing, load, make, retire, rotate
from backend.privacy.seal import (
    Place,
    SealBroken,
    bytes_sealed_with,
    seal,
    seal_bytes,
    sealed_with,
    unseal,
    unseal_bytes,
)

pytestmark = pytest.mark.shows("story.5")

HERE = Place("people", "id_sealed", 7)
texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=200)
names = some.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
places = some.builds(Place, names, names, some.integers(1, 2**63))


@settings(deadline=None)
@given(plain=texts, place=places)
def test_what_was_sealed_opens_in_its_place(keys: KeyRing, plain: str, place: Place) -> None:
    token = seal(plain, keys=keys, place=place)

    assert token.isascii()
    assert unseal(token, keys=keys, place=place) == plain


@settings(deadline=None)
@given(plain=some.binary(max_size=500), place=places)
def test_a_files_content_opens_in_its_place(keys: KeyRing, plain: bytes, place: Place) -> None:
    sealed = seal_bytes(plain, keys=keys, place=place)

    assert unseal_bytes(sealed, keys=keys, place=place) == plain


@settings(deadline=None)
@given(plain=texts, place=places, other=places)
def test_a_moved_ciphertext_does_not_open(keys: KeyRing, plain: str, place: Place, other: Place) -> None:
    token = seal(plain, keys=keys, place=place)

    if place != other:
        with pytest.raises(SealBroken):
            unseal(token, keys=keys, place=other)


@pytest.mark.parametrize("other", [HERE._replace(row=8), HERE._replace(column="phone"), HERE._replace(table="staff")])
def test_neither_row_nor_column_nor_table_can_be_changed(keys: KeyRing, other: Place) -> None:
    with pytest.raises(SealBroken):
        unseal(seal("屋顶漏雨", keys=keys, place=HERE), keys=keys, place=other)
    with pytest.raises(SealBroken):
        unseal_bytes(seal_bytes(b"photo", keys=keys, place=HERE), keys=keys, place=other)


@settings(deadline=None)
@given(at=some.integers(0, 200), sign=some.characters(max_codepoint=127))
def test_a_changed_ciphertext_does_not_open(keys: KeyRing, at: int, sign: str) -> None:
    token = seal("屋顶漏雨", keys=keys, place=HERE)
    changed = token[: at % len(token)] + sign + token[at % len(token) + 1 :]

    if changed != token:
        with pytest.raises(SealBroken):
            unseal(changed, keys=keys, place=HERE)


@pytest.mark.parametrize("token", ["", "a1", "a1.x.y", "b9.x.y", "屋顶漏雨", "a1..", "a1.x.y.z", "a1.%.AAAA"])
def test_nonsense_does_not_open_and_is_not_quoted(keys: KeyRing, token: str) -> None:
    with pytest.raises(SealBroken) as raised:
        unseal(token, keys=keys, place=HERE)

    assert not token or token not in str(raised.value)


def test_sealed_content_that_is_cut_does_not_open(keys: KeyRing) -> None:
    sealed = seal_bytes(b"photo", keys=keys, place=HERE)

    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            unseal_bytes(sealed[:length], keys=keys, place=HERE)


def test_the_same_text_never_looks_the_same_twice(keys: KeyRing) -> None:
    assert seal("13812345678", keys=keys, place=HERE) != seal("13812345678", keys=keys, place=HERE)


def test_a_rotation_keeps_old_values_readable_until_the_key_is_retired(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first = make(path)
    old = seal("屋顶漏雨", keys=first, place=HERE)

    new_id = rotate(path, "seal")
    new = seal("屋顶漏雨", keys=load(path), place=HERE)

    assert (sealed_with(old), sealed_with(new)) == (first.seal.current, new_id)
    assert unseal(old, keys=load(path), place=HERE) == unseal(new, keys=load(path), place=HERE) == "屋顶漏雨"
    retire(path, "seal", first.seal.current)
    with pytest.raises(SealBroken, match="key"):
        unseal(old, keys=load(path), place=HERE)


def test_a_token_and_a_files_head_name_their_key(keys: KeyRing) -> None:
    assert sealed_with(seal("x", keys=keys, place=HERE)) == keys.seal.current
    assert bytes_sealed_with(seal_bytes(b"x" * 99, keys=keys, place=HERE)[:64]) == keys.seal.current
    with pytest.raises(SealBroken):
        sealed_with("13812345678")


def test_sealing_is_cheap_beside_a_statement(keys: KeyRing) -> None:
    started = time.perf_counter()
    for _ in range(1000):
        unseal(seal("13812345678", keys=keys, place=HERE), keys=keys, place=HERE)

    # Some ten microseconds a pair; the bound only catches a key schedule made anew for each value.
    assert time.perf_counter() - started < 0.5
