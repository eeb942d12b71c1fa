"""The keys' own backup: in a folder of their own, for whoever has both can read everything."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from backend.errors import Invalid, NotPossibleNow
from backend.privacy import keys as key_file
from backend.privacy.current import keys
from backend.services.storage import settings

ENDING = "-keys.json"
Ids = Mapping[str, tuple[str, ...]]


def ids(ring: key_file.KeyRing | None = None) -> Ids:
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


def put_in_place(needed: Ids, folder: Path | None, name: str) -> str:
    """Make sure that this installation has every key that a backup needs; return what was done, for the operator.

    Errors: `Invalid` where neither the installation nor the folder has them, or where they may not be read.
    """
    place = settings().keys_path
    if place.exists():
        _refuse_closed(place)
    if place.exists() and _holds(place, needed):
        return "密钥：现有的就能打开这份备份。"
    copies = sorted(folder.glob("*.json") if folder else (), reverse=True)
    for each in copies:
        if _holds(each, needed):
            if place.exists():
                shutil.copy2(place, place.with_name(f"{place.name}.before-{name}"))
            place.parent.mkdir(parents=True, exist_ok=True)
            draft = place.with_name(f".{place.name}.restored")
            draft.touch(0o600)
            draft.write_bytes(each.read_bytes())
            draft.replace(place)
            return f"密钥：用了 {each.name}。"
    _refuse_closed(*((folder, *copies) if folder else ()))
    raise Invalid.field("keys", "现有的密钥打不开这份备份，请用 --keys 指出存放密钥备份的文件夹。")


def _refuse_closed(*paths: Path) -> None:
    """Raise `Invalid` for the first that the program's account may not read: what root copied is root's alone."""
    for path in paths:
        try:
            any(path.iterdir()) if path.is_dir() else path.read_bytes()
        except OSError as error:
            told = f"读不到 {path}。请先让程序的账号能读它（chown -R shouwang: {path}），再试一次。"
            raise Invalid.field("keys", told) from error


def _holds(path: Path, needed: Ids) -> bool:
    try:
        found = ids(key_file.load(path))
    except key_file.KeysUnusable:
        return False
    return all(set(wanted) <= set(found.get(name, ())) for name, wanted in needed.items())
