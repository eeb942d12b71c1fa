"""Finds the household that a file speaks of, by its members' blind index; what is doubtful is left to people.

One statement asks for all numbers of a chunk. A number that fits and a name that does not is a doubt, never a match.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from sqlalchemy import select

from backend.db import db
from backend.models import Household, Person, PersonDigest, RosterDoubt
from backend.services.imports.household_content import HouseholdRow
from backend.services.imports.runs import CHANGED, DOUBT, NEW, SAME, Run, Unit
from backend.services.known import index_of

NAME, PLACE, SEVERAL, NAMESAKE = "name", "place", "several", "namesake"
SPLIT, LEFT = "split", "left"
WHY_DOUBT = {
    NAME: "证件号码登记过，姓名对不上",
    PLACE: "家里人登记在另一个村",
    SEVERAL: "家里人登记在不同的户里",
    NAMESAKE: "同村有一户同名户主的申报，没有证件号码可以对",
    LEFT: "家里人登记的是已经迁出",
    SPLIT: "登记的是一户，这份花名册写成了几户",
}
SAID = "，已转乡镇核对，这一户先不导入。"


@dataclass(frozen=True)
class Found:
    """A person whom the county knows under one of the numbers, and their household."""

    person_id: int
    name: str
    household_id: int
    village_code: str
    is_provisional: bool
    row_digest: str | None
    has_left: bool = False


@dataclass(frozen=True)
class Match:
    """What becomes of a household of the file: `household_id` is the one it is, or may be."""

    what: str
    index: Mapping[str, Mapping[str, str]]
    household_id: int | None = None
    is_provisional: bool = False
    why: str = ""
    said: str = ""
    known: Mapping[str, int] = field(default_factory=dict)
    """ID number to person id, of the members who are known already."""

    def of_several(self) -> Self:
        """Return it as a doubt: an earlier household of the same file is that known one too."""
        return replace(self, what=DOUBT, why=SPLIT, said=f"{WHY_DOUBT[SPLIT]}{SAID}")


@dataclass(frozen=True)
class _Namesake:
    household_id: int
    is_provisional: bool
    row_digest: str | None


def match_all(run: Run, units: Sequence[tuple[Unit, HouseholdRow]]) -> list[Match]:
    """Match every household of a chunk; the caller sees every row of the county."""
    contents = [content for _, content in units]
    index = {
        member.id_number: index_of(member.id_number)
        for content in contents
        for member in content.members
        if member.id_number
    }
    found = _found(run.county_code, index)
    namesakes = _namesakes(contents)
    settled = _doubts(contents)
    return [_match(content, index, found, namesakes, settled) for content in contents]


def _match(
    content: HouseholdRow,
    index: Mapping[str, Mapping[str, str]],
    found: Mapping[str, Found],
    namesakes: Mapping[tuple[str, str], list[_Namesake]],
    settled: Mapping[str, bool],
) -> Match:
    mine = {each.id_number: index[each.id_number] for each in content.members if each.id_number}
    if content.digest in settled:
        said = "这一户的疑点已经核对过。" if settled[content.digest] else f"这一户有疑点{SAID}"
        return Match(SAME, mine, said=said)
    registered = {number: found[number] for number in mine if number in found}
    if not registered:
        return _by_name(content, mine, namesakes.get((content.village_code, content.head_name), []))
    here = [each for each in registered.values() if not each.has_left]
    first = next(iter([*here, *registered.values()]))
    why = _why_doubtful(content, registered, here)
    known = {number: each.person_id for number, each in registered.items()}
    if why:
        said = f"{WHY_DOUBT[why]}{SAID}"
        return Match(DOUBT, mine, first.household_id, first.is_provisional, why, said, known)
    what = SAME if first.row_digest == content.digest else CHANGED
    return Match(what, mine, first.household_id, first.is_provisional, known=known)


def _why_doubtful(content: HouseholdRow, registered: Mapping[str, Found], here: Sequence[Found]) -> str:
    """Say what is doubtful; whoever has left a household (`here`: the others) may live in any one now."""
    if len({each.household_id for each in here}) > 1:
        return SEVERAL
    names = {each.id_number: each.name for each in content.members}
    if any(names[number] != each.name for number, each in registered.items()):
        return NAME
    if not here:
        return LEFT
    return PLACE if any(each.village_code != content.village_code for each in here) else ""


def _by_name(content: HouseholdRow, mine: Mapping[str, Mapping[str, str]], called: Sequence[_Namesake]) -> Match:
    """Match a household of which no number is known: the same words again, or a declaration without a number."""
    for each in called:
        if each.row_digest == content.digest:
            return Match(SAME, mine, each.household_id)
    from_roster = [each for each in called if not each.is_provisional]
    if not mine and len(from_roster) == 1:
        return Match(CHANGED, mine, from_roster[0].household_id)
    declared = [each for each in called if each.is_provisional]
    if declared:
        said = f"{WHY_DOUBT[NAMESAKE]}{SAID}"
        return Match(DOUBT, mine, declared[0].household_id, True, NAMESAKE, said)
    return Match(NEW, mine)


def _found(county_code: str, index: Mapping[str, Mapping[str, str]]) -> dict[str, Found]:
    number_of = {digest: number for number, digests in index.items() for digest in digests.values()}
    if not number_of:
        return {}
    query = (
        select(
            PersonDigest.digest,
            Person.id,
            Person.name,
            Person.left_on,
            Household.id.label("household_id"),
            Household.village_code,
            Household.is_provisional,
            Household.row_digest,
        )
        .join(Person, Person.id == PersonDigest.person_id)
        .join(Household, Household.id == Person.household_id)
        .where(PersonDigest.county_code == county_code, PersonDigest.digest.in_(list(number_of)))
    )
    return {
        number_of[row.digest]: Found(
            *(row.id, row.name, row.household_id, row.village_code, row.is_provisional, row.row_digest),
            has_left=row.left_on is not None,
        )
        for row in db.session.execute(query)
    }


def _namesakes(contents: Sequence[HouseholdRow]) -> dict[tuple[str, str], list[_Namesake]]:
    """Return the households of these villages with a head of one of these names, of whom no number is known."""
    if not contents:
        return {}
    no_number = ~select(PersonDigest.id).where(PersonDigest.household_id == Household.id).exists()
    query = select(
        Household.village_code, Household.head_name, Household.id, Household.is_provisional, Household.row_digest
    ).where(
        Household.village_code.in_({each.village_code for each in contents}),
        Household.head_name.in_({each.head_name for each in contents}),
        Household.merged_into_id.is_(None),
        no_number,
    )
    found: dict[tuple[str, str], list[_Namesake]] = {}
    for row in db.session.execute(query):
        named = _Namesake(row.id, row.is_provisional, row.row_digest)
        found.setdefault((row.village_code, row.head_name), []).append(named)
    return found


def _doubts(contents: Sequence[HouseholdRow]) -> dict[str, bool]:
    """Return which of these households somebody has been asked about, and whether they have answered."""
    query = select(RosterDoubt.row_digest, RosterDoubt.settled_at).where(
        RosterDoubt.row_digest.in_([each.digest for each in contents])
    )
    return {row.row_digest: row.settled_at is not None for row in db.session.execute(query)}
