"""Turns a dossier and its parts into what their schemas dump."""

from datetime import date
from typing import Any

from backend.models import BatchItem, ComparisonResult, CountyBatch, DepartmentCheck, Judgement
from backend.policy import Policy
from backend.policy.county import policy_of
from backend.services import authorizations, batches, checks, comparisons, judgements
from backend.services.authorizations import Member
from backend.services.county_waiting import Waiting
from backend.services.dossiers import Dossier
from backend.workflow.places import name_of


def members(case: Any, listed: list[Member]) -> dict[str, Any]:
    """Return every member with the words that are signed."""
    policy = policy_of(case.county_code, case.policy_version)
    return {
        "text": authorizations.text_of(case),
        "consequence": authorizations.consequence_of(case),
        "members": [_member(each, policy) for each in listed],
    }


def _member(member: Member, policy: Policy) -> dict[str, Any]:
    why = "" if member.is_valid else policy.dictionaries["not_compared_reasons"][member.why_not]
    return {
        "person_id": member.person.id,
        "name": member.person.name,
        "relation": member.person.relation,
        "may_be_compared": member.is_valid,
        "why_not": why,
        "authorization": member.authorization,
    }


def dossier(file: Dossier) -> dict[str, Any]:
    """Return what was gathered on a case, its sealed words opened for whoever judges it."""
    case, policy = file.case, policy_of(file.case.county_code, file.case.policy_version)
    names = {each.person.id: each.person.name for each in file.members}
    by = case.marks.get("backfill_by")
    return {
        "proposed_category": file.proposed_category,
        "members": [_member(each, policy) for each in file.members],
        "checks": [_check(each, policy) for each in file.checks],
        "comparisons": file.comparisons,
        "results": [_result(each, names, policy) for each in file.results],
        "judgements": [_judgement(each) for each in file.judgements],
        "backfill_by": date.fromisoformat(by) if by else None,
        "to_make_up": file.to_make_up,
        "aid_booked_as": case.marks.get("aid_booked_as"),
        "announcement": file.announcements[-1].text if file.announcements else None,
    }


def _check(row: DepartmentCheck, policy: Policy) -> dict[str, Any]:
    office = policy.departments.get(row.department)
    return {
        **{name: getattr(row, name) for name in _CHECK},
        "department_name": office.name if office else row.department,
        "findings": checks.findings_of(row),
    }


_CHECK = ("id", "department", "opinion", "checked_on", "checker_name", "second_name")
_JUDGEMENT = ("id", "action", "category_proposed", "category", "transfer", "by_name", "judged_at")


def _result(row: ComparisonResult, names: dict[int, str], policy: Policy) -> dict[str, Any]:
    words = comparisons.words_of(row)
    return {
        "id": row.id,
        "person_id": row.person_id,
        "name": names.get(row.person_id, ""),
        "item": row.item,
        "item_name": policy.dictionaries["compare_items"].get(row.item, row.item),
        "result": row.result,
        "why": row.why,
        **words,
        "asks_for_explanation": row.result == comparisons.HIT and not words["explanation"],
    }


def _judgement(row: Judgement) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in _JUDGEMENT}, **judgements.words_of(row)}


_BATCH = ("id", "number", "sits_on", "prepared_by_name", "signed_by_name", "signed_at")


def batch(row: CountyBatch) -> dict[str, Any]:
    """Return a batch with its families."""
    names = (*_BATCH, "phoned_by", "phoned_at", "noted_by_name")
    items: list[BatchItem] = list(batches.items_of(row.id))
    return {**{name: getattr(row, name) for name in names}, "items": items}


def waiting(listed: list[Waiting]) -> dict[str, Any]:
    """Return the cases that wait for the county."""
    return {
        "items": [
            {
                "case_id": each.case.id,
                "head_name": each.case.head_name,
                "village_name": name_of(each.case.village_code),
                "due_on": each.due_on,
                "passes_its_day": each.is_late_for,
            }
            for each in listed
        ]
    }
