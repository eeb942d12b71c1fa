"""Who takes whose post on which day (换届): planned in a list, looked at before, called off until it has happened.

Source: practice P43. The day itself is `handover_days`. A duty belongs to a desk, so that it changes hands with the
post; who did or signed what before stays theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import APART, GIVES, LEVEL_OF_ROLE, ROLE_NAMES, Action, Role, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow
from backend.models import Grid, GridPost, Handover, Identity, Pairing, Staff, StationMember, Task
from backend.services import audit
from backend.services.sealing import needed
from backend.workflow.places import name_of
from backend.workflow.tasks import DESK_OF

PLANNED, DONE, CALLED_OFF, REFUSED = "planned", "done", "called_off", "refused"
STANDING_NAMES = {PLANNED: "到日子自动交接", DONE: "交接好了", CALLED_OFF: "取消了", REFUSED: "没有交接成"}
LONGEST = timedelta(days=366)
MOST_WHY = 100
MOST_COUNTED = 1000
PAGE = 50


@dataclass(frozen=True)
class HandoverForm:
    """One post's change: whose post it was (nobody's: vacant), who takes it, from the beginning of which day."""

    role: Role
    region_code: str
    to_id: int
    on_day: date
    why: str
    from_id: int | None = None
    title: str = ""


@dataclass(frozen=True)
class GoesAlong:
    """What goes along with a post, counted to a thousand: open duties of its desk, families, grids, the station."""

    duties: int
    families: int
    grids: int
    stations: int

    @property
    def words(self) -> str:
        """Say it in one line."""
        said = (
            (self.duties, "件待办"),
            (self.families, "户结对"),
            (self.grids, "个网格"),
            (self.stations, "个监测站"),
        )
        return "、".join(f"{count}{what}" for count, what in said if count) or "没有在办的事"


@dataclass(frozen=True)
class HandoverPage:
    """A page of handovers, the newest first, the names in them, and the id before which the next one begins."""

    items: Sequence[Handover]
    names: dict[int, str]
    before: int | None


@use_case
def plan(form: HandoverForm, *, by: Actor) -> Handover:
    """Plan that a post changes hands on a day. Errors: `Invalid` names each field."""
    require(by.role, Action.PLAN_HANDOVER)
    row = put_down(form, by=by)
    record(by, row.to_id, "planned", form.region_code)
    return row


def put_down(form: HandoverForm, *, by: Actor, is_everything: bool = False, closes_account: bool = False) -> Handover:
    """Write a planned change down, inside the caller's transaction."""
    why = _checked(form, by)
    row = Handover(
        id=new_id(),
        county_code=by.county_code,
        region_code=form.region_code,
        role=form.role,
        from_id=form.from_id,
        to_id=form.to_id,
        title=form.title,
        on_day=form.on_day,
        is_everything=is_everything,
        closes_account=closes_account,
        why=why,
        moved={},
        named_by=by.id,
        named_by_name=by.name,
        named_at=clock.now(),
        ended_at=None,
    )
    db.session.add(row)
    db.session.flush()
    return row


@use_case
def leave(staff_id: int, to_id: int, on_day: date, why: str, *, by: Actor, closes_account: bool) -> list[Handover]:
    """Plan that everything somebody holds goes to one successor: each post, and what they hold outside of these.

    Errors: `Invalid` names each field; `NotPossibleNow` for somebody without a post in the actor's place.
    """
    require(by.role, Action.PLAN_HANDOVER)
    hats = posts_of(staff_id, by=by)
    if not hats:
        raise NotPossibleNow("这个人在您的辖区里没有可以交接的岗位。")
    rows = []
    for number, hat in enumerate(hats):
        is_last = number == len(hats) - 1
        form = HandoverForm(Role(hat.role), hat.region_code, to_id, on_day, why, staff_id, hat.title)
        rows.append(put_down(form, by=by, is_everything=is_last, closes_account=is_last and closes_account))
    record(by, staff_id, "planned", hats[0].region_code)
    return rows


@use_case
def call_off(handover_id: int, *, by: Actor) -> None:
    """Call a planned change off; on its day nothing happens."""
    require(by.role, Action.PLAN_HANDOVER)
    query = select(Handover).where(Handover.id == handover_id, Handover.county_code == by.county_code)
    row = db.session.scalars(query.with_for_update()).one_or_none()
    if row is None or not row.region_code.startswith(by.region_code):
        raise NotFound
    if row.standing != PLANNED:
        raise NotPossibleNow(f"这一条{STANDING_NAMES[row.standing]}，不能再取消。")
    row.standing, row.ended_at = CALLED_OFF, clock.now()
    record(by, row.to_id, "called_off", row.region_code)


def page_of(*, by: Actor, before: int | None = None, size: int = PAGE) -> HandoverPage:
    """Return a page of the changes of the actor's place, the newest first."""
    require(by.role, Action.PLAN_HANDOVER)
    query = select(Handover).where(Handover.county_code == by.county_code).order_by(Handover.id.desc())
    if len(by.region_code) > len(by.county_code):
        query = query.where(func.substr(Handover.region_code, 1, len(by.region_code)) == by.region_code)
    if before is not None:
        query = query.where(Handover.id < before)
    rows = db.session.scalars(query.limit(size + 1)).all()
    shown = rows[:size]
    ids = {each for row in shown for each in (row.from_id, row.to_id) if each is not None}
    named = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids))).all() if ids else []
    return HandoverPage(shown, {row.id: row.name for row in named}, shown[-1].id if len(rows) > size else None)


def posts_of(staff_id: int, *, by: Actor) -> Sequence[Identity]:
    """Return the posts that somebody holds in the actor's place and that the actor may give."""
    require(by.role, Action.PLAN_HANDOVER)
    query = select(Identity).join(Staff, Staff.id == Identity.staff_id)
    query = query.where(Staff.id == staff_id, Staff.county_code == by.county_code, Identity.ended_at.is_(None))
    hats = db.session.scalars(query.options(joinedload(Identity.staff)).order_by(Identity.id)).all()
    return [each for each in hats if each.region_code.startswith(by.region_code) and Role(each.role) in GIVES[by.role]]


def look(form: HandoverForm, *, by: Actor) -> GoesAlong:
    """Say what would go along with this change; errors as in `plan`."""
    require(by.role, Action.PLAN_HANDOVER)
    _checked(form, by)
    return goes_along(form.role, form.region_code, form.from_id)


def goes_along(role: Role, region_code: str, from_id: int | None) -> GoesAlong:
    """Count what goes along with a post; numbers only, for whoever keeps accounts reads no family."""
    with as_system("what goes along with a post is counted"):
        duties = select(Task.id).where(
            Task.owner_region == region_code, Task.role == DESK_OF.get(role, role), Task.pressing.in_((0, 1, 2))
        )
        found = len(db.session.scalars(duties.limit(MOST_COUNTED)).all())
        if from_id is None:
            return GoesAlong(found, 0, 0, 0)
        paired = select(Pairing.id).where(Pairing.staff_id == from_id, Pairing.until_on.is_(None))
        families = len(db.session.scalars(paired.limit(MOST_COUNTED)).all())
    posts = select(GridPost.id).join(Grid, Grid.code == GridPost.grid_code)
    grids = db.session.scalars(posts.where(GridPost.staff_id == from_id, GridPost.until_on.is_(None))).all()
    member = select(StationMember.id).where(StationMember.staff_id == from_id, StationMember.until_on.is_(None))
    return GoesAlong(found, families, len(grids), len(db.session.scalars(member).all()))


def is_too_late(on_day: date) -> bool:
    """Say whether a day cannot be planned for: it has passed, or lies more than a year ahead."""
    return not clock.today() <= on_day <= clock.today() + LONGEST


def record(by: Actor, staff_id: int, what: str, region: str) -> None:
    """Leave a row in the audit; a file's own worker has no session, and the file itself is in it."""
    if by.session_id is not None:
        detail: dict[str, object] = {"did": what, "region": region}
        audit.record_on_session(by=by, action=Action.PLAN_HANDOVER, subject=f"staff:{staff_id}", detail=detail)


def _checked(form: HandoverForm, by: Actor) -> str:
    complaints = Complaints()
    why = complaints.take(lambda: needed(form.why, "why", MOST_WHY), "")
    if form.role not in GIVES[by.role]:
        complaints.add("role", "这个岗位不能在这里交接。")
    elif LEVEL_OF_ROLE[form.role] != len(form.region_code) or not form.region_code.startswith(by.region_code):
        complaints.add("region_code", "岗位和地方对不上，或者不在您的辖区里。")
    elif name_of(form.region_code) == form.region_code:
        complaints.add("region_code", "没有这个地方。")
    if is_too_late(form.on_day):
        complaints.add("on_day", "交接日期从今天起，最远一年。")
    if form.to_id == form.from_id or not _is_here(form.to_id, by):
        complaints.add("to_id", "请选一位本县在岗的人接任。")
    if form.from_id is not None and not _holds(form.from_id, form):
        complaints.add("from_id", "这个人现在不在这个岗位上。")
    complaints.raise_if_any()
    if _is_planned(form):
        raise Invalid.field("from_id", f"{name_of(form.region_code)}{ROLE_NAMES[form.role]}的这次交接已经排好了。")
    return why


def _is_here(staff_id: int, by: Actor) -> bool:
    """Say whether somebody works here; administrators and inspectors take over no post (三员分立)."""
    query = select(Staff.id).where(Staff.id == staff_id, Staff.county_code == by.county_code, Staff.is_active)
    query = query.where(~Staff.identities.any(and_(Identity.role.in_(APART), Identity.ended_at.is_(None))))
    return db.session.scalar(query) is not None


def _holds(staff_id: int, form: HandoverForm) -> bool:
    query = select(Identity.id).where(
        Identity.staff_id == staff_id,
        Identity.role == form.role,
        Identity.region_code == form.region_code,
        Identity.ended_at.is_(None),
    )
    return db.session.scalar(query) is not None


def _is_planned(form: HandoverForm) -> bool:
    query = select(Handover.id).where(
        Handover.region_code == form.region_code,
        Handover.role == form.role,
        Handover.standing == PLANNED,
        Handover.from_id == form.from_id if form.from_id is not None else Handover.to_id == form.to_id,
    )
    return db.session.scalar(query.limit(1)) is not None
