"""What goes wrong with an installation after it was set up: long lines, clocks apart, old backups, certificates."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.x509 import load_der_x509_certificate
from redis.exceptions import RedisError
from sqlalchemy import DateTime, literal_column, select
from sqlalchemy.exc import SQLAlchemyError

from backend import clock
from backend.db import MARIADB, db
from backend.services import backlog, backup_ages
from backend.services.doctor_findings import Finding
from backend.services.lines import Line, lines
from backend.settings import Settings

MOST_WAITING = timedelta(minutes=5)
MOST_APART = timedelta(seconds=2)
OLDEST_BACKUP = timedelta(hours=26)
OLDEST_STEP = timedelta(minutes=15)
LEAST_DAYS = 14
PATIENCE_SECONDS = 3.0


def queues(known: Settings) -> Iterator[Finding]:
    """Say of each queue whether somebody takes what waits in it, and whether messages wait too long."""
    try:
        for line in lines():
            yield Finding(f"队列 {line.queue}", *_about(line))
    except RedisError:
        return  # said of Redis already
    try:
        age = timedelta(seconds=backlog.oldest_owed())
    except SQLAlchemyError:
        return  # said of the database already
    finally:
        db.session.rollback()
    late = age > timedelta(minutes=known.oldest_owed_minutes)
    yield Finding(
        "待发消息",
        f"最早的一条到时已 {_minutes(age)} 分钟，还没有发出。" if late else "",
        "看发送进程和控制台的“通道”页：停了的通道写着原因。" if late else "",
    )


def _about(line: Line) -> tuple[str, str]:
    waited = timedelta(seconds=line.oldest_seconds)
    if not line.waiting or waited <= MOST_WAITING:
        return "", ""
    remedy = "看进程的日志，不够时多开一个。" if line.workers else f"启动它：python -m jobs.worker {line.queue}。"
    return f"{line.waiting} 件在等，第一件等了 {_minutes(waited)} 分钟，有 {line.workers} 个进程在取。", remedy


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def clocks(known: Settings) -> Iterator[Finding]:
    """Say whether the database's machine has another time than this one: dates and leases would not agree in a log."""
    try:
        if db.engine.dialect.name not in MARIADB:
            return
        before = clock.real_now()
        there = db.session.scalar(select(literal_column("UTC_TIMESTAMP(6)", DateTime))) or before
        middle = before + (clock.real_now() - before) / 2
    except SQLAlchemyError:
        return  # said of the database already
    finally:
        db.session.rollback()
    apart = abs(there.replace(tzinfo=UTC) - middle)
    far = apart > MOST_APART
    yield Finding(
        "时钟",
        f"数据库那台机器的时间与这里差 {apart.total_seconds():.0f} 秒。" if far else "",
        "两台机器都打开时间同步（chrony 或 systemd-timesyncd）。" if far else "",
    )


def backups(known: Settings) -> Iterator[Finding]:
    """Say whether the newest whole backup, and the newest step after it, are young enough."""
    if not known.backup_dir:
        return
    try:
        found = backup_ages.ages(known.backup_dir) if Path(known.backup_dir).is_dir() else {}
    except OSError as error:
        yield Finding("备份", f"打不开备份文件夹（{error.strerror}）。", "看备份盘是否挂上、可读。")
        return
    whole, between = (
        timedelta(seconds=found[kind]) if kind in found else None for kind in (backup_ages.WHOLE, backup_ages.BETWEEN)
    )
    if whole is None:
        yield Finding("备份", "还没有一份做完的备份。", "运行 flask --app wsgi backup，并打开每晚的定时。")
        return
    old = whole > OLDEST_BACKUP
    yield Finding(
        "备份",
        f"最新的一份是 {_minutes(whole) // 60} 小时以前的。" if old else "",
        "看备份定时的日志；先手工做一份。" if old else "",
    )
    behind = min(whole, between or whole) > OLDEST_STEP
    yield Finding(
        "两次备份之间",
        "超过 15 分钟没有留下增量。" if behind else "",
        "看增量定时的日志；这段时间的数据一旦坏盘就没有了。" if behind else "",
    )


def certificate(known: Settings) -> Iterator[Finding]:
    """Say for how many days the certificate under PUBLIC_URL is good: WeChat refuses one that is over."""
    address = urlsplit(known.public_url)
    if known.demo or address.scheme != "https" or not address.hostname:
        return
    try:
        until = _good_until(address.hostname, address.port or 443)
    except (OSError, ValueError) as error:
        wrong = f"连不上 {known.public_url}（{type(error).__name__}）。"
        yield Finding("证书", wrong, "看域名解析、nginx、防火墙；证书本身用 nginx -t 检查。")
        return
    days = (until - clock.real_now()).days
    short = days < LEAST_DAYS
    yield Finding("证书", f"还有 {days} 天到期。" if short else "", "换上新证书，再重载 nginx。" if short else "")


def _good_until(host: str, port: int) -> datetime:
    """Return when the certificate ends; whether somebody trusts it is for browsers to say, here only its day counts."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, port), PATIENCE_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as line,
    ):
        shown = line.getpeercert(binary_form=True)
    return load_der_x509_certificate(shown or b"").not_valid_after_utc
