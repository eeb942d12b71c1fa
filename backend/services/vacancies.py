"""What a township lacks of stations, heads and grid members: one duty a township, closed when nothing is missing."""

from collections.abc import Sequence

from sqlalchemy import select

from backend.access.actor import Actor, system_actor
from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.models import Grid, GridPost, Region, Station, StationMember, Task
from backend.models.places import place_of
from backend.workflow.duties import VACANCY
from backend.workflow.states import Kind
from backend.workflow.tasks import close_duty, open_lone_duty

TOWNSHIP_DIGITS = 9
NAME = "监测站和网格"
BY_RULE = ("team_leader", "leader", "secretary")
"""Whose identity makes them head, the first that is there: a team's leader before the secretary (seed 000)."""


def look() -> int:
    """Open the duty of every township that lacks something, close those of townships that do not; return how many.

    Only where the county has its own centre: a county that keeps no stations owes none.
    """
    changed = 0
    for county_code in db.session.scalars(select(Station.code).where(Station.code == Station.county_code)).all():
        db.session.rollback()
        townships = db.session.scalars(
            select(Region.code).where(Region.parent_code == county_code, Region.level == "township")
        )
        for township in townships.all():
            changed += _look_at(township, county_code)
    return changed


@use_case
def _look_at(township: str, county_code: str) -> int:
    with as_system("a township owes stations and people"):
        task = _open_at(township)
        if (task is None) == (not missing_at(township)):
            return 0
        if task is None:
            open_lone_duty(VACANCY, place=place_of(township), owner_region=township, name=NAME, detail={})
        else:
            close_duty(task, by=system_actor(county_code, NAME), how=Action.KEEP_STATION, version=task.version + 1)
        return 1


def settle(codes: Sequence[str], *, by: Actor) -> None:
    """Close the duty of these places' townships if nothing is missing any more. The caller is a use case."""
    for township in {code[:TOWNSHIP_DIGITS] for code in codes if len(code) >= TOWNSHIP_DIGITS}:
        with as_system("a township owes stations and people"):
            task = _open_at(township)
            if task is not None and not missing_at(township):
                close_duty(task, by=by, how=Action.KEEP_STATION, version=task.version + 1)


def missing_at(township: str) -> list[str]:
    """Return the codes of places without a station or a head, and of grids without a member, in a township."""
    villages = db.session.scalars(
        select(Region.code).where(Region.parent_code == township, Region.level == "village")
    ).all()
    places = [township, *villages]
    stations = db.session.scalars(select(Station).where(Station.code.in_(places))).all()
    query = select(StationMember).where(StationMember.station_code.in_(places), StationMember.until_on.is_(None))
    can_head = {each.station_code for each in db.session.scalars(query) if set(BY_RULE) & set(each.identities)}
    headed = {each.code for each in stations if each.head_member_id is not None} | can_head
    grids = db.session.scalars(select(Grid.code).where(Grid.parent_code.in_(villages), Grid.ended_on.is_(None))).all()
    kept = set(
        db.session.scalars(
            select(GridPost.grid_code).where(
                GridPost.grid_code.in_(grids), GridPost.post == "member", GridPost.until_on.is_(None)
            )
        )
    )
    founded = {each.code for each in stations}
    return [code for code in places if code not in founded & headed] + [code for code in grids if code not in kept]


def _open_at(township: str) -> Task | None:
    query = select(Task).where(Task.owner_region == township, Task.kind == Kind.VACANCY, Task.open_due.is_not(None))
    return db.session.scalars(query.with_for_update()).first()
