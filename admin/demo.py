"""Moving business time on, in a demo and nowhere else."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.screens import Screen
from admin.sessions import actor
from admin.words import moment
from backend import clock
from backend.access.permissions import Action
from backend.errors import Invalid, NotPossibleNow
from backend.services import demo_clock

HOUR, DAY = 3600, 24 * 3600
STEPS = {HOUR: "1小时", DAY: "1天", 3 * DAY: "3天", 7 * DAY: "7天", 30 * DAY: "30天"}


class DemoScreen(Screen):
    """The demo's clock."""

    title, path, in_menu, asks = "演示时间", "demo", False, Action.MOVE_DEMO_CLOCK

    @expose("/")
    def index(self) -> Response:
        """Show how far business time runs ahead."""
        return self._show()

    @expose("/clock", methods=["POST"])
    def advance(self) -> Response:
        """Move business time on by so many seconds."""
        try:
            demo_clock.advance(actor(), seconds=request.form.get("seconds", default=0, type=int))
        except (Invalid, NotPossibleNow) as error:
            return self._show(wrong=error.message)
        flash(f"现在的演示时间是{moment(clock.now())}。", "success")
        return redirect(url_for("demo.index"))

    def _show(self, wrong: str = "") -> Response:
        days = demo_clock.offset().total_seconds() / DAY
        return self.page("console/demo.html", status=422 if wrong else 200, steps=STEPS, days=days, wrong=wrong)
