"""Writes down what is owed to people; jobs deliver it, nobody else talks to the outside."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from backend import clock
from backend.db import db, new_id, ring
from backend.models import Message
from backend.policy.county import current_policy
from backend.policy.ladder import Audience

KEPT_FRESH = timedelta(days=2)
"""News older than this is not sent any more after an outage; it stays in the inbox."""

URGENT, PRESSING, ORDINARY = 0, 1, 2
"""What goes first: 特急; what is late or must be heard; all else. What is urgent knows no quiet hours and no cap."""

STAFF, ACCOUNT, DECLARATION = "staff", "account", "declaration"
"""Who a message is owed to; a declaration is whoever declared without a phone of their own."""


def owe(
    *,
    kind: str,
    subject: str,
    recipient: str,
    county_code: str,
    data: Mapping[str, str],
    template: str = "",
    page: str = "",
    task_id: int | None = None,
    declaration_id: int | None = None,
    audience: Audience | None = None,
    ways: tuple[str, ...] = (),
    priority: int = ORDINARY,
    owed_at: datetime | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    is_inbox_only: bool = False,
) -> Message:
    """Owe one person one message of a kind about a subject today; the database holds that it is only one.

    `ways` names its channels; empty: those of the audience. `owed_at` is when it comes into the inbox; empty: now.
    """
    row = as_row(
        kind=kind,
        subject=subject,
        recipient=recipient,
        county_code=county_code,
        data=data,
        template=template,
        page=page,
        task_id=task_id,
        priority=priority,
        ways=ways or ways_for(county_code, audience or audience_of(recipient)),
        owed_at=owed_at,
        not_before=not_before,
        not_after=not_after,
        is_inbox_only=is_inbox_only,
    )
    message = Message(**row, declaration_id=declaration_id)
    db.session.add(message)
    if not is_inbox_only:
        ring("outbox")
    return message


def as_row(
    *,
    kind: str,
    subject: str,
    recipient: str,
    county_code: str,
    data: Mapping[str, str],
    ways: tuple[str, ...],
    template: str = "",
    page: str = "",
    task_id: int | None = None,
    priority: int = ORDINARY,
    owed_at: datetime | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    is_inbox_only: bool = False,
) -> dict[str, Any]:
    """Return a message's columns: a sweep writes thousands of them in one statement."""
    now = clock.now()
    begins = not_before or now
    return {
        "id": new_id(),
        "county_code": county_code,
        "kind": kind,
        "subject": subject,
        "recipient": recipient,
        "day": clock.today(),
        "task_id": task_id,
        "template": template or kind,
        "data": dict(data),
        "page": page,
        "state": "inbox" if is_inbox_only else "owed",
        "priority": priority,
        "ways": ",".join(ways),
        "not_before": begins,
        "not_after": not_after or begins + KEPT_FRESH,
        "owed_at": owed_at or now,
    }


def audience_of(recipient: str) -> Audience:
    """Say how this recipient is spoken to, where nobody says more."""
    return Audience.STAFF if recipient.startswith(f"{STAFF}:") else Audience.APPLICANT


def ways_for(county_code: str, audience: Audience) -> tuple[str, ...]:
    """Return the county's channels for an audience, in their order."""
    return tuple(current_policy(county_code).ladder.ways[audience])
