"""The queue: duties by what presses most, a page at a time."""

from typing import NamedTuple

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.services import desks, nudges, tasks
from backend.services.tasks import Cursor, Whose


class Tab(NamedTuple):
    """One view of the queue, and what its page says when it is empty."""

    name: str
    whose: Whose
    overdue: bool
    empty: str


TABS = {
    "mine": Tab("我的待办", Whose.MINE, False, "现在没有要办的事。有新的申报或材料到了，会自动出现在这里。"),
    "mine-late": Tab("我的已超期", Whose.MINE, True, "没有超期的事，很好。"),
    "all": Tab("本辖区全部", Whose.ALL, False, "辖区里现在没有在办的事。"),
    "late": Tab("本辖区已超期", Whose.ALL, True, "辖区里没有超期的事。"),
}


class QueueScreen(Screen):
    """What is owed, the most pressing first."""

    title, path, asks = "待办", "queue", Action.READ_TASKS

    @expose("/")
    def index(self) -> Response:
        """Show one page of one tab."""
        key = request.args.get("tab", "")
        key = key if key in TABS else "mine"
        tab = TABS[key]
        after = request.args.get("after")
        page = tasks.queue(
            by=actor(), whose=tab.whose, overdue=tab.overdue, after=Cursor.parse(after) if after else None
        )
        return self.page(
            "console/queue.html",
            tabs=TABS,
            tab=tab,
            tab_key=key,
            lines=desks.lines(page.items, by=actor()),
            after=page.after,
            is_first=after is None,
            presses=nudges.roles_pressed(actor()) if tab.overdue else (),
        )
