"""The first screen: what is owed, what presses, and where to begin."""

from datetime import timedelta

from flask_admin import AdminIndexView, expose
from werkzeug.wrappers import Response

from admin.screens import Screen
from admin.sessions import actor
from admin.words import SOON_DAYS
from backend import clock
from backend.access.permissions import Action, may
from backend.services import desks, tasks

FIRST_FEW = 6


class HomeScreen(Screen, AdminIndexView):
    """Counts of one's duties, and the most pressing of them."""

    @expose("/")
    def index(self) -> Response:
        """Show what is owed; whoever owes nothing finds the ways to their own screens."""
        if not may(actor().role, Action.READ_TASKS):
            return self.page("console/home.html", counts=None, lines=[])
        counts = tasks.counts(by=actor(), soon=clock.today() + timedelta(days=SOON_DAYS))
        first = tasks.queue(by=actor(), size=FIRST_FEW)
        return self.page("console/home.html", counts=counts, lines=desks.lines(first.items, by=actor()))
