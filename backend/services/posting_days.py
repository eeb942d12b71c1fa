"""Since which day a sheet may be said to hang, and how long after that day."""

from datetime import date, timedelta

from backend import clock
from backend.errors import Invalid
from backend.models import Notice

OFFERED_FOR = timedelta(days=7)
"""So long after its printed day a sheet is still offered as one that hangs since then: a week without signal."""


def day_of_posting(notice: Notice, said: date | None) -> date:
    """Return the day on which the sheet was hung up, today where none is said.

    It is the printed one, and therefore never before the sheet was made. Errors: `Invalid`.
    """
    today = clock.today()
    hung_on = said or today
    if hung_on > today:
        raise Invalid.field("posted_on", "张贴日期不能晚于今天。")
    if notice.posts_on != hung_on:
        which = "今天" if hung_on == today else "贴的那天"
        raise Invalid.field("posts_on", f"纸上印的日期不是{which}，请重新做一张再贴。")
    return hung_on
