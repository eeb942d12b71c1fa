"""比对批次: one list of everybody who may be compared now, filled in by the registers, filed family by family.

Only members with a valid authorization are on the list, and only the items that the county has not let go; a member who
was not reached is not compared, and the family goes on (practice P13).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import DomainError, Invalid, TryLater
from backend.models import Case, Person, Task
from backend.policy import Policy
from backend.policy.county import current_policy, policy_of
from backend.services import comparisons, csv_papers
from backend.services.authorizations import Member, members_of
from backend.services.comparisons import HIT, NO_HIT, NOT_COMPARED, Finding
from backend.services.csv_papers import Sheet
from backend.services.pace import Pace
from backend.services.sealing import Sealer
from backend.workflow.places import name_of
from backend.workflow.states import Kind

MOST_FAMILIES = 100
NO_ANSWER = "no_answer"
LEADING = ("编号", "村", "姓名", "身份证号")
ANSWERS = {"有": HIT, "没有": NO_HIT, "无": NO_HIT, "没有比对": NOT_COMPARED, "未比对": NOT_COMPARED}
FILED, REFUSED = "filed", "refused"


@dataclass(frozen=True)
class Waiting:
    """A family whose comparison is due: its case, its duty, and its members with what each allowed."""

    case: Case
    duty: Task
    members: Sequence[Member]

    @property
    def comparable(self) -> list[Member]:
        """Return the members who may be compared."""
        return [each for each in self.members if each.is_valid]


@dataclass(frozen=True)
class Answered:
    """What the registers say of one person: words by the code of the item."""

    person_id: int
    words: Mapping[str, str]


@dataclass(frozen=True)
class FamilyResult:
    """What became of one family's comparison: filed, or refused and why."""

    case_id: int
    head_name: str
    outcome: str
    said: str = ""


def waiting(*, by: Actor) -> list[Waiting]:
    """Return the families whose comparison is due in the county, the most pressing first."""
    require(by.role, Action.FILE_COMPARISON)
    query = (
        select(Case, Task)
        .join(Task, Task.case_id == Case.id)
        .where(Task.kind == Kind.COMPARE, Task.open_due.is_not(None))
        .order_by(Task.open_due, Task.id)
        .limit(MOST_FAMILIES)
    )
    return [Waiting(case, duty, members_of(case)) for case, duty in db.session.execute(query).all()]


@use_case
def request_sheet(*, by: Actor) -> Sheet:
    """Return the list for the registers: one line a person, a column an item, to be filled in with 有 or 没有.

    It holds ID numbers, without which nothing can be compared; the audit keeps who took it, and how many people it
    named. Errors: `Invalid` where nobody may be compared now.
    """
    require(by.role, Action.FILE_COMPARISON)
    families = [each for each in waiting(by=by) if each.comparable]
    if not families:
        raise Invalid.field("families", "现在没有可以比对的人：没有等比对的户，或者还没有人授权。")
    items = items_of(current_policy(by.county_code))
    rows = [
        (
            str(member.person.id),
            name_of(each.case.village_code),
            member.person.name,
            _number(member.person),
            *_blanks(each, items),
        )
        for each in families
        for member in each.comparable
    ]
    made = csv_papers.sheet("信息比对名单", (*LEADING, *items.values()), rows, purpose="经本人授权的信息比对", by=by)
    csv_papers.record(made, Action.FILE_COMPARISON, by=by, families=len(families))
    return made


def file_results(answered: Sequence[Answered], *, by: Actor) -> list[FamilyResult]:
    """File what the registers answered, each family in a transaction of its own; one that cannot be is reported.

    Errors: `Invalid` for a list without anybody who waits for a comparison.
    """
    require(by.role, Action.FILE_COMPARISON)
    given = {each.person_id: each for each in answered}
    concerned = [each for each in waiting(by=by) if any(member.person.id in given for member in each.members)]
    if not concerned:
        raise Invalid.field("lines", "名单上没有正在等比对的人。请用这一页下载的名单，编号一栏不要改。")
    plan = [(each.case.id, each.case.head_name, each.duty.version, _findings(each, given)) for each in concerned]
    return [_file(*family, by) for family in Pace().between(plan)]


def items_of(policy: Policy) -> dict[str, str]:
    """Return the items of a comparison by code, with their names."""
    return dict(policy.dictionaries["compare_items"])


def _file(case_id: int, head_name: str, version: int, findings: list[Finding] | str, by: Actor) -> FamilyResult:
    if isinstance(findings, str):
        return FamilyResult(case_id, head_name, REFUSED, findings)
    try:
        comparisons.compare(case_id, findings, by=by, version=version)
    except TryLater:
        raise
    except DomainError as error:
        return FamilyResult(
            case_id, head_name, REFUSED, "；".join(dict.fromkeys(error.fields.values())) or error.message
        )
    return FamilyResult(case_id, head_name, FILED)


def _findings(family: Waiting, given: Mapping[int, Answered]) -> list[Finding] | str:
    """Return a family's findings, or a sentence about the first word that means nothing."""
    items = items_of(policy_of(family.case.county_code, family.case.policy_version))
    skipped = family.case.marks.get("skipped_items", [])
    found: list[Finding] = []
    for member in family.members:
        answer = given.get(member.person.id)
        for code, name in items.items():
            words = answer.words.get(code, "").strip() if answer else ""
            if not words or code in skipped:
                continue
            if words not in ANSWERS:
                return f"{member.person.name}的{name}写的是“{words[:20]}”，请写“有”“没有”或“没有比对”。"
            result = ANSWERS[words]
            found.append(Finding(member.person.id, code, result, NO_ANSWER if result == NOT_COMPARED else None))
    return found


def _blanks(family: Waiting, items: Mapping[str, str]) -> list[str]:
    """Leave each item empty to be filled in, and say where a leader has let it go."""
    skipped = family.case.marks.get("skipped_items", [])
    return ["经批准不比对" if code in skipped else "" for code in items]


def _number(person: Person) -> str:
    return Sealer("people", person.id).open("id_sealed", person.id_sealed) or "没有登记"
