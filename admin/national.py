"""The national system: the file to copy from, and receipts pasted in bulk."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action
from backend.errors import DomainError
from backend.policy.county import current_policy
from backend.services import national
from backend.services.national import MOST_LINES, Entered


class NationalScreen(Screen):
    """Export and receipts."""

    title, path, asks = "国家系统", "national", Action.ENTER_NATIONAL

    @expose("/")
    def index(self) -> Response:
        """Show what can be had and pasted."""
        return self._page()

    @expose("/", methods=["POST"])
    def enter(self) -> Response:
        """Take receipts in bulk; every line says what became of it."""
        try:
            report = national.enter_receipts(request.form.get("lines", ""), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._page(error=error)
        return self._page(report)

    @expose("/families.csv")
    def export(self) -> Response:
        """Return the file to copy from."""
        waiting = request.args.get("only") == "waiting"
        return Response(
            national.export(by=actor(), waiting_only=waiting),
            mimetype="text/csv",
            headers={"Content-Disposition": f"attachment; filename=national-{clock.today():%Y%m%d}.csv"},
        )

    def _page(self, report: list[Entered] | None = None, error: DomainError | None = None) -> Response:
        bad = [each for each in report or () if each.said]
        return self.page(
            "console/national.html",
            status=page_status(error),
            report=report,
            bad=bad,
            error=error,
            columns=national.names(),
            called=current_policy(actor().county_code).texts["national_system"],
            typed=request.form.get("lines", "") if error or bad else "",
            most=MOST_LINES,
        )
