"""Turns what services return into what schemas dump: names for codes, and nothing sealed that need not be open."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Request, Response

from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES, Action, Role, may
from backend.errors import Invalid
from backend.models import Case, CaseEvent, Declaration, Identity, ReceiptLine, StoredFile
from backend.policy.county import policy_of
from backend.privacy.current import keys
from backend.privacy.receipts import spoken
from backend.privacy.seal import Place, unseal
from backend.services import awaiting, cases, declarations, files, reveals, satisfactions
from backend.services.counties import call_for
from backend.workflow.places import name_of
from backend.workflow.sentences import action_name
from backend.workflow.states import STATE_NAMES, State
from miniprogram_api.auth import actor as caller
from miniprogram_api.duty_shapes import duties


def page_before(items: Sequence[Any], size: int) -> dict[str, Any]:
    """Return a page, and where the next one begins when this one is full."""
    return {"items": items, "before": items[-1].id if len(items) == size else None}


def me(actor: Actor, identities: Iterable[Identity], own: Iterable[Case]) -> dict[str, Any]:
    """Say who somebody is."""
    return {
        "role": actor.role,
        "role_name": ROLE_NAMES[actor.role],
        "name": actor.name,
        "region_code": actor.region_code,
        "region_name": name_of(actor.region_code) if actor.region_code else "",
        "is_staff": actor.is_staff,
        "may": [action for action in Action if may(actor.role, action)],
        "identities": [
            {
                "id": each.id,
                "role": each.role,
                "role_name": ROLE_NAMES[Role(each.role)],
                "region_code": each.region_code,
                "region_name": name_of(each.region_code),
            }
            for each in identities
        ],
        "cases": [
            {"id": each.id, "head_name": each.head_name, "state_name": STATE_NAMES[State(each.state)]} for each in own
        ],
    }


def receipt(
    declaration: Declaration, timeline: Iterable[ReceiptLine], awaited: Sequence[awaiting.Awaited] = ()
) -> dict[str, Any]:
    """Return a receipt: always the same fields, whatever was known before."""
    return {
        "id": declaration.id,
        "receipt_no": declaration.receipt_no,
        "receipt_spoken": spoken(declaration.receipt_no),
        "status": declaration.status,
        "head_name": declaration.head_name,
        "village_name": name_of(declaration.said_village),
        "relation": declaration.relation,
        "declarer_name": declaration.declarer_name,
        "declared_at": declaration.declared_at,
        "promised_on": declaration.promised_on,
        "call": call_for(declaration.said_village),
        "actions": declarations.actions_on(declaration, by=caller()),
        "awaiting": awaited,
        "satisfaction": None,
        "timeline": [_line(each) for each in timeline],
    }


def receipt_with_timeline(declaration: Declaration) -> dict[str, Any]:
    """Return a receipt with its lines."""
    lines = declarations.timeline_of(declaration, by=caller())
    found = receipt(declaration, lines, awaiting.awaited_by([declaration])[declaration.id])
    mark = satisfactions.own_mark(declaration)
    called = [_called_back(declaration, mark)] if mark.answered_at else []
    return {
        **found,
        "satisfaction": mark,
        "timeline": sorted([*found["timeline"], *called], key=lambda line: line["at"]),
    }


def fresh_receipt(taken: declarations.Taken) -> dict[str, Any]:
    """Return a receipt just given: what it says is at hand, and nothing is read again."""
    awaited = awaiting.awaited_first(taken.declaration, taken.duty)
    return {**receipt(taken.declaration, [taken.line], [awaited]), "satisfaction": satisfactions.NO_MARK}


def _called_back(declaration: Declaration, mark: satisfactions.OwnMark) -> dict[str, Any]:
    """Return the township's answer to a mark as a line of the timeline; it is kept out of the village's sight."""
    office = name_of(declaration.said_village[:9])
    return {
        "kind": "called_back",
        "sentence": f"您评价以后，{office}回了话，写在下面。",
        "detail": mark.answer,
        "due_on": None,
        "at": mark.answered_at,
    }


def receipt_page(page: dict[str, Any]) -> dict[str, Any]:
    """Return a page of receipts without their lines, each with what it waits for."""
    awaited = awaiting.awaited_by(page["items"])
    return {**page, "items": [receipt(each, (), awaited[each.id]) for each in page["items"]]}


def _line(line: ReceiptLine) -> dict[str, Any]:
    detail = ""
    if line.detail_sealed:
        detail = unseal(line.detail_sealed, keys=keys(), place=Place("receipt_lines", "detail_sealed", line.id))
    return {
        "kind": line.kind,
        "sentence": line.sentence,
        "detail": detail,
        "due_on": line.due_on,
        "at": line.happened_at,
    }


def case_file(file: cases.CaseFile, actor: Actor) -> dict[str, Any]:
    """Return one case with what belongs to it; a family sees offices, not the names of those who judged."""
    case, words = file.case, cases.words_of(file)
    policy = policy_of(case.county_code, case.policy_version)
    return {
        "id": case.id,
        "household_id": case.household_id,
        "number": case.number,
        "procedure": case.procedure,
        "state": case.state,
        "state_name": STATE_NAMES[State(case.state)],
        "head_name": case.head_name,
        "village_name": name_of(case.village_code),
        "risk": case.risk,
        "risk_name": policy.dictionaries["risks"].get(case.risk, case.risk),
        "channel": case.channel,
        "urgency": case.urgency,
        "discovered_on": case.discovered_on,
        "promised_on": case.promised_on,
        "version": case.version,
        "content_version": case.content_version,
        "missing_photos": file.missing_photos,
        "masked": reveals.masked(case),
        "duties": duties(file.duties, actor),
        "declarations": [
            {**_plain(row, _STATEMENT), "hardship": words[row.id], "has_voice": row.voice_sha256 is not None}
            for row in file.declarations
        ],
        "visits": [{**_plain(row, _VISIT), "findings": words[row.id]} for row in file.visits],
        "events": [
            _event(row, words.get(row.id, ""), names=actor.is_staff, procedure=case.procedure) for row in file.events
        ],
        "files": file.files,
        "actions": list(file.actions),
    }


_STATEMENT = ("id", "receipt_no", "head_name", "relation", "declarer_name", "joined", "consents", "declared_at")
_VISIT = ("id", "visited_on", "way", "visitor_name", "companion", "conclusion")


def _plain(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _event(event: CaseEvent, words: str, *, names: bool, procedure: str) -> dict[str, Any]:
    office = ROLE_NAMES[Role(event.actor_role)]
    return {
        "action": event.action,
        "action_name": action_name(event.action, procedure),
        "who": f"{office} {event.actor_name}".strip() if names else office,
        "words": words,
        "at": event.happened_at,
    }


def uploaded(request: Request) -> bytes:
    """Return the one uploaded file's content."""
    file = request.files.get("file")
    if file is None:
        raise Invalid.field("file", "没有收到文件，请重新选择。")
    return file.stream.read()


def served(row: StoredFile, content: bytes) -> Response:
    """Return content that a browser neither guesses at nor keeps."""
    response = Response(content, mimetype=row.media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = f'attachment; filename="{files.download_name(row)}"'
    return response
