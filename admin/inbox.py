"""One's own messages at the console: everything that was owed to whoever sits here, sent anywhere or not."""

import re
from datetime import date
from typing import Any

from flask import redirect, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import LARGEST_ID, page_before, ticked
from admin.screens import Screen
from admin.send_words import KINDS
from admin.sessions import actor
from admin.words import day
from backend.access.permissions import Action, may
from backend.models import Message
from backend.services import inbox

PAGE = 20
_DATE = re.compile(r"^(\d{4})年(\d{1,2})月(\d{1,2})日$")
_CASE = re.compile(r"^cadre/case/case\?id=(\d{1,19})$")


class InboxScreen(Screen):
    """The inbox behind the bell."""

    title, path, in_menu, asks = "我的消息", "inbox", False, Action.READ_INBOX

    @expose("/")
    def index(self) -> Response:
        """Show one page, the newest first."""
        before = page_before()
        found = inbox.inbox_of(actor(), before=before, size=PAGE)
        return self.page(
            "console/inbox.html",
            lines=[_line(each) for each in found],
            new=[each.id for each in found if not each.is_read],
            before=found[-1].id if len(found) == PAGE else None,
            is_first=before is None,
        )

    @expose("/read", methods=["POST"])
    def read(self) -> Response:
        """Note that the messages on the page were read."""
        ids = [row for row in ticked("id") if row <= LARGEST_ID]
        inbox.mark_read(ids[:PAGE], by=actor())
        return redirect(url_for("inbox.index"))


def _line(message: Message) -> dict[str, Any]:
    data = message.data
    return {
        "title": KINDS.get(message.kind, "消息"),
        "words": "，".join(str(data[name]) for name in ("what", "where", "status", "hint") if data.get(name)),
        "due": _with_weekday(str(data.get("due", ""))),
        "at": message.owed_at,
        "is_read": message.is_read,
        "href": _where(message),
    }


def _with_weekday(said: str) -> str:
    """Say a message's date as the console says dates; anything else stays as it was sent."""
    found = _DATE.match(said)
    return day(date(*map(int, found.groups()))) if found else said


def _where(message: Message) -> str:
    """Return the console's page of what a message speaks of; a case outside one's place says so itself."""
    found = _CASE.match(message.page)
    if found and may(actor().role, Action.READ_CASES):
        return url_for("cases.show", case_id=int(found[1]))
    return url_for("queue.index") if may(actor().role, Action.READ_TASKS) else ""
