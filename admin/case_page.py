"""Turns a case file into what its page shows: names for codes, and nothing sealed that need not be open."""

from collections.abc import Mapping
from typing import Any

from admin.case_attention import attention_of, glance_of
from admin.case_checked import seen_at_home
from admin.case_dossier import gathered
from admin.case_duties import duty_line
from admin.case_forms import (
    Sending,
    correction_forms,
    elsewhere,
    form_in_place,
    links,
    lost_words,
    step_forms,
)
from admin.case_known import known_of
from admin.case_order import SECTIONS, order_of
from admin.case_papers import papers_offered
from admin.case_recordings import recordings_of, spoken_in
from admin.words import place
from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES, Action, Role, may
from backend.models import Case, CaseEvent, Declaration, StoredFile, Visit
from backend.policy import Policy
from backend.policy.county import policy_of
from backend.policy.rules import NORMAL
from backend.privacy.receipts import spoken
from backend.services import case_records, cases, dossiers, family_phones, living, recordings, reveals, steps
from backend.services.case_records import Records
from backend.services.cases import CaseFile
from backend.services.dossiers import Dossier
from backend.services.files import DOCUMENT, PICTURE
from backend.services.reveals import FIELD_NAMES
from backend.workflow.living import VISITED_IN
from backend.workflow.path import way_of
from backend.workflow.sentences import action_name
from backend.workflow.states import STATE_NAMES, State


def case_page(file: CaseFile, *, by: Actor, sending: Sending) -> dict[str, Any]:
    """Return everything that the page of one case shows."""
    case, words, written = file.case, cases.words_of(file), recordings.written_of(file.files)
    policy = policy_of(case.county_code, case.policy_version)
    accounts = steps.confirmed_accounts(case, by=by)
    dossier, seen = dossiers.gathered_on(case, by=by), case_records.read_records(case, by=by)
    found = {**gathered(case, dossier, seen, policy, by=by), **seen_at_home(case, file.events, policy, by=by)}
    page = {
        "id": case.id,
        "procedure": case.procedure,
        "number": spoken(case.number),
        "state": STATE_NAMES[State(case.state)],
        "is_closed": case.closed_at is not None,
        "way": way_of(case, file.events),
        "head_name": case.head_name,
        "second": _second_village(case, by),
        "place": f"{place(case.township_code)} {place(case.village_code)}",
        "risk": "、".join(_risks(file, policy)),
        "urgency": policy.dictionaries["urgency"].get(case.urgency, ""),
        "is_urgent": case.urgency != NORMAL,
        "channel": policy.dictionaries["channels"].get(case.channel, case.channel),
        "discovered_on": case.discovered_on,
        "promised_on": case.promised_on,
        "content_version": case.content_version,
        "missing_photos": file.missing_photos,
        "masked": [(field, FIELD_NAMES[field], shown) for field, shown in reveals.masked(case).items()],
        "duties": [duty_line(task, policy, by) for task in file.duties],
        "declarations": [
            {**_declaration(row, words[row.id], policy, accounts), "voice": spoken_in(row, file.files, written)}
            for row in file.declarations
        ],
        "visits": [_visit(row, words[row.id], policy) for row in file.visits],
        "events": [_event(row, words.get(row.id, ""), file) for row in reversed(file.events)],
        "pictures": [_file(row) for row in file.files if row.kind == PICTURE],
        "recordings": recordings_of(file.files, written),
        "papers": [_paper(row, policy) for row in file.files if row.kind == DOCUMENT],
        "paper_kinds": policy.dictionaries["papers"],
        "papers_offered": papers_offered(file, by),
        "phones": _phones(case, by),
        "ways": policy.dictionaries["visit_ways"],
        "conclusions": policy.dictionaries["visit_conclusions"],
        **found,
        **_forms(file, dossier, seen, found, policy, by=by, sending=sending),
    }
    page["attention"] = attention_of(page)
    order = order_of(file.duties, page, role=by.role)
    return {**page, "order": order, "jumps": [(name, SECTIONS[name][0]) for name in order], "glance": glance_of(page)}


def _forms(
    file: CaseFile,
    dossier: Dossier,
    seen: Records,
    found: Mapping[str, Any],
    policy: Policy,
    *,
    by: Actor,
    sending: Sending,
) -> dict[str, Any]:
    """Return the forms: what is owed, what may be done besides, what has to wait, and corrections."""
    case, known = file.case, known_of(file, dossier, seen, found, policy, by)
    possible = steps.steps_of(file, by=by)
    owed = step_forms([each for each in possible if each.is_owed], case, known, sending)
    besides = step_forms([each for each in possible if not each.is_owed], case, known, sending)
    mended = correction_forms(case, known, sending, by)
    explained = {
        each["id"]: form_in_place("explain_hit", str(each["id"]), case, known, sending, by, {"result": each["id"]})
        for each in found["hits"]
    }
    kin: list[dict[str, Any]] = [
        {
            "official": row.official_name,
            "post": policy.dictionaries["kin_posts"].get(row.post, row.post),
            "relation": policy.dictionaries["kin_relations"].get(row.relation, row.relation),
            "form": form_in_place("end_kin", str(row.id), case, known, sending, by, {"kinship": row.id}),
        }
        for row in seen.kin
    ]
    withdrawals = {
        each["authorization"]: form_in_place(
            "withdraw_authorization",
            str(each["authorization"]),
            case,
            known,
            sending,
            by,
            {"authorization": each["authorization"]},
        )
        for each in found["members"]
        if each["is_valid"]
    }
    in_place = [*explained.values(), *withdrawals.values(), *(each["form"] for each in kin)]
    return {
        "steps": owed,
        "besides": besides,
        "waiting": [(each.name, each.hindered) for each in possible if each.hindered],
        "links": links([each for each in possible if each.is_owed], case),
        "links_besides": links([each for each in possible if not each.is_owed], case),
        "elsewhere": elsewhere((each for each in possible if each.is_owed), case),
        "corrections": mended,
        "explained": explained,
        "withdrawals": withdrawals,
        "kin": kin,
        "lost": lost_words(sending, [*owed, *besides, *mended, *(each for each in in_place if each)]),
    }


def _second_village(case: Case, by: Actor) -> dict[str, Any] | None:
    """Return what is said of a family with two villages: which decides, which is the other, and which visits."""
    other = living.other_village_of(case)
    if not other:
        return None
    visits = case.marks.get(VISITED_IN) or case.village_code
    decides, is_lent = place(case.village_code), living.is_lent(case, by=by)
    return {"decides": decides, "other": place(other), "visits": place(visits), "is_lent": is_lent}


def _risks(file: CaseFile, policy: Policy) -> list[str]:
    codes = file.case.marks.get("risks") or [file.case.risk]
    return [policy.dictionaries["risks"].get(code, code) for code in codes]


def _declaration(row: Declaration, hardship: str, policy: Policy, accounts: frozenset[int]) -> dict[str, Any]:
    names = policy.dictionaries
    return {
        "id": row.id,
        "receipt_no": spoken(row.receipt_no),
        "head_name": row.head_name,
        "said_village": place(row.said_village),
        "risk": names["risks"].get(row.risk, row.risk),
        "hardship": hardship,
        "for_others": names["relations_for_others"].get(row.relation, ""),
        "declarer_name": row.declarer_name,
        "consents": [(name, bool((row.consents or {}).get(code))) for code, name in names["consents"].items()],
        "declared_at": row.declared_at,
        "is_joined": row.joined,
        "has_voice": row.voice_sha256 is not None,
        "has_account": row.account_id is not None,
        "is_confirmed": row.account_id in accounts,
    }


def _visit(row: Visit, findings: str, policy: Policy) -> dict[str, Any]:
    return {
        "visited_on": row.visited_on,
        "way": policy.dictionaries["visit_ways"].get(row.way, row.way),
        "visitor": row.visitor_name,
        "companion": row.companion,
        "conclusion": policy.dictionaries["visit_conclusions"].get(row.conclusion, row.conclusion),
        "findings": findings,
        "announced": len(row.announced),
    }


def _event(event: CaseEvent, words: str, file: CaseFile) -> dict[str, Any]:
    moved = event.from_state and event.from_state != event.to_state
    return {
        "name": action_name(event.action, file.case.procedure),
        "who": f"{ROLE_NAMES[Role(event.actor_role)]} {event.actor_name}".strip(),
        "at": event.happened_at,
        "to": STATE_NAMES[State(event.to_state)] if moved else "",
        "reasons": steps.reason_words(file.case, event),
        "words": words,
    }


def _phones(case: Case, by: Actor) -> list[dict[str, Any]]:
    """Return the phones that read this file, for whoever may take one back."""
    if not may(by.role, Action.CONFIRM_PHONE):
        return []
    return [
        {"id": row.id, "at": row.confirmed_at, "is_by_code": row.confirmed_by is None}
        for row in family_phones.phones_of(case.id, by=by)
    ]


def _paper(row: StoredFile, policy: Policy) -> dict[str, Any]:
    known = row.media_type.rpartition("/")[2].rpartition(".")[2]
    return {
        **_file(row),
        "what": policy.dictionaries["papers"].get(row.what, row.what),
        "form": _FORMS_OF_PAPER.get(known, ""),
        "kilobytes": max(1, row.size // 1024),
    }


_FORMS_OF_PAPER = {"pdf": "PDF", "document": "Word", "sheet": "Excel"}


def _file(row: StoredFile) -> dict[str, Any]:
    return {
        "id": row.id,
        "media_type": row.media_type,
        "who": ROLE_NAMES[Role(row.sent_by_role)],
        "at": row.stored_at,
    }
