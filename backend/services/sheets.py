"""Makes the sheet of a public notice from a meeting's families, and looks at it before anybody prints it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.db import db
from backend.errors import Invalid, NotPossibleNow
from backend.models import Case, County, Meeting, MeetingItem, Person, Region
from backend.policy import Policy
from backend.policy.county import county_workdays, policy_of
from backend.privacy.current import keys
from backend.privacy.id_numbers import parse_id_number
from backend.privacy.mask import mask_name
from backend.privacy.notice_check import Finding, Known, check_notice
from backend.privacy.notice_text import CHILDREN_ONLY, FamilyOnSheet, Sheet, Telephone, signature_of
from backend.privacy.seal import Place, unseal
from backend.services.meeting_items import AGREED, latest_item
from backend.services.sittings import MEETING
from backend.workflow.deadlines import due_on
from backend.workflow.duties import REMOVAL, WATCH_NOTICE
from backend.workflow.places import name_of
from backend.workflow.refusals import not_from
from backend.workflow.states import State

MOST_ON_A_SHEET = 50
ADULT_AT = 18


@dataclass(frozen=True)
class MadeSheet:
    """A sheet, the cases on it in their order, the meeting that agreed, and what must not be public."""

    sheet: Sheet
    cases: tuple[Case, ...]
    meeting: Meeting
    findings: tuple[Finding, ...]

    def family_of(self, case: Case) -> FamilyOnSheet:
        """Return one case's line."""
        return self.sheet.families[self.cases.index(case)]


def make_sheet(cases: Sequence[Case], posts_on: date) -> MadeSheet:
    """Return the sheet of these cases of one meeting, with what the check found on it.

    Errors: `NotPossibleNow` when a case is not waiting for its notice; `Invalid` when they are not of one meeting.
    """
    if not 1 <= len(cases) <= MOST_ON_A_SHEET:
        raise Invalid.field("case_ids", f"一张公示最多放{MOST_ON_A_SHEET}户。")
    items = [_agreed(case) for case in cases]
    if len({item.meeting_id for item in items}) != 1:
        raise Invalid.field("case_ids", "一张公示只放同一次评议会的户，请分开做。")
    if len({case.procedure for case in cases}) != 1:
        raise Invalid.field("case_ids", "拟纳入的和拟消除的分开公示，请分开做。")
    meeting = db.session.scalars(select(Meeting).where(Meeting.id == items[0].meeting_id)).one()
    policy = policy_of(cases[0].county_code, cases[0].policy_version)
    members = {case.id: _members(case) for case in cases}
    families = [_family(case, item, members[case.id], policy) for case, item in zip(cases, items, strict=True)]
    sheet = _sheet(cases[0], meeting, posts_on, policy, families)
    known = Known(
        telephones=[each.number for each in sheet.telephones],
        places=_places(cases),
        heads=[family.head for family in families],
        children=[name for people in members.values() for name, is_child in people if is_child],
    )
    return MadeSheet(sheet, tuple(cases), meeting, tuple(check_notice(sheet.text, known)))


def refuse_findings(made: MadeSheet) -> None:
    """Raise `Invalid` with everything that must not be public."""
    if made.findings:
        said = "；".join(str(each) for each in made.findings)
        raise Invalid.field("text", f"公示内容里有不能公开的：{said}。请改好再做。")


def _agreed(case: Case) -> MeetingItem:
    item = latest_item(case.id, MEETING)
    if State(case.state) is not State.REVIEWED or item is None or item.outcome != AGREED:
        raise NotPossibleNow(not_from(State(case.state)))
    return item


def _sheet(case: Case, meeting: Meeting, posts_on: date, policy: Policy, families: Sequence[FamilyOnSheet]) -> Sheet:
    limit = policy.limit(WATCH_NOTICE.limit)
    village = name_of(case.village_code)
    return Sheet(
        village=village,
        households=policy.texts["monitored_household"],
        met_on=meeting.held_on,
        posts_on=posts_on,
        until=due_on(posts_on, limit, county_workdays(case.county_code)).on,
        length=limit.in_words,
        signature=signature_of(village),
        ends=case.procedure == REMOVAL,
        telephones=telephones_of(case.village_code),
        families=tuple(families),
    )


def telephones_of(village_code: str) -> tuple[Telephone, ...]:
    """Return the published telephones of village, township and county, as far as there are any."""
    codes = [village_code, village_code[:9]]
    named = select(Region.code, Region.phone).where(Region.code.in_(codes))
    phones = {row.code: row.phone for row in db.session.execute(named)}
    county = db.session.get(County, village_code[:6])
    said = [Telephone(name_of(code), phones[code]) for code in codes if phones.get(code)]
    if county is not None and county.phone:
        said.append(Telephone(county.name, county.phone))
    return tuple(said)


def head_as_shown(case: Case, policy: Policy) -> str:
    """Return the head's name as it may hang on a wall: whole, masked, or no name at all for children alone."""
    return _shown(case.head_name, _members(case), policy)


def _family(case: Case, item: MeetingItem, members: Sequence[tuple[str, bool]], policy: Policy) -> FamilyOnSheet:
    group = item.group_name or (name_of(case.grid_code) if case.grid_code else "")
    return FamilyOnSheet(
        group=group,
        head=_shown(case.head_name, members, policy),
        people=item.people or len(members) or None,
        category=policy.dictionaries["categories"].get(item.category, policy.texts["monitored_household"]),
        named="原类别" if case.procedure == REMOVAL else "拟定类别",
    )


def _shown(head: str, members: Sequence[tuple[str, bool]], policy: Policy) -> str:
    if (head, True) in members:
        return CHILDREN_ONLY
    return mask_name(head) if policy.flags["notice_names"] == "masked" else head


def _members(case: Case) -> list[tuple[str, bool]]:
    """Return the names known in the household, and whether each is known to be under eighteen."""
    people = db.session.scalars(select(Person).where(Person.household_id == case.household_id)).all()
    return [(person.name, _is_child(person)) for person in people]


def _is_child(person: Person) -> bool:
    if person.id_sealed is None:
        return False
    number = unseal(person.id_sealed, keys=keys(), place=Place("people", "id_sealed", person.id))
    today = clock.today()
    try:
        birth = parse_id_number(number, today=today).birth
    except Invalid:
        return False
    return (today.year - birth.year) - ((today.month, today.day) < (birth.month, birth.day)) < ADULT_AT


def _places(cases: Iterable[Case]) -> list[str]:
    codes = {code for case in cases for code in (case.county_code, case.township_code, case.village_code)}
    codes |= {case.grid_code for case in cases if case.grid_code}
    return [name_of(code) for code in codes]
