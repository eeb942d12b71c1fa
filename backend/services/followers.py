"""Who follows the service account: its own list, read now and then; nothing else tells an openid there."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select

from backend import clock
from backend.db import db, use_case
from backend.models import Follower
from backend.wechat.gateway import WeChat

BATCH = 100
"""WeChat describes at most so many at once."""


def refresh(service: WeChat | None) -> int:
    """Bring our list up to the account's; return how many follow it. Without an account there is nothing to do."""
    if service is None:
        return 0
    began, after, count = clock.real_now(), "", 0
    while page := service.followers(after):
        for start in range(0, len(page), BATCH):
            openids = page[start : start + BATCH]
            keep(openids, service.unionids(openids), seen_at=began)
        after, count = page[-1], count + len(page)
    forget_unseen(began)
    return count


@use_case
def keep(openids: Sequence[str], unionids: Mapping[str, str], *, seen_at: datetime) -> None:
    """Write down a batch of followers."""
    known = {row.openid: row for row in db.session.scalars(select(Follower).where(Follower.openid.in_(openids)))}
    for openid in openids:
        row = known.get(openid)
        if row is None:
            row = Follower(openid=openid)
            db.session.add(row)
        row.unionid, row.seen_at = unionids.get(openid), seen_at


@use_case
def forget_unseen(began: datetime) -> None:
    """Forget whoever was not in the complete list that was begun at this moment: they have left."""
    gone = delete(Follower).where(Follower.seen_at < began)
    db.session.execute(gone, execution_options={"synchronize_session": False})
