"""The way back: which backup a moment needs, everything checked first, then files, database and audit roots."""

import gzip
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, inspect, select, table

from backend import clock
from backend.db import MARIADB, db
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import AuditBatch
from backend.privacy.chain import LineBroken, parse_batch_line
from backend.privacy.current import keys
from backend.services.backups import checking, erased, folders, key_copies, mariadb, shelves, sqlite
from backend.services.backups.folders import LOGS, ROOTS, Kept
from backend.services.storage import settings

LISTED = 10
Say = Callable[[str], None]


@dataclass(frozen=True)
class Chosen:
    """What is restored: a whole backup, the step after it that is needed too, and up to which moment."""

    whole: Kept
    step: Kept | None
    until: datetime | None

    @property
    def database(self) -> Kept:
        """Where the database comes from: SQLite's newest copy, or MariaDB's whole backup."""
        return self.step if self.step and not self.replays else self.whole

    @property
    def replays(self) -> bool:
        """Whether MariaDB's log goes on from the whole backup."""
        return self.step is not None and bool(self.step.manifest.logs)

    @property
    def latest(self) -> Kept:
        """The newest list of files and copy of the audit roots."""
        return self.step or self.whole


@dataclass(frozen=True)
class Restored:
    """What came back: rows and files, and each table whose rows are not as many as the backup says."""

    chosen: Chosen
    rows: int
    files: int
    different: tuple[str, ...]


def choose(source: Path, to: datetime | None) -> Chosen:
    """Return what brings the state of a moment back, or without one the newest state there is.

    Errors: `NotFound` without a backup; `Invalid` for a moment before the first or after the last one.
    """
    known = folders.wholes(source)
    if not known:
        raise NotFound(f"{source} 里没有一份做完的备份。")
    earlier = [each for each in known if to is None or each.taken_at <= to]
    if not earlier:
        raise Invalid.field("to", f"最早的备份是 {_told(known[0].taken_at)}，更早的恢复不了。")
    whole = max(earlier, key=lambda each: (_brings(each, to), each.taken_at))
    after = folders.steps(whole)
    if whole.manifest.dialect == "mariadb":
        return Chosen(whole, _step_of_log(whole, after, to), to)
    copies = [each for each in after if to is None or each.taken_at <= to]
    return Chosen(whole, copies[-1] if copies else None, to)


def _brings(whole: Kept, to: datetime | None) -> datetime:
    """Return the last moment up to `to` that this backup brings; a young one may not reach so far as the one before."""
    if to is None:
        return folders.reach(whole)
    if whole.manifest.dialect == "mariadb":
        return min(folders.reach(whole), to)
    return max(each.taken_at for each in (whole, *folders.steps(whole)) if each.taken_at <= to)


def _step_of_log(whole: Kept, after: list[Kept], to: datetime | None) -> Kept | None:
    """Return the first step that the log of this moment was kept with."""
    if to is None:
        return after[-1] if after else None
    enough = [each for each in after if each.taken_at >= to]
    if not enough and to > whole.taken_at:
        last = after[-1] if after else whole
        raise Invalid.field("to", f"备份只到 {_told(last.taken_at)}。不写 --to 就恢复到那里。")
    return enough[0] if enough else None


def restore(source: Path, *, to: datetime | None, keys_from: Path | None, replace: bool, say: Say) -> Restored:
    """Bring the files, the database and the audit roots back; nothing is touched before all of it was checked.

    The database must be empty unless `replace`. Killed on the way, it is simply done again. Errors: `DomainError`s.
    """
    chosen = choose(source, to)
    manifest = chosen.database.manifest
    say(f"恢复 {_told(chosen.database.taken_at)} 的备份，表结构 {manifest.schema}。")
    _refuse_damaged(source, chosen)
    tables = _refuse_unfit(manifest.dialect, replace=replace)
    say(key_copies.put_in_place(chosen.latest.manifest.keys, keys_from, chosen.whole.folder.name))
    families = erased.known_before(source)
    files = _files(source, chosen)
    say(f"附件：{files} 个已放回。")
    if manifest.dialect == "mariadb":
        if tables:
            mariadb.drop(tables)
        mariadb.load(_pieces(chosen.whole.folder / "database.sql.gz"))
    else:
        _put_sqlite_back(chosen.database.folder)
    db.engine.dispose()
    rows = _counts()
    different = tuple(_differences(manifest.rows, rows))
    say(f"数据库：{sum(rows.values())} 行。")
    if chosen.replays:
        _replay(chosen)
        say(f"日志：重做到 {_told(to) if to else '最后'}。")
    say(_roots(chosen))
    erased.erase_again(families, say)
    return Restored(chosen, sum(rows.values()), files, different)


def _told(moment: datetime) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M:%S}"


def _refuse_damaged(source: Path, chosen: Chosen) -> None:
    kept = (chosen.whole, chosen.step) if chosen.step else (chosen.whole,)
    wrong = [each for each in checking.complaints(source, kept, set()) if "备份时就没有内容" not in each]
    if wrong:
        more = f"……等 {len(wrong)} 处" if len(wrong) > LISTED else ""
        raise NotPossibleNow(f"这份备份坏了，什么也没有动：{'；'.join(wrong[:LISTED])}{more}。")


def _refuse_unfit(dialect: str, *, replace: bool) -> list[str]:
    """Return the tables that are there and may go; raise where there are some and nobody said so."""
    here = "mariadb" if db.engine.dialect.name in MARIADB else db.engine.dialect.name
    if here != dialect:
        raise Invalid(f"备份是 {dialect} 的，DATABASE_URL 指的是 {here}。")
    tables = inspect(db.engine).get_table_names()
    if tables and not replace:
        raise NotPossibleNow(
            f"数据库里已有 {len(tables)} 张表，什么也没有动。确实要用备份换掉它（或者上次恢复没做完），请加 --replace。"
        )
    return tables


def _files(source: Path, chosen: Chosen) -> int:
    """Put every file back that the backup or the step after it names; a later one of the same name counts."""
    done = 0
    for each in (chosen.whole, chosen.step):
        for entry in shelves.entries_of(each.folder) if each else ():
            try:
                done += shelves.put_back(source, entry)
            except (ValueError, OSError) as error:
                raise NotPossibleNow(f"附件 {entry.path} 放不回去：{error}。") from error
    os.sync()
    return done


def _pieces(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as packed:
        while piece := packed.read(folders.AT_ONCE):
            yield piece


def _put_sqlite_back(folder: Path) -> None:
    place = sqlite.place()
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.restored")
    with draft.open("wb") as plain:
        for piece in _pieces(folder / "database.sqlite3.gz"):
            plain.write(piece)
    db.engine.dispose()
    sqlite.put_back(draft)
    draft.unlink()


def _counts() -> dict[str, int]:
    with db.engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table(name))) or 0
            for name in inspect(connection).get_table_names()
        }


def _differences(told: Mapping[str, int], found: Mapping[str, int]) -> Iterator[str]:
    for name in sorted({*told, *found}):
        if told.get(name, 0) != found.get(name, 0):
            yield f"{name}：备份里 {told.get(name, 0)} 行，现在 {found.get(name, 0)} 行"


def _replay(chosen: Chosen) -> None:
    manifest = chosen.whole.manifest
    if manifest.position is None or chosen.step is None:
        return
    known = chosen.step.manifest.logs
    logs = [chosen.whole.folder / LOGS / part.name for part in known]
    mariadb.replay(logs, manifest.position, end=known[-1].size, until=chosen.until, was_called=manifest.database)


def _roots(chosen: Chosen) -> str:
    """Put the audit roots back as far as the database goes; what was sealed later stays beside, for the inspector."""
    kept, place = chosen.latest.folder / ROOTS, settings().roots_path
    if not kept.exists():
        return "审计根：备份里没有。"
    last = db.session.scalar(select(func.max(AuditBatch.number))) or 0
    db.session.rollback()
    lines = kept.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    fits = [line for line in lines if _number(line) <= last]
    if place.exists() and place.read_bytes() != b"":
        shutil.copy2(place, place.with_name(f"{place.name}.before-{folders.name_of(clock.real_now())}"))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("".join(fits), encoding="utf-8")
    lost = len(lines) - len(fits)
    return f"审计根：{len(fits)} 批{f'，之后还有 {lost} 批不在恢复的时刻里' if lost else ''}。"


def _number(line: str) -> int:
    try:
        return parse_batch_line(line, keys=keys()).no
    except LineBroken:
        return 0
