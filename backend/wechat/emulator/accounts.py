"""Endpoints about who: sign-in, access tokens, phone numbers."""

from backend import clock
from backend.wechat.emulator.calls import Call
from backend.wechat.emulator.refusals import Refusal
from backend.wechat.emulator.world import World

_SIGN_INS_A_MINUTE = 100


def sign_in(world: World, call: Call) -> dict[str, object]:
    """Exchange a code of `wx.login`; success has no errcode, as in the original."""
    if world.app_kind(call.query.get("appid", ""), call.query.get("secret", "")) != "mini":
        raise Refusal(40013)
    if call.query.get("grant_type") != "authorization_code":
        raise Refusal(40002)
    if not call.query.get("js_code"):
        raise Refusal(41008)
    phone = world.phone(world.login_codes.spend(call.query["js_code"]))
    call.openid = phone.openid
    world.counters.take_of(phone.openid, _SIGN_INS_A_MINUTE)
    if phone.high_risk:
        raise Refusal(40226)
    world.store.set_visited(phone.openid, clock.real_now().timestamp())
    return {"session_key": "c2Vzc2lvbi1rZXktdW51c2VkLg==", "openid": phone.openid, "unionid": phone.unionid}


def classic_token(world: World, call: Call) -> dict[str, object]:
    """Issue a token the old way, each time a new one."""
    if call.query.get("grant_type") != "client_credential":
        raise Refusal(40002)
    app_id = call.query.get("appid", "")
    world.app_kind(app_id, call.query.get("secret", ""))
    token, lasts = world.tokens.classic(app_id)
    return {"access_token": token, "expires_in": lasts}


def stable_token(world: World, call: Call) -> dict[str, object]:
    """Return the token in use, or force a new one."""
    body = call.json()
    if body.get("grant_type") != "client_credential":
        raise Refusal(40002)
    force = body.get("force_refresh", False)
    if not isinstance(force, bool):
        raise Refusal(40097)
    app_id = str(body.get("appid", ""))
    world.app_kind(app_id, str(body.get("secret", "")))
    token, lasts = world.tokens.stable(app_id, force=force, today=world.today())
    return {"access_token": token, "expires_in": lasts}


def phone_number(world: World, call: Call) -> dict[str, object]:
    """Exchange a code of the phone-number button."""
    world.require("mini", call.query.get("access_token", ""))
    code = call.json().get("code")
    if not isinstance(code, str) or not code:
        raise Refusal(40029)
    phone = world.phone(world.phone_codes.spend(code))
    call.openid = phone.openid
    if not phone.phone_number:
        raise Refusal(40029)
    info = {
        "phoneNumber": phone.phone_number,
        "purePhoneNumber": phone.phone_number,
        "countryCode": "86",
        "watermark": {"timestamp": int(clock.real_now().timestamp()), "appid": world.config.app_id},
    }
    return {"errcode": 0, "errmsg": "ok", "phone_info": info}
