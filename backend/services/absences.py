"""Who is away from which day to which (leave, training): said by oneself or one's leader, and over by itself (P43).

Whoever is away hears of no duty; their B角 does, then whoever else sits at the desk, then the level above. Why somebody
is away is not asked: it may be an illness.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, bindparam, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, Role, may, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, NotAllowed, NotFound, NotPossibleNow
from backend.models import Absence, Deputy, Identity, Staff
from backend.services import audit, deputies
from backend.services.deputies import NewDeputy
from backend.services.hearers import SHARES_DESK
from backend.workflow.tasks import DESK_OF

LONGEST = timedelta(days=366)
SHOWN_AHEAD = timedelta(days=7)
WHY = "不在岗期间代岗"


@dataclass(frozen=True)
class Away:
    """Somebody's absence, with their name and those of whoever stands in for them."""

    absence: Absence
    name: str
    deputies: Sequence[str]
    has_begun: bool


@use_case
def say(staff_id: int, from_on: date, until_on: date, *, by: Actor, deputy_id: int | None = None) -> Absence:
    """Write down that somebody is away; with a deputy, each of their posts in the actor's place is lent for that time.

    Errors: `NotAllowed` for somebody else where one names no deputies; `Invalid` names each field.
    """
    require(by.role, Action.SAY_ABSENT)
    posts = _posts(staff_id, by)
    if staff_id != by.id or deputy_id is not None:
        require(by.role, Action.NAME_DEPUTY)
    complaints, today = Complaints(), clock.today()
    if not posts:
        complaints.add("staff_id", "请选一位本辖区在岗的人。")
    if not max(from_on, today) <= until_on <= today + LONGEST:
        complaints.add("until_on", "最后一天要在开始以后，不能早于今天，最长一年。")
    elif _overlaps(staff_id, from_on, until_on):
        complaints.add("from_on", "这几天已经登记过不在岗了。")
    complaints.raise_if_any()
    row = Absence(
        id=new_id(),
        county_code=by.county_code,
        staff_id=staff_id,
        from_on=from_on,
        until_on=until_on,
        said_by_name=by.name,
        said_at=clock.now(),
        ended_at=None,
    )
    db.session.add(row)
    for hat in posts if deputy_id is not None else ():
        lent = NewDeputy(Role(hat.role), hat.region_code, deputy_id or 0, max(from_on, today), until_on, WHY, staff_id)
        deputies.name_deputy(lent, by=by)
    _record(row, by, "away")
    return row


@use_case
def come_back(absence_id: int, *, by: Actor) -> None:
    """End an absence before its time, and whoever stood in gives the post back."""
    require(by.role, Action.SAY_ABSENT)
    query = select(Absence).where(Absence.id == absence_id, Absence.county_code == by.county_code)
    row = db.session.scalars(query.with_for_update()).one_or_none()
    if row is None or not (row.staff_id == by.id or _posts(row.staff_id, by)):
        raise NotFound
    if row.staff_id != by.id and not may(by.role, Action.NAME_DEPUTY):
        raise NotAllowed
    if row.ended_at is not None or row.until_on < clock.today():
        raise NotPossibleNow("已经回岗了。")
    row.ended_at = clock.now()
    deputies.give_back(row.staff_id, WHY)
    _record(row, by, "back")


def here(*, by: Actor) -> list[Away]:
    """Return who of the actor's place is away now or will be, the earliest first; without such rank, oneself."""
    require(by.role, Action.SAY_ABSENT)
    query = _not_over(clock.today()).order_by(Absence.from_on, Absence.id)
    if not may(by.role, Action.NAME_DEPUTY):
        return _with_names(db.session.scalars(query.where(Absence.staff_id == by.id)).all())
    mine = query.join(Identity, Identity.staff_id == Absence.staff_id).where(
        Identity.ended_at.is_(None), Identity.region_code.startswith(by.region_code)
    )
    return _with_names(list(dict.fromkeys(db.session.scalars(mine))))


def at_desk(*, by: Actor) -> list[Away]:
    """Return who of the actor's own desk is away today or within a week, for the page of what the desk owes."""
    shared, today = SHARES_DESK.get(DESK_OF.get(by.role, by.role), (by.role,)), clock.today()
    asked = {"today": today, "ahead": today + SHOWN_AHEAD, "place": by.region_code, "shared": shared}
    return _with_names(list(dict.fromkeys(db.session.scalars(_AT_DESK, asked))))


_AT_DESK = (
    select(Absence)
    .where(Absence.until_on >= bindparam("today"), Absence.ended_at.is_(None), Absence.from_on <= bindparam("ahead"))
    .join(Identity, Identity.staff_id == Absence.staff_id)
    .where(
        Identity.region_code == bindparam("place"),
        Identity.role.in_(bindparam("shared", expanding=True)),
        Identity.ended_at.is_(None),
    )
    .order_by(Absence.from_on, Absence.id)
)
"""Built once: it is asked on every page of every queue."""


def _not_over(today: date) -> Select[Absence]:
    return select(Absence).where(Absence.until_on >= today, Absence.ended_at.is_(None))


def _with_names(rows: Sequence[Absence]) -> list[Away]:
    ids = {row.staff_id for row in rows}
    if not ids:
        return []
    who = select(Deputy.stands_for, Staff.name).join(Staff, Staff.id == Deputy.deputy_id)
    lent = db.session.execute(who.where(Deputy.stands_for.in_(ids), Deputy.ended_at.is_(None))).all()
    names = {row.id: row.name for row in db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))}
    return [
        Away(
            row,
            names[row.staff_id],
            sorted({name for stands_for, name in lent if stands_for == row.staff_id}),
            row.from_on <= clock.today(),
        )
        for row in rows
    ]


def _posts(staff_id: int, by: Actor) -> Sequence[Identity]:
    """Return the posts with duties that somebody holds by right within the actor's place."""
    query = select(Identity).join(Staff, Staff.id == Identity.staff_id)
    mine: ColumnElement[bool] = Staff.county_code == by.county_code
    hats = db.session.scalars(
        query.where(Staff.id == staff_id, mine, Staff.is_active, Identity.ended_at.is_(None)).order_by(Identity.id)
    ).all()
    borrowed = set(
        db.session.scalars(select(Deputy.identity_id).where(Deputy.deputy_id == staff_id, Deputy.ended_at.is_(None)))
    )
    return [
        each
        for each in hats
        if each.role in DESK_OF and each.region_code.startswith(by.region_code) and each.id not in borrowed
    ]


def _overlaps(staff_id: int, from_on: date, until_on: date) -> bool:
    query = _not_over(from_on).where(Absence.staff_id == staff_id, Absence.from_on <= until_on)
    return db.session.scalars(query.limit(1)).first() is not None


def _record(row: Absence, by: Actor, what: str) -> None:
    detail: dict[str, object] = {"did": what, "until": row.until_on.isoformat()}
    audit.record_on_session(by=by, action=Action.SAY_ABSENT, subject=f"staff:{row.staff_id}", detail=detail)
