"""网格工作台账 (附件2), column by column as seed 001 has it: a sheet a village, two rows of heading."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from backend.access.permissions import Action
from backend.db import db
from backend.models import Grid, GridPost, Household
from backend.services.exports.declared import (
    TOWNSHIP,
    VILLAGE,
    Ask,
    Column,
    Entry,
    Ledger,
    Rows,
    full_name,
    villages_of,
)
from backend.services.grids import LEAD, MEMBER
from backend.services.sealing import Sealer
from backend.workflow.places import called

GROUP_HEAD, PARTY_MEMBER = "group_head", "party_member"
_OF_THE_GRID, _OF_THE_VILLAGE = "村组网格员", "村级网格员"
TICKED = "√"


@dataclass(frozen=True)
class Fact:
    """One grid with who looks after it."""

    row: Any
    households: int
    posts: Mapping[str, GridPost]

    @property
    def other(self) -> str:
        """Return what the member is, where neither of the two boxes is ticked."""
        member = self.posts.get(MEMBER)
        return member.title if member and member.source not in {GROUP_HEAD, PARTY_MEMBER} else ""

    def is_a(self, source: str) -> str:
        """Tick a box or leave it."""
        member = self.posts.get(MEMBER)
        return TICKED if member and member.source == source else ""

    def of(self, post: str, said: str) -> str:
        """Return the name or title of a post."""
        found = self.posts.get(post)
        return str(getattr(found, said)) if found else ""

    def phone(self, post: str) -> str:
        """Return the number under which somebody of the grid is called: the ledger is there for that."""
        found = self.posts.get(post)
        return Sealer("grid_posts", found.id).open("phone_sealed", found.phone_sealed) if found else ""


def _grids(ask: Ask) -> Select[*tuple[Any, ...]]:
    return select(Grid.code.label("id"), Grid.parent_code, Grid.said_households, Grid.note).where(
        Grid.parent_code.in_(villages_of(ask.where)), Grid.ended_on.is_(None)
    )


def _facts(rows: Sequence[Any], ask: Ask) -> Iterator[Entry]:
    codes, villages = [row.id for row in rows], {row.parent_code for row in rows}
    counted = (
        select(Household.grid_code, func.count())
        .where(Household.village_code.in_(villages), Household.grid_code.in_(codes))
        .where(Household.merged_into_id.is_(None))
        .group_by(Household.grid_code)
    )
    households = {row[0]: row[1] for row in db.session.execute(counted)}
    posts: dict[str, dict[str, GridPost]] = {}
    query = select(GridPost).where(GridPost.grid_code.in_(codes), GridPost.until_on.is_(None)).order_by(GridPost.id)
    for post in db.session.scalars(query):
        posts.setdefault(post.grid_code, {})[post.post] = post
    for row in rows:
        count = households.get(row.id) or row.said_households or 0
        yield Entry(row.parent_code[:TOWNSHIP], row.parent_code, Fact(row, count, posts.get(row.id, {})))


GRIDS = Ledger(
    "grids",
    "网格工作台账（附件2）",
    lambda ask, village: f"{full_name(village or ask.where)}防止返贫动态监测基层网格工作台账",
    (
        Column("村组网格名称", lambda each: called(each.row.id), 20),
        Column("农户数", lambda each: str(each.households or ""), 8),
        Column("姓名", lambda each: each.of(MEMBER, "name"), 10, _OF_THE_GRID),
        Column("村民组长", lambda each: each.is_a(GROUP_HEAD), 9, _OF_THE_GRID),
        Column("党员", lambda each: each.is_a(PARTY_MEMBER), 7, _OF_THE_GRID),
        Column("其他(职务)", lambda each: each.other, 14, _OF_THE_GRID),
        Column("联系电话", lambda each: each.phone(MEMBER), 14, _OF_THE_GRID),
        Column("姓名", lambda each: each.of(LEAD, "name"), 10, _OF_THE_VILLAGE),
        Column("职务", lambda each: each.of(LEAD, "title"), 14, _OF_THE_VILLAGE),
        Column("联系电话", lambda each: each.phone(LEAD), 14, _OF_THE_VILLAGE),
        Column("备注", lambda each: each.row.note, 14),
    ),
    (Rows(_grids, Grid.code, _facts, village=Grid.parent_code, before_first=""),),
    is_kept=True,
    by_village=True,
    levels=frozenset({TOWNSHIP, VILLAGE}),
    notes=(
        "备注：1. 村组网格名称按村民小组写；一个小组分成几个网格的，写成“村民小组+第一网格”“村民小组+第二网格”。",
        "2. 网格员是“村民组长”“党员”的，在对应栏打勾；其他的，在“其他(职务)”栏写明职务。",
    ),
    hint="每村一张表。网格员的电话不打星号，这份表就是用来找人的。",
    asks=Action.EXPORT_LEDGER,
)
