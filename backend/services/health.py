"""Whether every part we depend on answers, and how far a demo has come."""

import os
from contextlib import suppress
from functools import cache
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from backend.db import db
from backend.models import County
from backend.redis_servers import redis_of
from backend.services import backlog, demo_progress, gauges
from backend.services.backups import begun_restore
from backend.services.storage import files_root, settings
from backend.wechat.push import PushKeys

LEAST_FREE_BYTES = 32 * 1024 * 1024
"""One upload of the largest kind with what is made of it; the doctor warns far earlier."""


def readiness() -> dict[str, Any]:
    """Return whether the program is ready, and each part with what is wrong with it ("" when nothing is)."""
    parts = _parts()
    return {"ready": not any(parts.values()), "parts": parts, "demo": _demo()}


def _parts() -> dict[str, str]:
    return {"database": _database(), "redis": _redis(), "files": _files(), "county": _county()}


def _database() -> str:
    if begun_restore.is_left(settings()):
        return "restore not finished"
    try:
        db.session.execute(select(County.code).limit(1))
    except SQLAlchemyError as error:
        db.session.rollback()
        return type(error).__name__
    return ""


def _redis() -> str:
    if not settings().redis_url:
        return "REDIS_URL is not set"
    try:
        _connection().ping()
    except RedisError as error:
        return type(error).__name__
    return ""


@cache
def _connection() -> Redis:
    return redis_of(settings(), socket_connect_timeout=0.3, socket_timeout=0.5)


def _files() -> str:
    try:
        root = files_root()
        disk = os.statvfs(root)
    except OSError as error:
        return type(error).__name__
    if disk.f_flag & os.ST_RDONLY:
        return "read-only"
    if disk.f_bavail * disk.f_frsize < LEAST_FREE_BYTES:
        return "disk full"
    return "" if os.access(root, os.W_OK) else "not writable"


def _county() -> str:
    try:
        return "" if db.session.scalar(select(County.code).limit(1)) else "no county yet"
    except SQLAlchemyError:
        db.session.rollback()
        return "no database"


def _demo() -> dict[str, Any] | None:
    """Say how far the invented people have come; None outside a demo."""
    if not settings().demo:
        return None
    try:
        county = db.session.scalars(select(County).where(County.is_demo).limit(1)).first()
    except SQLAlchemyError:
        db.session.rollback()
        return {"complete": False}
    known = demo_progress.noted()
    how_far = {"made": known.made, "total": known.total} if known else {}
    return {"complete": county is not None and county.demo_made_at is not None, **how_far}


def metrics_text() -> bytes:
    """Return every process's counters and what is measured now as Prometheus reads them, also when a part is away."""
    with suppress(SQLAlchemyError, RedisError):
        backlog.measure()
    db.session.rollback()
    return _counters() + gauges.as_text(_parts())


def _counters() -> bytes:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def push_keys() -> PushKeys:
    """Return what WeChat's push is signed and sealed with."""
    known = settings()
    return PushKeys(
        token=known.wechat_push_token, app_id=known.wechat_app_id, aes_key=known.wechat_push_aes_key or None
    )


def service_push_keys() -> PushKeys:
    """Return the same for the service account, whose pushes come to an address of their own."""
    known = settings()
    return PushKeys(
        token=known.wechat_service_push_token,
        app_id=known.wechat_service_app_id,
        aes_key=known.wechat_service_push_aes_key or None,
    )
