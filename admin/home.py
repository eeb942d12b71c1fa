"""The first screen: what is owed and what presses, what was done, the days ahead, and one's place at a glance."""

from datetime import timedelta

from flask_admin import AdminIndexView, expose
from werkzeug.wrappers import Response

from admin.screens import Screen
from admin.sessions import actor
from admin.words import SOON_DAYS
from backend import clock
from backend.access.permissions import Action, may, require
from backend.services import alert_schedule, boards, desks, home, tasks

FIRST_FEW = 6


class HomeScreen(Screen, AdminIndexView):
    """Counts of one's duties, the most pressing of them, and the places below one's own."""

    @expose("/")
    def index(self) -> Response:
        """Show what is owed; whoever owes nothing finds the ways to their own screens."""
        by = actor()
        if not may(by.role, Action.READ_HOME):
            return self.page("console/home.html", counts=None)
        counts = home.home(by=by, soon=clock.today() + timedelta(days=SOON_DAYS))
        reads = may(by.role, Action.READ_TASKS)
        first = tasks.queue(by=by, size=FIRST_FEW).items if reads else ()
        return self.page(
            "console/home.html",
            counts=counts,
            reads=reads,
            lines=desks.lines(first, by=by) if reads else (),
            owed=() if reads else alert_schedule.owed(by=by, size=FIRST_FEW),
            topics={} if reads else alert_schedule.topics_of(by=by),
            glance=boards.glance(by=by) if may(by.role, Action.READ_BOARD) else None,
        )

    @expose("/done")
    def done(self) -> Response:
        """Show what whoever looks closed this month."""
        by = actor()
        require(by.role, Action.READ_TASKS)
        return self.page("console/done.html", lines=desks.lines(home.done(by=by), by=by), most=home.MOST_LISTED)
