"""Logs as JSON lines with a request or job id, and with nothing personal in them."""

import logging
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

from backend.privacy.redaction import scrub

Event = MutableMapping[str, Any]


def scrub_event(logger: object, name: str, event: Event) -> Event:
    """Take ID numbers, phones and the like out of every value: the last guard, not the first."""
    return {key: _scrubbed(value) for key, value in event.items()}


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {key: _scrubbed(below) for key, below in value.items()}
    if isinstance(value, (list, tuple)):
        return [_scrubbed(below) for below in value]
    return value


_FIRST: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_LAST: list[structlog.typing.Processor] = [
    structlog.processors.format_exc_info,
    scrub_event,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]


def formatter() -> logging.Formatter:
    """Return what makes the same kind of line of whatever a library says through `logging`."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_FIRST, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_LAST],
    )


class _Forgiving:
    """Standard output that loses a line rather than a request when its disk is full."""

    def write(self, text: str) -> int:
        with suppress(OSError):
            return sys.stdout.write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError):
            sys.stdout.flush()


def configure() -> None:
    """Write JSON lines from here on; the traceback holds frames' names, never their values."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    structlog.configure(
        processors=[*_FIRST, *_LAST],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Forgiving())),
        cache_logger_on_first_use=False,
    )
