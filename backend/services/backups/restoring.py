"""The way back: everything checked first, then keys, files, database and audit roots."""

import gzip
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import column, func, inspect, select, table

from backend import clock
from backend.db import MARIADB, db
from backend.errors import Invalid, NotPossibleNow
from backend.models import AuditBatch
from backend.privacy.chain import LineBroken, parse_batch_line
from backend.privacy.current import keys
from backend.services.backups import begun_restore, checking, erased, folders, key_copies, mariadb, shelves, sqlite
from backend.services.backups.choosing import Chosen, choose, told
from backend.services.backups.folders import LOGS, ROOTS
from backend.services.storage import settings

LISTED = 10
_RIGHTS = table("USER_PRIVILEGES", column("PRIVILEGE_TYPE"), schema="information_schema")
"""Of the account that asks: no other's without a right to read those."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """What came back: rows and files, and each table whose rows are not as many as the backup says."""

    chosen: Chosen
    rows: int
    files: int
    different: tuple[str, ...]


def restore(source: Path, *, to: datetime | None, keys_from: Path | None, replace: bool, say: Say) -> Restored:
    """Bring the files, the database and the audit roots back; nothing is touched before all of it was checked.

    The database must be empty unless `replace`. Killed on the way, it is simply done again, and until then no program
    starts. Errors: `DomainError`s.
    """
    chosen = choose(source, to)
    manifest = chosen.database.manifest
    say(f"恢复 {told(chosen.database.taken_at)} 的备份，表结构 {manifest.schema}。")
    _refuse_damaged(source, chosen)
    tables = _refuse_unfit(manifest.dialect, replace=replace)
    if chosen.replays:
        _refuse_without_right()
    gathered = key_copies.gather(chosen.needed, keys_from, chosen.whole.folder.name)
    families = erased.known_before(source, begun_restore.lines(settings()))
    with begun_restore.noted(settings(), (each.line for each in families)):
        say(key_copies.put_in_place(gathered))
        rows, files = _bring_back(source, chosen, tables, say)
        different = tuple(_differences(manifest.rows, rows))
        say(f"数据库：{sum(rows.values())} 行。")
        if chosen.replays:
            _replay(chosen)
            say(f"日志：重做到 {told(to) if to else '最后'}。")
        say(_roots(chosen))
        erased.erase_again(families, say)
    return Restored(chosen, sum(rows.values()), files, different)


def _bring_back(source: Path, chosen: Chosen, tables: list[str], say: Say) -> tuple[dict[str, int], int]:
    """Put files and database back as the backup holds them; return the rows of each table and how many files came."""
    files = _files(source, chosen)
    say(f"附件：{files} 个已放回。")
    if chosen.database.manifest.dialect == "mariadb":
        if tables:
            mariadb.drop(tables)
        mariadb.load(_pieces(chosen.whole.folder / "database.sql.gz"))
    else:
        _put_sqlite_back(chosen.database.folder)
    db.engine.dispose()
    return _counts(), files


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


def _refuse_without_right() -> None:
    query = select(func.count()).select_from(_RIGHTS).where(_RIGHTS.c.PRIVILEGE_TYPE.in_(("BINLOG REPLAY", "SUPER")))
    with db.engine.connect() as connection:
        if not connection.scalar(query):
            raise NotPossibleNow(
                "DATABASE_URL 的账号不能重做日志，什么也没有动。请数据库管理员先运行 "
                "GRANT BINLOG REPLAY ON *.* TO 这个账号，恢复以后再 REVOKE。"
            )


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
