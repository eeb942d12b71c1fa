"""The channels of this process: those that its settings open."""

from functools import cache

from backend.services import metrics
from backend.services.channels.contract import Channel, Channels
from backend.services.channels.sms import TextMessage
from backend.services.channels.told_by_people import Call
from backend.services.channels.wechat import Service, Subscribe
from backend.services.phones import refuse_inside_a_transaction, token_store, wechat
from backend.services.storage import settings
from backend.sms.aliyun import Aliyun
from backend.sms.gateway import Sms
from backend.sms.signing import Key
from backend.wechat.gateway import WeChat
from backend.wechat.live import LiveWeChat

ALIYUN = "aliyun"


def channels() -> Channels:
    """Return every channel that is open; the service account and text messages only with their settings."""
    return over(wechat(), service=service_account(), sms=sms())


def over(mini: WeChat, *, service: WeChat | None = None, sms: Sms | None = None) -> Channels:
    """Return the channels over these ways out."""
    found: list[Channel] = [Subscribe(mini), Call()]
    if service is not None:
        found.append(Service(service))
    if sms is not None:
        found.append(TextMessage(sms))
    return {each.name: each for each in found}


@cache
def service_account() -> WeChat | None:
    """Return this process's way to the service account, if there is one."""
    known = settings()
    if not known.wechat_service_app_id:
        return None
    return LiveWeChat(
        app_id=known.wechat_service_app_id,
        secret=known.wechat_service_secret,
        base_url=known.wechat_base_url,
        redis=token_store(),
        guard=refuse_inside_a_transaction,
        observe=metrics.wechat_called,
    )


@cache
def sms() -> Sms | None:
    """Return this process's provider of text messages, if the settings name one."""
    known = settings()
    if known.sms_provider != ALIYUN:
        return None
    key = Key(known.sms_key_id, known.sms_key_secret)
    return Aliyun(key, known.sms_sign_name, base_url=known.sms_base_url, guard=refuse_inside_a_transaction)
