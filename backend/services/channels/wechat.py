"""WeChat's two channels: subscribe messages of the mini-program, template messages of the service account."""

from collections.abc import Callable

from sqlalchemy import and_, bindparam, select

from backend.db import db
from backend.models import Account, Follower, Message, Quota
from backend.policy.ladder import Way
from backend.services import quotas, wechat_accounts
from backend.services.channels.contract import Failure, NotThisWay, Ready, Taken
from backend.services.channels.words import why_wechat
from backend.services.templates import TEMPLATES, values_for
from backend.services.wechat_accounts import account_of
from backend.wechat import gateway
from backend.wechat.errors import WeChatError

NONE_LEFT = 43101


_ASKED = {
    kind: wechat_accounts.behind(
        kind,
        select(Account.openid, Quota.said_no).outerjoin(
            Quota, and_(Quota.account_id == Account.id, Quota.template == bindparam("of_template"))
        ),
    )
    for kind in wechat_accounts.KINDS
}


def _failure(error: Exception) -> Failure | None:
    if not isinstance(error, WeChatError):
        return None
    return Failure(error.advice, why_wechat(error), errcode=error.errcode, rid=error.rid or "")


class Subscribe:
    """Subscribe messages: one consent, one message; no key, so what may have gone out is not sent again."""

    name = str(Way.SUBSCRIBE)
    repeats = False

    def __init__(self, wechat: gateway.WeChat) -> None:
        self._wechat = wechat

    def prepare(self, message: Message) -> Ready:
        """Fill the template for the account that the recipient bound."""
        kind, row = wechat_accounts.asked(message.recipient)
        account = db.session.execute(_ASKED[kind], {**row, "of_template": message.template}).one_or_none()
        if account is None:
            raise NotThisWay("没有绑定微信，请看站内消息")
        if account.said_no:  # theirs or WeChat's last word: then nobody need ask WeChat again
            raise NotThisWay("没有同意接收订阅消息，或者次数已用完")
        template = TEMPLATES[message.template]
        letter = gateway.Message(
            openid=account.openid,
            template_id=template.template_id,
            data=values_for(template, message.data),
            page=message.page or None,
        )
        return Ready(_later(lambda: self._wechat.send_subscribe(letter)))

    def failure(self, error: Exception) -> Failure | None:
        """Translate WeChat's error."""
        return _failure(error)

    def sent(self, message: Message) -> None:
        """Use up one consent."""
        quotas.spend(message.recipient, message.template)

    def refused(self, message: Message, failure: Failure) -> None:
        """Take WeChat's word for it that none is left; a long-term template's daily limit says nothing of tomorrow."""
        if failure.errcode == NONE_LEFT and (account := account_of(message.recipient)):
            quotas.nothing_left(account.id, message.template)


class Service:
    """Template messages of the service account, for whoever follows it; the message's key makes a repeat harmless."""

    name = str(Way.SERVICE)
    repeats = True

    def __init__(self, wechat: gateway.WeChat) -> None:
        self._wechat = wechat

    def prepare(self, message: Message) -> Ready:
        """Fill the template for the follower who is the same person as the account."""
        template = TEMPLATES[message.template]
        account = account_of(message.recipient)
        if account is None or account.unionid is None or not template.service_id:
            raise NotThisWay("不知道对应的公众号用户")
        query = select(Follower.openid).where(Follower.unionid == account.unionid).limit(1)
        openid = db.session.scalar(query)
        if openid is None:
            raise NotThisWay("没有关注公众号")
        letter = gateway.ServiceMessage(
            openid=openid,
            template_id=template.service_id,
            data=values_for(template, message.data),
            client_msg_id=str(message.id),
        )
        return Ready(_later(lambda: self._wechat.send_template(letter)))

    def failure(self, error: Exception) -> Failure | None:
        """Translate WeChat's error."""
        return _failure(error)

    def sent(self, message: Message) -> None:
        """Take note of nothing, for nothing is used up here."""

    def refused(self, message: Message, failure: Failure) -> None:
        """Leave it to the next list of followers, which says who has left."""


def _later(call: Callable[[], gateway.Sent]) -> Callable[[], Taken]:
    def send() -> Taken:
        return Taken(call().msgid or "")

    return send
