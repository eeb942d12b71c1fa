"""What the console's forms send, read: a date, a number, rows that were ticked; and what is said above a form."""

from datetime import date, datetime

from flask import request
from werkzeug.routing import IntegerConverter, Map

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


class RowNumber(IntegerConverter):
    """What `int` means in every address here: a number that a row can have, or no page of ours."""

    def __init__(self, url_map: Map, fixed_digits: int = 0, max: int = LARGEST_ID) -> None:
        super().__init__(url_map, fixed_digits, max=max)


def page_before() -> int | None:
    """Return the id before which a page begins; the newest page for anything that is none."""
    before = request.args.get("before", type=int)
    return before if before is not None and 0 <= before <= LARGEST_ID else None


def row_of(text: str) -> int | None:
    """Return the row's id that a field holds, if it holds one."""
    return int(text) if text.isdecimal() and len(text) <= 19 and int(text) <= LARGEST_ID else None


def chosen_row(name: str) -> int | None:
    """Return the row that was chosen from a list, if one was."""
    return row_of(request.form.get(name, ""))


def number_in(name: str) -> int:
    """Return a number that the page itself put into its form."""
    value = request.form.get(name, type=int)
    if value is None or abs(value) > LARGEST_ID:
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
    return day_of(request.form.get(name, ""), name)


def moment_in(name: str) -> datetime | None:
    """Return what the wall clock in China showed, which somebody may leave open."""
    return moment_of(request.form.get(name, ""), name)


def day_of(text: str, name: str) -> date | None:
    """Read a day, if there is one; `Invalid` for none that anybody could mean."""
    try:
        day = date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        day = date.min
    if day is not None and day.year not in clock.YEARS:
        raise Invalid.field(name, "日期不对，请重新选择。")
    return day


def moment_of(text: str, name: str) -> datetime | None:
    """Read what the wall clock in China showed, if it was typed; `Invalid` likewise."""
    try:
        moment = datetime.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 - never goes on from here
    if moment is not None and moment.year not in clock.YEARS:
        raise Invalid.field(name, "时间不对，请重新选择。")
    return moment.replace(tzinfo=clock.SHANGHAI) if moment else None


def ticked(name: str) -> list[int]:
    """Return the ids of the rows that were ticked."""
    return [row for text in request.form.getlist(name) if (row := row_of(text)) is not None]
