"""The keys' own backup: in a folder of their own, for whoever has both can read everything."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backend import clock
from backend.errors import Invalid, NotPossibleNow
from backend.privacy import keys as key_file
from backend.privacy.current import keys
from backend.privacy.keys import KeyRing, Ring, RingName
from backend.services.backups import folders
from backend.services.storage import settings

ENDING = "-keys.json"
CALLED: dict[str, str] = {"seal": "封存", "index": "查重", "audit": "审计"}
Ids = Mapping[str, tuple[str, ...]]
Pair = tuple[str, str]
"""A ring's name and the id of a key in it."""


def ids(ring: KeyRing | None = None) -> Ids:
    """Return the ids of the keys of each ring; an id tells nothing of its key."""
    ring = ring or keys()
    return {name: tuple(getattr(ring, name).keys) for name in key_file.RING_NAMES}


def refuse_beside(target: Path, folder: Path | None) -> None:
    """Raise `Invalid` where keys and what they open would lie in the same place."""
    if folder is None:
        return
    target, folder = target.resolve(), folder.resolve()
    if folder == target or target in folder.parents or folder in target.parents:
        raise Invalid.field("keys", "密钥要和备份分开放：--keys 不能在备份文件夹里面，备份也不能在它里面。")


def copy(folder: Path, name: str) -> Path | None:
    """Copy the key file unless the folder holds it as it is now; return the new copy."""
    content = settings().keys_path.read_bytes()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(each.read_bytes() == content for each in folder.glob(f"*{ENDING}")):
        return None
    place = folder / f"{name}{ENDING}"
    place.touch(0o600)
    place.write_bytes(content)
    return place


def refuse_retired(before: Ids) -> None:
    """Raise `NotPossibleNow` where a key went while a backup was made: the backup may hold rows under it."""
    now = ids()
    if any(set(known) - set(now[name]) for name, known in before.items()):
        raise NotPossibleNow("备份的时候有密钥停用了，这次备份不算，请再做一次。")


def united(*several: Ids) -> Ids:
    """Return all of these, each once."""
    return {
        name: tuple(dict.fromkeys(key_id for each in several for key_id in each.get(name, ())))
        for name in key_file.RING_NAMES
    }


def refuse_before_backup(ring: RingName, current: str) -> None:
    """Raise `NotPossibleNow` where the newest whole backup of BACKUP_DIR does not know a ring's current key yet.

    Until then it holds rows under the earlier ones, and each moment after it is restored from those.
    """
    folder = settings().backup_dir
    known = folders.wholes(Path(folder), []) if folder else []
    if known and current not in known[-1].manifest.keys.get(ring, ()):
        raise NotPossibleNow("换密钥以后还没有做过完整的备份，这次先不停用：请先备份，再停用旧密钥。")


@dataclass(frozen=True)
class Gathered:
    """Keys that open what is restored, and the files they come from: none where the installation's own are enough."""

    ring: KeyRing
    files: tuple[str, ...]


def gather(needed: Ids, folder: Path | None, name: str) -> Gathered:
    """Find every key that is needed, here or in copies in the folder, and change nothing.

    One file that holds them all goes before several: keys that followed each other may never have lain in one.
    Errors: `Invalid` names those that lie nowhere, and `name`, the backup that is under them, or a file that may not
    be read.
    """
    own = settings().keys_path
    if own.exists():
        _refuse_closed(own)
    copies = sorted(folder.glob("*.json") if folder else (), reverse=True)
    places = (own, *copies)
    wanted, ring, used = _pairs(needed), None, list[Path]()
    found = [(place, each) for place in places if (each := _loaded(place))]
    for place, other in sorted(found, key=lambda each: not wanted <= _held(each[1])):
        if fresh := (wanted - _held(ring)) & _held(other):
            ring = _joined(ring, other, fresh)
            used.append(place)
    lacking = wanted - _held(ring)
    if ring is None or lacking:
        _refuse_closed(*((folder, *copies) if folder else ()))
        raise Invalid.field("keys", _sentence(lacking, name))
    return Gathered(ring, () if used == [own] else tuple(place.name for place in used))


def put_in_place(gathered: Gathered) -> str:
    """Let this installation have the keys; return what was done, for the operator. What it had is kept beside."""
    if not gathered.files:
        return "密钥：现有的就能打开这份备份。"
    place = settings().keys_path
    if place.exists():
        shutil.copy2(place, place.with_name(f"{place.name}.before-{folders.name_of(clock.real_now())}"))
    place.parent.mkdir(parents=True, exist_ok=True)
    key_file.write(place, gathered.ring)
    return f"密钥：用了 {'、'.join(gathered.files)}。"


def _refuse_closed(*paths: Path) -> None:
    """Raise `Invalid` for the first that the program's account may not read: what root copied is root's alone."""
    for path in paths:
        try:
            any(path.iterdir()) if path.is_dir() else path.read_bytes()
        except OSError as error:
            told = f"读不到 {path}。请先让程序的账号能读它（chown -R shouwang: {path}），再试一次。"
            raise Invalid.field("keys", told) from error


def _pairs(known: Ids) -> frozenset[Pair]:
    return frozenset((name, key_id) for name, of_ring in known.items() for key_id in of_ring)


def _held(ring: KeyRing | None) -> frozenset[Pair]:
    return _pairs(ids(ring)) if ring else frozenset()


def _loaded(path: Path) -> KeyRing | None:
    try:
        return key_file.load(path)
    except key_file.KeysUnusable:
        return None


def _joined(ring: KeyRing | None, other: KeyRing, fresh: frozenset[Pair]) -> KeyRing:
    """Add keys of another file as earlier ones."""
    if ring is None:
        return other
    for name in key_file.RING_NAMES:
        old: Ring = getattr(ring, name)
        added = {key_id: key for key_id, key in getattr(other, name).keys.items() if (name, key_id) in fresh}
        ring = ring.with_ring(name, Ring(old.current, {**added, **old.keys}))
    return ring


def _sentence(lacking: frozenset[Pair], name: str) -> str:
    named = "、".join(f"{CALLED[ring]}密钥 {key_id}" for ring, key_id in sorted(lacking))
    return (
        f"现有的密钥打不开要恢复的内容，什么也没有动。缺：{named}。请用 --keys 指出密钥备份的文件夹，"
        f"里面要有还没停用它们时存的那一份（{name}{ENDING} 前后的，或者当时另存的 keys.json）。"
    )
