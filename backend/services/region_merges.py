"""A village goes into another one: families, duties and people move in small steps; the old code leads on (P49).

The village that ends is no longer offered from the first moment, and whatever still names it (a poster, a spreadsheet,
a link) leads to the other. A job moves twenty families in each transaction, then those that have it as their second
village, then what belongs to the place itself, then its people; it goes on where it stopped. Papers and events keep
what they said.
"""

from typing import Any

from sqlalchemy import and_, select, update

from backend import clock
from backend.access.actor import Actor, system_actor
from backend.access.permissions import Action, require
from backend.access.scope import Receipted, Scoped, as_system
from backend.db import Base, db, use_case
from backend.errors import Complaints, NotPossibleNow
from backend.models import (
    BusyTime,
    Case,
    Deputy,
    Grid,
    GridChange,
    GridPost,
    Handover,
    Household,
    Identity,
    Region,
    RegionChange,
    Reporter,
    Station,
    StationMember,
    Task,
)
from backend.services import units, vacancies
from backend.services.grid_changes import MERGE as GRID_MERGED
from backend.services.grid_changes import rows_of
from backend.services.handover_choices import FORMER
from backend.services.region_moves import grids_of, move, move_complaints, of_no_family
from backend.services.sealing import needed
from backend.workflow import engine, places
from backend.workflow.living import REGISTERED_IN, VISITED_IN

FAMILIES_AT_ONCE = 20
VILLAGE_DIGITS = 12
_KEEP = {"synchronize_session": False}


@use_case
def begin(from_code: str, into: str, *, by: Actor, reason: str) -> RegionChange:
    """Let a village go into another of the county from now; its families follow by themselves.

    Errors: `Invalid` names each field; `NotPossibleNow` while either of them is being merged.
    """
    require(by.role, Action.MERGE_PLACES)
    complaints = Complaints()
    why = complaints.take(lambda: needed(reason, "reason", units.MOST_REASON), "")
    query = select(Region).where(Region.code.in_((from_code, into)), Region.level == "village")
    found = {
        row.code: row for row in db.session.scalars(query.with_for_update()) if row.code.startswith(by.region_code)
    }
    for field, code in (("from_code", from_code), ("into", into)):
        if code not in found:
            complaints.add(field, "请选择本县现在的村。")
    if from_code == into:
        complaints.add("into", "请选择另一个村。")
    complaints.raise_if_any()
    under_way = select(RegionChange.id).where(
        RegionChange.standing == units.GOING,
        RegionChange.from_code.in_((from_code, into)) | RegionChange.to_code.in_((from_code,)),
    )
    if db.session.scalar(under_way.limit(1)) is not None:
        raise NotPossibleNow("这个村正在合并，请等它并完再办。")
    old, new = found[from_code], found[into]
    old.level, old.leads_to = FORMER, into
    said = f"{old.name}并入{new.name}"
    row = units.note(units.MERGE, from_code, into, said, why, by=by, standing=units.GOING)
    db.session.flush()
    with as_system("a village goes into another"):
        _make_grids(row)
    places.forget()
    return row


def carry_on() -> int:
    """Go on with every merge under way, in short transactions; return how many families moved."""
    query = select(RegionChange.id).where(RegionChange.standing == units.GOING).order_by(RegionChange.id)
    ids = db.session.scalars(query).all()
    db.session.rollback()
    moved = 0
    for change_id in ids:
        while count := _move_families(change_id):
            moved += count
        while _move_second_villages(change_id):
            pass
        _move_rest(change_id)
        _end(change_id)
    return moved


@use_case
def _move_families(change_id: int) -> int:
    row = _locked(change_id)
    with as_system("a village goes into another"):
        query = select(Household.id).where(Household.village_code == row.from_code).order_by(Household.id)
        ids = set(db.session.scalars(query.limit(FAMILIES_AT_ONCE)))
        if ids:
            for table, mine in rows_of(ids):
                move(table, mine, row)
            _name_second_villages(ids, row)
            row.households += len(ids)
    return len(ids)


@use_case
def _move_second_villages(change_id: int) -> int:
    """Let families of other villages that live here, or are registered here, have the new village for it (P24)."""
    row = _locked(change_id)
    with as_system("a village goes into another"):
        query = select(Household.id).where(Household.other_village == row.from_code).order_by(Household.id)
        ids = set(db.session.scalars(query.limit(FAMILIES_AT_ONCE)))
        if ids:
            _name_second_villages(ids, row)
            visits = update(Task).where(Task.household_id.in_(ids), Task.owner_region == row.from_code)
            db.session.execute(visits.values(owner_region=row.to_code), execution_options=_KEEP)
    return len(ids)


def _name_second_villages(household_ids: set[int], row: RegionChange) -> None:
    """Let families and their cases name the village that is left; where both are one now, there is no second."""
    cases = select(Case).where(Case.household_id.in_(household_ids)).order_by(Case.id).with_for_update()
    for case in db.session.scalars(cases):
        named = {mark: case.marks[mark] for mark in (REGISTERED_IN, VISITED_IN) if case.marks.get(mark)}
        now = {mark: row.to_code if code == row.from_code else code for mark, code in named.items()}
        if now.get(VISITED_IN) == case.village_code:
            now[VISITED_IN] = ""
        if now != named:
            engine.remember(case, **now)
    families = select(Household).where(Household.id.in_(household_ids), Household.other_village.is_not(None))
    for family in db.session.scalars(families):
        other = row.to_code if family.other_village == row.from_code else family.other_village
        family.other_village = other if other != family.village_code else None
    db.session.flush()


@use_case
def _move_rest(change_id: int) -> None:
    """Move what belongs to the place and to no family: its own duties, sittings, sheets, complaints."""
    row = _locked(change_id)
    with as_system("a village goes into another"):
        for mapper in Base.registry.mappers:
            table: Any = mapper.class_
            if issubclass(table, (Scoped, Receipted)):
                move(table, and_(table.village_code == row.from_code, *of_no_family(table)), row)
        move_complaints(row)


@use_case
def _end(change_id: int) -> None:
    """Let the people follow, once no family is left behind, and close the merge."""
    row = _locked(change_id)
    with as_system("a village goes into another"):
        left = db.session.scalar(select(Household.id).where(Household.village_code == row.from_code).limit(1))
        if left is not None:
            return
        _move_hats(row)
        _move_station(row)
        for table, column in _NAMED_BY_CODE:
            mine = update(table).where(column == row.from_code)
            db.session.execute(mine.values({column: row.to_code}), execution_options=_KEEP)
        row.standing, row.done_at = units.DONE, clock.now()
        db.session.flush()
        by = system_actor(row.county_code, "a village goes into another")
        vacancies.settle([row.from_code, row.to_code], by=by)
    places.forget()


_NAMED_BY_CODE: tuple[tuple[Any, Any], ...] = (
    (Deputy, Deputy.region_code),
    (Reporter, Reporter.village_code),
    (BusyTime, BusyTime.region_code),
    (Handover, Handover.region_code),
)
"""What names a village beside the rows about families and is not history."""


def _make_grids(row: RegionChange) -> None:
    """Give the other village a grid for each of this one's, with its people; the old ones end today."""
    query = select(Grid).where(Grid.parent_code == row.from_code, Grid.ended_on.is_(None)).order_by(Grid.code)
    taken = select(Region.code).where(Region.parent_code == row.to_code, Region.level == "grid")
    number = max((int(code[VILLAGE_DIGITS:]) for code in db.session.scalars(taken)), default=0)
    for grid in db.session.scalars(query).all():
        number += 1
        code, old = f"{row.to_code}{number:03d}", db.session.get_one(Region, grid.code)
        db.session.add(Region(code=code, name=old.name, level="grid", parent_code=row.to_code, phone=old.phone))
        db.session.flush()
        made = Grid(code=code, parent_code=row.to_code, group_name=grid.group_name, note=grid.note)
        made.said_households, made.ended_on = grid.said_households, None
        db.session.add(made)
        db.session.flush()
        posts = update(GridPost).where(GridPost.grid_code == grid.code, GridPost.until_on.is_(None))
        db.session.execute(posts.values(grid_code=code), execution_options=_KEEP)
        grid.ended_on, old.leads_to, old.level = clock.today(), code, FORMER
        change = GridChange(parent_code=row.to_code, kind=GRID_MERGED, from_code=grid.code, to_code=code, households=0)
        change.said, change.reason, change.happened_on = row.said, row.reason, clock.today()
        change.by_name = row.by_name
        db.session.add(change)


def _move_hats(row: RegionChange) -> None:
    for old, new in {row.from_code: row.to_code, **grids_of(row)}.items():
        here = db.session.scalars(select(Identity).where(Identity.region_code == old)).all()
        there = {
            (each.staff_id, each.role): each
            for each in db.session.scalars(select(Identity).where(Identity.region_code == new))
        }
        for hat in here:
            twin = there.get((hat.staff_id, hat.role))
            if twin is None:
                hat.region_code = new
            elif hat.ended_at is None:
                hat.ended_at, twin.ended_at = clock.now(), None


def _move_station(row: RegionChange) -> None:
    """Let the people of the village's station work in the other's; where there is none, it is founded as it was."""
    old, new = db.session.get(Station, row.from_code), db.session.get(Station, row.to_code)
    if old is None:
        return
    if new is None:
        made = Station(code=row.to_code, county_code=row.county_code, founded_on=old.founded_on)
        made.founded_by_name, made.head_member_id, made.head_reason = old.founded_by_name, None, ""
        made.head_chosen_on = None
        db.session.add(made)
        db.session.flush()
    mine = update(StationMember).where(StationMember.station_code == row.from_code, StationMember.until_on.is_(None))
    db.session.execute(mine.values(station_code=row.to_code), execution_options=_KEEP)
    old.head_member_id, old.head_chosen_on = None, None


def _locked(change_id: int) -> RegionChange:
    return db.session.scalars(select(RegionChange).where(RegionChange.id == change_id).with_for_update()).one()
