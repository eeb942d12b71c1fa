"""What the console's forms send, read: a date, a number, rows that were ticked; and what is said above a form."""

from datetime import date, datetime

from flask import request

from backend import clock
from backend.errors import DomainError, Invalid, KeyReused, NotAllowed, NotPossibleNow, OutOfDate, TooMany
from backend.statuses import status_of

SAID_ON_THE_PAGE = (Invalid, OutOfDate, NotPossibleNow, NotAllowed, TooMany, KeyReused)
"""What is said above the form that caused it, with everything that was typed still in it."""


def page_status(error: DomainError | None) -> int:
    """Return the status of a page that shows its form again because of this error."""
    return status_of(error) if error else 200


LARGEST_ID = 2**63 - 1
ROW = f"int(max={LARGEST_ID})"
"""How an address takes a row's id: anything longer is no address of ours."""


def page_before() -> int | None:
    """Return the id before which a page begins; the newest page for anything that is none."""
    before = request.args.get("before", type=int)
    return before if before is not None and 0 <= before <= LARGEST_ID else None


def chosen_row(name: str) -> int | None:
    """Return the row that was chosen from a list, if one was."""
    text = request.form.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= 19 and int(text) <= LARGEST_ID else None


def number_in(name: str) -> int:
    """Return a number that the page itself put into its form."""
    value = request.form.get(name, type=int)
    if value is None:
        raise Invalid.field(name, "这一页不完整，请刷新后再办。")
    return value


def day_in(name: str) -> date:
    """Return a day that somebody chose."""
    day = optional_day_in(name)
    if day is None:
        raise Invalid.field(name, "请选择日期。")
    return day


def optional_day_in(name: str) -> date | None:
    """Return a day that somebody may leave open."""
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid.field(name, "日期不对，请重新选择。") from None


def moment_in(name: str) -> datetime | None:
    """Return what the wall clock in China showed, which somebody may leave open."""
    text = request.form.get(name, "").strip()
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI) if text else None
    except ValueError:
        raise Invalid.field(name, "时间不对，请重新选择。") from None


def ticked(name: str) -> list[int]:
    """Return the ids of the rows that were ticked."""
    return [int(text) for text in request.form.getlist(name) if text.isdecimal() and len(text) <= 20]
