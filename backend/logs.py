"""Logs as JSON lines with a request or job id, and with nothing personal in them."""

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

from backend.privacy.redaction import scrub

Event = MutableMapping[str, Any]


def scrub_event(logger: object, name: str, event: Event) -> Event:
    """Take ID numbers, phones and the like out of every value: the last guard, not the first."""
    return {key: scrub(value) if isinstance(value, str) else value for key, value in event.items()}


def configure() -> None:
    """Write JSON lines from here on; the traceback holds frames' names, never their values."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            scrub_event,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
