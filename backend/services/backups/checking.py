"""Looks a folder of backups over: every part and every content is there and what it was."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backend import clock
from backend.errors import NotFound
from backend.services.backups import folders, shelves
from backend.services.backups.folders import LOGS, Kept
from backend.services.backups.manifests import Part


@dataclass
class Looked:
    """What was looked at: a line for each backup, and one for each thing wrong."""

    backups: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def check(target: Path) -> Looked:
    """Look at every whole backup of a folder and the steps after it; `NotFound` where there is none."""
    found, seen = Looked(), set[bytes]()
    for whole in folders.wholes(target, found.wrong):
        wrong = list(complaints(target, (whole, *folders.steps(whole)), seen))
        found.backups.append(_line(whole, wrong))
        found.wrong += [f"{whole.folder.name}：{each}" for each in wrong]
    if not found.backups and not found.wrong:
        raise NotFound(f"{target} 里没有一份做完的备份。")
    left = folders.unfinished(target)
    found.backups += [f"{each.name} 没有做完，不能用来恢复；下次备份会接着做或者清掉。" for each in left]
    return found


def _line(whole: Kept, wrong: list[str]) -> str:
    manifest, after = whole.manifest, folders.steps(whole)
    until = f"，之后保留到 {clock.local(after[-1].taken_at):%m-%d %H:%M:%S}" if after else ""
    return (
        f"{clock.local(whole.taken_at):%Y-%m-%d %H:%M:%S} {manifest.dialect} 表结构 {manifest.schema} "
        f"{sum(manifest.rows.values())} 行 附件 {manifest.files} 个{until}：{'有问题' if wrong else '完好'}"
    )


def complaints(target: Path, kept: Iterable[Kept], seen: set[bytes]) -> Iterator[str]:
    """Yield a plain line for each thing that is missing or changed; content in `seen` is not read again."""
    for each in kept:
        yield from _parts(each.folder, each.manifest.parts)
        if (each.folder / folders.FILES).is_file():
            yield from _content(target, each.folder, seen)
        yield from (f"附件 {number} 在库里有登记，备份时就没有内容" for number in each.manifest.without_content)
    last = each
    if last.manifest.logs:
        yield from _parts(last.folder.parent.parent / LOGS, last.manifest.logs, may_grow=True)


def _parts(folder: Path, parts: Iterable[Part], *, may_grow: bool = False) -> Iterator[str]:
    """Compare the parts; a log grows with each later step, and what an earlier one knew of it must still be there."""
    for part in parts:
        path = folder / part.name
        if not path.is_file():
            yield f"{part.name} 不见了"
        elif not _is_as(path, part, may_grow=may_grow):
            yield f"{part.name} 和备份时不一样"


def _is_as(path: Path, part: Part, *, may_grow: bool) -> bool:
    size = path.stat().st_size
    return (size >= part.size if may_grow else size == part.size) and folders.part_of(path, first=part.size) == part


def _content(target: Path, folder: Path, seen: set[bytes]) -> Iterator[str]:
    for entry in shelves.entries_of(folder):
        digest = bytes.fromhex(entry.sha256)
        if digest in seen:
            continue
        seen.add(digest)
        place = shelves.place_of(target, entry.sha256)
        if not place.is_file():
            yield f"附件 {entry.path} 的内容不见了"
        elif folders.part_of(place).sha256 != entry.sha256:
            yield f"附件 {entry.path} 的内容坏了"
