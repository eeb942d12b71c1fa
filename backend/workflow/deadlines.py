"""The only place that computes dates: when a duty is due, whether it is overdue, and when its ladder speaks next.

A limit is counted from the day after its event (民法典 201). What comes out is a date in Asia/Shanghai, never an hour:
a duty is overdue from 00:00 of the next day. No database and no clock is read here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from backend import clock
from backend.policy.ladder import Ladder, Level
from backend.policy.limits import Limit, Unit
from backend.workdays import ONE_DAY, Workdays

WEEKDAYS = "一二三四五六日"
RED_AGAIN_AFTER = timedelta(days=7)
"""After the last rung red is said again so often, until the duty is done or has another date."""
_TOMORROW = Limit(1)
_NEXT_WORKDAY = Limit(1, Unit.WORKING)


@dataclass(frozen=True, slots=True)
class Due:
    """A due date; `provisional` while it rests on a year whose days off are not yet published."""

    on: date
    provisional: bool = False


class NextRung(NamedTuple):
    """When the ladder speaks next (aware, UTC), and how pressing it is then."""

    at: datetime
    level: Level


def due_on(event_on: date, limit: Limit, workdays: Workdays, paused: Sequence[tuple[date, date]] = ()) -> Due:
    """Return the last day on which the duty is in time.

    `paused` holds (day the ball left, day it came back) of every time that others were legally on turn: a return for
    information, an objection. Each day that the limit counts, after the first and up to the second, is given back;
    overlapping pauses give a day back once, and a return that is answered on the same day gains nothing. A pause that
    begins after the due date is too late to move it.
    """
    due = _ends_on(event_on, limit, workdays)
    for left_on, back_on in _merged(paused):
        given_back = _count(max(left_on, event_on), back_on, limit.unit, workdays) if left_on <= due else 0
        if given_back:
            due = _ends_on(due, Limit(given_back, limit.unit, rolls=limit.rolls), workdays)
    rests_on_calendar = limit.unit is Unit.WORKING or limit.rolls
    return Due(due, rests_on_calendar and workdays.is_provisional(due))


def is_overdue(due: date, today: date) -> bool:
    """Say whether the day after `due` has begun: the one definition (its twin in SQL is `open_due < today`)."""
    return due < today


def days_left(due: date, today: date, unit: Unit, workdays: Workdays) -> int:
    """Return the days that remain after today, in the limit's unit: 0 on the due date, negative once it is behind.

    In working days a weekend weighs nothing, so 0 does not mean "in time"; only `is_overdue` says that.
    """
    if due >= today:
        return _count(today, due, unit, workdays)
    return -_count(due, today, unit, workdays)


def notice_may_close_on(
    posted_on: date, limit: Limit, workdays: Workdays, paused: Sequence[tuple[date, date]] = ()
) -> date:
    """Return the first day on which a public notice may be closed: posted on D for 5 full days, D+6.

    The day of posting is not one of the five. This is a shortest time, never shrunk.
    """
    return due_on(posted_on, limit, workdays, paused).on + ONE_DAY


def shrunk(
    event_on: date, limit: Limit, total: Due, workdays: Workdays, paused: Sequence[tuple[date, date]] = ()
) -> Due:
    """Return when a step is due inside the total of its case: its own limit, but never past the total's end.

    So time lost early is made up by the later steps, and nobody is promised a day that the total does not have. One day
    always remains (one working day, if the limit counts those): whoever receives a case whose total is already over is
    not late before having seen it; that the case is late is said by the total itself.
    """
    own = due_on(event_on, limit, workdays, paused)
    if own.on <= total.on:
        return own
    least = due_on(event_on, _one_day(limit), workdays, paused)
    return least if least.on > total.on else total


def not_before_seen(due: Due, opened_on: date, limit: Limit, workdays: Workdays) -> Due:
    """Return the date of a duty that opens on `opened_on`: one more day, if its limit ran out before anybody owed it.

    Limits may count from an event before the duty (a home check, the notice's last day). The day is of their unit.
    """
    return due_on(opened_on, _one_day(limit), workdays) if is_overdue(due.on, opened_on) else due


def rung_on(due: date, distance: int, unit: Unit, workdays: Workdays, *, on_rest_days: bool = False) -> date:
    """Return the day at a distance from the due date, in the limit's unit (negative: before it).

    What falls on a rest day is told on the last working day before. Nobody is told "overdue" before it is true, though:
    if that working day is not past the due date, the rung waits for the first working day after the rest.
    `on_rest_days` (特急) leaves every day where it is.
    """
    day = _moved(due, distance, unit, workdays)
    if on_rest_days or workdays.is_workday(day):
        return day
    before = workdays.previous_workday(day)
    return before if distance <= 0 or is_overdue(due, before) else workdays.next_workday(day)


def next_rung(
    due: date,
    limit: Limit,
    opened_on: date,
    after: datetime,
    ladder: Ladder,
    workdays: Workdays,
    *,
    on_rest_days: bool = False,
) -> NextRung | None:
    """Return the first rung that speaks later than the instant `after`; None when the ladder is at its end."""
    return next(
        (rung for rung in rungs(due, limit, opened_on, ladder, workdays, on_rest_days=on_rest_days) if rung.at > after),
        None,
    )


def red_again(due: date, after: datetime, ladder: Ladder, workdays: Workdays) -> NextRung | None:
    """Return when a late duty is spoken of again that has no rung left: a draft nobody issues is no reason for silence.

    None for one that is not late.
    """
    said_on = clock.local(after).date()
    if not is_overdue(due, said_on):
        return None
    day = said_on + RED_AGAIN_AFTER
    return NextRung(on_the_day(day if workdays.is_workday(day) else workdays.next_workday(day), ladder.at), Level.RED)


def rungs(
    due: date, limit: Limit, opened_on: date, ladder: Ladder, workdays: Workdays, *, on_rest_days: bool = False
) -> list[NextRung]:
    """Return every rung of a duty with the instant at which it speaks, in their order."""
    days = _days(due, limit, opened_on, ladder, workdays, on_rest_days=on_rest_days)
    return [NextRung(on_the_day(day, ladder.at), level) for day, level in days]


def first_rung(due: date, limit: Limit, opened_at: datetime, ladder: Ladder, workdays: Workdays) -> NextRung | None:
    """Return the first rung of a duty that is opened at this instant."""
    return next_rung(due, limit, clock.local(opened_at).date(), opened_at, ladder, workdays)


def spoken_at(moment: datetime, ladder: Ladder, way: str = "") -> datetime:
    """Return when something owed at the instant `moment` may be said: at once, or after the quiet hours.

    A channel (`way`) may have hours of its own, which never reach into the quiet ones.
    """
    own_begin, own_end = ladder.hours.get(way, (ladder.quiet_until, ladder.quiet_from))
    begins, ends = max(own_begin, ladder.quiet_until), min(own_end, ladder.quiet_from)
    local = clock.local(moment)
    if local.time() >= ends:
        day = _next_day(local.date())
    elif local.time() < begins:
        day = local.date()
    else:
        return moment
    return on_the_day(day, begins)


def on_the_day(day: date, hour: time) -> datetime:
    """Return the instant (aware, UTC) at which the clock in China shows this hour on this day."""
    return datetime.combine(day, hour, tzinfo=clock.SHANGHAI).astimezone(UTC)


def news_at(moment: datetime, due: date, ladder: Ladder, workdays: Workdays) -> datetime:
    """Return when staff are told of a duty that is not urgent and was opened at this instant.

    Outside the quiet hours, and not on a rest day (practice P45), unless it is due before or on the first working day
    after it: then waiting would leave no time.
    """
    spoken = spoken_at(moment, ladder)
    day = clock.local(spoken).date()
    if workdays.is_workday(day) or due <= (after := workdays.next_workday(day)):
        return spoken
    return on_the_day(after, ladder.at)


def worked_at(moment: datetime, ladder: Ladder, workdays: Workdays, hour: time | None = None) -> datetime:
    """Return when staff are told what can wait: outside the quiet hours and never on a rest day (practice P45).

    `hour` is when they hear on the first working day after a rest; without one, when the ladder speaks.
    """
    spoken = spoken_at(moment, ladder)
    day = clock.local(spoken).date()
    return spoken if workdays.is_workday(day) else on_the_day(workdays.next_workday(day), hour or ladder.at)


def next_morning(moment: datetime, ladder: Ladder, workdays: Workdays) -> datetime:
    """Return when the next working day's news are told: what must not betray by its hour what it speaks of."""
    return on_the_day(workdays.next_workday(clock.local(moment).date()), ladder.at)


def next_midnight(moment: datetime) -> datetime:
    """Return the beginning of the next day in China: when WeChat counts its daily quotas anew."""
    return on_the_day(_next_day(clock.local(moment).date()), time())


def explain(start: date, days: int, unit: Unit | str, workdays: Workdays | None = None) -> list[str]:
    """Return the due date in ISO form, then in Chinese why: every day that was skipped, and what else bears on it.

    `unit` is `working` or `calendar`; raise ValueError for another.
    """
    calendar = workdays or Workdays()
    limit = Limit(days, Unit(unit))
    due = due_on(start, limit, calendar)
    lines = [due.on.isoformat(), f"从 {_said(start)}的次日起算，{limit.in_words}，到 {_said(due.on)}为止。"]
    if limit.unit is Unit.WORKING:
        lines += [_reason(day, calendar) for day in _days_between(start, due.on) if _is_remarkable(day, calendar)]
    elif not calendar.is_workday(due.on):
        lines.append(f"最后一天是休息日（{calendar.why(due.on)}），自然日时限不顺延，除非政策写明 roll。")
    if due.provisional:
        lines.append(f"暂定：{due.on.year} 年的放假安排还没有公布，公布后重新计算。")
    return [*lines, f"过了当天才算超期：{_said(due.on + ONE_DAY)} 0 时起。"]


def _one_day(limit: Limit) -> Limit:
    return _TOMORROW if limit.unit is Unit.CALENDAR else _NEXT_WORKDAY


def _ends_on(event_on: date, limit: Limit, workdays: Workdays) -> date:
    day = _moved(event_on, limit.days, limit.unit, workdays)
    return workdays.next_workday(day) if limit.rolls and not workdays.is_workday(day) else day


def _moved(day: date, distance: int, unit: Unit, workdays: Workdays) -> date:
    """Walk so many days of this unit, forward or back."""
    if unit is Unit.CALENDAR:
        return day + ONE_DAY * distance
    step = workdays.next_workday if distance > 0 else workdays.previous_workday
    for _ in range(abs(distance)):
        day = step(day)
    return day


def _count(start: date, end: date, unit: Unit, workdays: Workdays) -> int:
    """Count the days of this unit after `start`, up to and including `end`; 0 when `end` is not after `start`."""
    if unit is Unit.CALENDAR:
        return max((end - start).days, 0)
    return sum(workdays.is_workday(day) for day in _days_between(start, end))


def _days_between(start: date, end: date) -> Iterator[date]:
    return (start + ONE_DAY * n for n in range(1, (end - start).days + 1))


def _merged(paused: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """Join pauses that overlap or touch."""
    merged: list[tuple[date, date]] = []
    for left_on, back_on in sorted(paused):
        if merged and left_on <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], back_on))
        else:
            merged.append((left_on, back_on))
    return merged


def _days(
    due: date, limit: Limit, opened_on: date, ladder: Ladder, workdays: Workdays, *, on_rest_days: bool
) -> list[tuple[date, Level]]:
    """Give every rung its day: at most one a day, none on the day of opening, none that came too late to be of use.

    Before the due date the graver of two on one day speaks; after it the graver waits for the next working day, so that
    a long holiday does not carry a duty from yellow to red in one morning.
    """
    following = _next_day if on_rest_days else workdays.next_workday
    placed: dict[date, Level] = {}
    latest = due
    for rung in ladder.rungs:
        distance = rung.distance(limit.days)
        day = rung_on(due, distance, limit.unit, workdays, on_rest_days=on_rest_days)
        if distance > 0:
            day = latest = day if day > latest else following(latest)
        elif day <= opened_on:
            day = following(opened_on)
        if distance > 0 or day <= due:
            placed[day] = rung.level
    return sorted(placed.items())


def _next_day(day: date) -> date:
    return day + ONE_DAY


def _is_remarkable(day: date, workdays: Workdays) -> bool:
    return workdays.why(day) != "工作日"


def _reason(day: date, workdays: Workdays) -> str:
    return f"{_said(day)}{workdays.why(day)}，{'计入' if workdays.is_workday(day) else '不计'}。"


def _said(day: date) -> str:
    return f"{day.isoformat()}（周{WEEKDAYS[day.weekday()]}）"
