"""The trail's arithmetic notices any change, removal, insertion or reordering."""

import hashlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backend.privacy.chain import (
    EMPTY_ROOT,
    Batch,
    LineBroken,
    batch_line,
    canonical,
    mac_row,
    merkle_root,
    parse_batch_line,
)
from backend.privacy.keys import KeyRing, load, make, rotate

pytestmark = pytest.mark.shows("story.5")

leaves = some.lists(some.text("0123456789abcdef", min_size=1, max_size=4), min_size=1, max_size=20)
payloads = some.dictionaries(
    some.text("abc", min_size=1), some.none() | some.booleans() | some.integers() | some.text("门abc"), max_size=5
)
BATCH = Batch(no=3, count=2, root="a" * 64, previous_root="b" * 64)


def _chained(keys: KeyRing, payloads: list[dict[str, object]]) -> list[str]:
    macs = [""]
    for payload in payloads:
        macs.append(mac_row(keys=keys, previous=macs[-1], payload=payload)[1])
    return macs[1:]


def test_a_payload_has_one_form() -> None:
    assert canonical({"b": [1, None, True], "a": "门"}) == '{"a":"门","b":[1,null,true]}'.encode()
    assert canonical({"a": {"y": 1, "x": 2}}) == canonical({"a": {"x": 2, "y": 1}})


@pytest.mark.parametrize("value", [1.5, float("nan"), b"x", {1: 2}, [object()], {"x": {1, 2}}])
def test_what_has_no_stable_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical({"value": value})


@settings(deadline=None)
@given(rows=some.lists(payloads, min_size=1, max_size=6), at=some.integers(0, 5))
def test_a_changed_row_changes_its_mac_and_every_later_one(
    keys: KeyRing, rows: list[dict[str, object]], at: int
) -> None:
    at %= len(rows)
    changed = [*rows[:at], {**rows[at], "planted": 1}, *rows[at + 1 :]]

    before, after = _chained(keys, rows), _chained(keys, changed)

    assert before[:at] == after[:at]
    assert all(old != new for old, new in zip(before[at:], after[at:], strict=True))


def test_who_lacks_the_key_cannot_make_a_row(keys: KeyRing, tmp_path: Path) -> None:
    other = make(tmp_path / "keys.json")

    assert _chained(keys, [{"did": "approve"}]) != _chained(other, [{"did": "approve"}])


def test_rows_of_before_a_rotation_are_verified_with_their_own_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    key_id, mac = mac_row(keys=make(path), previous="", payload={"did": "approve"})

    new_id = rotate(path, "audit")

    keys = load(path)
    assert mac_row(keys=keys, previous="", payload={"did": "approve"}, key_id=key_id) == (key_id, mac)
    assert mac_row(keys=keys, previous="", payload={"did": "approve"})[0] == new_id
    with pytest.raises(KeyError):
        mac_row(keys=keys, previous="", payload={}, key_id="gone")


def _as_defined(entries: list[bytes]) -> bytes:
    """Hash a list just as RFC 6962 section 2.1 writes it down."""
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    half = 1 << (len(entries) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + _as_defined(entries[:half]) + _as_defined(entries[half:])).digest()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 33])
def test_a_root_is_the_one_of_the_standard(count: int) -> None:
    rows = [f"{number:064x}" for number in range(count)]

    assert merkle_root(rows) == _as_defined([row.encode() for row in rows]).hex()


def test_an_empty_batch_has_a_root() -> None:
    assert merkle_root([]) == EMPTY_ROOT == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@settings(deadline=None)
@given(rows=leaves, at=some.integers(0, 19), planted=some.text("0123456789abcdef", min_size=5, max_size=6))
def test_a_root_notices_change_removal_insertion_and_doubling(rows: list[str], at: int, planted: str) -> None:
    at %= len(rows)
    root = merkle_root(rows)

    assert merkle_root([*rows[:at], planted, *rows[at + 1 :]]) != root
    assert merkle_root([*rows[:at], *rows[at + 1 :]]) != root
    assert merkle_root([*rows[:at], planted, *rows[at:]]) != root
    assert merkle_root([*rows, rows[-1]]) != root


@settings(deadline=None)
@given(rows=leaves.flatmap(lambda rows: some.tuples(some.just(rows), some.permutations(rows))))
def test_a_root_notices_another_order(rows: tuple[list[str], list[str]]) -> None:
    given_order, other_order = rows

    assert (merkle_root(given_order) == merkle_root(other_order)) == (given_order == other_order)


def test_a_node_cannot_pass_for_a_leaf() -> None:
    left, right = (hashlib.sha256(b"\0" + leaf).digest() for leaf in (b"a", b"b"))

    assert merkle_root([(left + right).hex()]) != merkle_root(["a", "b"])


def test_a_line_of_the_root_file_reads_back(keys: KeyRing) -> None:
    line = batch_line(BATCH, keys=keys)

    assert "\n" not in line
    assert parse_batch_line(line + "\n", keys=keys) == BATCH


@settings(deadline=None)
@given(at=some.integers(0, 400), sign=some.sampled_from("0123456789abcdefv "))
def test_a_changed_line_is_refused(keys: KeyRing, at: int, sign: str) -> None:
    line = batch_line(BATCH, keys=keys)
    at %= len(line)
    changed = line[:at] + sign + line[at + 1 :]

    if changed != line:
        with pytest.raises(LineBroken):
            parse_batch_line(changed, keys=keys)


@pytest.mark.parametrize("line", ["", "v1 3 2", "v1 ٣ 2 " + "a" * 64 + " " + "b" * 64 + " k " + "c" * 64])
def test_a_line_of_something_else_is_refused(keys: KeyRing, line: str) -> None:
    with pytest.raises(LineBroken):
        parse_batch_line(line, keys=keys)


def test_a_hundred_thousand_rows_are_verified_in_seconds(keys: KeyRing) -> None:
    payload: dict[str, object] = {"actor": 7, "action": "approve", "row": 123456, "at": "2026-07-01T08:00:00.000000Z"}
    started = time.perf_counter()

    macs = _chained(keys, [payload] * 10_000)
    merkle_root(macs)

    # A tenth of the promise of 30 seconds for 100,000, for the arithmetic alone.
    assert time.perf_counter() - started < 3
