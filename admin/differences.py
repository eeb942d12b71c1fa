"""Lists from outside beside what is watched here: there, here, both, and what somebody chose about each family."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.errors import NotFound
from backend.services import list_differences
from backend.services.list_differences import CALLED, CHOICES, CHOSEN, SIDE_NAMES


class DifferenceScreen(Screen):
    """The lists that were compared, and one of them."""

    title, path, asks = "名单比对", "differences", Action.COMPARE_NATIONAL

    @expose("/")
    def index(self) -> Response:
        """List what was compared, the latest first."""
        return self.page("console/differences.html", lists=list_differences.lists_of(by=actor()), called=CALLED)

    @expose(f"/<{ROW}:batch_id>")
    def show(self, batch_id: int) -> Response:
        """Show a page of one side of a list."""
        side = request.args.get("side", "there")
        after = min(max(request.args.get("after", 0, type=int), 0), 2**63 - 1)
        return self.page(
            "console/difference.html",
            found=list_differences.page_of(batch_id, side, by=actor(), after=after),
            side=side,
            sides=SIDE_NAMES,
            choices=CHOICES.get(side, {}),
            chosen=CHOSEN,
            called=CALLED,
            is_first=not after,
        )

    @expose(f"/<{ROW}:batch_id>/rows/<{ROW}:difference_id>", methods=["POST"])
    def choose(self, batch_id: int, difference_id: int) -> Response:
        """Choose about one family."""
        side = request.form.get("side", "")
        try:
            row = list_differences.choose(difference_id, request.form.get("outcome", ""), by=actor())
        except (*SAID_ON_THE_PAGE, NotFound) as error:
            flash(" ".join(getattr(error, "fields", {}).values()) or error.message, "error")
        else:
            side = row.side
            flash(f"{row.head_name}：{CHOSEN[row.outcome]}。", "success")
        return redirect(url_for("differences.show", batch_id=batch_id, side=side if side in SIDE_NAMES else None))
