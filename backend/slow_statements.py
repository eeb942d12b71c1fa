"""Says in the log which statements took long: their text with placeholders, never what was asked for or written."""

import re
from typing import Any

import structlog
from sqlalchemy import Engine, event

from backend import clock

log = structlog.get_logger()
BEGAN = "statement_began_at"
LONGEST_TEXT = 2_000
_QUOTED = re.compile(r"'(?:[^']|'')*'")
"""A value that was written into a statement rather than beside it; ours carry none of anybody's, but who knows."""


def watch(engine: Engine, *, over_ms: int) -> None:
    """Log every statement of the engine that takes more than so many milliseconds; 0 watches none.

    The time is that of the database and of the way there and back, not of reading the rows.
    """
    if over_ms <= 0:
        return

    def begin(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        connection.info[BEGAN] = clock.monotonic()

    def end(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        ms = (clock.monotonic() - connection.info[BEGAN]) * 1000
        if ms > over_ms:
            log.warning(
                "slow_statement",
                ms=round(ms),
                rows=cursor.rowcount,
                statement=_QUOTED.sub("?", statement)[:LONGEST_TEXT],
            )

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
