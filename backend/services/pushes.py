"""What WeChat pushes to us: kept raw and once, and taken up by a job."""

import hashlib

from sqlalchemy import select

from backend import clock
from backend.db import db, new_id, ring, use_case
from backend.models import Account, PushedEvent, Quota
from backend.services.templates import TEMPLATES
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
        account = db.session.scalars(select(Account).where(Account.openid == event.openid).limit(1)).first()
        if account is not None and event.kind in {"subscribe_popup", "subscribe_change"}:
            for item in event.items:
                _change_quota(account.id, item["template"], item["status"])
    return len(events)


def _change_quota(account_id: int, template_id: str, status: str) -> None:
    name = next((each.name for each in TEMPLATES.values() if each.template_id == template_id), None)
    if name is None:
        return
    quota = db.session.get(Quota, (account_id, name))
    if quota is None:
        quota = Quota(account_id=account_id, template=name, remaining=0, is_long_term=False, changed_at=clock.now())
        db.session.add(quota)
    quota.remaining = quota.remaining + 1 if status == "accept" else 0
    quota.changed_at = clock.now()
