"""Which households of the roster are visited more often (十必访): only that they are is written, never why."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from backend.db import db, new_id
from backend.models import Household, VisitTurn
from backend.models.places import same_place
from backend.services.imports.household_content import HouseholdRow, MemberRow

BY_ROSTER = "by_roster"
_FACTS: Mapping[str, frozenset[str]] = {
    "health": frozenset({"chronic", "serious_illness", "disabled"}),
    "student": frozenset({"higher_vocational", "university", "postgraduate"}),
    "allowances": frozenset({"minimum_living", "extreme_poverty", "disability"}),
    "labour": frozenset({"lost"}),
}
"""What a member's row says that makes the household one of the ten kinds of seed 001."""


def must_be_visited(content: HouseholdRow) -> bool:
    """Say whether a household is of a kind that is visited more often."""
    return any(_is_of_a_kind(member) for member in content.members)


def new_turn(household: Mapping[str, Any]) -> dict[str, Any]:
    """Return the turn of a household that is new, as a row."""
    place = {name: household[name] for name in ("county_code", "township_code", "village_code", "grid_code")}
    own = {"is_lifted": False, "is_away": False, "tags": [BY_ROSTER], "difficulty": "", "best_way": ""}
    return {"id": new_id(), "household_id": household["id"], **own, "best_time": "", "made_for": "", **place}


def turn_by_roster(contents: Mapping[int, HouseholdRow], households: Mapping[int, Household]) -> None:
    """Let known households be visited as the roster says now; what the village ticked itself stays."""
    rows = db.session.scalars(select(VisitTurn).where(VisitTurn.household_id.in_(contents)))
    turns = {row.household_id: row for row in rows}
    for household_id, content in contents.items():
        turn, wanted = turns.get(household_id), must_be_visited(content)
        if turn is None and wanted:
            place = same_place(households[household_id])
            db.session.add(VisitTurn(household_id=household_id, tags=[BY_ROSTER], **place))
        elif turn is not None and wanted != (BY_ROSTER in turn.tags):
            turn.tags = [*turn.tags, BY_ROSTER] if wanted else [each for each in turn.tags if each != BY_ROSTER]


def _is_of_a_kind(member: MemberRow) -> bool:
    if member.details.get("disability_kind"):
        return True
    return any(_said(member, name) & kinds for name, kinds in _FACTS.items())


def _said(member: MemberRow, name: str) -> set[str]:
    said = member.details.get(name) or []
    return {said} if isinstance(said, str) else set(said)
