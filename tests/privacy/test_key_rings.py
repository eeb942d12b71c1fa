"""Keys are made once, never overwritten, and rotated without losing one."""

import stat
import threading
from pathlib import Path

import pytest

from backend.privacy.keys import KeyFile, KeysUnusable, RingName, load, make, retire, rotate

pytestmark = pytest.mark.shows("story.5")


def test_only_the_owner_can_read_the_keys(key_path: Path) -> None:
    assert stat.S_IMODE(key_path.stat().st_mode) == 0o600


def test_keys_are_never_overwritten(key_path: Path) -> None:
    before = key_path.read_bytes()

    with pytest.raises(FileExistsError):
        make(key_path)

    assert key_path.read_bytes() == before
    assert [path.name for path in key_path.parent.iterdir()] == [key_path.name]


def test_what_was_made_is_what_is_loaded(tmp_path: Path) -> None:
    made = make(tmp_path / "deep" / "keys.json")

    assert load(tmp_path / "deep" / "keys.json") == made


def test_every_ring_has_a_key_of_its_own(key_path: Path) -> None:
    keys = load(key_path)

    assert len({keys.seal.key, keys.index.key, keys.audit.key}) == 3
    assert {len(ring.key.secret) for ring in (keys.seal, keys.index, keys.audit)} == {32}


@pytest.mark.parametrize("ring", ["seal", "index", "audit"])
def test_rotating_adds_a_key_and_keeps_the_earlier_ones(key_path: Path, ring: RingName) -> None:
    before = getattr(load(key_path), ring)

    new_id = rotate(key_path, ring)

    after = getattr(load(key_path), ring)
    assert after.current == new_id != before.current
    assert after.newest_first() == (after.keys[new_id], before.key)
    assert stat.S_IMODE(key_path.stat().st_mode) == 0o600


def test_two_rotations_at_once_lose_no_key(key_path: Path) -> None:
    threads = [threading.Thread(target=rotate, args=(key_path, "seal")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(load(key_path).seal.keys) == 9


def test_a_running_process_meets_a_new_key_without_a_restart(key_path: Path) -> None:
    file = KeyFile(key_path)
    before = file.ring()

    new_id = rotate(key_path, "seal")

    assert file.ring().seal.current == new_id
    assert file.ring() is file.ring()
    assert before.seal.current != new_id


def test_an_earlier_key_can_be_retired_but_not_the_current_one(key_path: Path) -> None:
    first = load(key_path).index.current
    current = rotate(key_path, "index")

    retire(key_path, "index", first)

    assert list(load(key_path).index.keys) == [current]
    for wrong in (current, first):
        with pytest.raises(ValueError, match="not an earlier key"):
            retire(key_path, "index", wrong)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"rings": {"seal": {"current": "a", "keys": {}}}}',
        '{"rings": {"seal": {"current": "a", "keys": {"a": "c2hvcnQ="}}}}',
        '{"rings": {"seal": {"current": "a", "keys": {"a": "!"}}}}',
        '{"rings": {"seal": []}}',
    ],
)
def test_a_damaged_key_file_is_named_and_not_quoted(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)

    with pytest.raises(KeysUnusable, match="备份") as raised:
        load(path)

    assert "c2hvcnQ" not in str(raised.value)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match=r"keys\.json"):
        load(tmp_path / "keys.json")
    with pytest.raises(KeysUnusable, match=r"keys\.json"):
        KeyFile(tmp_path / "keys.json").ring()


def test_a_repr_shows_no_key(key_path: Path) -> None:
    keys = load(key_path)

    assert "keys=" not in repr(keys)
    assert repr(keys.seal.key.secret)[2:-1] not in repr(keys) + repr(keys.seal.key)
