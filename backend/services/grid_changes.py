"""Grids as they change: split, merged, handed over; households go along, and the history stays (seed 001)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, Role, require
from backend.access.scope import Receipted, Scoped
from backend.db import Base, db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow
from backend.models import Case, Declaration, Grid, GridChange, GridPost, Household, Identity, Region
from backend.policy.county import current_policy
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.services import vacancies
from backend.services.grids import MEMBER, POSTS
from backend.services.sealing import Sealer, needed, optional
from backend.workflow import places

SPLIT, MERGE, HAND_OVER = "split", "merge", "hand_over"
MOST_NAME, MOST_REASON = 40, 200
VILLAGE_DIGITS = 12


@dataclass(frozen=True)
class PostForm:
    """Who looks after a grid from today: in which post, and what they are otherwise."""

    post: str
    name: str
    title: str = ""
    source: str = ""
    phone: str = ""


@use_case
def split(
    code: str, new_name: str, household_ids: Sequence[int], *, by: Actor, reason: str, old_name: str = ""
) -> Grid:
    """Make a new grid of these households of a grid; `old_name` renames what is left of it (第一网格、第二网格).

    Errors: `Invalid` for a name that the village has, for nobody or everybody, or for too many in either half.
    """
    require(by.role, Action.CHANGE_GRIDS)
    grid, complaints = _locked(code, by), Complaints()
    name = complaints.take(lambda: needed(new_name, "new_name", MOST_NAME), "")
    renamed = complaints.take(lambda: optional(old_name, "old_name", MOST_NAME), "")
    why = complaints.take(lambda: needed(reason, "reason", MOST_REASON), "")
    taken = _names_in(grid.parent_code, without=code)
    for field, wanted in (("new_name", name), ("old_name", renamed)):
        if wanted and wanted in taken:
            complaints.add(field, "村里已经有叫这个名字的网格。")
    if name and name == (renamed or places.name_of(code)):
        complaints.add("new_name", "两个网格不能同名。")
    inside = set(db.session.scalars(select(Household.id).where(Household.grid_code == code)))
    chosen = set(household_ids)
    if not chosen or not chosen < inside:
        complaints.add("household_ids", "请勾选要分出去的户，至少一户，也至少留下一户。")
    most = current_policy(by.county_code).numbers["grid_households_at_most"]
    if len(chosen) > most:
        complaints.add("household_ids", f"一个网格最多{most}户，请少勾一些。")
    complaints.raise_if_any()
    made = _make(grid, name)
    if renamed:
        db.session.get_one(Region, code).name = renamed
    move_households(chosen, made.code)
    _note(SPLIT, grid, made.code, len(chosen), "", why, by)
    places.forget()
    return made


@use_case
def merge(code: str, into: str, *, by: Actor, reason: str) -> Grid:
    """Let a grid end today; its households and its grid members' accounts go to another one of the village."""
    require(by.role, Action.CHANGE_GRIDS)
    grid, other = _locked(code, by), _locked(into, by, field="into")
    why = needed(reason, "reason", MOST_REASON)
    if code == into or grid.parent_code != other.parent_code:
        raise Invalid.field("into", "请选择同一个村的另一个网格。")
    most = current_policy(by.county_code).numbers["grid_households_at_most"]
    counts = dict(
        db.session.execute(
            select(Household.grid_code, func.count())
            .where(Household.grid_code.in_((code, into)), Household.merged_into_id.is_(None))
            .group_by(Household.grid_code)
        ).all()
    )
    if sum(counts.values()) > most:
        raise Invalid.field("into", f"合起来有{sum(counts.values())}户，一个网格最多{most}户。")
    moving = set(db.session.scalars(select(Household.id).where(Household.grid_code == code)))
    move_households(moving, into)
    today = clock.today()
    for post in _posts(code):
        post.until_on = today
    _move_accounts(code, into)
    grid.ended_on = today
    _note(MERGE, grid, into, len(moving), "", why, by)
    return other


@use_case
def hand_over(code: str, form: PostForm, *, by: Actor, reason: str) -> GridPost:
    """Put somebody into a grid's post; whoever held it leaves it today and stays in the history."""
    require(by.role, Action.CHANGE_GRIDS)
    grid, complaints = _locked(code, by), Complaints()
    name = complaints.take(lambda: clean_name(form.name, field="name"), "")
    title = complaints.take(lambda: optional(form.title, "title", 60), "")
    phone = complaints.take(lambda: parse_phone(form.phone, field="phone") if form.phone.strip() else "", "")
    why = complaints.take(lambda: needed(reason, "reason", MOST_REASON), "")
    if form.post not in POSTS:
        complaints.add("post", "请选择哪个岗位。")
    if form.source and form.source not in current_policy(by.county_code).dictionaries["grid_sources"]:
        complaints.add("source", "请重新选择身份。")
    complaints.raise_if_any()
    before = [each for each in _posts(code) if each.post == form.post]
    for post in before:
        post.until_on = clock.today()
    made = GridPost(
        id=new_id(), grid_code=code, post=form.post, name=name, title=title, staff_id=None, from_on=clock.today()
    )
    made.source, made.until_on = form.source if form.post == MEMBER else "", None
    made.phone_sealed = Sealer("grid_posts", made.id).keep("phone_sealed", phone)
    db.session.add(made)
    db.session.flush()
    was = "、".join(each.name for each in before) or "空缺"
    _note(HAND_OVER, grid, code, 0, f"{was}换成{name}", why, by)
    vacancies.settle([grid.parent_code], by=by)
    return made


def _locked(code: str, by: Actor, field: str = "") -> Grid:
    query = select(Grid).where(Grid.code == code).with_for_update()
    grid = db.session.scalars(query).one_or_none() if code.startswith(by.region_code) else None
    if grid is None:
        raise Invalid.field(field, "请选择网格。") if field else NotFound("没有这个网格。")
    if grid.ended_on is not None:
        raise NotPossibleNow("这个网格已经并掉了。")
    return grid


def _names_in(village: str, without: str) -> set[str]:
    query = (
        select(Region.name)
        .join(Grid, Grid.code == Region.code)
        .where(Grid.parent_code == village, Grid.ended_on.is_(None), Grid.code != without)
    )
    return set(db.session.scalars(query))


def _make(grid: Grid, name: str) -> Grid:
    village = grid.parent_code
    last = db.session.scalar(select(func.max(Region.code)).where(Region.parent_code == village, Region.level == "grid"))
    code = f"{village}{int((last or '0')[VILLAGE_DIGITS:] or 0) + 1:03d}"
    db.session.add(Region(code=code, name=name, level="grid", parent_code=village))
    db.session.flush()
    made = Grid(code=code, parent_code=village, group_name=grid.group_name, said_households=None, ended_on=None)
    db.session.add(made)
    db.session.flush()
    return made


def _posts(code: str) -> Sequence[GridPost]:
    return db.session.scalars(select(GridPost).where(GridPost.grid_code == code, GridPost.until_on.is_(None))).all()


def _move_accounts(code: str, into: str) -> None:
    """Let grid members see, from now, the grid that theirs went into."""
    here = Identity.role == Role.GRID, Identity.ended_at.is_(None)
    there = set(db.session.scalars(select(Identity.staff_id).where(Identity.region_code == into, *here)))
    for identity in db.session.scalars(select(Identity).where(Identity.region_code == code, *here)).all():
        if identity.staff_id in there:
            identity.ended_at = clock.now()
        else:
            identity.region_code = into


def move_households(household_ids: set[int], grid_code: str) -> None:
    """Give every row about these households its new grid: their address is what the region scope reads.

    What lies in another village, or in no village's sight, stays where it is: an UPDATE asks no model, so it says so
    itself. What the caller has changed is written.
    """
    db.session.flush()
    for table, mine in rows_of(household_ids):
        here = update(table).where(mine, table.village_code == grid_code[:VILLAGE_DIGITS])
        db.session.execute(here.values(grid_code=grid_code), execution_options={"synchronize_session": False})
    db.session.expire_all()


def rows_of(household_ids: set[int]) -> Iterator[tuple[Any, ColumnElement[bool]]]:
    """Yield every table with rows about households, and which rows: by household, by case, or by receipt."""
    cases = set(db.session.scalars(select(Case.id).where(Case.household_id.in_(household_ids))))
    declared = set(db.session.scalars(select(Declaration.id).where(Declaration.case_id.in_(cases))))
    for mapper in Base.registry.mappers:
        table: Any = mapper.class_
        if not issubclass(table, (Scoped, Receipted)):
            continue
        if hasattr(table, "household_id"):
            yield table, table.household_id.in_(household_ids)
        elif hasattr(table, "case_id"):
            yield table, table.case_id.in_(cases)
        elif hasattr(table, "declaration_id"):
            yield table, table.declaration_id.in_(declared)


def _note(kind: str, grid: Grid, to_code: str, households: int, said: str, reason: str, by: Actor) -> None:
    db.session.add(
        GridChange(
            id=new_id(),
            parent_code=grid.parent_code,
            kind=kind,
            from_code=grid.code,
            to_code=to_code,
            households=households,
            said=said,
            reason=reason,
            happened_on=clock.today(),
            by_name=by.name,
        )
    )
