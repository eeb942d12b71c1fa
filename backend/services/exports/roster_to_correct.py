"""花名册 to be corrected: a line a member, numbers in clear, in the columns of the import that takes it back."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from backend import clock
from backend.access.actor import system_actor
from backend.access.permissions import Action
from backend.db import db
from backend.models import Household, ImportBatch, Person
from backend.services.exports.declared import Ask, Column, Entry, Ledger, Rows, titled
from backend.services.imports.columns import Column as Read
from backend.services.imports.households import COLUMNS
from backend.services.imports.runs import Run
from backend.services.sealing import Sealer

HEAD = "head"


def _households(ask: Ask) -> Select[*tuple[Any, ...]]:
    return select(Household.id).where(Household.is_provisional.is_(False), Household.merged_into_id.is_(None))


def _members(rows: Sequence[Any], ask: Ask) -> Iterator[Entry]:
    ids = [row.id for row in rows]
    run = Run(
        ImportBatch(county_code=ask.county_code, region_code=ask.where),
        system_actor(ask.county_code, "the roster in words"),
        ask.policy,
        clock.today(),
    )
    households = {row.id: row for row in db.session.scalars(select(Household).where(Household.id.in_(ids)))}
    people: dict[int, list[Person]] = {}
    query = select(Person).where(Person.household_id.in_(ids), Person.is_member).order_by(Person.id)
    for person in db.session.scalars(query):
        people.setdefault(person.household_id, []).append(person)
    for household_id in ids:
        household = households[household_id]
        for cells in _rows(household, people.get(household_id, []), run):
            yield Entry(household.township_code, household.village_code, cells)


def _rows(household: Household, people: Sequence[Person], run: Run) -> Iterator[Sequence[str]]:
    numbers = {each.id: Sealer("people", each.id).open("id_sealed", each.id_sealed) for each in people}
    head = next((each for each in people if each.relation == HEAD), None)
    kept = json.loads(Sealer("households", household.id).open("details_sealed", household.details_sealed) or "{}")
    shared = {
        "village": household.village_code,
        "group": household.group_name,
        "grid": household.grid_code or "",
        "head_name": household.head_name,
        "head_id": numbers.get(head.id, "") if head else "",
        "standing": household.standing,
        "national_no": household.national_no or "",
        "address": kept.get("address", ""),
    }
    for person in people:
        details = json.loads(Sealer("people", person.id).open("details_sealed", person.details_sealed) or "{}")
        values: dict[str, Any] = {
            **shared,
            **details,
            "name": person.name,
            "relation": person.relation,
            "id_number": numbers[person.id],
            "no_document": person.no_document or "",
        }
        yield [_said(column, values.get(column.key), run) for column in COLUMNS]


def _said(column: Read, value: Any, run: Run) -> str:
    if value in (None, "", []):
        return ""
    known = column.choices(run) if column.choices else {}
    if isinstance(value, list):
        return "、".join(known.get(each, each) for each in value)
    return known.get(str(value), str(value))


def _column(place: int, title: str) -> Column:
    return Column(title, lambda cells: str(cells[place]), 16)


def _count(ask: Ask) -> int:
    query = select(func.count(Person.id)).where(Person.is_member)
    return db.session.scalar(query) or 0


ROSTER_TO_CORRECT = Ledger(
    "roster_full",
    "花名册（更正用，含证件号）",
    titled("花名册（更正用）"),
    [_column(place, each.title) for place, each in enumerate(COLUMNS)],
    (Rows(_households, Household.id, _members, village=Household.village_code, counted=_count),),
    asks=Action.EXPORT_ROSTER,
    is_numbered=False,
    hint="证件号和电话都是全的，改好再导回来用。请保管好，用完删除。",
)
