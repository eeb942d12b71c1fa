"""Turns marks, consents and complaints into what their schemas dump."""

from typing import Any

from backend.policy.county import current_policy, policy_of
from backend.privacy.receipts import spoken
from backend.services.authorizations import consequence_for
from backend.services.complaint_answers import Listed, Opened
from backend.services.complaint_lines import STATUS_NAMES
from backend.services.complaints import OwnComplaint
from backend.services.consents import OwnConsents
from backend.services.correction_requests import OwnCorrection
from backend.services.looks import Told
from backend.services.satisfactions import CallBack
from backend.workflow.places import name_of
from miniprogram_api.shapes import page_before


def call_back(row: CallBack) -> dict[str, Any]:
    """Return a family to call back."""
    mark, case = row.satisfaction, row.case
    names = policy_of(case.county_code, case.policy_version).dictionaries["satisfaction"]
    is_open = row.duty is not None and row.duty.open_due is not None
    return {
        "id": mark.id,
        "case_id": case.id,
        "head_name": case.head_name,
        "village_name": name_of(case.village_code),
        "mark_name": names.get(mark.mark, mark.mark),
        "marked_at": mark.marked_at,
        "due_on": row.duty.open_due if row.duty else None,
        "version": row.duty.version if row.duty and is_open else None,
        "words": row.words,
        "answer": row.answer,
    }


def call_back_page(rows: list[CallBack], size: int) -> dict[str, Any]:
    """Return a page of families to call back."""
    page = page_before([row.satisfaction for row in rows], size)
    return {"items": [call_back(row) for row in rows], "before": page["before"]}


def own_data(rows: list[OwnConsents], looked: list[Told], asked: list[OwnCorrection]) -> dict[str, Any]:
    """Return what is held under one's own receipts, who looked at it, and what was asked to be corrected."""
    return {"items": [_own_line(row) for row in rows], "looks": looked, "corrections": asked}


def _own_line(row: OwnConsents) -> dict[str, Any]:
    declaration = row.declaration
    names = current_policy(declaration.county_code).dictionaries["consents"]
    return {
        "declaration_id": declaration.id,
        "receipt_no": declaration.receipt_no,
        "head_name": declaration.head_name,
        "declared_at": declaration.declared_at,
        "may_change": row.may_change,
        "consequence": consequence_for(declaration.county_code),
        "consents": [
            {"code": each.code, "name": names[each.code], "is_given": each.is_given, "history": each.history}
            for each in row.consents
        ],
    }


def own_complaint(row: OwnComplaint) -> dict[str, Any]:
    """Return a complaint as its sender reads it."""
    names = ("receipt_no", "kind_name", "status", "sent_at", "whom", "due_on", "timeline")
    return {**{name: getattr(row, name) for name in names}, "receipt_spoken": spoken(row.receipt_no)}


def listed_complaint(row: Listed) -> dict[str, Any]:
    """Return a complaint in the list of those who answer."""
    complaint = row.complaint
    words = policy_of(complaint.county_code, complaint.policy_version).dictionaries
    return {
        "id": complaint.id,
        "receipt_no": complaint.receipt_no,
        "kind_name": words["complaint_kinds"].get(complaint.kind, complaint.kind),
        "target_name": words["complaint_targets"].get(complaint.target, complaint.target),
        "place_name": name_of(complaint.said_place),
        "status": STATUS_NAMES[complaint.status],
        "sent_at": complaint.sent_at,
        "due_on": row.duty.open_due,
        "version": row.duty.version,
        "is_named": complaint.name_sealed is not None,
    }


def complaint_page(rows: list[Listed], size: int) -> dict[str, Any]:
    """Return a page of complaints."""
    page = page_before([row.complaint for row in rows], size)
    return {"items": [listed_complaint(row) for row in rows], "before": page["before"]}


def opened_complaint(row: Opened) -> dict[str, Any]:
    """Return one complaint in clear."""
    return {**listed_complaint(row.listed), "name": row.name, "phone": row.phone, "text": row.text}
