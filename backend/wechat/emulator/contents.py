"""Endpoints about pictures and texts: mini-program codes and the check of texts."""

import io
import re

import segno

from backend import clock
from backend.wechat.emulator.calls import Call
from backend.wechat.emulator.messages import check_page
from backend.wechat.emulator.refusals import Refusal, request_id
from backend.wechat.emulator.world import World

RISKY_WORD = "违规测试"
DOUBTFUL_WORD = "疑似测试"
_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
_VERSIONS = {None, "release", "trial", "develop"}
_LONGEST_TEXT = 2_500
_VISIT = 2 * 3_600


def village_code(world: World, call: Call) -> bytes:
    """Return a code that opens a page; ours is a QR code of page and scene, WeChat's is round."""
    world.require("mini", call.query.get("access_token", ""))
    body = call.json()
    scene, width = body.get("scene"), body.get("width", 430)
    if not isinstance(scene, str) or not _SCENE.fullmatch(scene):
        raise Refusal(40129)
    page = check_page(world, body.get("page"))
    if body.get("env_version") not in _VERSIONS or not isinstance(width, int) or not 280 <= width <= 1280:
        raise Refusal(40097)
    picture = io.BytesIO()
    code = segno.make(f"{page or 'index'}?scene={scene}", micro=False)
    code.save(picture, kind="png", scale=max(width // code.symbol_size()[0], 1))
    return picture.getvalue()


def check_text(world: World, call: Call) -> dict[str, object]:
    """Judge a text (version 2): two words of ours stand for what WeChat would find."""
    world.require("mini", call.query.get("access_token", ""))
    body = call.json()
    call.openid = str(body.get("openid"))
    text = body.get("content")
    if body.get("version") != 2 or not isinstance(text, str) or len(text) > _LONGEST_TEXT:
        raise Refusal(40097)
    if not text:
        raise Refusal(44002)
    if body.get("scene") not in {1, 2, 3, 4}:
        raise Refusal(40129)
    visited = world.phone(body.get("openid")).visited_at
    if visited is None or clock.real_now().timestamp() - visited > _VISIT:
        raise Refusal(61010)
    found = ("risky", 20_001) if RISKY_WORD in text else ("review", 21_000) if DOUBTFUL_WORD in text else ("pass", 100)
    result = {"suggest": found[0], "label": found[1]}
    detail = [{"strategy": "content_model", "errcode": 0, **result, "prob": 90}]
    return {"errcode": 0, "errmsg": "ok", "trace_id": request_id(), "result": result, "detail": detail}
