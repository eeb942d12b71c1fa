"""What WeChat pushes to us: kept raw and once, and taken up by a job."""

import hashlib

from sqlalchemy import select

from backend import clock
from backend.db import db, new_id, ring, use_case
from backend.models import Account, PushedEvent
from backend.services import delivery_reports, quotas, templates
from backend.wechat.push import PushEvent, PushItem

CONSENTS = frozenset({"subscribe_popup", "subscribe_change"})


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
            items=[_kept(item) for item in event.items],
            received_at=clock.now(),
        )
    )
    ring("pushes")
    return True


def _kept(item: PushItem) -> dict[str, object]:
    told: dict[str, object] = {"template": item.template_id, "status": item.status}
    return told if item.msgid is None else {**told, "msgid": item.msgid, "errcode": item.errcode}


@use_case
def take_up_events(batch: int = 100) -> int:
    """Bring ledger and sends up to what WeChat told since; return how many events were taken up.

    Consents go into the quota ledger; how messages ended, onto their sends. A report that has to wait for its send
    holds up no consent.
    """
    is_report = PushedEvent.kind.in_([*delivery_reports.CHANNEL_OF])
    waiting = select(PushedEvent).where(PushedEvent.taken_at.is_(None)).order_by(PushedEvent.id).limit(batch)
    consents = db.session.scalars(waiting.where(~is_report).with_for_update()).all()
    for event in consents:
        if event.kind in CONSENTS:
            _take_up(event)
    reports = db.session.scalars(waiting.where(is_report).with_for_update()).all()
    settled = [*consents, *(event for event in reports if delivery_reports.take_up(event))]
    for event in settled:
        event.taken_at = clock.now()
    return len(settled)


def _take_up(event: PushedEvent) -> None:
    """Write each answer down for every county's account of the person, whose consent it is."""
    accounts = list(db.session.scalars(select(Account.id).where(Account.openid == event.openid)))
    for item in event.items:
        if template := templates.named(item["template"]):
            for account_id in accounts:
                quotas.answered(account_id, template, item["status"])
