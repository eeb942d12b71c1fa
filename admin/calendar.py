"""The county's working days: the year as offices work it, and the county's own days against it."""

import calendar as weeks
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, day_in, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid
from backend.services import calendars
from backend.services.calendars import Shift
from backend.workdays import Workdays

FIRST_YEAR, LAST_YEAR = 2021, 2035
WORKS = {"work": True, "rest": False, "official": None}


class CalendarScreen(Screen):
    """Working days of a year, and changing one of them."""

    title, path, asks = "日历", "calendar", Action.CHANGE_CALENDAR

    @expose("/")
    def index(self) -> Response:
        """Show one year."""
        return self._year(_year_asked())

    @expose("/change", methods=["POST"])
    def preview(self) -> Response:
        """Say how many open duties would get another date, before anybody confirms it."""
        try:
            day, works, source = _change_in_form()
            shift = calendars.shift_of(day, is_workday=works, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._year(_year_asked(), error)
        return self._preview(day, source, shift)

    @expose("/", methods=["POST"])
    def confirm(self) -> Response:
        """Change the day; the dates follow at once in the background."""
        try:
            day, works, source = _change_in_form()
            if works is None:
                calendars.restore_day(day, reason=source, by=actor())
            else:
                calendars.change_day(day, is_workday=works, source=source, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._year(_year_asked(), error)
        flash("日历已改。受影响的待办正在换新的期限，原来的期限都留着。", "success")
        return redirect(url_for("calendar.index", year=day.year))

    def _preview(self, day: date, source: str, shift: Shift) -> Response:
        before = calendars.workdays_of(by=actor())
        return self.page(
            "console/calendar_preview.html",
            day=day,
            why=before.why(day),
            works=request.form["works"],
            source=source,
            shift=shift,
        )

    def _year(self, year: int, error: DomainError | None = None) -> Response:
        workdays = calendars.workdays_of(by=actor())
        return self.page(
            "console/calendar.html",
            status=page_status(error),
            year=year,
            years=range(max(FIRST_YEAR, year - 1), min(LAST_YEAR, year + 1) + 1),
            months=[_month(year, month, workdays) for month in range(1, 13)],
            is_provisional=workdays.is_provisional(date(year, 12, 31)),
            overrides=calendars.overrides_of(year, by=actor()),
            chosen=request.args.get("day", ""),
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )


def _year_asked() -> int:
    today = clock.today().year
    day = request.form.get("day") or request.args.get("day", "")
    year = request.args.get("year", default=int(day[:4]) if day[:4].isdecimal() else today, type=int)
    return year if FIRST_YEAR <= year <= LAST_YEAR else today


def _change_in_form() -> tuple[date, bool | None, str]:
    day, works = day_in("day"), request.form.get("works", "")
    if works not in WORKS:
        raise Invalid.field("works", "请选择这一天上班还是休息。")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid.field("day", f"请选{FIRST_YEAR}年到{LAST_YEAR}年的日子。")
    source = request.form.get("source", "").strip()
    if not source:
        raise Invalid.field("source", "请写明依据，比如县政府的通知。")
    return day, WORKS[works], source


def _month(year: int, month: int, workdays: Workdays) -> dict[str, Any]:
    grid = weeks.Calendar().monthdayscalendar(year, month)
    return {
        "name": f"{month}月",
        "weeks": [[_day(date(year, month, number), workdays) if number else None for number in week] for week in grid],
    }


def _day(day: date, workdays: Workdays) -> dict[str, Any]:
    works, own, why = workdays.is_workday(day), day in workdays.overrides, workdays.why(day)
    tone = {"周末": "day-rest", "工作日": "", "调休上班": "day-makeup"}.get(why, "day-holiday")
    if own:
        tone = "day-makeup day-own" if works else "day-rest day-own"
    today = " day-today" if day == clock.today() else ""
    return {"day": day, "tone": tone + today, "works": works, "why": why}
