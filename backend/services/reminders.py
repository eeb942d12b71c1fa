"""The sweep: finds the duties whose rung is due, owes messages to whoever must hear, and sets the next rung."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from backend import clock
from backend.access.permissions import LEVEL_OF_ROLE, ROLE_NAMES, Role
from backend.access.scope import as_system
from backend.db import db, ring, use_case
from backend.models import Case, Identity, Staff, Task
from backend.policy import Policy
from backend.policy.county import county_workdays, current_policy, policy_of
from backend.policy.ladder import Rung
from backend.services.leaders import leading
from backend.workflow.deadlines import NextRung, is_overdue, next_rung, spoken_at
from backend.workflow.outbox import owe
from backend.workflow.places import name_of
from backend.workflow.states import KIND_NAMES, Kind
from backend.workflow.tasks import NEW

BATCH = 20
"""Duties a transaction: about 200 ms."""

LEASE, LONGEST_SECONDS = timedelta(seconds=60), 40.0

WHO_HEARS: dict[str, tuple[Role, ...]] = {
    "station_head": (Role.HEAD,),
    "town_lead": (Role.TOWN_LEAD,),
    "county_office": (Role.COUNTY_OP,),
    "county_lead": (Role.COUNTY_LEAD,),
}
"""The roles behind the policy's recipients; `responsible` is whoever shares the duty's desk."""

SHARES_DESK: dict[Role, tuple[Role, ...]] = {
    Role.VILLAGE: (Role.VILLAGE, Role.HEAD),
    Role.TOWN_REVIEW: (Role.TOWN_REVIEW, Role.TOWN_OP),
    Role.COUNTY_LEAD: (Role.COUNTY_LEAD, Role.COUNTY_OP),
}
ABOVE: dict[Role, tuple[Role, ...]] = {
    Role.VILLAGE: (Role.TOWN_OP, Role.TOWN_REVIEW, Role.TOWN_LEAD),
    Role.TOWN_REVIEW: (Role.TOWN_LEAD, Role.COUNTY_OP),
    Role.COUNTY_LEAD: (Role.COUNTY_OP,),
}
"""Who hears when a desk is empty: the level above, and the message says so."""


def sweep() -> int:
    """Go through the duties whose rung is due; return how many spoke. A second sweep beside it goes home.

    It stops well before its lease ends and rings for the rest: a sweep that dies holds up nobody for longer than that.
    """
    spoken, began = 0, clock.monotonic()
    with leading("sweep", lease=LEASE) as leads:
        while leads and clock.monotonic() - began < LONGEST_SECONDS:
            if not (batch := _sweep_batch()):
                break
            spoken += batch
        else:
            if leads:
                _ring_for_the_rest()
    return spoken


@use_case
def _ring_for_the_rest() -> None:
    ring("sweep")


@use_case
def _sweep_batch() -> int:
    with as_system("the reminder sweep"):
        now = clock.now()
        due = select(Task).where(Task.next_rung_at <= now).order_by(Task.next_rung_at, Task.id).limit(BATCH)
        tasks = db.session.scalars(due).all()
        return sum(_climb(task, now) for task in tasks)


def _climb(task: Task, now: datetime) -> int:
    """Speak for the highest rung that is due (after an outage the lower ones are stale) and set the next one."""
    level, nxt = _highest_due(task, now)
    moved = update(Task).where(Task.id == task.id, Task.next_rung_at == task.next_rung_at, Task.open_due.is_not(None))
    values = {"next_rung_at": nxt.at if nxt else None, "next_rung": nxt.level if nxt else None}
    done = db.session.execute(moved.values(**values), execution_options={"synchronize_session": False})
    if done.rowcount != 1:  # type: ignore[attr-defined]
        return 0
    _speak(task, level, now)
    return 1


def _highest_due(task: Task, now: datetime) -> tuple[str, NextRung | None]:
    policy = _policy_of(task)
    limit, workdays = policy.limit(task.limit_key), county_workdays(task.county_code)
    level, moment = task.next_rung or NEW, task.next_rung_at or now
    following = next_rung(task.due_on, limit, task.opened_on, moment, policy.ladder, workdays)
    while following is not None and following.at <= now:
        level = following.level
        following = next_rung(task.due_on, limit, task.opened_on, following.at, policy.ladder, workdays)
    return level, following


def _policy_of(task: Task) -> Policy:
    """Return the rules of the duty's case; those of today where it has none."""
    if task.case_id is None:
        return current_policy(task.county_code)
    version = db.session.scalars(select(Case.policy_version).where(Case.id == task.case_id)).one()
    return policy_of(task.county_code, version)


def _place_of(task: Task) -> str:
    """Return the place that the duty is about; out of a village's sight it is that of whoever owes it."""
    return task.village_code or task.owner_region


def _page_of(task: Task) -> str:
    if task.case_id is None:
        return f"cadre/complaint/complaint?id={task.detail['complaint']}"
    return f"cadre/case/case?id={task.case_id}"


def _speak(task: Task, level: str, now: datetime) -> None:
    policy = _policy_of(task)
    rung = next((each for each in policy.ladder.rungs if each.level == level), None)
    begins = spoken_at(now, policy.ladder)
    for staff_id, hint in _hearers(task, rung):
        owe(
            kind="duty",
            subject=f"task:{task.id}:{level}",
            recipient=f"staff:{staff_id}",
            county_code=task.county_code,
            data={
                "what": KIND_NAMES[Kind(task.kind)],
                "where": name_of(_place_of(task)),
                "due": f"{task.due_on.year}年{task.due_on.month}月{task.due_on.day}日",
                "hint": hint or _hint(task, level),
            },
            page=_page_of(task),
            task_id=task.id,
            not_before=begins,
            is_inbox_only=rung.is_inbox_only if rung else False,
        )


def _hearers(task: Task, rung: Rung | None) -> Iterable[tuple[int, str]]:
    role = Role(task.role)
    found: dict[int, str] = {}
    place = _place_of(task)
    for name in rung.tells if rung else ("responsible",):
        if name != "responsible":
            found.update(dict.fromkeys(_active(WHO_HEARS[name], place), ""))
            continue
        desk = _active(SHARES_DESK[role], place)
        found.update(dict.fromkeys(desk, ""))
        if not desk:
            empty = f"{name_of(task.owner_region)}暂无{ROLE_NAMES[role]}"
            found.update(dict.fromkeys(_active(ABOVE[role], place), empty))
    return found.items()


def _active(roles: tuple[Role, ...], place: str) -> list[int]:
    """Return the active staff who wear one of these hats at the place of their level."""
    places = {role: place[: LEVEL_OF_ROLE[role]] for role in roles}
    query = (
        select(Identity.staff_id, Identity.role, Identity.region_code)
        .join(Staff, Staff.id == Identity.staff_id)
        .where(
            Identity.role.in_(roles),
            Identity.region_code.in_(set(places.values())),
            Identity.ended_at.is_(None),
            Staff.is_active,
        )
    )
    return [staff for staff, role, region in db.session.execute(query) if places[Role(role)] == region]


def _hint(task: Task, level: str) -> str:
    if level == NEW:
        return "有一项新的待办"
    late = (clock.today() - task.due_on).days
    return f"已超期{late}天，请尽快办理" if is_overdue(task.due_on, clock.today()) else "快到期了，请安排时间"
