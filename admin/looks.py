"""Who looked at a family, for auditors: by the number of a receipt, the name masked, the newest first."""

from flask import redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE, page_before, page_status
from admin.screens import Screen
from admin.sessions import actor
from admin.words import audit_line
from backend.access.permissions import Action
from backend.errors import DomainError, NotFound
from backend.privacy.receipts import spoken
from backend.services import looks

PAGE = 50


class LookScreen(Screen):
    """The looks at one family."""

    title, path, asks = "谁看过", "looks", Action.READ_AUDIT

    @expose("/")
    def index(self) -> Response:
        """Ask for a number, or lead to the family that it belongs to."""
        number = request.args.get("number", "").strip()
        if not number:
            return self._ask()
        try:
            return redirect(url_for("looks.show", case_id=looks.of_number(number, by=actor())))
        except (*SAID_ON_THE_PAGE, NotFound) as error:
            return self._ask(error, number)

    @expose(f"/<{ROW}:case_id>")
    def show(self, case_id: int) -> Response:
        """Show one page of who looked at a family."""
        before = page_before()
        found = looks.of_family(case_id, by=actor(), before=before, size=PAGE)
        return self.page(
            "console/looks.html",
            found=found,
            number=spoken(found.number),
            lines=[audit_line(row) for row in found.rows],
            before=found.rows[-1].id if len(found.rows) == PAGE else None,
            is_first=before is None,
            error=None,
        )

    def _ask(self, error: DomainError | None = None, number: str = "") -> Response:
        return self.page("console/looks.html", status=page_status(error), found=None, error=error, number=number)
