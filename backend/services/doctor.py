"""Examines an installation: every setting and every part it stands on, what is wrong, and what to do about it."""

import shutil
import stat
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.exc import SQLAlchemyError

from backend import clock, schema
from backend.db import MARIADB, db
from backend.models import County
from backend.privacy import keys
from backend.redis_servers import redis_of
from backend.services import doctor_live
from backend.services.backups import begun_restore
from backend.services.doctor_findings import Finding
from backend.services.setting_checks import complaint_about
from backend.services.storage import files_root, settings
from backend.settings import Settings
from backend.wechat.errors import Advice, WeChatError
from backend.wechat.live import LiveWeChat
from backend.workdays import OFFICIAL_UNTIL

LEAST_FREE_BYTES = 1024**3
DECEMBER = 12


def examine() -> Iterator[Finding]:
    """Yield a finding for everything there is to look at, as it is looked at; no finding ever holds a secret."""
    known = settings()
    yield from _settings(known)
    for look in (_database, _redis, _calendar, _keys, _files, _wechat):
        yield from look(known)
    for look in (doctor_live.queues, doctor_live.clocks, doctor_live.backups, doctor_live.certificate):
        yield from look(known)


def _settings(known: Settings) -> Iterator[Finding]:
    for each in fields(known):
        wrong, remedy = complaint_about(each.name, known)
        yield Finding(f"{each.name.upper()}（{each.metadata['meaning']}）", wrong, remedy)


def _database(known: Settings) -> Iterator[Finding]:
    if begun_restore.is_left(known):
        yield Finding("数据库", begun_restore.NOT_DONE, begun_restore.REMEDY)
        return
    try:
        yield from _reached_database(known)
    except SQLAlchemyError as error:
        reason = type(getattr(error, "orig", None) or error).__name__
        yield Finding("数据库", f"连不上（{reason}）。", "看数据库是否在运行，DATABASE_URL 的地址、账号、库名对不对。")
    finally:
        db.session.rollback()


def _reached_database(known: Settings) -> Iterator[Finding]:
    with db.engine.connect() as connection:
        found = schema.revision_of(connection)
    newest = schema.newest_revision()
    if found != newest:
        wrong = f"表结构是 {found or '空的'}，程序要 {newest}。"
        yield Finding("数据库", wrong, "运行 flask --app wsgi migrate。")
        return
    yield Finding("数据库")
    yield from _MODES["mariadb" if db.engine.dialect.name in MARIADB else db.engine.dialect.name]()
    if db.session.scalar(select(County.code).limit(1)) is None:
        yield Finding(
            "县", "还没有建县。", "运行 flask --app wsgi county init 区划代码 --regions 文件.csv --preset 名称。"
        )
    elif known.demo and db.session.scalar(select(County.code).where(County.is_demo.is_(False)).limit(1)) is not None:
        yield Finding("县", "演示方式连着正式的数据库。", "去掉 DEMO，或者换一个数据库。")
    else:
        yield Finding("县")


def _value_of(expression: ColumnElement[object]) -> str:
    return str(db.session.scalar(select(expression)))


def _mariadb_mode() -> Iterator[Finding]:
    for name, wanted, remedy in (
        ("innodb_flush_log_at_trx_commit", "1", "设成 1，否则断电会丢掉已经答复过的申报。"),
        ("innodb_doublewrite", "1", "打开，否则断电可能损坏数据页。"),
    ):
        value = _value_of(literal_column(f"@@global.{name}"))
        right = value == wanted or (wanted == "1" and value.upper() == "ON")
        yield Finding(f"MariaDB {name}", "" if right else f"现在是 {value}。", "" if right else remedy)
    strict = "STRICT_ALL_TABLES" in _value_of(literal_column("@@session.sql_mode"))
    yield Finding(
        "MariaDB sql_mode", "" if strict else "不是严格方式。", "" if strict else "升级程序：连接时应自动设好。"
    )


def _sqlite_mode() -> Iterator[Finding]:
    for name, wanted in (("journal_mode", "wal"), ("foreign_keys", "1"), ("synchronous", "2")):
        pragma = getattr(func, f"pragma_{name}")().table_valued(name)
        value = _value_of(pragma.c[name])
        right = value == wanted
        remedy = "" if right else "数据文件夹应在本机磁盘上，不能在网络盘上。"
        yield Finding(f"SQLite {name}", "" if right else f"现在是 {value}，应是 {wanted}。", remedy)


_MODES = {"mariadb": _mariadb_mode, "sqlite": _sqlite_mode}


def _redis(known: Settings) -> Iterator[Finding]:
    if not known.redis_url:
        return
    try:
        redis = redis_of(known, socket_connect_timeout=1, socket_timeout=1)
        policy = dict(redis.info("memory")).get("maxmemory_policy")  # type: ignore[arg-type]
    except (RedisError, ValueError) as error:
        yield Finding("Redis", f"连不上（{type(error).__name__}）。", "看它是否在运行，REDIS_URL 的地址和口令对不对。")
        return
    evicts = policy not in {None, "noeviction"}
    yield Finding(
        "Redis", f"内存满时会丢键（{policy}）。" if evicts else "", "设 maxmemory-policy noeviction。" if evicts else ""
    )


def _calendar(known: Settings) -> Iterator[Finding]:
    today = clock.today()
    needed = today.year + (today.month == DECEMBER)
    if needed > OFFICIAL_UNTIL:
        wrong = f"{needed} 年的放假安排还没有装进来，这一年的时限都是暂定的。"
        yield Finding("日历", wrong, "国务院办公厅一般每年 11 月公布，公布后升级 holidays 包和程序。")
    else:
        yield Finding("日历")


def _keys(known: Settings) -> Iterator[Finding]:
    path = known.keys_path
    try:
        keys.load(path)
    except keys.KeysUnusable as error:
        yield Finding("密钥文件", str(error), "从备份恢复；没有密钥，封存的内容谁也打不开。")
        return
    yield _private("密钥文件", path)


def _files(known: Settings) -> Iterator[Finding]:
    try:
        root = files_root()
        free = shutil.disk_usage(root).free
    except OSError as error:
        yield Finding("附件文件夹", f"用不了（{error.strerror}）。", "看 DATA_DIR 所在的盘是否挂上、可写。")
        return
    yield _private("附件文件夹", root)
    tight = free < LEAST_FREE_BYTES
    yield Finding(
        "磁盘", f"只剩 {free // 1024**2} MiB。" if tight else "", "清理或扩容，留出 1 GiB 以上。" if tight else ""
    )


def _private(part: str, path: Path) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        wanted = "700" if path.is_dir() else "600"
        return Finding(part, f"别的用户也能打开（{mode:o}）。", f"运行 chmod {wanted} {path}。")
    return Finding(part)


_TOKEN_TROUBLE = frozenset({Advice.STOP_CHANNEL, Advice.RETRY, Advice.UNCERTAIN, Advice.REFRESH_TOKEN})


def _wechat(known: Settings) -> Iterator[Finding]:
    """Ask WeChat for a picture with a token of its own: whatever it says of the picture, the token was good."""
    if not known.wechat_app_id or not known.wechat_secret:
        return
    wechat = LiveWeChat(app_id=known.wechat_app_id, secret=known.wechat_secret, base_url=known.wechat_base_url)
    try:
        wechat.village_code("doctor", "pages/index/index")
    except WeChatError as error:
        if error.advice in _TOKEN_TROUBLE:
            said = error.errmsg if error.errcode is None else f"{error.errcode} {error.errmsg}"
            yield Finding("微信", f"拿不到调用凭据（{said}）。", "看 app id、密钥、服务器白名单里的出口地址、网络。")
            return
    finally:
        wechat.close()
    yield Finding("微信")
