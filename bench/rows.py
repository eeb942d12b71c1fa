"""The rows of one invented case, table by table, as both databases keep them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from backend.access.permissions import Role
from backend.models.places import place_of
from backend.privacy.blind_index import digests_by_key
from backend.privacy.chain import mac_row
from backend.privacy.current import keys
from backend.privacy.seal import Place, seal
from backend.workflow.procedure import FIRST_DUTY, FIRST_STATE, Duty
from backend.workflow.sentences import STATUS_OF
from backend.workflow.states import ENDS
from bench.invented import (
    AUDIT,
    DECLARATION,
    DIGESTS,
    EVENTS,
    HOUSEHOLD,
    LINES,
    PERSON,
    TASKS,
    VISIT,
    Desks,
    InventedCase,
    business_day,
    due,
    moment,
    owner,
)

Row = dict[str, Any]
ACTOR_NAMES = {Role.VILLAGE: "王村干", Role.TOWN_REVIEW: "周研判", Role.COUNTY_LEAD: "褚县长", Role.FARMER: ""}
PAGE_OWNER = {"accept": Role.VILLAGE, "file_visit": Role.VILLAGE, "county_approve": Role.COUNTY_LEAD}


def _place(case: InventedCase) -> Row:
    return {**place_of(case.village)}


def _actor(case: InventedCase, action: str, desks: Desks) -> tuple[Role, int, str]:
    if action == "begin":
        return Role.FARMER, case.account, ""
    role = PAGE_OWNER.get(action, Role.TOWN_REVIEW)
    ids = {Role.VILLAGE: desks.village, Role.TOWN_REVIEW: desks.township, Role.COUNTY_LEAD: desks.county}
    return role, ids[role], ACTOR_NAMES[role]


def _sealed(table: str, column: str, row_id: int, text: str) -> str:
    return seal(text, keys=keys(), place=Place(table, column, row_id))


def cases(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the case itself; its audit chain is worked out here and in `audit_rows` alike."""
    chain = list(audit_rows(case, desks))
    ended = case.state in ENDS
    day = business_day(case.entered_at)
    yield {
        "id": case.id,
        "number": f"{case.id % 10**12:012d}",
        "state": case.state,
        "head_name": case.name,
        "risk": case.risk,
        "channel": "SELF_MP",
        "procedure": "NATIONAL",
        "policy_version": 1,
        "discovered_on": day.isoformat(),
        "promised_on": due(case.village[:6], "T_TOTAL", day)[0].isoformat(),
        "entered_at": moment(case.entered_at),
        "closed_at": moment(case.at(len(case.steps))) if ended else None,
        "version": 1 + len(case.steps),
        "content_version": 1 + sum(step.adds_evidence for step in case.steps),
        "audit_count": len(chain),
        "audit_head": chain[-1]["mac"],
        "household_id": case.id + HOUSEHOLD,
        **_place(case),
    }


def households(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the household, which names its open case."""
    row_id = case.id + HOUSEHOLD
    yield {
        "id": row_id,
        "household_id": row_id,
        "head_name": case.name,
        "phone_sealed": _sealed("households", "phone_sealed", row_id, "15400000000"),
        "is_provisional": 1,
        "open_case_id": None if case.state in ENDS else case.id,
        "made_at": moment(case.entered_at),
        **_place(case),
    }


def people(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the head of the household."""
    row_id = case.id + PERSON
    yield {
        "id": row_id,
        "household_id": case.id + HOUSEHOLD,
        "name": case.name,
        "relation": "head",
        "id_sealed": _sealed("people", "id_sealed", row_id, _number(case)),
        **_place(case),
    }


def person_digests(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield what the head is found by."""
    for number, (key_id, digest) in enumerate(digests_by_key(_number(case), keys=keys(), kind="id_number").items()):
        yield {
            "id": case.id + DIGESTS + number,
            "person_id": case.id + PERSON,
            "household_id": case.id + HOUSEHOLD,
            "key_id": key_id,
            "digest": digest,
            **_place(case),
        }


def _number(case: InventedCase) -> str:
    """Return a number of 18 signs that is no ID number of anybody: its region and its check digit do not exist."""
    return f"9971{case.id % 10**14:014d}"


def declarations(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the declaration that opened the case."""
    row_id = case.id + DECLARATION
    told = [step.tells for step in case.steps if step.tells in STATUS_OF]
    day = business_day(case.entered_at)
    yield {
        "id": row_id,
        "receipt_no": f"{case.id % 10**12:012d}",
        "case_id": case.id,
        "joined": 0,
        "said_village": case.village,
        "head_name": case.name,
        "hardship_sealed": _sealed("declarations", "hardship_sealed", row_id, "屋顶漏雨，没钱修"),
        "phone_sealed": _sealed("declarations", "phone_sealed", row_id, "15400000000"),
        "risk": case.risk,
        "relation": "self",
        "consents": '{"health": true, "assets": true, "minors": false}',
        "promised_on": due(case.village[:6], "T_TOTAL", day)[0].isoformat(),
        "status": STATUS_OF[told[-1] if told else "received"],  # type: ignore[index]
        "declared_at": moment(case.entered_at),
        "closed_at": moment(case.at(len(case.steps))) if case.state in ENDS else None,
        "account_id": case.account,
        **_place(case),
    }


def tasks(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield every duty: the closed ones, and the open one of a case that has not ended."""
    duties: list[Duty] = [FIRST_DUTY, *(duty for step in case.steps for duty in step.opens)]
    for number, duty in enumerate(duties):
        opened_at, closes = case.at(number), case.steps[number] if number < len(case.steps) else None
        day = business_day(opened_at)
        due_on, provisional = due(case.village[:6], duty.limit, day)
        is_open = closes is None
        _, closed_by, closed_by_name = _actor(case, closes.action, desks) if closes else (None, None, None)
        yield {
            "id": case.id + TASKS + number,
            "case_id": case.id,
            "household_id": case.id + HOUSEHOLD,
            "kind": duty.kind,
            "role": duty.role,
            "owner_region": owner(duty, case.village),
            "head_name": case.name,
            "limit_key": duty.limit,
            "due_on": due_on.isoformat(),
            "open_due": due_on.isoformat() if is_open else None,
            "is_provisional": int(provisional),
            "opened_at": moment(opened_at),
            "opened_on": day.isoformat(),
            "next_rung_at": moment(opened_at) if is_open else None,
            "next_rung": "new" if is_open else None,
            "closed_at": moment(case.at(number + 1)) if closes else None,
            "closed_by": closed_by,
            "closed_by_name": closed_by_name,
            "closed_how": closes.action if closes else None,
            "detail": "{}",
            "version": number + 2,
            **_place(case),
        }


def _moves(case: InventedCase) -> Iterator[tuple[int, str, str, str]]:
    """Yield what happened: number, action, from where, to where."""
    before = ""
    for number, (action, after) in enumerate(
        [("begin", FIRST_STATE), *((step.action, step.reaches or FIRST_STATE) for step in case.steps)]
    ):
        yield number, action, before, after
        before = after


def _codes(action: str) -> list[str]:
    return ["above_line"] if action == "refuse" else []


def case_events(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the history."""
    for number, action, before, after in _moves(case):
        role, actor_id, name = _actor(case, action, desks)
        row_id = case.id + EVENTS + number
        words = "家里的收入高于标准" if action == "refuse" else ""
        yield {
            "id": row_id,
            "case_id": case.id,
            "household_id": case.id + HOUSEHOLD,
            "action": action,
            "from_state": before,
            "to_state": after,
            "actor_role": role,
            "actor_id": actor_id,
            "actor_name": name,
            "reason_code": ",".join(_codes(action)) or None,
            "reason_sealed": _sealed("case_events", "reason_sealed", row_id, words) if words else None,
            "detail": json.dumps({"visit": str(case.id + VISIT)}) if action == "file_visit" else "{}",
            "happened_at": moment(case.at(number)),
            **_place(case),
        }


def visits(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the home visit of a case that had one."""
    if not any(step.action == "file_visit" for step in case.steps):
        return
    row_id = case.id + VISIT
    yield {
        "id": row_id,
        "case_id": case.id,
        "household_id": case.id + HOUSEHOLD,
        "visitor_id": desks.village,
        "visitor_name": ACTOR_NAMES[Role.VILLAGE],
        "companion": "",
        "visited_on": business_day(case.at(2)).isoformat(),
        "way": "home",
        "findings_sealed": _sealed("visits", "findings_sealed", row_id, "房顶两处漏雨，情况属实"),
        "conclusion": "risk",
        "announced": "[]",
        "filed_at": moment(case.at(2)),
        **_place(case),
    }


def receipt_lines(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield what the sender was told."""
    for number, told in enumerate(["received", *(step.tells for step in case.steps)]):
        yield {
            "id": case.id + LINES + number,
            "declaration_id": case.id + DECLARATION,
            "kind": told,
            "sentence": "村里会尽快联系您。",
            "happened_at": moment(case.at(number)),
            "account_id": case.account,
            **_place(case),
        }


def audit_rows(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the case's audit chain, each row with a MAC that verifies."""
    previous, name = "", f"case:{case.id}"
    for number, action, before, after in _moves(case):
        role, actor_id, actor_name = _actor(case, action, desks)
        happened_at, detail = case.at(number), {"from": before, "to": after, "codes": _codes(action)}
        row_id = case.id + AUDIT + number
        payload = {
            "id": row_id,
            "chain": name,
            "place": number + 1,
            "happened_at": happened_at.isoformat(),
            "county": case.village[:6],
            "role": role,
            "actor": actor_id,
            "name": actor_name,
            "action": action,
            "subject": name,
            "detail": detail,
        }
        key_id, mac = mac_row(keys=keys(), previous=previous, payload=payload)
        yield {
            "id": row_id,
            "chain": name,
            "place": number + 1,
            "happened_at": moment(happened_at),
            "county_code": case.village[:6],
            "actor_role": role,
            "actor_id": actor_id,
            "actor_name": actor_name,
            "action": action,
            "subject": name,
            "detail": json.dumps(detail),
            "key_id": key_id,
            "previous_mac": previous,
            "mac": mac,
        }
        previous = mac


TABLES: dict[str, Callable[[InventedCase, Desks], Iterator[Row]]] = {
    "households": households,
    "people": people,
    "person_digests": person_digests,
    "cases": cases,
    "case_events": case_events,
    "declarations": declarations,
    "receipt_lines": receipt_lines,
    "visits": visits,
    "tasks": tasks,
    "audit_rows": audit_rows,
}
"""What a case consists of; parents before children."""
