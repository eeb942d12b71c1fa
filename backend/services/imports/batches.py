"""How a file goes its way: handed in, looked through, accepted, taken in chunk by chunk; the same file twice is one."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import may, require
from backend.db import db, new_id, ring, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import ImportBatch, ImportNote
from backend.services import audit
from backend.services.imports import shelf
from backend.services.imports.kinds import KINDS
from backend.services.imports.runs import CHANGED, DOUBT, NEW, Kind

KEPT, HANDED_IN, LOOKED, TAKING, DONE, USELESS, DROPPED = (
    *("kept", "handed_in", "looked", "taking"),
    *("done", "useless", "dropped"),
)
STANDING_NAMES = {
    KEPT: "收到了",
    HANDED_IN: "正在检查",
    LOOKED: "检查完了，等确认",
    TAKING: "正在导入",
    DONE: "导入完了",
    USELESS: "这份文件不能用",
    DROPPED: "不导入了",
}
MOST_NAME = 120
MOST_SHOWN = 200
_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class NotePage:
    """Some of what was found in a file, the heaviest first, and whether there is more."""

    items: Sequence[ImportNote]
    has_more: bool


def kind_of(code: str, by: Actor) -> Kind:
    """Return a kind that the actor may import; raises `NotFound` or `NotAllowed`."""
    kind = KINDS.get(code)
    if kind is None:
        raise NotFound("没有这一种表。")
    require(by.role, kind.asks)
    return kind


def hand_in(code: str, file: BinaryIO, *, name: str, by: Actor, about: str = "") -> ImportBatch:
    """Take a file: keep it sealed, and let it be looked through. The content is stored before the row.

    Errors: `Invalid` says of `file` what to do with one that cannot be used.
    """
    kind = kind_of(code, by)
    form = shelf.form_of(file)
    sha256, size = _measure(file, shelf.most_bytes(form))
    batch_id = new_id()
    parts = shelf.keep(batch_id, file)
    batch = ImportBatch(
        id=batch_id,
        county_code=by.county_code,
        region_code=by.region_code,
        kind=kind.code,
        about=about,
        standing=KEPT if kind.is_straight else HANDED_IN,
        file_name=_plain_name(name),
        form=form,
        sha256=sha256,
        size=size,
        parts=parts,
        counts={},
        by_id=by.id,
        by_name=by.name,
        by_role=by.role,
        sent_at=clock.now(),
        accepted_at=None,
        done_at=None,
    )
    return _note_in(batch, by)


@use_case
def accept(batch_id: int, *, by: Actor) -> ImportBatch:
    """Let the good rows of a file be taken in; what has to be mended stays out and is in its report."""
    batch = _find(batch_id, by, locked=True)
    if batch.standing != LOOKED:
        raise NotPossibleNow(f"这份文件现在是“{STANDING_NAMES[batch.standing]}”，不用再确认。")
    if not takes(batch):
        raise NotPossibleNow("没有可以导入的行：要么都和现在一样，要么还有要改的。")
    batch.standing, batch.accepted_at, batch.cursor = TAKING, clock.now(), 0
    _record(batch, by, "accept_import")
    ring("imports")
    return batch


def takes(batch: ImportBatch) -> int:
    """Return how many rows of a file lead to something: they go in, or somebody is asked about them."""
    return sum(int(batch.counts.get(each, 0)) for each in (NEW, CHANGED, DOUBT))


@use_case
def drop(batch_id: int, *, by: Actor) -> None:
    """Decide against a file that was looked through: nothing of it is taken in."""
    batch = _find(batch_id, by, locked=True)
    if batch.standing not in {LOOKED, HANDED_IN, USELESS}:
        raise NotPossibleNow("已经开始导入，不能取消。")
    batch.standing = DROPPED
    _record(batch, by, "drop_import")


def find_batch(batch_id: int, *, by: Actor) -> ImportBatch:
    """Return one file of the actor's place."""
    return _find(batch_id, by)


def batches_of(*, by: Actor, size: int = 30) -> Sequence[ImportBatch]:
    """Return the latest files of the actor's place and kinds, the newest first."""
    mine = [kind.code for kind in kinds_for(by)]
    query = select(ImportBatch).where(ImportBatch.county_code == by.county_code, ImportBatch.kind.in_(mine))
    if len(by.region_code) > len(by.county_code):
        query = query.where(ImportBatch.region_code == by.region_code)
    return db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(size)).all()


def kinds_for(by: Actor) -> list[Kind]:
    """Return the kinds that the actor may import."""
    return [kind for kind in KINDS.values() if may(by.role, kind.asks) and not kind.is_straight]


def notes_of(batch_id: int, *, by: Actor, size: int = MOST_SHOWN) -> NotePage:
    """Return what was found in a file: what has to be mended first, then doubts, then hints."""
    batch = _find(batch_id, by)
    query = select(ImportNote).where(ImportNote.batch_id == batch.id)
    heavy = query.order_by(ImportNote.weight.desc(), ImportNote.row_no, ImportNote.column_no).limit(size + 1)
    rows = db.session.scalars(heavy).all()
    return NotePage(rows[:size], len(rows) > size)


@use_case
def _note_in(batch: ImportBatch, by: Actor) -> ImportBatch:
    db.session.add(batch)
    _record(batch, by, "hand_in_import")
    ring("imports")
    return batch


def _find(batch_id: int, by: Actor, *, locked: bool = False) -> ImportBatch:
    query = select(ImportBatch).where(ImportBatch.id == batch_id, ImportBatch.county_code == by.county_code)
    batch = db.session.scalars(query.with_for_update() if locked else query).one_or_none()
    if batch is None or not batch.region_code.startswith(by.region_code):
        raise NotFound
    kind_of(batch.kind, by)
    return batch


def _record(batch: ImportBatch, by: Actor, action: str) -> None:
    """Write into the audit who did what with a file; the command line has no session and says it in its log."""
    if by.session_id is not None:
        detail: dict[str, object] = {"kind": batch.kind, "sha256": batch.sha256[:16]}
        audit.record_on_session(by=by, action=action, subject=f"import:{batch.id}", detail=detail)


def _measure(file: BinaryIO, most: int) -> tuple[str, int]:
    """Return the content's hash and size, reading it once and in parts."""
    found, size = hashlib.sha256(), 0
    while part := file.read(_AT_ONCE):
        size += len(part)
        if size > most:
            raise Invalid.field("file", f"文件太大了，最大{most >> 20}MB。xlsx 请另存为 CSV，或者分成几份。")
        found.update(part)
    file.seek(0)
    return found.hexdigest(), size


def _plain_name(name: str) -> str:
    plain = "".join(sign for sign in name.replace("\\", "/").rpartition("/")[2] if sign.isprintable())
    return plain[-MOST_NAME:] or "未命名"


def release(batch: ImportBatch) -> None:
    """Let a file that needs nobody's look be taken in, inside the caller's transaction."""
    batch.standing, batch.accepted_at = TAKING, clock.now()
    ring("imports")


def set_aside(batch: ImportBatch) -> None:
    """Leave a file alone that came a second time, inside the caller's transaction."""
    batch.standing = DROPPED
