"""Stored files are sealed, whole, bound to their row, and the disk's troubles become a plain sentence."""

import errno
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backend import clock
from backend.errors import NotFound, TryLater
from backend.files.store import FileStore
from backend.privacy.keys import KeyRing, load, make, retire, rotate
from backend.privacy.seal import SealBroken

pytestmark = pytest.mark.shows("story.5")

PHOTO = b"\xff\xd8\xff a photo of a leaking roof"


def _files(store: FileStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def _age(store: FileStore, *, seconds: float) -> None:
    then = clock.real_now().timestamp() - seconds
    for path in _files(store):
        os.utime(path, (then, then))


def test_what_was_put_is_what_is_got(store: FileStore) -> None:
    store.put(7, "original", PHOTO)
    store.put(7, "thumbnail", b"small")
    store.put(7, "original", PHOTO * 2)

    assert store.get(7, "original") == PHOTO * 2
    assert store.get(7, "thumbnail") == b"small"


@settings(deadline=None, max_examples=30)
@given(file_id=some.integers(1, 2**63 - 1), content=some.binary(max_size=300))
def test_any_id_and_content_goes_in_and_out(
    tmp_path_factory: pytest.TempPathFactory, keys: KeyRing, file_id: int, content: bytes
) -> None:
    store = FileStore(tmp_path_factory.mktemp("files"), keys)

    store.put(file_id, "original", content)

    assert store.get(file_id, "original") == content
    assert list(store.ids(older_than_seconds=0)) == [file_id]


def test_the_disk_holds_nothing_readable_and_nobody_else_may_read_it(store: FileStore) -> None:
    store.put(7, "original", PHOTO)

    [path] = _files(store)
    assert b"roof" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


def test_a_file_put_in_the_place_of_another_does_not_open(store: FileStore) -> None:
    store.put(7, "original", PHOTO)
    store.put(8, "original", b"another family")
    store.put(7, "thumbnail", b"small")
    mine, others, small = (store._path(7, "original"), store._path(8, "original"), store._path(7, "thumbnail"))

    for foreign in (others, small):
        shutil.copy(foreign, mine)
        with pytest.raises(SealBroken):
            store.get(7, "original")


def test_a_file_that_is_not_there_is_not_found(store: FileStore) -> None:
    with pytest.raises(NotFound, match="附件"):
        store.get(7, "original")


def test_deleting_takes_every_variant_and_only_this_files(store: FileStore) -> None:
    for file_id in (7, 7 + 65_536, 70):
        store.put(file_id, "original", PHOTO)
        store.put(file_id, "thumbnail", b"small")

    store.delete(7)
    store.delete(7)

    assert sorted(store.ids(older_than_seconds=0)) == [70, 7 + 65_536]
    assert len(_files(store)) == 4


@pytest.mark.parametrize("variant", ["", "../etc", "a/b", "A", "a.b", "x" * 21, "a\0"])
def test_a_variant_is_no_path(store: FileStore, variant: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        store.put(7, variant, PHOTO)
    with pytest.raises(ValueError, match="not the name"):
        store.get(7, variant)


@pytest.mark.parametrize("file_id", [0, -1])
def test_a_file_has_the_id_of_a_row(store: FileStore, file_id: int) -> None:
    with pytest.raises(ValueError, match="not the name"):
        store.put(file_id, "original", PHOTO)


def test_the_sweep_is_told_only_of_what_is_old_enough(store: FileStore) -> None:
    store.put(7, "original", PHOTO)
    store.put(8, "original", PHOTO)
    _age(store, seconds=7200)
    store.put(8, "thumbnail", b"small")

    assert list(store.ids(older_than_seconds=3600)) == [7]
    assert sorted(store.ids(older_than_seconds=0)) == [7, 8]


def test_a_file_of_something_else_in_the_store_is_left_alone(store: FileStore) -> None:
    store.put(7, "original", PHOTO)
    (store._path(7, "original").parent / "README").write_text("x")

    assert list(store.ids(older_than_seconds=0)) == [7]


def test_what_a_crash_left_half_written_is_swept(store: FileStore) -> None:
    store.put(7, "original", PHOTO)
    half = store.root / "unfinished" / "half"
    half.write_bytes(b"x")

    assert store.sweep_unfinished(older_than_seconds=3600) == 0
    _age(store, seconds=7200)
    assert store.sweep_unfinished(older_than_seconds=3600) == 1
    assert not half.exists()
    assert store.get(7, "original") == PHOTO


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_or_read_only_disk_says_try_later_and_leaves_what_was(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, fault: int, step: str
) -> None:
    store.put(7, "original", PHOTO)

    def fail(*_: object) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), fail)
    with pytest.raises(TryLater, match="过一会儿"):
        store.put(7, "original", b"newer")
    monkeypatch.undo()

    assert store.get(7, "original") == PHOTO
    assert len(_files(store)) == 1


def test_a_root_that_is_not_mounted_is_not_made(tmp_path: Path, keys: KeyRing) -> None:
    store = FileStore(tmp_path / "not-mounted", keys)

    with pytest.raises(TryLater):
        store.put(7, "original", PHOTO)

    assert not store.root.exists()


def test_a_disk_that_does_not_answer_is_not_a_missing_file(store: FileStore) -> None:
    store._make_folder(store._folder(7))
    store._path(7, "original").mkdir()

    with pytest.raises(TryLater):
        store.get(7, "original")
    with pytest.raises(TryLater):
        store.delete(7)


def test_after_a_rotation_files_are_sealed_anew_and_the_old_key_can_go(store: FileStore, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first = make(path)
    replace(store, keys=first).put(7, "original", PHOTO)
    replace(store, keys=first).put(7, "thumbnail", b"small")
    rotate(path, "seal")
    rotated = replace(store, keys=load(path))

    assert rotated.get(7, "original") == PHOTO
    assert (rotated.reseal(7), rotated.reseal(7), rotated.reseal(8)) == (2, 0, 0)

    retire(path, "seal", first.seal.current)
    assert replace(store, keys=load(path)).get(7, "original") == PHOTO


def test_a_sweep_asks_for_many_at_once_and_deletes_what_is_old_and_known_to_nobody(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.files.store._ASKED_AT_ONCE", 2)
    for file_id in (1, 2, 3, 4, 5):
        store.put(file_id, "original", PHOTO)
    _age(store, seconds=25 * 3600)
    store.put(6, "original", PHOTO)  # its row may still be on its way
    asked: list[list[int]] = []

    gone = store.sweep(lambda ids: asked.append(list(ids)) or {2, 5})

    assert gone == 3
    assert sorted(store.ids(older_than_seconds=0)) == [2, 5, 6]
    assert [len(some) for some in asked] == [2, 2, 1]
