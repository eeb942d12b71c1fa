"""What WeChat pushes to us: kept raw and once, and taken up by a job."""

import hashlib

from sqlalchemy import select

from backend import clock
from backend.db import db, new_id, ring, use_case
from backend.models import Account, PushedEvent
from backend.services import quotas, templates
from backend.wechat.push import PushEvent


@use_case
def keep_event(event: PushEvent) -> bool:
    """Keep a pushed event unless it is known already; WeChat repeats what is not answered within five seconds."""
    key = hashlib.sha256(event.raw_key.encode()).hexdigest()
    if db.session.scalar(select(PushedEvent.id).where(PushedEvent.key == key)) is not None:
        return False
    db.session.add(
        PushedEvent(
            id=new_id(),
            key=key,
            kind=event.kind,
            openid=event.openid,
            items=[{"template": item.template_id, "status": item.status} for item in event.items],
            received_at=clock.now(),
        )
    )
    ring("pushes")
    return True


@use_case
def take_up_events(batch: int = 100) -> int:
    """Bring the quota ledger up to what accounts allowed or refused since; return how many events were taken up."""
    waiting = select(PushedEvent).where(PushedEvent.taken_at.is_(None)).order_by(PushedEvent.id).limit(batch)
    events = db.session.scalars(waiting.with_for_update()).all()
    for event in events:
        event.taken_at = clock.now()
        if event.kind in {"subscribe_popup", "subscribe_change"}:
            _take_up(event)
    return len(events)


def _take_up(event: PushedEvent) -> None:
    """Write each answer down for every county's account of the person, whose consent it is."""
    accounts = list(db.session.scalars(select(Account.id).where(Account.openid == event.openid)))
    for item in event.items:
        if template := templates.named(item["template"]):
            for account_id in accounts:
                quotas.answered(account_id, template, item["status"])
