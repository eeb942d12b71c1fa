"""A county's own rules and calendar: changing them from a day on, and moving the dates that rest on the calendar."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, ring, use_case
from backend.errors import Invalid
from backend.models import Case, County, PolicyVersion, Task, WorkdayOverride
from backend.policy import county as county_policy
from backend.policy import from_values
from backend.policy.county import county_workdays, policy_of
from backend.policy.limits import Unit
from backend.privacy.texts import clean_text
from backend.services import audit
from backend.workflow.budget import validate
from backend.workflow.deadlines import due_on, next_rung

BATCH = 200
MOST_SOURCE = 120


@use_case
def change_policy(changes: Mapping[str, Any], *, from_on: date, by: Actor) -> PolicyVersion:
    """Write a new version of the county's rules, in force from a day on; cases under way keep the one they began with.

    `changes` are laid over the preset, together with every change made before.
    Errors: `Invalid` names unknown keys and wrong values, a day in the past, and steps that do not fit their total.
    """
    require(by.role, Action.CHANGE_POLICY)
    if from_on < clock.today():
        raise Invalid.field("from_on", "生效日期不能早于今天。")
    last = db.session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.county_code == by.county_code)
        .order_by(PolicyVersion.version.desc())
        .limit(1)
        .with_for_update()
    ).one()
    whole = _laid_over(last.changes, changes)
    version = last.version + 1
    findings = validate(from_values(last.preset, whole, version))
    if findings:
        raise Invalid("；".join(findings))
    row = PolicyVersion(
        id=new_id(),
        county_code=by.county_code,
        version=version,
        preset=last.preset,
        changes=whole,
        from_on=from_on,
        made_at=clock.now(),
    )
    db.session.add(row)
    detail = {"version": version, "from": from_on.isoformat(), "sections": sorted(changes)}
    audit.record_on_session(by=by, action=Action.CHANGE_POLICY, subject=f"policy:{by.county_code}", detail=detail)
    county_policy.forget()
    return row


@use_case
def change_day(day: date, *, is_workday: bool, source: str, by: Actor) -> WorkdayOverride:
    """Say that the county works or rests on a day against the statutory calendar; open dates follow in a job."""
    require(by.role, Action.CHANGE_CALENDAR)
    named = clean_text(source, most=MOST_SOURCE, field="source")
    query = select(WorkdayOverride).where(WorkdayOverride.county_code == by.county_code, WorkdayOverride.day == day)
    row = db.session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        row = WorkdayOverride(id=new_id(), county_code=by.county_code, day=day, is_workday=is_workday, source=named)
        db.session.add(row)
    row.is_workday, row.source = is_workday, named
    detail = {"day": day.isoformat(), "is_workday": is_workday}
    audit.record_on_session(by=by, action=Action.CHANGE_CALENDAR, subject=f"calendar:{by.county_code}", detail=detail)
    county_policy.forget()
    ring("calendar")
    return row


def recompute_dates(county_code: str) -> int:
    """Move every open date that rests on working days to where the calendar now puts it; return how many moved.

    In small transactions and from the duties' own beginnings, so that it may be broken off and run again.
    """
    county_policy.forget()
    moved, after = 0, 0
    while batch := _recompute_batch(county_code, after):
        after = batch[0]
        moved += batch[1]
    return moved


@use_case
def _recompute_batch(county_code: str, after: int) -> tuple[int, int] | None:
    with as_system("open dates follow the calendar"):
        query = (
            select(Task, Case.policy_version)
            .join(Case, Case.id == Task.case_id)
            .where(Task.county_code == county_code, Task.open_due.is_not(None), Task.id > after)
        )
        rows = db.session.execute(query.order_by(Task.id).limit(BATCH)).all()
        if not rows:
            return None
        return rows[-1][0].id, sum(_move_date(task, version) for task, version in rows)


def _move_date(task: Task, policy_version: int) -> int:
    policy, workdays = policy_of(task.county_code, policy_version), county_workdays(task.county_code)
    limit = policy.limit(task.limit_key)
    if limit.unit is not Unit.WORKING and not limit.rolls:
        return 0
    due = due_on(task.opened_on, limit, workdays)
    if due.on == task.due_on:
        task.is_provisional = due.provisional
        return 0
    rung = next_rung(due.on, limit, task.opened_on, clock.now(), policy.ladder, workdays)
    task.detail = {**task.detail, "was_due": [*task.detail.get("was_due", []), task.due_on.isoformat()]}
    task.due_on, task.open_due, task.is_provisional = due.on, due.on, due.provisional
    task.next_rung_at, task.next_rung = (rung.at, rung.level) if rung else (None, None)
    return 1


def _laid_over(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(before)
    for section, values in changes.items():
        both = isinstance(values, Mapping) and isinstance(whole.get(section), Mapping)
        whole[section] = {**whole[section], **values} if both else values
    return whole


def recompute_all_dates() -> int:
    """Do the same for every county of this installation."""
    counties = list(db.session.scalars(select(County.code)))
    db.session.rollback()
    return sum(recompute_dates(code) for code in counties)
