"""What went wrong, as a page in plain Chinese with a way back."""

from typing import Any

from flask import Blueprint, Flask, current_app, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from admin.security import ROOT
from admin.sessions import to_sign_in
from backend.errors import DomainError, SignInFirst
from backend.statuses import as_fact, note_bug, retry_after, status_of

TITLES = {
    400: "这次没有读懂",
    403: "您的岗位不能看这一页",
    404: "没有找到",
    405: "这个地址不能这样打开",
    409: "刚刚有了变化",
    413: "内容太大了",
    422: "有几处需要改一改",
    429: "请稍等一会儿",
    500: "系统出了点问题",
    503: "系统正忙",
}

WORDS = {
    400: "发来的内容读不懂，请返回上一页重新提交。",
    404: "这个地址不存在，或者不在您的辖区里。",
    405: "请从菜单重新进入。",
    413: "请把照片缩小，或者分几次提交。",
}
OUR_FAULT = "我们已经记下来了，会尽快处理。您刚才办的事可能没有保存，请回到待办里看一看。"
FORM_TOO_OLD = "这一页放得太久，或者您在别处重新登录过。为了安全，刚才没有提交；请返回上一页，刷新后再办。"


def register(app: Flask) -> None:
    """Give addresses that do not exist the console's page too: they belong to no screen that could do it."""
    app.before_request(_no_such_address)


def _no_such_address() -> Response | None:
    error = request.routing_exception
    if request.path.startswith(ROOT) and isinstance(error, HTTPException) and (error.code or 500) >= 400:
        return of_http(error)
    return None


def attach(blueprint: Blueprint) -> None:
    """Let a screen's errors come out as pages of the console."""
    blueprint.register_error_handler(DomainError, _domain)
    blueprint.register_error_handler(HTTPException, of_http)
    blueprint.register_error_handler(Exception, _unexpected)


def page(status: int, words: str, *, retry_after: int | None = None) -> Response:
    """Return the page that says what went wrong."""
    # The database may be what is broken: nothing on this page reads it.
    first: Any = current_app.extensions["admin"][0].index_view
    response: Response = first.page(
        "console/error.html",
        status=status,
        title=TITLES.get(status, TITLES[500]),
        words=words,
        banner=None,
        my_place="",
        unread=None,
    )
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def of_http(error: HTTPException) -> Response:
    """Return the page of an HTTP error."""
    if isinstance(error, CSRFError):
        return page(400, FORM_TOO_OLD)
    status = error.code or 500
    if status < 400:
        return error.get_response()
    return page(status, WORDS.get(status, OUR_FAULT))


def _domain(error: DomainError) -> Response:
    if isinstance(error, SignInFirst):
        return to_sign_in()
    return page(status_of(error), error.message, retry_after=retry_after(error))


def _unexpected(error: Exception) -> Response:
    if fact := as_fact(error):
        return _domain(fact)
    note_bug(error)
    return page(500, OUR_FAULT)
