"""Makes a whole backup, and the steps between two of them."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, literal_column, select

from backend import clock
from backend import schema as database_schema
from backend.access.scope import as_system
from backend.db import MARIADB, db, first_id_at
from backend.errors import DomainError, Invalid, NotPossibleNow, StillRunning
from backend.models import StoredFile
from backend.services.backups import begun_restore, erased, folders, key_copies, mariadb, shelves, sqlite
from backend.services.backups.folders import BETWEEN, CONTENT, LOGS, UNFINISHED, Kept
from backend.services.backups.manifests import Manifest, Part
from backend.services.storage import settings

_LOG_BIN: ColumnElement[int] = literal_column("@@global.log_bin")
BEGUN = "begun.json"
STILL_GOOD = timedelta(hours=6)
"""A killed backup whose database is done goes on with it for so long; later the database is taken anew."""
STEPS_KEPT = 36
"""Steps kept of a whole backup: three hours of them at one every five minutes. MariaDB's logs are all kept."""
JUST_MADE = timedelta(minutes=4)
Say = Callable[[str], None]


def make(target: Path, *, keys_to: Path | None, keep: int, say: Say) -> Kept:
    """Make one whole backup in the folder and return it; after it, only the newest `keep` stay (0: all).

    First the database at one moment, then the files: content is stored before its row, so nothing that the database
    knows can be missing; what is missing all the same is named in the manifest. Killed on the way it goes on.
    Errors: `Invalid`, `NotPossibleNow`, `StillRunning`.
    """
    begun_restore.refuse(settings())
    key_copies.refuse_beside(target, keys_to)
    with folders.alone(target):
        before = folders.wholes(target, [])
        if before and before[-1].manifest.position:
            with suppress(DomainError), folders.alone(target / CONTENT):  # what it is not told now the new one holds
                _step(target, before[-1])
        folder, begun = _begin(target, say)
        files = shelves.copy_all(target, folder, before[-1] if before else None)
        say(f"附件：{files.files} 个，其中新的 {files.fresh} 个。")
        folders.copy_roots(settings().roots_path, folder)
        erased.write(folder, target)
        try:
            key_copies.refuse_retired(begun.keys)
        except NotPossibleNow:
            shutil.rmtree(folder)  # the next one must not go on with it
            raise
        if keys_to is not None:
            key_copies.copy(keys_to, folder.name)
        manifest = replace(
            begun,
            files=files.files,
            file_bytes=files.size,
            without_content=_without_content(folder, begun.taken_at),
            parts=_parts(folder),
            keys=key_copies.ids(),
        )
        (folder / BEGUN).unlink()
        with folders.alone(target / CONTENT, waits=True):
            made = folders.finish(folder, manifest, _free(target, folder.name))
            if any(folders.reach(each) > made.taken_at for each in before):
                with suppress(DomainError):  # steps went on meanwhile; without this one the old backup stays
                    _step(target, made)
            if keep:
                forget_old(target, keep)
    return made


def _begin(target: Path, say: Say) -> tuple[Path, Manifest]:
    """Take the database, or go on with one that a killed backup has taken."""
    for left in folders.unfinished(target):
        with suppress(Invalid):  # torn by a power cut, or of another program: its backup begins anew
            manifest = Manifest.read(left / BEGUN)
            whole = set(manifest.parts) <= set(_parts(left))  # beside them lies what it was writing when it was killed
            young = clock.real_now() - manifest.taken_at < STILL_GOOD
            if whole and young and manifest.keys == key_copies.ids():
                say(f"接着上次没做完的备份 {left.name}。")
                return left, manifest
        shutil.rmtree(left)
    folder = folders.fresh_folder(target / UNFINISHED / folders.name_of(clock.real_now()))
    manifest = replace(_database(folder), keys=key_copies.ids())
    manifest = manifest.with_parts(*_parts(folder))
    manifest.write(folder / BEGUN)
    say(f"数据库：{sum(manifest.rows.values())} 行。")
    return folder, manifest


def _database(folder: Path) -> Manifest:
    """Write the database as it is at one moment into the folder."""
    schema = _schema()
    if db.engine.dialect.name not in MARIADB:
        return _sqlite_copy(folder, schema)
    with folders.packing(folder / "database.sql.gz") as out:
        dumped = mariadb.dump(out, with_log=writes_log())
    taken_at, called = dumped.began or clock.real_now(), str(mariadb.address().database)
    return Manifest(taken_at, "mariadb", called, schema, rows=dumped.rows, position=dumped.position)


def _sqlite_copy(folder: Path, schema: str) -> Manifest:
    taken_at, plain = clock.real_now(), folder / "database.sqlite3"
    rows = sqlite.copy(plain)
    with folders.packing(folder / "database.sqlite3.gz") as out, plain.open("rb") as copied:
        shutil.copyfileobj(copied, out, folders.AT_ONCE)
    plain.unlink()
    return Manifest(taken_at, "sqlite", sqlite.place().name, schema, rows=rows)


def _schema() -> str:
    with db.engine.connect() as connection:
        found = database_schema.revision_of(connection)
    if found is None:
        raise NotPossibleNow("这个数据库还没有表，没有什么可以备份。")
    return found


def writes_log() -> bool:
    """Say whether the server keeps a binary log; without it nothing between two whole backups can be restored."""
    with db.engine.connect() as connection:
        return bool(connection.scalar(select(_LOG_BIN)))


def _parts(folder: Path) -> tuple[Part, ...]:
    named = (each for each in sorted(folder.iterdir()) if each.is_file() and each.name != BEGUN)
    return tuple(folders.part_of(each) for each in named)


def _without_content(folder: Path, taken_at: datetime) -> tuple[int, ...]:
    """Return the files that have a row and no content: a sign of a damaged disk, never made by us."""
    stored = {int(each.path.rpartition("/")[2].partition(".")[0]) for each in shelves.entries_of(folder)}
    query = select(StoredFile.id).where(StoredFile.id < first_id_at(taken_at)).execution_options(yield_per=5000)
    with as_system("a backup looks for files without content"):
        missing = tuple(each for each in db.session.scalars(query) if each not in stored)
    db.session.rollback()
    return missing


def _free(folder: Path, name: str) -> Path:
    """Return a name of its own for what was taken: of two in one second the later is called a second later."""
    moment = datetime.strptime(f"{name}+0000", "%Y%m%dT%H%M%SZ%z")
    while (folder / folders.name_of(moment)).exists():
        moment += timedelta(seconds=1)
    return folder / folders.name_of(moment)


def keep_up(target: Path, *, keys_to: Path | None = None, waits: bool = True) -> Kept:
    """Make a step after the newest whole backup: new files, and MariaDB's log or a copy of SQLite's database.

    Errors: `NotPossibleNow` before the first whole backup, or where the server keeps no log or another one;
    `StillRunning` when somebody else writes there and it does not wait for that.
    """
    begun_restore.refuse(settings())
    key_copies.refuse_beside(target, keys_to)
    if not folders.wholes(target):
        raise NotPossibleNow("还没有完整的备份，请先运行 flask --app wsgi backup 文件夹。")
    with folders.alone(target / CONTENT, waits=waits):
        known = folders.wholes(target)
        made = _step(target, known[-1])
        if keys_to is not None:
            key_copies.copy(keys_to, made.folder.name)
    return made


def keep_up_when_due() -> int:
    """Make a step in BACKUP_DIR unless a timer of the system has just made or now makes one; return how many."""
    folder = settings().backup_dir
    known = folders.wholes(Path(folder)) if folder else []
    if not known:
        return 0
    newest = max(each.taken_at for each in (known[-1], *folders.steps(known[-1])))
    if clock.real_now() - newest < JUST_MADE:
        return 0
    with suppress(StillRunning):
        keep_up(Path(folder), waits=False)
        return 1
    return 0


def _step(target: Path, whole: Kept) -> Kept:
    before, held = folders.steps(whole), key_copies.ids()
    folder = folders.fresh_folder(whole.folder / f".{BETWEEN}")
    is_mariadb = db.engine.dialect.name in MARIADB
    if is_mariadb != (whole.manifest.dialect == "mariadb"):
        raise NotPossibleNow("这个文件夹里是另一种数据库的备份。")
    manifest = _logs(whole, before) if is_mariadb else _sqlite_copy(folder, _schema())
    since = whole.taken_at.timestamp()
    files = shelves.copy_since(target, folder, since, before[-1] if before else None)
    folders.copy_roots(settings().roots_path, folder)
    erased.write(folder, target)
    known = key_copies.united(held, key_copies.ids())
    manifest = replace(manifest, files=files.files, file_bytes=files.size, parts=_parts(folder), keys=known)
    place = _free(whole.folder / BETWEEN, folders.name_of(manifest.taken_at))
    made = folders.finish(folder, manifest, place)
    for old in folders.steps(whole)[:-STEPS_KEPT]:
        shutil.rmtree(old.folder)
    return made


def _logs(whole: Kept, before: list[Kept]) -> Manifest:
    """Fetch what the server has written to its log since; return what the step says of itself."""
    position = whole.manifest.position
    if position is None:
        raise NotPossibleNow("上一份完整备份里没有日志的位置：请在 MariaDB 打开 log_bin，再做一次完整备份。")
    taken_at, folder = clock.real_now(), whole.folder / LOGS
    folder.mkdir(exist_ok=True)
    mariadb.fetch_logs(folder, position.log)
    known = {part.name: part for part in before[-1].manifest.logs} if before else {}
    logs = sorted(folder.iterdir())
    parts = tuple(_unchanged(known, each) or folders.part_of(each) for each in logs)
    return Manifest(taken_at, "mariadb", whole.manifest.database, _schema(), position=position, logs=parts)


def _unchanged(known: dict[str, Part], log: Path) -> Part | None:
    part = known.get(log.name)
    return part if part and part.size == log.stat().st_size else None


def forget_old(target: Path, keep: int) -> int:
    """Remove all whole backups but the newest `keep`, and content that none of those names; return how many went.

    An older one whose steps reach further than all of those stays until one of them does.
    """
    known = folders.wholes(target)
    reached = max((folders.reach(each) for each in known[-keep:]), default=None)
    gone = [each for each in known[:-keep] if reached and folders.reach(each) <= reached]
    for old in gone:
        shutil.rmtree(old.folder)
    if gone:
        named = {
            bytes.fromhex(entry.sha256)
            for whole in folders.wholes(target)
            for each in (whole, *folders.steps(whole))
            for entry in shelves.entries_of(each.folder)
        }
        for place in (target / folders.CONTENT).glob("??/*"):
            if place.name.startswith(".") or bytes.fromhex(place.name) not in named:
                place.unlink()
    return len(gone)
