"""Endpoints about who follows the service account, as its owner may list them."""

from backend.wechat.emulator.calls import Call
from backend.wechat.emulator.refusals import Refusal
from backend.wechat.emulator.world import World

_A_PAGE = 10_000
_A_BATCH = 100
_LANGUAGES = {None, "zh_CN", "zh_TW", "en"}


def list_followers(world: World, call: Call) -> dict[str, object]:
    """List followers from one on; the last page says where it ended, and the one after it is empty."""
    world.require("service", call.query.get("access_token", ""))
    after = call.query.get("next_openid", "")
    if after and world.store.phone_in_service(after) is None:
        raise Refusal(40003)
    page = world.store.followers(after, _A_PAGE)
    answer: dict[str, object] = {"total": world.store.count_followers(), "count": len(page)}
    if page:
        answer["data"] = {"openid": page}
    return {**answer, "next_openid": page[-1] if page else ""}


def describe(world: World, call: Call) -> dict[str, object]:
    """Say of up to a hundred people who they are; of somebody who does not follow only that."""
    world.require("service", call.query.get("access_token", ""))
    asked = call.json().get("user_list")
    if not isinstance(asked, list) or not 1 <= len(asked) <= _A_BATCH:
        raise Refusal(40032)
    return {"user_info_list": [_described(world, each) for each in asked]}


def _described(world: World, asked: object) -> dict[str, object]:
    if not isinstance(asked, dict) or asked.get("lang") not in _LANGUAGES:
        raise Refusal(40097)
    openid = asked.get("openid")
    phone = world.store.phone_in_service(openid) if isinstance(openid, str) else None
    if phone is None:
        raise Refusal(40003)
    if not phone.follows:
        return {"subscribe": 0, "openid": phone.service_openid}
    return {"subscribe": 1, "openid": phone.service_openid, "unionid": phone.unionid, "language": "zh_CN"}
