"""A county's working days: its own over the statutory ones, and the open dates that rest on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, ring, use_case
from backend.errors import Invalid, NotFound
from backend.models import Case, Task, WorkdayOverride
from backend.policy import county as county_policy
from backend.policy.county import county_workdays
from backend.privacy.texts import clean_text
from backend.services import audit
from backend.services.redating import due_under
from backend.workdays import Workdays
from backend.workflow.outbox import ORDINARY, PRESSING, URGENT

MOST_SOURCE = 120
MOST_LOOKED = 1000
"""So many duties a preview computes anew: somebody waits for the page."""


@dataclass(frozen=True)
class Shift:
    """How many open duties a change of one day would give a new date; `first` shows a few.

    `looked` duties were looked at, the earliest due of those that the day can touch; `is_cut`: there are more.
    """

    moved: int
    looked: int
    first: Sequence[tuple[Task, date]]
    is_cut: bool


@use_case
def change_day(day: date, *, is_workday: bool, source: str, by: Actor) -> WorkdayOverride:
    """Say that the county works or rests on a day against the statutory calendar; open dates follow in a job.

    Errors: `Invalid` without a source, or when the day already is what it would be.
    """
    require(by.role, Action.CHANGE_CALENDAR)
    named = clean_text(source, most=MOST_SOURCE, field="source")
    row = db.session.scalars(_override(day, by).with_for_update()).one_or_none()
    if row is None:
        _refuse_no_change(day, is_workday, by)
        row = WorkdayOverride(id=new_id(), county_code=by.county_code, day=day, is_workday=is_workday, source=named)
        db.session.add(row)
    row.is_workday, row.source = is_workday, named
    _changed(by, {"day": day.isoformat(), "is_workday": is_workday, "why": named})
    return row


@use_case
def restore_day(day: date, *, reason: str, by: Actor) -> None:
    """Let the statutory calendar hold again on a day that the county had changed; open dates follow in a job."""
    require(by.role, Action.CHANGE_CALENDAR)
    said = clean_text(reason, most=MOST_SOURCE, field="source")
    row = db.session.scalars(_override(day, by).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("这一天没有县里的安排，可能刚被别人取消。")
    db.session.delete(row)
    _changed(by, {"day": day.isoformat(), "restored": True, "why": said})


def overrides_of(year: int, *, by: Actor) -> Sequence[WorkdayOverride]:
    """Return the county's own days of a year, in their order."""
    require(by.role, Action.CHANGE_CALENDAR)
    within = WorkdayOverride.day.between(date(year, 1, 1), date(year, 12, 31))
    query = select(WorkdayOverride).where(WorkdayOverride.county_code == by.county_code, within)
    return db.session.scalars(query.order_by(WorkdayOverride.day)).all()


def workdays_of(*, by: Actor) -> Workdays:
    """Return the calendar by which the county's dates are computed."""
    require(by.role, Action.CHANGE_CALENDAR)
    return county_workdays(by.county_code)


def shift_of(day: date, *, is_workday: bool | None, by: Actor) -> Shift:
    """Say how many open duties would get a new date if a day worked or rested (None: as the State Council says).

    Writes nothing. Errors: `Invalid` when the day already is so.
    """
    require(by.role, Action.CHANGE_CALENDAR)
    now = county_workdays(by.county_code)
    trial = {known: works for known, works in now.overrides.items() if known != day}
    if is_workday is not None:
        if day not in now.overrides:
            _refuse_no_change(day, is_workday, by)
        trial[day] = is_workday
    changed = Workdays(overrides=trial, official_until=now.official_until)
    rows = _due_from(day)
    dated = [(task, due_under(task, case, changed)) for task, case in rows[:MOST_LOOKED]]
    moved = [(task, due.on) for task, due in dated if due is not None and due.on != task.due_on]
    return Shift(len(moved), len(dated), moved[:10], len(rows) > MOST_LOOKED)


def _due_from(day: date) -> Sequence[tuple[Task, Case]]:
    """Return the earliest duties due on a day or later: what was due before it does not rest on it."""
    found: list[tuple[Task, Case]] = []
    for pressing in (URGENT, PRESSING, ORDINARY):  # each in the order of its index
        query = select(Task, Case).join(Case, Case.id == Task.case_id)
        mine = query.where(Task.pressing == pressing, Task.open_due >= day).order_by(Task.open_due, Task.id)
        found += [(task, case) for task, case in db.session.execute(mine.limit(MOST_LOOKED + 1))]
    return sorted(found, key=lambda each: (each[0].due_on, each[0].id))


def _override(day: date, by: Actor) -> Select[WorkdayOverride]:
    return select(WorkdayOverride).where(WorkdayOverride.county_code == by.county_code, WorkdayOverride.day == day)


def _refuse_no_change(day: date, is_workday: bool, by: Actor) -> None:
    if county_workdays(by.county_code).is_workday(day) == is_workday:
        raise Invalid.field("is_workday", f"这一天本来就{'上班' if is_workday else '休息'}，不用改。")


def _changed(by: Actor, detail: dict[str, object]) -> None:
    audit.record_on_session(by=by, action=Action.CHANGE_CALENDAR, subject=f"calendar:{by.county_code}", detail=detail)
    county_policy.forget()
    ring("calendar")
