"""The page behind the code on a sheet: it proves the sheet genuine, holds no name, and ends with the notice."""

from flask import Blueprint, Flask, Response, make_response, render_template_string

from backend.errors import NotFound, NotPossibleNow, NotYetPosted
from backend.privacy.notice_text import spoken_day
from backend.services.notice_pages import PublicNotice, public_notice

notice_pages = Blueprint("notice_pages", __name__)

_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex, nofollow">
<title>{{ title }}</title></head><body>
<h1>{{ title }}</h1>
{% for line in lines %}<p>{{ line }}</p>
{% endfor %}</body></html>"""


@notice_pages.get("/notice/<token>")
def notice(token: str) -> Response:
    """Say whether a sheet is genuine, its days and how to object; 410 once its last day is over, 503 while offline."""
    try:
        found = public_notice(token)
    except NotYetPosted as error:
        return _page("还没有登记张贴", [error.message], 404)
    except NotFound as error:
        return _page("没有找到", [error.message], 404)
    except NotPossibleNow as error:
        return _page("暂时不能看", [error.message], 503)
    if found.is_over:
        return _page("公示已结束", ["这张公示的公示期已经结束。还有意见，请向乡镇反映。"], 410)
    return _page("这张公示是真的", _lines(found), 200)


def _lines(found: PublicNotice) -> list[str]:
    days = [spoken_day(day) for day in (found.posted_on, found.until) if day is not None]
    return [
        f"{found.village}，贴在{found.place}，共{found.families}户。名单只在纸上，这里不显示。",
        f"{days[0]}贴出，到{days[-1]}为止。",
        "有不同意见：用微信小程序“守望”扫纸上的码，填户的序号，可以不留姓名；也可以打电话。",
        *(f"{each.whose}：{each.number}" for each in found.telephones),
    ]


def _page(title: str, lines: list[str], status: int) -> Response:
    response = make_response(render_template_string(_PAGE, title=title, lines=lines), status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response


def register(app: Flask) -> None:
    """Add the page to the application."""
    app.register_blueprint(notice_pages)
