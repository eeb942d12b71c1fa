"""Turns sittings, sheets and objections into what their schemas dump."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from backend.access.actor import Actor
from backend.models import Notice, NoticeItem
from backend.policy.county import policy_of
from backend.privacy.receipts import spoken
from backend.services import meeting_items, meetings, notice_pages, notices, objection_readings, sittings, village_lists
from backend.services.objections import Receipted
from backend.services.sheets import MadeSheet
from backend.workflow.places import name_of
from miniprogram_api.duty_shapes import duties


def agenda(lines: list[meetings.AgendaLine], by: Actor) -> dict[str, Any]:
    """Return the families that wait for a sitting."""
    return {"items": [_agenda_line(line, by) for line in lines]}


def _agenda_line(line: meetings.AgendaLine, by: Actor) -> dict[str, Any]:
    risks = policy_of(line.case.county_code, line.case.policy_version).dictionaries["risks"]
    return {
        "duty": duties([line.duty], by)[0],
        "case_number": line.case.number,
        "risk_name": risks.get(line.case.risk, line.case.risk),
        "failed_calls": line.failed_calls,
        "forms": line.forms,
        "category": line.proposal.category if line.proposal else "",
        "risks": line.proposal.risks if line.proposal else [],
    }


def held(done: meetings.Held) -> dict[str, Any]:
    """Return a sitting's results."""
    return {"meeting_id": done.meeting.id, "results": done.results}


def meeting(read: tuple[Any, Any]) -> dict[str, Any]:
    """Return one sitting whole."""
    row, items = read
    names = ("id", "kind", "form", "held_on", "place", "chair", "recorder", "attendance")
    return {
        **{name: getattr(row, name) for name in names},
        "minutes": sittings.minutes_of(row),
        "items": [_item(each) for each in items],
    }


_ITEM = ("case_id", "outcome", "category", "risks", "group_name", "people", "voters", "present", "recused")
_VOTES = ("votes_for", "votes_against", "votes_abstained")


def _item(row: Any) -> dict[str, Any]:
    helped, words = meeting_items.texts_of(row)
    return {**{name: getattr(row, name) for name in (*_ITEM, *_VOTES)}, "help": helped, "words": words}


def preview(made: MadeSheet) -> dict[str, Any]:
    """Return a sheet that nobody has printed."""
    return {
        "text": made.sheet.text,
        "posts_on": made.sheet.posts_on,
        "until": made.sheet.until,
        "findings": [str(each) for each in made.findings],
        "lines": [
            {
                "case_id": case.id,
                "number": number,
                "line": made.family_of(case).line,
                "has_heard": notices.has_heard(case, made.family_of(case).digest),
            }
            for number, case in enumerate(made.cases, start=1)
        ],
    }


_NOTICE = ("id", "posts_on", "until", "posted_on", "place", "witness", "photo_sha256", "taken_down_on")


def notice(row: Notice) -> dict[str, Any]:
    """Return a sheet with its text and its code."""
    lines: list[NoticeItem] = list(notices.items_of(row))
    return {
        **{name: getattr(row, name) for name in _NOTICE},
        "text": notices.text_of(row),
        "page": notice_pages.page_address(row),
        "code_svg": notice_pages.code_svg(row),
        "lines": lines,
    }


def prepared(sheets: Sequence[village_lists.Hanging], by: Actor) -> dict[str, Any]:
    """Return the sheets that wait to be posted, each family with the duty that its sheet answers."""
    return {"items": [_prepared(each, by) for each in sheets]}


def _prepared(sheet: village_lists.Hanging, by: Actor) -> dict[str, Any]:
    row = sheet.notice
    owed = duties([each.to_post for each in sheet.families if each.to_post is not None], by)
    return {
        **{name: getattr(row, name) for name in ("id", "posts_on", "until", "prepared_at")},
        "text": notices.text_of(row),
        "families": [
            {"case_id": each.case.id, "number": each.item.number, "has_heard": each.has_heard, "duty": duty}
            for each, duty in zip(sheet.families, owed, strict=True)
        ],
    }


def objection_receipt(done: Receipted) -> dict[str, str]:
    """Return the number that an objector keeps."""
    return {"receipt_no": done.receipt_no, "receipt_spoken": spoken(done.receipt_no)}


def listed(each: objection_readings.Listed) -> dict[str, Any]:
    """Return an objection of the township's list."""
    row, case, duty = each.objection, each.case, each.duty
    grounds = policy_of(case.county_code, case.policy_version).dictionaries["objection_grounds"]
    is_open = duty is not None and duty.open_due is not None
    return {
        "id": row.id,
        "receipt_no": row.receipt_no,
        "case_id": case.id,
        "head_name": case.head_name,
        "village_name": name_of(case.village_code),
        "ground_name": grounds.get(row.ground, row.ground),
        "objected_at": row.objected_at,
        "due_on": duty.due_on if duty is not None and is_open else None,
        "version": duty.version if duty is not None and is_open else None,
        "same": each.same,
        "outcome": row.outcome,
        "outcome_name": objection_readings.OUTCOME_NAMES[row.outcome],
    }


def opened(found: objection_readings.Opened) -> dict[str, Any]:
    """Return one objection in clear."""
    texts = {name: getattr(found, name) for name in ("name", "phone", "text", "answer")}
    return {**listed(found.listed), **texts}


def public(found: notice_pages.PublicNotice) -> dict[str, Any]:
    """Return what anybody may see."""
    return asdict(found)
