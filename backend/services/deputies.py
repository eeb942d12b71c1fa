"""A角 and B角: who stands in for whom between two dates, with the hat lent for that time and taken back (P43)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import LEVEL_OF_ROLE, ROLE_NAMES, Action, Role, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, NotAllowed, NotFound, NotPossibleNow
from backend.models import Deputy, Identity, Staff
from backend.services import audit
from backend.services.sealing import needed
from backend.workflow.tasks import DESK_OF

LONGEST = timedelta(days=366)
MOST_WHY = 100


@dataclass(frozen=True)
class NewDeputy:
    """A post, who stands in there from when to when, and why; `stands_for` names whose leave it is, if anybody's."""

    role: Role
    region_code: str
    deputy_id: int
    from_on: date
    until_on: date
    why: str
    stands_for: int | None = None


@use_case
def name_deputy(new: NewDeputy, *, by: Actor) -> Deputy:
    """Name somebody's deputy: tasks and reminders of the post are theirs for that time, before the level above hears.

    Errors: `NotAllowed` for a post outside one's place; `Invalid` for dates and people that do not fit.
    """
    require(by.role, Action.NAME_DEPUTY)
    if not new.region_code.startswith(by.region_code):
        raise NotAllowed("只能给本辖区的岗位指定B角。")
    why = _checked(new, by)
    row = Deputy(
        id=new_id(),
        county_code=by.county_code,
        role=new.role,
        region_code=new.region_code,
        stands_for=new.stands_for,
        deputy_id=new.deputy_id,
        from_on=new.from_on,
        until_on=new.until_on,
        why=why,
        named_by=by.id,
        named_by_name=by.name,
        named_at=clock.now(),
    )
    db.session.add(row)
    if new.from_on <= clock.today():
        _lend(row)
    _record(row, by, "named")
    return row


@use_case
def end_deputy(deputy_row_id: int, *, by: Actor) -> None:
    """End a deputyship before its time: the post's holder is back."""
    require(by.role, Action.NAME_DEPUTY)
    row = db.session.scalars(select(Deputy).where(Deputy.id == deputy_row_id).with_for_update()).one_or_none()
    if row is None or row.county_code != by.county_code or not row.region_code.startswith(by.region_code):
        raise NotFound
    if row.ended_at is not None:
        raise NotPossibleNow("已经结束了。")
    _take_back(row)
    _record(row, by, "ended")


def give_back(stands_for: int, why: str) -> None:
    """End the deputyships that were named for one absence, inside the caller's transaction."""
    query = select(Deputy).where(Deputy.stands_for == stands_for, Deputy.why == why, Deputy.ended_at.is_(None))
    for row in db.session.scalars(query.with_for_update()).all():
        _take_back(row)


def keep_for_good(hat: Identity) -> None:
    """End what lent a hat that its wearer holds by right from now on, inside the caller's transaction.

    The hat stays on: a loan that goes on would take the post away from its holder on the loan's last day.
    """
    query = select(Deputy).where(Deputy.identity_id == hat.id, Deputy.ended_at.is_(None))
    for row in db.session.scalars(query.with_for_update()).all():
        row.ended_at, hat.title = clock.now(), ""


@use_case
def turn(county_code: str | None = None) -> int:
    """Lend the hats of deputies whose time has come and take back those whose time is over; return how many."""
    query = select(Deputy).where(Deputy.ended_at.is_(None), Deputy.from_on <= clock.today()).with_for_update()
    if county_code is not None:
        query = query.where(Deputy.county_code == county_code)
    turned = 0
    for row in db.session.scalars(query).all():
        if row.until_on < clock.today():
            _take_back(row)
            turned += 1
        elif row.identity_id is None and _lend(row):
            turned += 1
    return turned


def deputies_of(*, by: Actor) -> Sequence[Deputy]:
    """Return the deputyships of the actor's place that are not over."""
    require(by.role, Action.NAME_DEPUTY)
    query = select(Deputy).where(Deputy.county_code == by.county_code, Deputy.ended_at.is_(None)).order_by(Deputy.id)
    return [row for row in db.session.scalars(query) if row.region_code.startswith(by.region_code)]


def _checked(new: NewDeputy, by: Actor) -> str:
    complaints, today = Complaints(), clock.today()
    why = complaints.take(lambda: needed(new.why, "why", MOST_WHY), "")
    if new.role not in DESK_OF:
        complaints.add("role", "这个岗位不办待办，不能指定B角。")
    elif LEVEL_OF_ROLE[new.role] != len(new.region_code):
        complaints.add("region_code", "岗位和区划不配。")
    if not max(new.from_on, today) <= new.until_on <= today + LONGEST:
        complaints.add("until_on", "结束日期要在开始以后，最长一年。")
    if (wrong := _wrong_with_deputy(new, by)) is not None:
        complaints.add("deputy_id", wrong)
    if new.stands_for is not None and not _holds(new.stands_for, new.role, new.region_code, by.county_code):
        complaints.add("stands_for", "这个人不在这个岗位上。")
    complaints.raise_if_any()
    return why


def _wrong_with_deputy(new: NewDeputy, by: Actor) -> str | None:
    """Say what is wrong with the person; who runs or audits the program does not act in it (三员分立)."""
    if new.deputy_id == new.stands_for or not _works_here(new.deputy_id, by.county_code):
        return "请选一位本县在岗的人。"
    if new.deputy_id == by.id:
        return "不能指定自己，请选别人。"
    keeps_apart = select(Identity.id).where(
        Identity.staff_id == new.deputy_id, Identity.role.not_in(DESK_OF), Identity.ended_at.is_(None)
    )
    return "系统管理员和审计员不能代办业务。" if db.session.scalar(keeps_apart.limit(1)) is not None else None


def _works_here(staff_id: int, county_code: str) -> bool:
    query = select(Staff.id).where(Staff.id == staff_id, Staff.county_code == county_code, Staff.is_active)
    return db.session.scalar(query) is not None


def _holds(staff_id: int, role: Role, region_code: str, county_code: str) -> bool:
    hat = select(Identity.id).where(
        Identity.staff_id == staff_id,
        Identity.role == role,
        Identity.region_code == region_code,
        Identity.ended_at.is_(None),
    )
    return _works_here(staff_id, county_code) and db.session.scalar(hat.limit(1)) is not None


def _lend(row: Deputy) -> bool:
    """Give the deputy the post's hat; whoever wears it by right keeps it when the time is over."""
    query = select(Identity).where(
        Identity.staff_id == row.deputy_id, Identity.role == row.role, Identity.region_code == row.region_code
    )
    hat = db.session.scalars(query.with_for_update()).one_or_none()
    if hat is not None and hat.ended_at is None:
        return False
    if hat is None:
        hat = Identity(id=new_id(), staff_id=row.deputy_id, role=Role(row.role), region_code=row.region_code)
        db.session.add(hat)
    hat.title, hat.ended_at = f"代{ROLE_NAMES[Role(row.role)]}（B角）", None
    row.identity_id = hat.id
    return True


def _take_back(row: Deputy) -> None:
    row.ended_at = clock.now()
    if row.identity_id is not None:
        hat = db.session.scalars(select(Identity).where(Identity.id == row.identity_id)).one()
        hat.ended_at = clock.now()


def _record(row: Deputy, by: Actor, what: str) -> None:
    detail: dict[str, object] = {
        "role": row.role,
        "region": row.region_code,
        "until": row.until_on.isoformat(),
        "what": what,
    }
    audit.record_on_session(by=by, action=Action.NAME_DEPUTY, subject=f"staff:{row.deputy_id}", detail=detail)
