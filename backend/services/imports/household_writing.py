"""Writes households of the roster: new ones in one statement a table, known ones changed, doubts as duties."""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from backend import clock
from backend.access.actor import Actor, system_actor
from backend.db import db, new_id
from backend.models import Household, ImportBatch, Person, PersonDigest, RosterDoubt, VisitTurn
from backend.models.places import Place as Levels
from backend.models.places import place_of, same_place
from backend.services.grid_changes import move_households
from backend.services.imports.household_content import HouseholdRow, MemberRow
from backend.services.imports.household_matching import Match
from backend.services.imports.household_turns import must_be_visited, new_turn, turn_by_roster
from backend.services.known import follow, put_into_index, rows_of_index
from backend.services.member_changes import absent_from_roster
from backend.services.phone_index import phone_on_file, put_on_file
from backend.services.sealing import Sealer
from backend.workflow import engine
from backend.workflow.duties import ROSTER_DOUBT
from backend.workflow.engine import find_case
from backend.workflow.tasks import open_lone_duty

DESK = 9
NAME_ON_DESK = "花名册疑点"
JOINED = "join_roster"


@dataclass
class Book:
    """What a chunk has to write; nothing is written before `write`, so that a dry run asks the same questions."""

    batch: ImportBatch
    _new: list[tuple[HouseholdRow, Match]] = field(default_factory=list)
    _changed: list[tuple[HouseholdRow, Match]] = field(default_factory=list)
    _doubts: list[tuple[int, HouseholdRow, Match]] = field(default_factory=list)

    def add(self, content: HouseholdRow, match: Match) -> None:
        """Make a household that nobody knew."""
        self._new.append((content, match))

    def change(self, content: HouseholdRow, match: Match) -> None:
        """Bring a known household to what the roster says."""
        self._changed.append((content, match))

    def doubt(self, row_no: int, content: HouseholdRow, match: Match) -> None:
        """Ask somebody about a household."""
        self._doubts.append((row_no, content, match))

    def write(self) -> None:
        """Do all of it inside the caller's transaction, who sees every row of the county."""
        if self._new:
            add_households(self._new)
        if self._changed:
            by = system_actor(self.batch.county_code, "the roster is taken in")
            asked = {person_id for _, _, match in self._doubts for person_id in match.known.values()}
            change_households(self._changed, by=by, asked=asked)
        for row_no, content, match in self._doubts:
            _ask(self.batch, row_no, content, match)


def add_households(new: Sequence[tuple[HouseholdRow, Match]]) -> list[int]:
    """Insert households with their people and the blind index of these, one statement a table; return their ids."""
    households: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    digests: list[dict[str, Any]] = []
    came: list[tuple[int, int]] = []
    now = clock.now()
    for content, match in new:
        household_id, place = new_id(), _place(content)
        households.append({**_household(household_id, content), "made_at": now, "is_provisional": False, **place})
        for member in content.members:
            person_id = new_id()
            people.append({**_person(person_id, member), "household_id": household_id, "died_on": None, **place})
            known_id = match.known.get(member.id_number or "")
            index = match.index.get(member.id_number or "", {}) if known_id is None else {}
            came += [(known_id, person_id)] if known_id is not None else []
            digests += rows_of_index(person_id, household_id, index, place)
    turns = [new_turn(row) for row, (content, _) in zip(households, new, strict=True) if must_be_visited(content)]
    for table, rows in ((Household, households), (Person, people), (PersonDigest, digests), (VisitTurn, turns)):
        if rows:
            db.session.execute(insert(table), rows)
    for known_id, person_id in came:
        follow(known_id, db.session.scalars(select(Person).where(Person.id == person_id)).one())
    return [row["id"] for row in households]


def change_households(
    changed: Sequence[tuple[HouseholdRow, Match]], *, by: Actor, asked: Set[int] = frozenset()
) -> None:
    """Bring known households to what the roster says; a declared one is provisional no longer, its case goes on.

    `asked`: people whom the file names in a household that is a doubt; nobody is asked about them a second time.
    """
    ids = [match.household_id for _, match in changed]
    rows = db.session.scalars(select(Household).where(Household.id.in_(ids)).with_for_update())
    households = {row.id: row for row in rows}
    people: dict[int, list[Person]] = {}
    for person in db.session.scalars(select(Person).where(Person.household_id.in_(ids))):
        people.setdefault(person.household_id, []).append(person)
    for content, match in changed:
        household = households[match.household_id or 0]
        if household.is_provisional and household.open_case_id is not None:
            case = find_case(household.open_case_id)
            engine.note(case, JOINED, by=by)
        _rewrite(household, content)
        known = people.get(household.id, [])
        named = {_put_member(household, member, match, known) for member in content.members}
        absent_from_roster(household, [each for each in known if each.id not in named | asked], by=by)
    contents = {match.household_id or 0: content for content, match in changed}
    turn_by_roster(contents, households)
    for grid_code, moved in _moved(contents, households):
        move_households(moved, grid_code)
    db.session.flush()


def _rewrite(household: Household, content: HouseholdRow) -> None:
    values = _household(household.id, content)
    keeps_phone = household.is_provisional and household.phone_sealed is not None
    declared = Sealer("households", household.id).open("phone_sealed", household.phone_sealed)
    household.head_name, household.group_name = content.head_name, content.group_name
    household.standing = content.standing
    household.national_no = content.national_no or household.national_no
    household.details_sealed, household.row_digest = values["details_sealed"], values["row_digest"]
    if values["phone_sealed"] is not None and not keeps_phone:
        put_on_file(household, content.phone)
    if content.phone and content.phone == (declared if keeps_phone else content.phone):
        # An office wrote this file; a number that only a phone declared stays unconfirmed (phone_codes).
        household.phone_confirmed_at = clock.now()
    household.is_provisional = False


def _moved(contents: Mapping[int, HouseholdRow], households: Mapping[int, Household]) -> list[tuple[str, set[int]]]:
    """Return the grids into which households go that were in another one, or in none, and which these are."""
    moved: dict[str, set[int]] = {}
    for household_id, content in contents.items():
        household = households[household_id]
        grid_code = content.grid_code or household.grid_code
        if grid_code is not None and grid_code != household.grid_code and grid_code.startswith(household.village_code):
            moved.setdefault(grid_code, set()).add(household_id)
    return list(moved.items())


def _put_member(household: Household, member: MemberRow, match: Match, known: Sequence[Person]) -> int:
    """Find a member among the household's people, by number or else by name, or add them; return who it is."""
    person_id = match.known.get(member.id_number or "")
    person = next((each for each in known if each.id == person_id), None)
    if person is None:
        person = next((each for each in known if each.name == member.name and each.id_sealed is None), None)
    if person is None:
        return _add_member(household, member, match)
    values = _person(person.id, member)
    person.name, person.relation = member.name, member.relation
    if person.id_sealed is None and member.id_number:
        person.id_sealed, person.no_document = values["id_sealed"], None
        if member.id_number not in match.known:
            put_into_index(person, match.index[member.id_number])
    person.details_sealed, person.row_digest = values["details_sealed"], values["row_digest"]
    return person.id


def _add_member(household: Household, member: MemberRow, match: Match) -> int:
    person = Person(**_person(new_id(), member), household_id=household.id, died_on=None, **same_place(household))
    db.session.add(person)
    db.session.flush()
    if member.id_number and member.id_number in match.known:
        follow(match.known[member.id_number], person)
    elif member.id_number:
        put_into_index(person, match.index[member.id_number])
    return person.id


def _ask(batch: ImportBatch, row_no: int, content: HouseholdRow, match: Match) -> None:
    known = db.session.scalars(select(Household).where(Household.id == match.household_id)).one()
    doubt_id, place = new_id(), same_place(known)
    task = open_lone_duty(
        ROSTER_DOUBT,
        place=place,
        owner_region=known.village_code[:DESK],
        name=NAME_ON_DESK,
        detail={"roster_doubt": str(doubt_id)},
    )
    db.session.flush()
    db.session.add(
        RosterDoubt(
            id=doubt_id,
            batch_id=batch.id,
            household_id=known.id,
            row_no=row_no,
            row_digest=content.digest,
            why=match.why,
            theirs_sealed=Sealer("roster_doubts", doubt_id).must("theirs_sealed", content.as_words()),
            task_id=task.id,
            settled_how=None,
            settled_by=None,
            settled_by_name="",
            settled_at=None,
            **place,
        )
    )


def _place(content: HouseholdRow) -> Levels:
    return place_of(content.grid_code or content.village_code)


def _household(household_id: int, content: HouseholdRow) -> dict[str, Any]:
    sealer = Sealer("households", household_id)
    details = {name: said for name, said in (("address", content.address), ("note", content.note)) if said}
    return {
        "id": household_id,
        "household_id": household_id,
        "head_name": content.head_name,
        **phone_on_file(household_id, content.phone),
        "phone_confirmed_at": clock.now() if content.phone else None,
        "group_name": content.group_name,
        "standing": content.standing,
        "national_no": content.national_no,
        "details_sealed": sealer.keep("details_sealed", _as_words(details)),
        "row_digest": content.digest,
        "open_case_id": None,
        "merged_into_id": None,
    }


def _person(person_id: int, member: MemberRow) -> dict[str, Any]:
    sealer = Sealer("people", person_id)
    return {
        "id": person_id,
        "name": member.name,
        "relation": member.relation,
        "id_sealed": sealer.keep("id_sealed", member.id_number or ""),
        "no_document": member.no_document if not member.id_number else None,
        "details_sealed": sealer.keep("details_sealed", _as_words(member.details)),
        "row_digest": None,
    }


def _as_words(details: Mapping[str, Any]) -> str:
    return json.dumps(details, ensure_ascii=False) if details else ""
