"""Hands what a step's form asked to the service that takes the step."""

from collections.abc import Mapping
from typing import Any

from admin.forms import row_of
from admin.step_fields import Sent
from backend.access.permissions import Action
from backend.errors import Invalid, NotPossibleNow
from backend.services import (
    announcements,
    care,
    cases,
    checks,
    clues,
    comparisons,
    family_warnings,
    green_channels,
    home_checks,
    measures,
    objection_answers,
    objections,
    rechecks,
    removals,
    tellings,
)
from backend.services.cases import Seen, VisitForm
from backend.services.checks import CheckForm
from backend.services.comparisons import NOT_COMPARED, Finding
from backend.services.green_channels import AidForm, Telephone
from backend.services.judgements import JudgementForm
from backend.services.objection_answers import AnswerForm
from backend.services.objections import ObjectionForm
from backend.workflow.steps import Reason


def decide(sent: Sent) -> Any:
    """Take one of the steps that need no record of their own kind."""
    versions = Seen(sent.version, sent.content_version)
    form = JudgementForm(
        opinion=sent["opinion"],
        category=sent["category"] or None,
        category_reason=sent["category_reason"],
        alternative=sent["alternative"],
        transfer=sent["transfer"] or None,
    )
    return cases.decide(
        sent.case_id, Action(sent.action), by=sent.by, seen=versions, reason=reason(sent), judgement=form
    )


def reason(sent: Sent) -> Reason:
    """Return the codes and words that were given."""
    return Reason(sent["reasons"], sent["words"])


def seen(sent: Sent) -> dict[str, Any]:
    """Return who sends it, and the version of the duty on their screen."""
    return {"by": sent.by, "version": sent.version}


def not_here(sent: Sent) -> Any:
    """Refuse a step that has an address of its own."""
    raise NotPossibleNow


def reschedule(sent: Sent) -> Any:
    """Note that nobody was home."""
    form = VisitForm(findings=sent["findings"], conclusion="not_home", visited_on=sent["visited_on"])
    return cases.file_visit(sent.case_id, **seen(sent), form=form)


def file_department_check(sent: Sent) -> Any:
    """Record one department's check."""
    form = CheckForm(sent["opinion"], sent["findings"], sent["second_name"], sent["checked_on"])
    return checks.file_check(sent.case_id, form, **seen(sent))


def compare(sent: Sent) -> Any:
    """Record the comparison as it was ticked; what was left empty has nothing where the box says so."""
    given: Mapping[str, str] = sent["results"]
    rest = "no_hit" if sent["rest_no_hit"] else ""
    findings = [
        _finding(key, value or rest, given.get(f"{key}.remark", ""))
        for key, value in given.items()
        if not key.endswith(".remark") and (value or rest)
    ]
    return comparisons.compare(sent.case_id, findings, **seen(sent))


def _finding(key: str, value: str, remark: str) -> Finding:
    person, _, item = key.partition(".")
    result, _, why = value.partition(":")
    person_id = row_of(person)
    if person_id is None:
        raise Invalid.field("results", "有的结果对不上这一户的人或比对项目。")
    return Finding(person_id, item, result, why if result == NOT_COMPARED else None, remark)


def answer_objection(sent: Sent) -> Any:
    """Answer an objection one of three ways."""
    form = AnswerForm(sent["words"], sent["answer"], sent["reasons"], sent["alternative"], sent["transfer"])
    objection = sent.number("objection")
    return objection_answers.answer(objection, Action(sent.action), **seen(sent), form=form)


def enter_objection(sent: Sent) -> str:
    """Type an objection for somebody; return the words with the number that they keep."""
    form = ObjectionForm(sent["ground"], sent["text"], sent["name"], sent["phone"], sent["key"])
    done = objections.enter_objection(sent.case_id, form, by=sent.by, is_their_wish=sent["is_their_wish"])
    return f"已登记异议，回执号 {done.receipt_no}，请念给提异议的人听。"


def agree_green(sent: Sent) -> Any:
    """Give a level's word for help before papers, one's own or a leader's by telephone."""
    leader, at = sent["phoned"].strip(), sent["phoned_at"]
    if bool(leader) != (at is not None):
        raise Invalid.field("phoned", "电话同意的，请把是哪位负责人、什么时候通的话都写上。")
    phoned = Telephone(leader, at) if leader else None
    return green_channels.agree(sent.case_id, **seen(sent), phoned=phoned)


def deliver_aid(sent: Sent) -> Any:
    """Record the help that reached the family."""
    said = {name: sent[name] for name in ("delivered_on", "family_confirmed", "receiver_checked")}
    form = AidForm(sent["what"], sent["how_much"], sent["cents"], **said)
    return green_channels.deliver(sent.case_id, form, **seen(sent))


def join_in(sent: Sent) -> Any:
    """Join another declaration, or a clue, to this case."""
    if "clue" in sent.form:
        return clues.join(sent.case_id, sent.number("clue"), **seen(sent))
    return cases.join_declaration(sent.case_id, sent.number("declaration"), **seen(sent))


def enter_national(sent: Sent) -> Any:
    """Type the receipt of the national system."""
    if sent["entered_on"] is None:
        raise Invalid.field("entered_on", "请填在国家系统里录入的日期。")
    return announcements.enter_national(sent.case_id, sent["receipt_no"], sent["entered_on"], **seen(sent))


def confirm_check(sent: Sent) -> Any:
    """Say as the second visitor whether one saw the same."""
    if sent["agrees"] not in {"yes", "no"}:
        raise Invalid.field("agrees", "请选择看到的情况是不是和核实表一样。")
    return home_checks.confirm_check(sent.case_id, **seen(sent), agrees=sent["agrees"] == "yes", words=sent["words"])


def tell_in_person(sent: Sent) -> Any:
    """Record who was told what no channel could tell."""
    if sent["told_on"] is None:
        raise Invalid.field("told_on", "请填哪天告知的。")
    told = {name: sent[name] for name in ("way", "told_whom", "told_on", "words")}
    return tellings.record_telling(sent.case_id, **seen(sent), **told)


def confirm_outcome(sent: Sent) -> Any:
    """Answer a recheck: the outcome stands."""
    return rechecks.answer(sent.case_id, **seen(sent), overturn=False, words=sent["words"])


def overturn_outcome(sent: Sent) -> Any:
    """Answer a recheck: the family is visited again."""
    return rechecks.answer(sent.case_id, **seen(sent), overturn=True, words=sent["words"])


def keep_watching(sent: Sent) -> Any:
    """Say at a family's home that it is too early for a removal."""
    return removals.keep_watching(sent.case_id, sent["reasons"], **seen(sent), words=sent["words"])


def roll_back(sent: Sent) -> Any:
    """Take a removal back."""
    return removals.roll_back(sent.case_id, sent["reasons"], by=sent.by, words=sent["words"])


def answer_missing(sent: Sent) -> str:
    """Say what was found about help that had not arrived."""
    measures.answer_missing(sent.case_id, **seen(sent), words=sent["words"])
    return "已答复农户。"


def take_care(sent: Sent) -> Any:
    """Write down care, or what 民政 answered."""
    return care.take(sent.case_id, Action(sent.action), **seen(sent), words=sent["words"])


def step_warning(sent: Sent) -> Any:
    """Take a step of a warning."""
    department = sent.values.get("department") or ""
    return family_warnings.step(
        sent.case_id,
        Action(sent.action),
        **seen(sent),
        words=sent["words"],
        department=department,
        codes=sent["reasons"],
    )
