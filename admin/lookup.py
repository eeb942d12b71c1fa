"""Somebody telephones: the clerk types what they say and reads aloud where it stands, and nothing else."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.errors import DomainError, TooMany
from backend.services import progress_calls
from backend.services.progress_calls import Standing


class LookupScreen(Screen):
    """Where a declaration stands, for whoever has its number and the last four signs of the ID number."""

    title, path, asks = "电话查询", "lookup", Action.LOOK_UP_STATUS

    @expose("/")
    def index(self) -> Response:
        """Show the form."""
        return self._show()

    @expose("/", methods=["POST"])
    def look_up(self) -> Response:
        """Show what may be read aloud. Nothing of it is in an address, which logs and histories keep."""
        form = request.form
        try:
            standing = progress_calls.look_up(form.get("receipt_no", ""), form.get("last_four", ""), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error=error)
        return self._show(standing)

    def _show(self, standing: Standing | None = None, error: DomainError | None = None) -> Response:
        response = self.page(
            "console/lookup.html",
            status=page_status(error),
            standing=standing,
            typed={} if standing else request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
