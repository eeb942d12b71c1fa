"""比对: what the registers say of each member who allowed it, item by item; a hit asks and never vetoes (P15)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotAllowed, NotFound
from backend.models import Case, Comparison, ComparisonResult
from backend.models.places import same_place
from backend.policy import Policy
from backend.policy.county import policy_of
from backend.services.authorizations import Member, members_of
from backend.services.sealing import MOST_SHORT, Sealer, needed, optional
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.steps import Reason

HIT, NO_HIT, NOT_COMPARED = "hit", "no_hit", "not_compared"
SKIPPED, FILED = "skipped", "filed"
DEPOSITS = "deposits"
_AMOUNT = re.compile(r"[0-9０-９零一二三四五六七八九十百千万亿点.,，]+ *(?:元|块|万|亿)")


@dataclass(frozen=True)
class Finding:
    """What one register says of one member: hit, no hit, or not compared and why."""

    person_id: int
    item: str
    result: str
    why: str | None = None
    remark: str = ""
    explanation: str = ""


@dataclass(frozen=True)
class _Question:
    """One item of one member, and what was answered to it."""

    member: Member
    item: str
    finding: Finding | None


@use_case
def compare(case_id: int, findings: Sequence[Finding], *, by: Actor, version: int) -> Comparison:
    """Record the comparison; members without a valid authorization are noted as not compared, by the program itself.

    Errors: `NotAllowed` when a result is given for such a member; `Invalid` names what is missing or not a code.
    """
    require(by.role, Action.FILE_COMPARISON)
    case = find_case(case_id)
    policy = policy_of(case.county_code, case.policy_version)
    questions = _questions(case, policy, findings)
    _refuse_uncovered(questions)
    _refuse_unanswered(questions, case, policy)
    comparison = _comparison(case, FILED, by)
    engine.move(case, Action.FILE_COMPARISON, by=by, version=version, detail={"comparison": str(comparison.id)})
    db.session.add(comparison)
    db.session.flush()
    db.session.add_all([_result(comparison, case, each, policy) for each in questions])
    return comparison


@use_case
def skip(case_id: int, items: Sequence[str], *, by: Actor, version: int, reason: str) -> Comparison:
    """Let some items go with a leader's written reason; the others are still owed by the same day (seed 004).

    Errors: `Invalid` for items that must be compared; `NotPossibleNow` where the rules or an objection forbid it.
    """
    require(by.role, Action.SKIP_COMPARISON)
    case = find_case(case_id)
    policy = policy_of(case.county_code, case.policy_version)
    chosen = list(dict.fromkeys(items))
    if not chosen or any(item not in policy.dictionaries["skippable_items"] for item in chosen):
        allowed = "、".join(policy.dictionaries["skippable_items"].values())
        raise Invalid.field("items", f"只有{allowed}可以经批准不比对，请选其中的。")
    words = needed(reason, "words")
    skipped = [*case.marks.get("skipped_items", []), *chosen]
    comparison = _comparison(case, SKIPPED, by)
    comparison.skipped = chosen
    comparison.reason_sealed = Sealer("comparisons", comparison.id).keep("reason_sealed", words)
    left = [item for item in policy.dictionaries["compare_items"] if item not in skipped]
    detail = {"comparison": str(comparison.id), "items": skipped, "left": left}
    engine.move(case, Action.SKIP_COMPARISON, by=by, version=version, reason=Reason(words=words), detail=detail)
    db.session.add(comparison)
    return comparison


@use_case
def explain(result_id: int, words: str, *, by: Actor) -> ComparisonResult:
    """Write down what the family says about a hit: it is heard, and people decide."""
    require(by.role, Action.EXPLAIN_HIT)
    row = db.session.scalars(select(ComparisonResult).where(ComparisonResult.id == result_id)).one_or_none()
    if row is None or row.result != HIT:
        raise NotFound
    said = without_amounts(row.item, needed(words, "words", MOST_SHORT), "words")
    case = find_case(row.case_id)
    row.explanation_sealed = Sealer("comparison_results", row.id).keep("explanation_sealed", said)
    row.explained_by = by.name
    case.content_version += 1  # evidence: whoever judges must have read it
    engine.note(case, "explain_hit", by=by, detail={"result": str(row.id)})
    return row


def results_of(case_id: int) -> Sequence[ComparisonResult]:
    """Return every result of a case, the oldest first."""
    query = select(ComparisonResult).where(ComparisonResult.case_id == case_id).order_by(ComparisonResult.id)
    return db.session.scalars(query).all()


def comparisons_of(case_id: int) -> Sequence[Comparison]:
    """Return what was compared or let go, the oldest first."""
    return db.session.scalars(select(Comparison).where(Comparison.case_id == case_id).order_by(Comparison.id)).all()


def words_of(row: ComparisonResult) -> Mapping[str, str]:
    """Return a result's remark and explanation in clear."""
    sealer = Sealer("comparison_results", row.id)
    return {
        "remark": sealer.open("remark_sealed", row.remark_sealed),
        "explanation": sealer.open("explanation_sealed", row.explanation_sealed),
    }


def reason_of(row: Comparison) -> str:
    """Return why a leader let items go."""
    return Sealer("comparisons", row.id).open("reason_sealed", row.reason_sealed)


def _questions(case: Case, policy: Policy, findings: Sequence[Finding]) -> list[_Question]:
    """Put every member beside every item; an answer that belongs to nobody, or comes twice, is refused."""
    members = members_of(case)
    given = {(each.person_id, each.item): each for each in findings}
    if len(given) != len(findings):
        raise Invalid.field("results", "同一个人的同一项填了两次。")
    questions = [
        _Question(member, item, given.pop((member.person.id, item), None))
        for member in members
        for item in policy.dictionaries["compare_items"]
    ]
    if given:
        raise Invalid.field("results", "有的结果对不上这一户的人或比对项目。")
    for each in findings:
        if each.result not in policy.dictionaries["compare_results"]:
            raise Invalid.field("results", "比对结果只有“有”“没有”“没有比对”三种。")
    return questions


def _refuse_uncovered(questions: Iterable[_Question]) -> None:
    """Only members with a valid authorization may be compared (PIPL 13, 29; practice P13)."""
    for each in questions:
        answered = each.finding is not None and each.finding.result != NOT_COMPARED
        if answered and not each.member.is_valid:
            raise NotAllowed(f"{each.member.person.name}没有有效的授权，不能比对，请登记为没有比对。")


def _refuse_unanswered(questions: Iterable[_Question], case: Case, policy: Policy) -> None:
    complaints, skipped = Complaints(), case.marks.get("skipped_items", [])
    for each in questions:
        where = f"{each.member.person.name}：{policy.dictionaries['compare_items'][each.item]}"
        if each.finding is None:
            if each.member.is_valid and each.item not in skipped:
                complaints.add("results", f"还有没填的：{where}。")
        elif _lacks_why(each, each.finding, policy):
            complaints.add("results", f"请写明为什么没有比对：{where}。")
    complaints.raise_if_any()


def _lacks_why(question: _Question, finding: Finding, policy: Policy) -> bool:
    known = policy.dictionaries["not_compared_reasons"]
    return question.member.is_valid and finding.result == NOT_COMPARED and finding.why not in known


def _comparison(case: Case, kind: str, by: Actor) -> Comparison:
    return Comparison(
        id=new_id(),
        case_id=case.id,
        household_id=case.household_id,
        kind=kind,
        by_id=by.id,
        by_name=by.name,
        filed_at=clock.now(),
        **same_place(case),
    )


def _result(comparison: Comparison, case: Case, question: _Question, policy: Policy) -> ComparisonResult:
    member, finding = question.member, question.finding
    row_id = new_id()
    sealer = Sealer("comparison_results", row_id)
    answered = finding is not None and finding.result != NOT_COMPARED
    row = ComparisonResult(
        id=row_id,
        comparison_id=comparison.id,
        case_id=case.id,
        household_id=case.household_id,
        person_id=member.person.id,
        item=question.item,
        result=finding.result if finding else NOT_COMPARED,
        why=None if answered else _why(question, case),
        authorization_id=member.authorization.id if answered and member.authorization else None,
        **same_place(case),
    )
    if finding is not None:
        remark = without_amounts(question.item, optional(finding.remark, "remark", MOST_SHORT), "remark")
        said = without_amounts(question.item, optional(finding.explanation, "explanation", MOST_SHORT), "explanation")
        row.remark_sealed = sealer.keep("remark_sealed", remark)
        row.explanation_sealed = sealer.keep("explanation_sealed", said)
    return row


def _why(question: _Question, case: Case) -> str:
    if not question.member.is_valid:
        return question.member.why_not
    if question.item in case.marks.get("skipped_items", []):
        return SKIPPED
    return question.finding.why or SKIPPED if question.finding else SKIPPED


def without_amounts(item: str, text: str, field: str) -> str:
    """Refuse a balance: hit or no hit says enough (practice P15)."""
    if item == DEPOSITS and _AMOUNT.search(text):
        raise Invalid.field(field, "存款只写有或没有，不写数目。")
    return text
