"""The roster as people look into it: the households of a village, page by page, and who of them is watched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.models import Household, Person, Watch
from backend.workflow.watching import STANDING_NAMES, Standing

PAGE = 50


@dataclass(frozen=True)
class RosterLine:
    """One household: its row, how many people live there, and how its watch stands, if it is or was watched."""

    household: Household
    people: int
    watch_id: int | None
    standing: str


def page_of(village: str, *, by: Actor, after: int = 0, head: str = "", size: int = PAGE) -> Sequence[RosterLine]:
    """Return a page of a village's households within the actor's place; `head`: how the head's name begins."""
    require(by.role, Action.FILE_ROUND)
    query = select(Household).where(
        Household.village_code == village, Household.merged_into_id.is_(None), Household.id > after
    )
    if head.strip():
        query = query.where(Household.head_name.startswith(head.strip(), autoescape=True))
    rows = db.session.scalars(query.order_by(Household.id).limit(size)).all()
    ids = [row.id for row in rows]
    people, watches = _people(ids), _watches(ids)
    return [
        RosterLine(row, people.get(row.id, 0), watch[0], STANDING_NAMES[Standing(watch[1])])
        if (watch := watches.get(row.id))
        else RosterLine(row, people.get(row.id, 0), None, "")
        for row in rows
    ]


def _people(ids: Sequence[int]) -> Mapping[int, int]:
    query = (
        select(Person.household_id, func.count())
        .where(Person.household_id.in_(ids), Person.is_member)
        .group_by(Person.household_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _watches(ids: Sequence[int]) -> Mapping[int, tuple[int, str]]:
    query = select(Watch.household_id, Watch.id, Watch.standing).where(Watch.household_id.in_(ids)).order_by(Watch.id)
    return {row.household_id: (row.id, row.standing) for row in db.session.execute(query)}
