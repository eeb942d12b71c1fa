"""A WeChat account that opens the mini-program, and what it reaches."""

from collections.abc import Sequence
from functools import cache

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import select

from backend.access.actor import Actor
from backend.db import db, transaction_is_open
from backend.errors import Invalid, NotAllowed, TryLater
from backend.models import Case, Identity
from backend.redis_servers import redis_of
from backend.services import metrics, sign_ins
from backend.services.counties import county_for
from backend.services.storage import settings
from backend.wechat.errors import Advice, WeChatError
from backend.wechat.gateway import WeChat
from backend.wechat.live import LiveWeChat

log = structlog.get_logger()


class TalkedInsideATransaction(Exception):
    """Somebody called WeChat while a transaction was open: a bug of ours."""


def refuse_inside_a_transaction() -> None:
    """Raise before a call to the outside while a transaction is open."""
    if transaction_is_open():
        raise TalkedInsideATransaction


def token_store() -> Redis | None:
    """Return where this process shares access tokens with the others; None without a Redis in the settings.

    It gives up soon: the token then lives in this process for a while.
    """
    known = settings()
    if not known.redis_url:
        return None
    return redis_of(known, socket_connect_timeout=0.5, socket_timeout=1.0, retry=Retry(NoBackoff(), 1))


@cache
def wechat() -> WeChat:
    """Return this process's way to WeChat."""
    known = settings()
    return LiveWeChat(
        app_id=known.wechat_app_id,
        secret=known.wechat_secret,
        base_url=known.wechat_base_url,
        redis=token_store(),
        guard=refuse_inside_a_transaction,
        observe=metrics.wechat_called,
    )


def log_in(js_code: str, county_code: str | None = None) -> sign_ins.Ticket:
    """Exchange the code of `wx.login` for a session of ours.

    Errors: `Invalid` for a code that is spent or too old; `NotAllowed` for an account WeChat blocks; `TryLater`.
    """
    county = county_for(county_code).code
    db.session.rollback()
    try:
        identity = wechat().open_session(js_code)
    except WeChatError as error:
        raise _plain(error) from error
    return sign_ins.open_phone(settings().wechat_app_id, identity.openid, county, unionid=identity.unionid)


def _plain(error: WeChatError) -> Exception:
    log.info("wechat_log_in_failed", errcode=error.errcode, advice=str(error.advice), rid=error.rid or "")
    if error.advice is Advice.LOGIN_AGAIN:
        return Invalid.field("code", "登录码已用过或已过期，请重新打开小程序。")
    if error.advice is Advice.REFUSED:
        return NotAllowed("微信暂不允许这个账号登录，请打电话给村里。")
    return TryLater("微信暂时没有答复，请过一会儿再试。")


def identities(by: Actor) -> list[Identity]:
    """Return what the actor may act as."""
    return sign_ins.identities_of(by.id) if by.is_staff else []


def own_cases(by: Actor) -> Sequence[Case]:
    """Return the cases of the households that this phone was confirmed for."""
    if not by.households:
        return ()
    return db.session.scalars(select(Case).where(Case.household_id.in_(by.households)).order_by(Case.id.desc())).all()
