"""Writes down what is owed to people; jobs deliver it, nobody else talks to the outside."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from backend import clock
from backend.db import db, new_id, ring
from backend.models import Message

KEPT_FRESH = timedelta(days=2)
"""News older than this is not sent any more after an outage; it stays in the inbox."""


def owe(
    *,
    kind: str,
    subject: str,
    recipient: str,
    county_code: str,
    data: Mapping[str, str],
    page: str = "",
    task_id: int | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    is_inbox_only: bool = False,
) -> Message:
    """Owe one person one message of a kind about a subject today; the database holds that it is only one."""
    now = clock.now()
    begins = not_before or now
    message = Message(
        id=new_id(),
        county_code=county_code,
        kind=kind,
        subject=subject,
        recipient=recipient,
        day=clock.today(),
        task_id=task_id,
        template=kind,
        data=dict(data),
        page=page,
        state="inbox" if is_inbox_only else "owed",
        not_before=begins,
        not_after=not_after or begins + KEPT_FRESH,
        owed_at=now,
    )
    db.session.add(message)
    if not is_inbox_only:
        ring("outbox")
    return message
