"""农户花名册 (附件1): a line a household, its numbers masked, from what the roster and the visits say (domain 5.2)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select

from backend.access.permissions import Action
from backend.db import db
from backend.models import GridPost, Hazard, Household, Pairing, Person, VisitTurn, Watch
from backend.privacy.current import keys
from backend.privacy.keys import KeyRing
from backend.privacy.mask import mask_id, mask_phone
from backend.privacy.seal import Place, unseal
from backend.services.exports.declared import Ask, Column, Entry, Ledger, Rows, day, titled
from backend.services.grids import MEMBER
from backend.workflow.places import called
from backend.workflow.watching import WATCHED

UNABLE = frozenset({"lost", "none"})
SUPPORTED = ("minimum_living", "extreme_poverty")
HEAD = "head"


@dataclass
class People:
    """What the members of one household come to."""

    count: int = 0
    able: int = 0
    away: int = 0
    head_id: str = ""
    phone: str = ""
    allowances: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Beside:
    """What other tables say of a portion of households."""

    people: Mapping[int, People]
    turns: Mapping[int, Any]
    watched: Mapping[int, str]
    hazards: Mapping[int, list[str]]
    pairs: Mapping[int, str]
    members: Mapping[str, str]


@dataclass(frozen=True)
class Fact:
    """One household of the roster."""

    row: Any
    ask: Ask
    beside: Beside
    people: People
    phone: str

    @property
    def group(self) -> str:
        """Return the villagers' group and the grid."""
        grid = called(self.row.grid_code) if self.row.grid_code else ""
        return grid if self.row.group_name in grid else " ".join(filter(None, (self.row.group_name, grid)))

    @property
    def kind(self) -> str:
        """Return what kind of household it is, and that it is watched, if it is."""
        kind = self.ask.word("household_kinds", self.row.standing)
        return f"{kind}（监测对象）" if self.row.id in self.beside.watched else kind

    @property
    def tags(self) -> str:
        """Return which of the ten kinds of must-visit families it is (seed 001)."""
        turn = self.beside.turns.get(self.row.id)
        return "、".join(self.ask.word("must_visit", tag) for tag in turn.tags) if turn else ""

    @property
    def dangers(self) -> str:
        """Return what is unsafe at its house, or when it was last looked at and nothing was."""
        found = self.beside.hazards.get(self.row.id)
        if found:
            return "有隐患：" + "、".join(self.ask.word("safety_items", item) for item in found)
        turn = self.beside.turns.get(self.row.id)
        return f"{day(turn.last_on)}走访，没有发现隐患" if turn and turn.last_on else ""


def _households(ask: Ask) -> Select[*tuple[Any, ...]]:
    return select(
        *(Household.id, Household.head_name, Household.group_name, Household.grid_code, Household.standing),
        *(Household.phone_sealed, Household.township_code, Household.village_code),
    ).where(Household.is_provisional.is_(False), Household.merged_into_id.is_(None), Household.made_at < ask.ends_at)


def _facts(rows: Sequence[Any], ask: Ask) -> Iterator[Entry]:
    ring = keys()
    beside = _beside(rows, ring)
    for row in rows:
        people = beside.people.get(row.id, People())
        phone = _open(ring, "households", "phone_sealed", row.id, row.phone_sealed) or people.phone
        yield Entry(row.township_code, row.village_code, Fact(row, ask, beside, people, phone))


def _beside(rows: Sequence[Any], ring: KeyRing) -> Beside:
    ids, grids = [row.id for row in rows], {row.grid_code for row in rows if row.grid_code}
    turns = select(VisitTurn.household_id, VisitTurn.tags, VisitTurn.last_on).where(VisitTurn.household_id.in_(ids))
    watches = select(Watch.household_id, Watch.standing).where(
        Watch.household_id.in_(ids), Watch.standing.in_([str(each) for each in WATCHED])
    )
    dangers = select(Hazard.household_id, Hazard.item).where(Hazard.household_id.in_(ids), Hazard.closed_on.is_(None))
    pairs = select(Pairing.household_id, Pairing.name).where(
        Pairing.household_id.in_(ids), Pairing.until_on.is_(None), Pairing.post.in_(("guard", "helper"))
    )
    members = select(GridPost.grid_code, GridPost.name).where(
        GridPost.grid_code.in_(grids), GridPost.post == MEMBER, GridPost.until_on.is_(None)
    )
    hazards: dict[int, list[str]] = {}
    for row in db.session.execute(dangers):
        hazards.setdefault(row.household_id, []).append(row.item)
    return Beside(
        people=_people(ids, ring),
        turns={row.household_id: row for row in db.session.execute(turns)},
        watched={row.household_id: row.standing for row in db.session.execute(watches)},
        hazards=hazards,
        pairs={row.household_id: row.name for row in db.session.execute(pairs.order_by(Pairing.post.desc()))},
        members={row.grid_code: row.name for row in db.session.execute(members)},
    )


def _people(ids: Sequence[int], ring: KeyRing) -> dict[int, People]:
    found: dict[int, People] = {}
    query = select(Person.id, Person.household_id, Person.relation, Person.id_sealed, Person.details_sealed).where(
        Person.household_id.in_(ids), Person.is_member
    )
    for row in db.session.execute(query):
        people = found.setdefault(row.household_id, People())
        told = _open(ring, "people", "details_sealed", row.id, row.details_sealed)
        details = json.loads(told) if told else {}
        people.count += 1
        people.able += "labour" in details and details["labour"] not in UNABLE
        people.away += bool(details.get("work_place"))
        people.allowances.update(details.get("allowances") or ())
        if row.relation == HEAD:
            people.head_id = _open(ring, "people", "id_sealed", row.id, row.id_sealed)
            people.phone = str(details.get("phone") or "")
    return found


def _open(ring: KeyRing, table: str, column: str, row_id: int, sealed: str | None) -> str:
    return unseal(sealed, keys=ring, place=Place(table, column, row_id)) if sealed else ""


ROSTER = Ledger(
    "roster",
    "农户花名册（附件1）",
    titled("农户花名册"),
    (
        Column("村", lambda each: called(each.row.village_code)),
        Column("村民小组/网格", lambda each: each.group, 18),
        Column("户主姓名", lambda each: each.row.head_name, 10),
        Column("户主身份证号", lambda each: mask_id(each.people.head_id), 21),
        Column("家庭人口数", lambda each: str(each.people.count or ""), 7),
        Column("劳动力数", lambda each: str(each.people.able), 7),
        Column("户类型", lambda each: each.kind, 16),
        Column(
            "低保/特困",
            lambda each: "、".join(
                each.ask.word("allowances", code) for code in SUPPORTED if code in each.people.allowances
            ),
            10,
        ),
        Column("重点标签（十必访）", lambda each: each.tags, 22),
        Column("主要收入来源", lambda each: f"务工{each.people.away}人" if each.people.away else "", 12),
        Column("住房/饮水", lambda each: each.dangers, 18),
        Column("联系电话", lambda each: mask_phone(each.phone), 14),
        Column("包保干部", lambda each: each.beside.pairs.get(each.row.id, ""), 10),
        Column("网格员", lambda each: each.beside.members.get(each.row.grid_code or "", ""), 10),
        Column("备注", lambda each: "", 12),
    ),
    (Rows(_households, Household.id, _facts, village=Household.village_code),),
    asks=Action.EXPORT_ROSTER,
    is_kept=True,
    hint="证件号和电话都打了星号。",
)
