"""What the rules that look a home check over may know: the form, the county's rules, and what was computed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from backend.policy.assessment.category import Proposal
from backend.policy.assessment.form import HomeCheckForm, Member
from backend.policy.assessment.income import Sums
from backend.policy.assessment.lines import Line
from backend.policy.rules import Policy


@dataclass(frozen=True)
class Facts:
    """`sums` is empty when nobody shares the income; `elsewhere` are members whose ID is in another household."""

    form: HomeCheckForm
    policy: Policy
    today: date
    line: Line
    sums: Sums | None = None
    proposal: Proposal | None = None
    elsewhere: frozenset[int] = field(default_factory=frozenset)


Params = Mapping[str, int]
Predicate = Callable[[Facts, Params], list[str]]
"""Names the fields that break the rule, `members.2.id_number`; an empty list when all is well."""


def age(member: Member, today: date) -> int | None:
    """Return a member's age in whole years, if the birth date is known."""
    if member.birth_on is None:
        return None
    had_birthday = (today.month, today.day) >= (member.birth_on.month, member.birth_on.day)
    return today.year - member.birth_on.year - (not had_birthday)


def members_where(facts: Facts, is_wrong: Callable[[Member], bool], name: str) -> list[str]:
    """Return the field `name` of each member of whom something is wrong."""
    return [f"members.{index}.{name}" for index, each in enumerate(facts.form.members) if is_wrong(each)]


def if_so(is_wrong: bool, *fields: str) -> list[str]:
    """Return the fields when something is wrong."""
    return list(fields) if is_wrong else []


def has_health(members: Iterable[Member], *codes: str) -> bool:
    """Say whether a member is ill or disabled in one of these ways."""
    return any(code in each.health for each in members for code in codes)


def can_work(member: Member) -> bool:
    """Say whether a member counts as labour; weak and half labour does, as in the national table."""
    return member.labour in {"ordinary", "skilled", "weak"}
