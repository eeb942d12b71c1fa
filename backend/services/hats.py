"""Hats that one person asks for and another agrees to: administrators', inspectors', every further one (三员分立)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import (
    APART,
    LEVEL_OF_ROLE,
    PLACES_OF_INSPECTORS,
    ROLE_NAMES,
    Action,
    Role,
    require,
)
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import HatRequest, Identity, Region, Staff
from backend.services import audit, deputies, sign_ins
from backend.services.sealing import needed

MOST_WHY, MOST_PLACES, MOST_WAITING = 100, 30, 200
LONGEST_INSPECTION = timedelta(days=366)
KEPT_APART = "系统、安全、审计三种管理员和检查人员要分开：一个人只能担任其中一种，也不能兼办业务。"


@dataclass(frozen=True)
class Hat:
    """A role in a place; an inspector's ends by itself after `until_on`."""

    role: Role
    region_code: str
    title: str = ""
    until_on: date | None = None


@dataclass(frozen=True)
class Waiting:
    """A request that waits, for whom it is, and where: an inspector's places are one decision."""

    request: HatRequest
    name: str
    login: str
    places: list[str]


@use_case
def ask(staff_id: int, wanted: Sequence[Hat], why: str, *, by: Actor) -> list[HatRequest]:
    """Ask for hats of somebody in the county; they count once the security administrator has agreed.

    Errors: `Invalid` for a place that does not fit, for hats that one person must not hold together, without a reason.
    """
    require(by.role, Action.ASK_FOR_HAT)
    said, member = needed(why, "why", MOST_WHY), _member(staff_id, by)
    for hat in wanted:
        refuse_odd_place(hat.role, hat.region_code)
        refuse_mixed(member, hat.role)
        if not hat.region_code.startswith(by.county_code):
            raise Invalid.field("region_code", "只能选本县的地方。")
    rows = [
        HatRequest(
            id=new_id(),
            county_code=by.county_code,
            staff_id=staff_id,
            role=hat.role,
            region_code=hat.region_code,
            title=hat.title,
            until_on=hat.until_on,
            why=said,
            asked_by=by.id,
            asked_by_name=by.name,
            asked_at=clock.now(),
            was_granted=False,
        )
        for hat in wanted
    ]
    db.session.add_all(rows)
    _record(by, Action.ASK_FOR_HAT, staff_id, [f"{hat.role}@{hat.region_code}" for hat in wanted], "ask")
    return rows


@use_case
def decide(request_id: int, *, by: Actor, grants: bool) -> tuple[HatRequest, str]:
    """Grant or refuse a hat; return the request, and the code of a password link for somebody who has no password.

    Errors: `NotFound`; `NotPossibleNow` for what is decided, or concerns oneself; `Invalid` for hats kept apart.
    """
    require(by.role, Action.GRANT_HAT)
    row = db.session.scalars(select(HatRequest).where(HatRequest.id == request_id).with_for_update()).one_or_none()
    if row is None or row.county_code != by.county_code:
        raise NotFound
    if row.decided_at is not None:
        raise NotPossibleNow(f"{row.decided_by_name}已经办过了。")
    if row.staff_id == by.id or row.asked_by == by.id:
        raise NotPossibleNow("自己的岗位要由别人批准。")
    together = [row, *_other_places(row)]
    for each in together:
        each.decided_by, each.decided_by_name, each.decided_at, each.was_granted = by.id, by.name, clock.now(), grants
    what = "grant" if grants else "refuse"
    _record(by, Action.GRANT_HAT, row.staff_id, [f"{each.role}@{each.region_code}" for each in together], what)
    return row, _grant(together) if grants else ""


def waiting(*, by: Actor) -> list[Waiting]:
    """Return the county's requests that wait for the security administrator, the oldest first."""
    require(by.role, Action.GRANT_HAT)
    query = select(HatRequest, Staff.name, Staff.login).join(Staff, Staff.id == HatRequest.staff_id)
    query = query.where(HatRequest.county_code == by.county_code, HatRequest.decided_at.is_(None))
    found: dict[tuple[int, int], Waiting] = {}
    for request, name, login in db.session.execute(query.order_by(HatRequest.id).limit(MOST_WAITING)):
        alone = 0 if request.role == Role.INSPECTOR else request.id
        line = found.setdefault((request.staff_id, alone), Waiting(request, name, login, []))
        line.places.append(request.region_code)
    return list(found.values())


def waiting_for(staff_ids: Sequence[int]) -> dict[int, list[HatRequest]]:
    """Return the open requests of these people."""
    found: dict[int, list[HatRequest]] = {}
    query = select(HatRequest).where(HatRequest.staff_id.in_(staff_ids), HatRequest.decided_at.is_(None))
    for row in db.session.scalars(query.order_by(HatRequest.id)):
        found.setdefault(row.staff_id, []).append(row)
    return found


@use_case
def take_back(identity_id: int, *, by: Actor) -> int:
    """Take a hat back at once; return whose it was. The last one stays: whoever has none left has left."""
    require(by.role, Action.GRANT_HAT)
    hat = db.session.scalars(select(Identity).where(Identity.id == identity_id).with_for_update()).one_or_none()
    if hat is None or hat.ended_at is not None:
        raise NotFound
    member = _member(hat.staff_id, by)
    if member.id == by.id:
        raise NotPossibleNow("自己的岗位要由别人收回。")
    if len(sign_ins.identities_of(member.id)) == 1:
        raise NotPossibleNow("这是本人唯一的岗位。不再任职的，请停用账号。")
    hat.ended_at = clock.now()
    _record(by, Action.GRANT_HAT, member.id, [f"{hat.role}@{hat.region_code}"], "take_back")
    return member.id


def refuse_mixed(member: Staff, role: Role) -> None:
    """Raise `Invalid` where the role must not be held beside what somebody holds already or is to hold."""
    held = {Role(each.role) for each in sign_ins.identities_of(member.id)}
    _refuse_beside(held | {Role(each.role) for each in waiting_for([member.id]).get(member.id, [])}, role)


def refuse_odd_place(role: Role, region_code: str) -> None:
    """Raise `Invalid` for a place that the role cannot be given for, or that does not exist."""
    fitting = PLACES_OF_INSPECTORS if role is Role.INSPECTOR else {LEVEL_OF_ROLE.get(role, 0)}
    if len(region_code) not in fitting or not (region_code.isascii() and region_code.isdigit()):
        digits = "或".join(str(each) for each in sorted(fitting))
        raise Invalid.field("region_code", f"这个岗位的区划代码应为{digits}位。")
    region = db.session.get(Region, region_code)
    if role is not Role.GRID and (region is None or region.leads_to is not None):
        raise Invalid.field("region_code", "没有这个区划。")


def _other_places(row: HatRequest) -> Sequence[HatRequest]:
    if row.role != Role.INSPECTOR:
        return []
    query = select(HatRequest).where(
        *(HatRequest.staff_id == row.staff_id, HatRequest.role == row.role, HatRequest.id != row.id)
    )
    return db.session.scalars(query.where(HatRequest.decided_at.is_(None)).with_for_update()).all()


def _grant(rows: Sequence[HatRequest]) -> str:
    """Give the hats of one person; return the code of a password link where there is no password yet."""
    member = db.session.scalars(select(Staff).where(Staff.id == rows[0].staff_id).with_for_update()).one()
    if not member.is_active:
        raise NotPossibleNow("这个账号已停用或冻结，不能再给岗位。")
    for row in rows:
        _put_on(member, row)
    if Role(rows[0].role) in APART:
        # Whoever made the account may know a password or hold a link of it: neither opens an administrator's door.
        member.password_hash = None
        sign_ins.forget_codes(member.id)
    return "" if member.password_hash else sign_ins.make_code(member.id, sign_ins.PASSWORD)


def _put_on(member: Staff, row: HatRequest) -> None:
    role = Role(row.role)
    _refuse_beside({Role(each.role) for each in sign_ins.identities_of(member.id)}, role)
    hat = db.session.scalars(
        select(Identity).where(
            *(Identity.staff_id == member.id, Identity.role == role, Identity.region_code == row.region_code)
        )
    ).one_or_none()
    if hat is None:
        hat = Identity(id=new_id(), staff_id=member.id, role=role, region_code=row.region_code)
        db.session.add(hat)
    elif hat.ended_at is None:
        deputies.keep_for_good(hat)
    hat.title, hat.until_on, hat.ended_at = row.title or ROLE_NAMES[role], row.until_on, None
    db.session.flush()


def _refuse_beside(held: set[Role], role: Role) -> None:
    if any(role != other and (role in APART or other in APART) for other in held):
        raise Invalid.field("role", KEPT_APART)


def _member(staff_id: int, by: Actor) -> Staff:
    query = select(Staff).where(Staff.id == staff_id, Staff.county_code == by.county_code)
    member = db.session.scalars(query).one_or_none()
    if member is None:
        raise NotFound
    return member


def _record(by: Actor, action: Action, staff_id: int, wanted: list[str], did: str) -> None:
    audit.record_on_session(by=by, action=action, subject=f"staff:{staff_id}", detail={"did": did, "hats": wanted})
