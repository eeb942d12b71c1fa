"""督办单 at the console: what a desk has to answer, and for leaders the drafts, to issue by name or to drop."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE, day_in, page_before, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action, may
from backend.errors import DomainError
from backend.services import supervision_papers, supervisions
from backend.services.supervision_drafts import DRAFT
from backend.services.supervisions import DROPPED, ISSUED

OWN = "own"
TABS = {
    OWN: ("要我们办的", "没有发给您这个岗位的督办单。"),
    DRAFT: ("待签发", "没有等着签发的督办单。"),
    ISSUED: ("已签发", "还没有签发过督办单。"),
    DROPPED: ("不签发的", "没有决定不签发的。"),
}


class SupervisionScreen(Screen):
    """Papers of supervision."""

    title, path, asks = "督办", "supervisions", Action.READ_OWN_SUPERVISIONS

    @expose("/")
    def index(self) -> Response:
        """Show one list; whoever issues begins with what waits for a signature."""
        by = actor()
        tabs = TABS if may(by.role, Action.READ_SUPERVISIONS) else {OWN: TABS[OWN]}
        first = DRAFT if may(by.role, Action.SUPERVISE) else OWN
        tab = request.args.get("tab", first)
        tab = tab if tab in tabs else first
        before = page_before()
        page = (
            supervision_papers.own_papers(by=by, before=before)
            if tab == OWN
            else supervision_papers.page_of(tab, by=by, before=before)
        )
        return self.page(
            "console/supervisions.html",
            tabs=tabs,
            tab=tab,
            papers=page.items,
            before=page.before,
            is_first=before is None,
        )

    @expose(f"/<{ROW}:supervision_id>")
    def show(self, supervision_id: int) -> Response:
        """Show one paper as it is printed, and to a leader the form that issues it."""
        return self._paper(supervision_id)

    @expose(f"/<{ROW}:supervision_id>/issue", methods=["POST"])
    def issue(self, supervision_id: int) -> Response:
        """Issue a draft in one's own name, with a reason and a new date."""

        def work() -> str:
            reason, day = request.form.get("reason", ""), day_in("new_due_on")
            row = supervisions.issue(supervision_id, reason=reason, new_due_on=day, by=actor())
            return f"督办单{row.number}已签发，承办单位和上一级都会收到通知，新的期限已生效。"

        return self._attempt(supervision_id, work)

    @expose(f"/<{ROW}:supervision_id>/drop", methods=["POST"])
    def drop(self, supervision_id: int) -> Response:
        """Decide against issuing a draft, with a reason."""

        def work() -> str:
            supervisions.drop(supervision_id, reason=request.form.get("reason", ""), by=actor())
            return "已记下，这张督办单不签发。"

        return self._attempt(supervision_id, work)

    def _attempt(self, supervision_id: int, work: Callable[[], str]) -> Response:
        try:
            said = work()
        except SAID_ON_THE_PAGE as error:
            return self._paper(supervision_id, error)
        flash(said, "success")
        return redirect(url_for("supervisions.show", supervision_id=supervision_id))

    def _paper(self, supervision_id: int, error: DomainError | None = None) -> Response:
        paper = supervision_papers.read_paper(supervision_id, by=actor())
        return self.page(
            "console/supervision.html",
            status=page_status(error),
            paper=paper,
            suggested=supervision_papers.suggested_date(paper),
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )
