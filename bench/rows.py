"""The rows of one invented case, table by table, as both databases keep them."""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache

from backend.access.permissions import Role
from backend.privacy.chain import mac_row
from backend.privacy.current import keys
from backend.workflow.procedure import FIRST_DUTY, FIRST_STATE, Duty
from backend.workflow.states import ENDS
from bench.family_rows import Row, declarations, households, people, person_digests, place, receipt_lines, sealed
from bench.invented import (
    AUDIT,
    EVENTS,
    HOUSEHOLD,
    TASKS,
    VISIT,
    Desks,
    InventedCase,
    business_day,
    due,
    moment,
    owner,
)

ACTOR_NAMES = {Role.VILLAGE: "王村干", Role.TOWN_REVIEW: "周研判", Role.COUNTY_LEAD: "褚县长", Role.FARMER: ""}
PAGE_OWNER = {"accept": Role.VILLAGE, "file_visit": Role.VILLAGE, "county_approve": Role.COUNTY_LEAD}


def _actor(case: InventedCase, action: str, desks: Desks) -> tuple[Role, int, str]:
    if action == "begin":
        return Role.FARMER, case.account, ""
    role = PAGE_OWNER.get(action, Role.TOWN_REVIEW)
    ids = {Role.VILLAGE: desks.village, Role.TOWN_REVIEW: desks.township, Role.COUNTY_LEAD: desks.county}
    return role, ids[role], ACTOR_NAMES[role]


def cases(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the case itself; its audit chain is worked out here and in `audit_rows` alike."""
    chain = _chain(case, desks)
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
        **place(case),
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
            **place(case),
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
            "reason_sealed": sealed("case_events", "reason_sealed", row_id, words) if words else None,
            "detail": json.dumps({"visit": str(case.id + VISIT)}) if action == "file_visit" else "{}",
            "happened_at": moment(case.at(number)),
            **place(case),
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
        "findings_sealed": sealed("visits", "findings_sealed", row_id, "房顶两处漏雨，情况属实"),
        "conclusion": "risk",
        "announced": "[]",
        "filed_at": moment(case.at(2)),
        **place(case),
    }


def audit_rows(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the case's audit chain, each row with a MAC that verifies."""
    yield from _chain(case, desks)


@lru_cache(maxsize=8192)
def _chain(case: InventedCase, desks: Desks) -> list[Row]:
    """Work the chain out once for the case, which keeps its head, and for its rows."""
    rows: list[Row] = []
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
        row = {
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
        rows.append(row)
        previous = mac
    return rows


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
