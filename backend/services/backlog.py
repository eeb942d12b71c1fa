"""How long the oldest due message has been waiting: a gauge, and an alarm in the log when it is too long."""

from contextlib import closing
from datetime import timedelta

import structlog
from sqlalchemy import func, select

from backend import clock
from backend.db import db
from backend.models import Circuit, Message
from backend.services import metrics, phones
from backend.services.storage import settings
from backend.wechat.tokens import Tokens

WAITING = ("owed", "claimed")
UNKNOWN = float("nan")

log = structlog.get_logger()


def oldest_owed() -> float:
    """Return for how many seconds of business time the oldest message has been due and not sent; 0 without one.

    What the quiet hours hold back is not due; what a stopped channel holds back has an alarm of its own (`circuits`).
    """
    due = select(func.min(Message.not_before)).where(Message.state.in_(WAITING), Message.not_before <= clock.now())
    oldest = db.session.scalar(due)
    return (clock.now() - oldest).total_seconds() if oldest else 0.0


def look() -> int:
    """Write an alarm into the log when the oldest due message is older than the limit; return its age in seconds.

    It says how long, not who or what. Repeated while it lasts: whoever reads the log may have come late.
    """
    age = oldest_owed()
    db.session.rollback()
    if timedelta(seconds=age) > timedelta(minutes=settings().oldest_owed_minutes):
        log.error("oldest_owed_too_old", seconds=int(age), limit_minutes=settings().oldest_owed_minutes)
    return int(age)


def measure() -> None:
    """Set the gauges that are read off the database and Redis at the moment when somebody asks."""
    metrics.OLDEST_OWED.set(oldest_owed())
    stopped = select(func.count()).select_from(Circuit).where(Circuit.open_until > clock.now())
    metrics.CIRCUITS_OPEN.set(db.session.scalar(stopped) or 0)
    for account, app_id in (("mini", settings().wechat_app_id), ("service", settings().wechat_service_app_id)):
        if app_id:
            age = token_age(app_id)
            metrics.TOKEN_AGE.labels(account).set(UNKNOWN if age is None else age)


def token_age(app_id: str) -> float | None:
    """Return the age in seconds of an account's access token; None where the processes share none."""
    redis = phones.token_store()
    if redis is None:
        return None
    with closing(redis):
        return Tokens(app_id, redis).age()
