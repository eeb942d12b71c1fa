"""Grids at a glance: how large each is by the roster, who looks after it, who is missing; and the ledger of annex 2."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.models import Grid, GridPost, Household, Region, Task
from backend.policy.county import current_policy
from backend.workflow.tasks import overdue_clause

MEMBER, LEAD, GUARD = "member", "lead", "guard"
POSTS = (MEMBER, LEAD, GUARD)
MOST_LISTED = 2000
TOWNSHIP_DIGITS, VILLAGE_DIGITS = 9, 12


@dataclass(frozen=True)
class GridLine:
    """One grid: households by the roster, posts by their code, what is late there, and what is wrong with it."""

    grid: Grid
    name: str
    households: int
    posts: Mapping[str, GridPost]
    overdue: int
    wrong: Sequence[str]
    is_too_large: bool = False


def grids_of(*, by: Actor, only: str = "") -> list[GridLine]:
    """Return the grids of the actor's place; what is late in each is counted for whoever guards it (seed 001).

    `only`: the one of this code, also when it has ended.
    """
    require(by.role, Action.READ_GRIDS)
    query = (
        select(Grid, Region.name)
        .join(Region, Region.code == Grid.code)
        .where(_within(by), Grid.code == only if only else Grid.ended_on.is_(None))
        .order_by(Grid.code)
        .limit(MOST_LISTED)
    )
    rows = db.session.execute(query).all()
    counted = _counted(
        select(Household.grid_code, func.count())
        .where(Household.grid_code.is_not(None), Household.merged_into_id.is_(None))
        .group_by(Household.grid_code)
    )
    late = _counted(select(Task.grid_code, func.count()).where(overdue_clause(clock.today())).group_by(Task.grid_code))
    posts = _posts([grid.code for grid, _ in rows])
    numbers = current_policy(by.county_code).numbers
    return [
        GridLine(
            grid=grid,
            name=name,
            households=counted.get(grid.code, 0),
            posts=posts.get(grid.code, {}),
            overdue=late.get(grid.code, 0),
            wrong=list(_wrong(grid, counted.get(grid.code, 0), posts.get(grid.code, {}), numbers)),
            is_too_large=(counted.get(grid.code, 0) or grid.said_households or 0) > numbers["grid_households_at_most"],
        )
        for grid, name in rows
    ]


def households_without_grid(*, by: Actor) -> Mapping[str, int]:
    """Return how many households of the roster lie in no grid, by village: a list to act on (seed 003: 不漏一户)."""
    require(by.role, Action.READ_GRIDS)
    return _counted(
        select(Household.village_code, func.count())
        .where(Household.grid_code.is_(None), Household.is_provisional.is_(False), Household.merged_into_id.is_(None))
        .group_by(Household.village_code)
    )


def _wrong(grid: Grid, count: int, posts: Mapping[str, GridPost], numbers: Mapping[str, int]) -> Iterator[str]:
    for post, name in ((MEMBER, "网格员"), (LEAD, "村级负责人"), (GUARD, "包保干部")):
        if post not in posts:
            yield f"缺{name}"
    size = count or grid.said_households or 0
    if size > numbers["grid_households_at_most"]:
        yield f"超过{numbers['grid_households_at_most']}户，要拆分"
    elif size and not numbers["grid_households_from"] <= size <= numbers["grid_households_to"]:
        yield f"一般{numbers['grid_households_from']}到{numbers['grid_households_to']}户"


def _posts(codes: Sequence[str]) -> dict[str, dict[str, GridPost]]:
    found: dict[str, dict[str, GridPost]] = {}
    query = select(GridPost).where(GridPost.grid_code.in_(codes), GridPost.until_on.is_(None)).order_by(GridPost.id)
    for post in db.session.scalars(query):
        found.setdefault(post.grid_code, {})[post.post] = post
    return found


def _within(by: Actor) -> ColumnElement[bool]:
    """Say "in the actor's place" of grids, which lie in villages."""
    if len(by.region_code) > TOWNSHIP_DIGITS:
        return Grid.parent_code == by.region_code[:VILLAGE_DIGITS]
    townships = select(Region.code).where(Region.parent_code == by.region_code)
    above = (
        Region.parent_code == by.region_code
        if len(by.region_code) == TOWNSHIP_DIGITS
        else Region.parent_code.in_(townships)
    )
    return Grid.parent_code.in_(select(Region.code).where(above))


def _counted(query: Select[str | None, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in db.session.execute(query) if row[0]}
