"""How a view is declared: who may, what it takes and gives, and whether it must have one effect only."""

import re
from collections.abc import Callable
from copy import copy
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint
from marshmallow import Schema
from werkzeug.exceptions import UnsupportedMediaType

from backend.access.permissions import Action, require
from backend.errors import DomainError, Invalid
from backend.services import idempotency
from backend.services.idempotency import Answer
from backend.statuses import status_of
from miniprogram_api import errors
from miniprogram_api.auth import actor, authenticate
from miniprogram_api.schemas.shared import LARGEST_ID, ErrorSchema

View = Callable[..., Any]
OPEN: set[str] = set()
"""Operations that anybody may call; a test lists them."""
ASKS: dict[str, Action] = {}
"""Which permission each other operation asks for."""

_ROW_ID = f"<int(max={LARGEST_ID}):"
"""A path's id is one that a row can have: anything longer is no address of ours."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_FORM = "multipart/form-data"
_ERROR = {"application/json": {"schema": ErrorSchema}}
_KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
    "description": "Made by the client, one per intention: a repeat has no second effect and replays the answer.",
}


def route(
    blueprint: Blueprint,
    method: str,
    path: str,
    *,
    allows: Action | None,
    takes: type[Schema] | None = None,
    where: str = "json",
    gives: type[Schema] | None = None,
    status: int = 200,
    once: bool = False,
    keyed: bool = False,
) -> Callable[[View], View]:
    """Declare a view. `allows=None` opens it to everybody; `once` demands an idempotency key.

    `keyed` demands the key too, and leaves it to the service (`intention`): a sitting goes on family by family where it
    stopped, and an objection without a name must not be kept under an account.
    """

    def declare(view: View) -> View:
        name = view.__name__
        _note(name, allows)
        served = _served(view, gives, status, once=once)
        if takes is not None:
            content_type = _FORM if where == "form" else None
            served = blueprint.arguments(takes(), location=where, content_type=content_type)(served)
        served = _admitted(served, allows, wants_json=takes is not None and where == "json")
        served = blueprint.response(status, gives)(served)
        served = blueprint.doc(**_described(name, allows, once=once or keyed))(served)
        blueprint.route(path.replace("<int:", _ROW_ID), methods=[method], endpoint=name)(served)
        return view

    return declare


def _note(name: str, allows: Action | None) -> None:
    if allows is None:
        OPEN.add(name)
    else:
        ASKS[name] = allows


def _described(name: str, allows: Action | None, *, once: bool) -> dict[str, Any]:
    """Return what a view adds to the API's description, all at once: each decorator of smorest costs every request."""
    codes = (400, *((401, 403) if allows is not None else ()), 404, 409, 413, 415, 422, 429, 500, 503)
    responses = {code: {"description": HTTPStatus(code).phrase, "content": _ERROR} for code in codes}
    doc: dict[str, Any] = {"operationId": name, "responses": responses}
    if allows is not None:
        doc["security"] = [{"bearer": []}]
    if once:
        doc["parameters"] = [_KEY_HEADER]
    return doc


def _admitted(view: View, allows: Action | None, *, wants_json: bool) -> View:
    """Read the whole body while no transaction is open, then find out who calls, and only then what they want."""

    @wraps(view)
    def admit(*args: Any, **kwargs: Any) -> Any:
        request.get_data(cache=True, parse_form_data=True)
        if allows is not None:
            require(authenticate().role, allows)
        if wants_json and not request.is_json:
            raise UnsupportedMediaType
        return view(*args, **kwargs)

    return admit


def _served(view: View, gives: type[Schema] | None, status: int, *, once: bool) -> View:
    dump = gives() if gives is not None else None

    @wraps(view)
    def serve(*args: Any, **kwargs: Any) -> Response:
        def work() -> Answer:
            # After a deadlock it is done again from the start, and views take apart what they are given.
            result = view(*map(copy, args), **kwargs)
            return Answer(status, dump.dump(result) if dump is not None else {})

        if isinstance(result := _once(work) if once else _plainly(view, work, dump, args, kwargs), Response):
            return result
        return _response(result)

    return serve


def _plainly(view: View, work: Callable[[], Answer], dump: Schema | None, args: Any, kwargs: Any) -> Answer | Response:
    if dump is None:
        result = view(*args, **kwargs)
        return result if isinstance(result, Response) else Answer(204, {})
    return work()


def _response(answer: Answer) -> Response:
    response = jsonify(answer.body) if answer.status != 204 else Response(status=204)
    response.status_code = answer.status
    if answer.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def intention() -> str:
    """Return the key that the client made for this intention; raises `Invalid` without one."""
    key = request.headers.get("Idempotency-Key", "")
    if not _UUID.fullmatch(key):
        raise Invalid.field("Idempotency-Key", "缺少提交编号，请重新打开页面再提交。")
    return key.lower()


def _once(work: Callable[[], Answer]) -> Answer:
    key, by = intention(), actor()
    account = by.account_id or by.id
    digest = idempotency.digest_of(f"{request.method} {request.path}", _body())
    try:
        return idempotency.once(account, key, digest, work)
    except DomainError as error:
        if idempotency.is_lasting(error):
            kept = Answer(status_of(error), errors.body_of(error))
            idempotency.keep_refusal(account, key, digest, kept)
        raise


def _body() -> bytes:
    """Return what makes two requests the same: the raw body, or for a form its parts without the boundary."""
    if request.mimetype != _FORM:
        return request.get_data(cache=True)
    parts = [f"{name}={value}".encode() for name, value in sorted(request.form.items(multi=True))]
    for name, file in sorted(request.files.items(multi=True)):
        parts.append(name.encode() + b"=" + file.stream.read())
        file.stream.seek(0)
    return b"\0".join(parts)
