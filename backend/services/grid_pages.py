"""What is read of grids: coverage by village, one grid with its families and history, members and their training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound
from backend.models import GridChange, GridPost, Household, Publicity, TrainingTaken
from backend.services import grids
from backend.services.grids import MEMBER, GridLine

TRAINING = "training"
MOST_CHANGES = 100
MOST_MEMBERS = 2000


@dataclass
class VillageCoverage:
    """One village: its households by the roster, how many lie in a grid, and how its grids are."""

    code: str
    households: int = 0
    outside: int = 0
    grids: int = 0
    without_member: int = 0
    too_large: int = 0

    @property
    def percent(self) -> int:
        """How much of the village lies in grids, in hundredths, rounded down; 100 of a village without households."""
        return 100 * (self.households - self.outside) // self.households if self.households else 100


@dataclass(frozen=True)
class GridPage:
    """One grid: its line, its families, and what became of it."""

    line: GridLine
    families: Sequence[tuple[int, str]]
    changes: Sequence[GridChange]


def coverage(*, by: Actor) -> list[VillageCoverage]:
    """Return coverage village by village: size of grids is held against the county's own number (seed 001)."""
    require(by.role, Action.READ_GRIDS)
    found: dict[str, VillageCoverage] = {}
    counted = (
        select(Household.village_code, func.count())
        .where(Household.is_provisional.is_(False), Household.merged_into_id.is_(None))
        .group_by(Household.village_code)
    )
    for code, count in db.session.execute(counted):
        found.setdefault(code, VillageCoverage(code)).households = count
    for code, count in grids.households_without_grid(by=by).items():
        found.setdefault(code, VillageCoverage(code)).outside = count
    for line in grids.grids_of(by=by):
        row = found.setdefault(line.grid.parent_code, VillageCoverage(line.grid.parent_code))
        row.grids += 1
        row.without_member += MEMBER not in line.posts
        row.too_large += line.is_too_large
    return [found[code] for code in sorted(found)]


def page(code: str, *, by: Actor) -> GridPage:
    """Return one grid of the actor's place, also one that ended."""
    require(by.role, Action.READ_GRIDS)
    lines = [line for line in grids.grids_of(by=by, only=code) if line.grid.code == code]
    if not lines:
        raise NotFound("没有这个网格。")
    query = (
        select(Household.id, Household.head_name)
        .where(Household.grid_code == code, Household.merged_into_id.is_(None))
        .order_by(Household.id)
    )
    families = [(row.id, row.head_name) for row in db.session.execute(query)]
    changes = changes_of(lines[0].grid.parent_code, by=by)
    return GridPage(lines[0], families, [each for each in changes if code in {each.from_code, each.to_code}])


def changes_of(village: str, *, by: Actor) -> Sequence[GridChange]:
    """Return what became of a village's grids, the newest first."""
    require(by.role, Action.READ_GRIDS)
    query = select(GridChange).where(GridChange.parent_code == village).order_by(GridChange.id.desc())
    return db.session.scalars(query.limit(MOST_CHANGES)).all() if village.startswith(by.region_code[:12]) else ()


@dataclass(frozen=True)
class MemberLine:
    """One grid member: which grid, since when, and the last training; `trained_on` is None where there was none."""

    post: GridPost
    grid_name: str
    village: str
    trained_on: date | None
    subject: str


def members(*, by: Actor) -> list[MemberLine]:
    """Return the register of grid members of the actor's place with the training that each had last (B09)."""
    require(by.role, Action.READ_GRIDS)
    lines = {line.grid.code: line for line in grids.grids_of(by=by)}
    posts = [line.posts[MEMBER] for line in lines.values() if MEMBER in line.posts]
    trained = _trained([post.id for post in posts])
    return [
        MemberLine(
            post, lines[post.grid_code].name, lines[post.grid_code].grid.parent_code, *trained.get(post.id, (None, ""))
        )
        for post in posts
    ]


@use_case
def note_training(publicity_id: int, post_ids: Sequence[int], *, by: Actor) -> int:
    """Write down which grid members took part in a training of the actor's own office; return how many are new."""
    require(by.role, Action.NOTE_PUBLICITY)
    query = select(Publicity).where(Publicity.id == publicity_id, Publicity.region_code == by.region_code)
    training = db.session.scalars(query.where(Publicity.kind == TRAINING)).one_or_none()
    if training is None:
        raise Invalid.field("training", "请先在“会商督查”里记下这次培训，再选它。")
    mine = {line.post.id for line in members(by=by)}
    if not post_ids or not set(post_ids) <= mine:
        raise Invalid.field("members", "请勾选参加的网格员。")
    there = select(TrainingTaken.grid_post_id).where(TrainingTaken.publicity_id == training.id)
    new = set(post_ids) - set(db.session.scalars(there))
    for post_id in sorted(new):
        db.session.add(
            TrainingTaken(id=new_id(), grid_post_id=post_id, publicity_id=training.id, noted_by_name=by.name)
        )
    return len(new)


def trainings(*, by: Actor, size: int = 30) -> Sequence[Publicity]:
    """Return the trainings of the actor's own office, the newest first."""
    require(by.role, Action.NOTE_PUBLICITY)
    query = select(Publicity).where(Publicity.region_code == by.region_code, Publicity.kind == TRAINING)
    return db.session.scalars(query.order_by(Publicity.id.desc()).limit(size)).all()


def _trained(post_ids: Sequence[int]) -> Mapping[int, tuple[date, str]]:
    query = (
        select(TrainingTaken.grid_post_id, Publicity.held_on, Publicity.subject)
        .join(Publicity, Publicity.id == TrainingTaken.publicity_id)
        .where(TrainingTaken.grid_post_id.in_(post_ids))
        .order_by(Publicity.held_on, Publicity.id)
    )
    return {post_id: (held_on, subject) for post_id, held_on, subject in db.session.execute(query)}
