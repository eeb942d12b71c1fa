"""Asks the holders of registers and files what they answered: a list per item, answers by file (practice P15)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import DomainError, Invalid, NotPossibleNow, TryLater
from backend.models import Case, Comparison, ComparisonAnswer, Task
from backend.policy.county import current_policy, policy_of
from backend.services import audit, comparisons, offline, second_looks
from backend.services.authorizations import Member, members_of
from backend.services.comparisons import NOT_COMPARED, Finding
from backend.services.imports.register_answers import COLUMNS
from backend.services.sealing import Sealer
from backend.services.workbooks import Tab, write_xlsx
from backend.workflow.engine import find_case
from backend.workflow.places import name_of
from backend.workflow.states import Kind

NO_ANSWER = "no_answer"
MOST_CASES = 500


@dataclass(frozen=True)
class Waiting:
    """A case that waits to be compared: how many answers there are to how many questions, and whom nobody may ask."""

    case: Case
    duty: Task
    answered: int
    asked: int
    not_authorized: int

    @property
    def is_complete(self) -> bool:
        """Say whether everything that may be asked was answered."""
        return self.answered >= self.asked


@dataclass(frozen=True)
class Filed:
    """What became of one case: filed, or why not."""

    case_id: int
    said: str = ""


def waiting(*, by: Actor) -> list[Waiting]:
    """Return the cases of the actor's place that wait to be compared, the most pressing first."""
    require(by.role, Action.ASK_REGISTERS)
    query = (
        select(Case, Task)
        .join(Task, Task.case_id == Case.id)
        .where(Task.kind == Kind.COMPARE, Task.open_due.is_not(None))
        .order_by(Task.open_due, Task.id)
        .limit(MOST_CASES)
    )
    return [_waiting(case, duty) for case, duty in db.session.execute(query).all()]


def request_list(item: str, *, by: Actor, password: str, code: str = "") -> bytes:
    """Return whom the holder of one register is asked about: members who allowed it, and nobody else.

    ID numbers are in it: the password is asked once more, and each list is in the audit with how many it holds.
    Errors: `Invalid` for an unknown item or a wrong password; `TooMany` for somebody who guesses it.
    """
    require(by.role, Action.ASK_REGISTERS)
    offline.refuse_files(by.county_code)
    items = current_policy(by.county_code).dictionaries["compare_items"]
    if item not in items:
        raise Invalid.field("item", "请选一项比对。")
    second_looks.confirm(by, password, code)
    rows = list(_asked(item, items[item], by))
    if by.session_id is not None:
        detail: dict[str, object] = {"item": item, "rows": len(rows)}
        audit.record_on_session(by=by, action=Action.ASK_REGISTERS, subject=f"register:{item}", detail=detail)
    needed = frozenset(each.title for each in COLUMNS if each.required)
    results = {5: ("有", "没有")}
    return write_xlsx([Tab("比对", [each.title for each in COLUMNS], rows, needed=needed, choices=results)])


@use_case
def file_answers(case_id: int, *, by: Actor, version: int, without_missing: bool = False) -> Comparison:
    """File a case's comparison from what the registers answered.

    `without_missing`: what a holder did not answer is noted as such, and the case goes on. Errors: `NotPossibleNow`
    while answers are missing; those of `comparisons.compare`.
    """
    require(by.role, Action.FILE_COMPARISON)
    case = find_case(case_id)
    answers = _answers(case.id)
    policy = policy_of(case.county_code, case.policy_version)
    skipped = case.marks.get("skipped_items", [])
    findings: list[Finding] = []
    for member in members_of(case):
        for item in policy.dictionaries["compare_items"]:
            if not member.is_valid or item in skipped:
                continue
            answer = answers.get((member.person.id, item))
            if answer is None and not without_missing:
                named = policy.dictionaries["compare_items"][item]
                raise NotPossibleNow(f"还没有{member.person.name}的{named}结果；不答复的可以按“没有答复”填报。")
            findings.append(_finding(member, item, answer))
    return comparisons.compare(case.id, findings, by=by, version=version)


def file_complete(*, by: Actor) -> list[Filed]:
    """File every case whose answers are complete, each in a transaction of its own; one that fails stops no other."""
    require(by.role, Action.FILE_COMPARISON)
    return [_file(each, by) for each in waiting(by=by) if each.is_complete and each.asked]


def _file(each: Waiting, by: Actor) -> Filed:
    try:
        file_answers(each.case.id, by=by, version=each.duty.version)
    except TryLater:
        raise
    except DomainError as error:
        return Filed(each.case.id, error.message)
    return Filed(each.case.id)


def _waiting(case: Case, duty: Task) -> Waiting:
    policy = policy_of(case.county_code, case.policy_version)
    members = members_of(case)
    items = [each for each in policy.dictionaries["compare_items"] if each not in case.marks.get("skipped_items", [])]
    valid = {each.person.id for each in members if each.is_valid}
    answered = sum(person in valid and item in items for person, item in _answers(case.id))
    return Waiting(case, duty, answered, len(valid) * len(items), len(members) - len(valid))


def _asked(item: str, name: str, by: Actor) -> Iterator[Sequence[str]]:
    for each in waiting(by=by):
        if item in each.case.marks.get("skipped_items", []):
            continue
        for member in members_of(each.case):
            person = member.person
            if member.is_valid and person.id_sealed is not None:
                number = Sealer("people", person.id).open("id_sealed", person.id_sealed)
                yield [name_of(each.case.village_code), person.name, number, name, "", ""]


def _answers(case_id: int) -> dict[tuple[int, str], ComparisonAnswer]:
    rows = db.session.scalars(select(ComparisonAnswer).where(ComparisonAnswer.case_id == case_id))
    return {(row.person_id, row.item): row for row in rows}


def _finding(member: Member, item: str, answer: ComparisonAnswer | None) -> Finding:
    if answer is None:
        return Finding(member.person.id, item, NOT_COMPARED, NO_ANSWER)
    remark = Sealer("comparison_answers", answer.id).open("remark_sealed", answer.remark_sealed)
    return Finding(member.person.id, item, answer.result, remark=remark)
