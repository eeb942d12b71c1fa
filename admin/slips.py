"""A slip for whoever came to the wrong county's desk: given, printed, and printed again (practice P24)."""

from flask import redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action
from backend.errors import DomainError
from backend.services import slips
from backend.services.slips import Elsewhere


class SlipScreen(Screen):
    """Giving a slip at the desk; nothing about the person is asked or kept."""

    title, path, asks = "指引单", "slips", Action.GIVE_SLIP

    @expose("/")
    def index(self) -> Response:
        """Show the form and the slips that were given lately."""
        return self._index()

    @expose("/", methods=["POST"])
    def give(self) -> Response:
        """Give a slip and show it for printing."""
        try:
            slip = slips.give(request.form.get("code", "").strip(), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        return redirect(url_for("slips.show", number=slip.number))

    @expose("/<number>")
    def show(self, number: str) -> Response:
        """Show one slip as it is printed."""
        slip = slips.read_slip(number, by=actor())
        where = slips.sentence(Elsewhere(slip.there_name, slip.call, slip.is_here))
        return self.page("console/slip.html", slip=slip, where=where, on=clock.local(slip.given_at))

    def _index(self, error: DomainError | None = None) -> Response:
        by = actor()
        return self.page(
            "console/slips.html",
            status=page_status(error),
            given=slips.desk_slips(by=by),
            neighbours=slips.neighbours(by=by),
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )
