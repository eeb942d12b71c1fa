"""The file of roots outside the database: written on only where it still holds what was written into it last."""

import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import structlog
from sqlalchemy import select

from backend.db import db
from backend.errors import NotPossibleNow
from backend.models import AuditBatch
from backend.privacy.chain import EMPTY_ROOT, Batch, LineBroken, batch_line, parse_batch_line
from backend.privacy.current import keys
from backend.services.leaders import leading
from backend.services.storage import settings

log = structlog.get_logger()
SEALING = "audit seal"
"""The work of whoever writes the file."""
END_BYTES = 4096
"""Of the file of roots, in which its last whole line surely lies."""


def write_on() -> None:
    """Append the roots that the file does not hold yet: also those of a batch whose process died right after it.

    What it held once is never signed anew: without it nobody could tell whether the database still says the same. A
    file that was cut or is away, and a batch that does not follow the one before, is an error in the log until
    somebody puts the file back or calls `carry_on`.
    """
    path = settings().roots_path
    kept, _ = read(path)
    last = _last(kept)
    missing = _beyond(last)
    if not is_as_left(kept) or not _follow(last, missing):
        log.error("audit_roots_not_as_left", last=last.no if last else 0, missing=len(missing))
        return
    _append(path, last, missing)


def carry_on() -> int:
    """Take the file as it is for what was left, append what the database holds beyond it, and return how many roots.

    For somebody who knows what became of the file, and that nobody changed the database meanwhile. Errors:
    `NotPossibleNow` while another process seals.
    """
    path = settings().roots_path
    with leading(SEALING) as leads:
        if not leads:
            raise NotPossibleNow("正在封存，请过一会儿再试。")
        last = _last(read(path)[0])
        missing = _beyond(last)
        _append(path, last, missing)
    return len(missing)


def is_as_left(kept: dict[int, Batch]) -> bool:
    """Say whether these roots hold the one that was written last; an installation that wrote none yet misses none."""
    try:
        noted = _noted()
    except LineBroken:
        return False
    return noted is None or kept.get(noted.no) == noted


def note_last() -> None:
    """Let whatever the file ends with now be what was written last: it was put back together with the database."""
    _note(_last(read(settings().roots_path)[0]))


def last_number(path: Path) -> int:
    """Return the number of the last whole root that the file holds, read off its end."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(max(path.stat().st_size - END_BYTES, 0))
        for line in reversed(file.read().decode(errors="replace").splitlines()):
            with suppress(LineBroken):
                return parse_batch_line(line, keys=keys()).no
    return 0


def read(path: Path) -> tuple[dict[int, Batch], list[str]]:
    """Return the roots that a file holds by their numbers, and a plain line for each line that was changed."""
    if not path.exists():
        return {}, []
    kept: dict[int, Batch] = {}
    complaints = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        try:
            batch = parse_batch_line(line, keys=keys())
        except LineBroken:
            complaints.append(f"根文件第{number}行被改动")
            continue
        kept[batch.no] = batch
    return kept, complaints


def _note_path() -> Path:
    """Return where the last root is noted: beside the keys, for whoever can write there could have signed any."""
    place = settings().keys_path
    return place.with_name(f"{place.name}.last-root")


def _noted() -> Batch | None:
    with suppress(FileNotFoundError):
        return parse_batch_line(_note_path().read_text(encoding="utf-8", errors="replace"), keys=keys())
    return None


def _note(last: Batch | None) -> None:
    place = _note_path()
    if last is None:
        place.unlink(missing_ok=True)
        return
    with suppress(LineBroken):
        if _noted() == last:
            return
    draft = place.with_name(f".{place.name}.new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(batch_line(last, keys=keys()) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)


def _last(kept: dict[int, Batch]) -> Batch | None:
    return kept[max(kept)] if kept else None


def _beyond(last: Batch | None) -> Sequence[Batch]:
    query = select(AuditBatch).where(AuditBatch.number > (last.no if last else 0)).order_by(AuditBatch.number)
    batches = [Batch(row.number, row.count, row.root, row.previous_root) for row in db.session.scalars(query)]
    db.session.rollback()
    return batches


def _follow(last: Batch | None, batches: Sequence[Batch]) -> bool:
    pairs = pairwise((last or Batch(0, 0, EMPTY_ROOT, ""), *batches))
    return all((each.no, each.previous_root) == (before.no + 1, before.root) for before, each in pairs)


def _append(path: Path, last: Batch | None, batches: Sequence[Batch]) -> None:
    if batches:
        path.parent.mkdir(parents=True, exist_ok=True)
        torn = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size > 0
        with path.open("a", encoding="utf-8") as file:
            # A power cut may have left half a line: it stays where it is, and is named, and nothing is written into it.
            file.write("\n" if torn else "")
            file.writelines(batch_line(batch, keys=keys()) + "\n" for batch in batches)
            file.flush()
            os.fsync(file.fileno())
    _note(batches[-1] if batches else last)
