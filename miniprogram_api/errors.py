"""Every error in one shape: code, plain Chinese message, fields; the only place that knows a status."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from backend.errors import DomainError, Invalid, KeyReused
from backend.privacy.redaction import scrub
from backend.statuses import as_fact, note_bug, retry_after, status_of

UNPROCESSABLE = 422
HTTP_WORDS = {
    400: ("unreadable", "发来的内容读不懂，请重新提交。"),
    404: ("not_found", "没有找到这个地址。"),
    405: ("wrong_method", "这个地址不能这样用。"),
    408: ("too_slow", "网络太慢，没有收完，请重试。"),
    413: ("too_large", "内容太大了，请分几次提交或把照片缩小。"),
    415: ("wrong_type", "内容格式不对，应为 JSON。"),
    422: ("invalid", "有几处需要改一改。"),
    429: ("too_many", "操作太频繁，请稍后再试。"),
}


def body_of(error: DomainError) -> dict[str, Any]:
    """Return the one error shape of a domain error."""
    said: dict[str, Any] = {"code": error.code, "message": error.message, "fields": error.fields}
    if isinstance(error, KeyReused) and error.done_id:
        said["done_id"] = error.done_id
    return said


def answer(error: DomainError) -> Response:
    """Return the response of a domain error."""
    response = jsonify(body_of(error))
    response.status_code = status_of(error)
    if (seconds := retry_after(error)) is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


def _is_ours(path: str) -> bool:
    return path.startswith("/api/")


def register(app: Flask) -> None:
    """Give the API's errors their shape; the console has its own words."""
    app.register_error_handler(DomainError, answer)
    app.register_error_handler(RecursionError, _too_deep)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _too_deep(error: RecursionError) -> Response:
    return answer(Invalid("发来的内容层数太多，读不懂。"))


def _http(error: HTTPException) -> Response | HTTPException:
    if not _is_ours(request.path):
        return error
    status = error.code or 500
    word, message = HTTP_WORDS.get(status, ("error", "没有办成，请稍后再试。"))
    fields = _flat(getattr(error, "data", None) or {}) if status == UNPROCESSABLE else {}
    message = next(iter(fields.values()), message)
    response = jsonify({"code": word, "message": message, "fields": fields})
    response.status_code = status
    return response


def _flat(data: Mapping[str, Any]) -> dict[str, str]:
    """Flatten webargs' messages (location, field, list of sentences) to one sentence a field."""
    found: dict[str, str] = {}
    for location in (data.get("messages") or {}).values():
        _walk("", location, found)
    return found


def _walk(path: str, node: Any, found: dict[str, str]) -> None:
    if isinstance(node, Mapping):
        for key, below in node.items():
            _walk(f"{path}.{key}".strip("."), below, found)
    elif isinstance(node, list) and node:
        found[_readable(path or "body")] = _readable(str(node[0]))


def _readable(text: str) -> str:
    """Return what may be sent back of what was typed: half a character as ?, a person's number covered.

    The name of a field that nobody knows is whatever the sender wrote there.
    """
    return scrub(text.encode("utf-8", "replace").decode())


def _unexpected(error: Exception) -> Response:
    if fact := as_fact(error):
        return answer(fact)
    note_bug(error)
    return _our_fault()


def _our_fault() -> Response:
    response = jsonify({"code": "our_fault", "message": "系统出了点问题，我们会尽快处理。", "fields": {}})
    response.status_code = 500
    return response
