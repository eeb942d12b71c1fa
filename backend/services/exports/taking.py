"""Taking a made file away: its asker alone, while its hours last, and each time on record."""

from collections.abc import Iterator
from itertools import chain

from backend import clock
from backend.access.actor import Actor
from backend.db import use_case
from backend.errors import NotPossibleNow
from backend.models import Export
from backend.services import offline
from backend.services.exports import shelf
from backend.services.exports.asking import DONE, OVER, export_of, record

NOT_YET = "这份文件还没有做好，请稍等。"
GONE = "这份文件已经过期删除，请重新导出。"


def take(export_id: int, *, by: Actor) -> tuple[Export, Iterator[bytes]]:
    """Return a file and its content in parts.

    Errors: `NotFound` for anybody else's; `NotPossibleNow` for one that is not made yet, or that is gone.
    """
    offline.refuse_files(by.county_code)
    row = _note(export_id, by)
    parts = shelf.parts_of(row.id, row.parts)
    return row, chain([next(parts)], parts)  # what is wrong with the file is said before anything of it leaves


@use_case
def _note(export_id: int, by: Actor) -> Export:
    row = export_of(export_id, by=by)
    is_over = row.expires_at is not None and row.expires_at < clock.real_now()
    if row.standing == OVER or (row.standing == DONE and is_over):
        raise NotPossibleNow(GONE)
    if row.standing != DONE:
        raise NotPossibleNow(row.why or NOT_YET)
    row.downloads += 1
    record(row, "taken", by=by, rows=row.rows, sha256=row.sha256)
    return row
