"""Appends to the audit trail: rows chain on their case or session, with a MAC whose key lies elsewhere."""

from typing import Any, Protocol

from backend import clock
from backend.access.actor import Actor
from backend.db import db, new_id
from backend.models import AuditRow, Case
from backend.privacy.chain import mac_row
from backend.privacy.current import keys


class Chain(Protocol):
    """A row that keeps the head of a chain and is locked by whoever writes to it."""

    audit_count: int
    audit_head: str


class Paper(Chain, Protocol):
    """Such a row that its own id names."""

    id: int


def payload_of(row: AuditRow) -> dict[str, Any]:
    """Return what a row's MAC covers: everything in it but the MAC itself and the seal put on later."""
    return {
        "id": row.id,
        "chain": row.chain,
        "place": row.place,
        "happened_at": row.happened_at.isoformat(),
        "county": row.county_code,
        "role": row.actor_role,
        "actor": row.actor_id,
        "name": row.actor_name,
        "action": row.action,
        "subject": row.subject,
        "detail": row.detail,
    }


def record(chain: Chain, name: str, *, by: Actor, action: str, subject: str, detail: dict[str, Any]) -> AuditRow:
    """Append one row to a chain whose head row the caller holds locked; `detail` never holds personal data."""
    row = AuditRow(
        id=new_id(),
        chain=name,
        place=chain.audit_count + 1,
        happened_at=clock.now(),
        county_code=by.county_code,
        actor_role=by.role,
        actor_id=by.id,
        actor_name=by.name,
        action=action,
        subject=subject,
        detail=detail,
        previous_mac=chain.audit_head,
    )
    row.key_id, row.mac = mac_row(keys=keys(), previous=chain.audit_head, payload=payload_of(row))
    chain.audit_count = row.place
    chain.audit_head = row.mac
    db.session.add(row)
    return row


def record_on_case(case: Case, *, by: Actor, action: str, detail: dict[str, Any]) -> AuditRow:
    """Append what was done to a case to that case's chain."""
    return record(case, f"case:{case.id}", by=by, action=action, subject=f"case:{case.id}", detail=detail)


def record_on(row: Paper, kind: str, *, by: Actor, action: str, detail: dict[str, Any]) -> AuditRow:
    """Append what was done to a paper of an office (a disaster, a batch) to the chain that its row heads, locked."""
    name = f"{kind}:{row.id}"
    return record(row, name, by=by, action=action, subject=name, detail=detail)
