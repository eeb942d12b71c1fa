"""一户一档 at the desk: whose file lacks what, one file for the printer, and a page about a village or township."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE, page_before, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.errors import DomainError
from backend.privacy.receipts import spoken
from backend.services import family_files, family_gaps, localities, place_sheets
from backend.workflow.watching import STANDING_NAMES, Standing

PAGE = 50
TABS = {"": "正在监测", str(Standing.REMOVED): STANDING_NAMES[Standing.REMOVED]}


class FamilyFileScreen(Screen):
    """The files of the watched families, one of them on paper, and the page of a place."""

    title, path, asks = "一户一档", "family-files", Action.PRINT_FAMILY_FILE

    @expose("/")
    def index(self) -> Response:
        """List the families of the actor's place with what each file lacks."""
        return self._list()

    @expose(f"/<{ROW}:case_id>", methods=["POST"])
    def print_one(self, case_id: int) -> Response:
        """Show one file for the printer; the audit keeps that it left."""
        try:
            form = request.form
            asked = {"reason": form.get("reason", ""), "with_photos": bool(form.get("photos"))}
            file = family_files.print_file(case_id, by=actor(), **asked)  # type: ignore[arg-type]
        except SAID_ON_THE_PAGE as error:
            return self._list(error)
        return self.page("console/family_file.html", file=file, receipt=spoken(file.case.number))

    @expose("/place")
    def place(self) -> Response:
        """Show 村情 or 乡情: one page without a name."""
        code = request.args.get("code", "") or actor().region_code
        return self.page("console/place_sheet.html", sheet=place_sheets.sheet_of(code, by=actor()))

    def _list(self, error: DomainError | None = None) -> Response:
        before = page_before()
        village, standing = request.args.get("village", ""), request.args.get("standing", "")
        standing = standing if standing in TABS else ""
        asked = {"standing": standing, "village": village, "before": before, "size": PAGE}
        found = family_gaps.files_of(by=actor(), **asked)  # type: ignore[arg-type]
        return self.page(
            "console/family_files.html",
            status=page_status(error),
            error=error,
            lines=found,
            tabs=TABS,
            standing=standing,
            village=village,
            townships=localities.townships_within(by=actor()),
            before=found[-1].watch.id if len(found) == PAGE else None,
            is_first=before is None,
        )
