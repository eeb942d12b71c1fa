"""County comparison in one go: the list of whoever may be compared, filled in by the registers, read in again."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.papers import download
from admin.screens import Screen
from admin.sessions import actor
from admin.typed_lists import cells_of, text_of
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid
from backend.policy.county import current_policy
from backend.services import comparison_batches
from backend.services.comparison_batches import FILED, LEADING, REFUSED, Answered, FamilyResult

OUTCOMES = {FILED: "已填报", REFUSED: "没有填报"}
_LEADING = len(LEADING)


class ComparisonScreen(Screen):
    """Families whose comparison is due, all of them at once."""

    title, path, asks = "比对", "comparisons", Action.FILE_COMPARISON

    @expose("/")
    def index(self) -> Response:
        """Show who waits, and who of each family has allowed it."""
        return self._show()

    @expose("/file", methods=["POST"])
    def take(self) -> Response:
        """Hand over the list for the registers."""
        try:
            sheet = comparison_batches.request_sheet(by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        return download(sheet)

    @expose("/", methods=["POST"])
    def file(self) -> Response:
        """Read the filled-in list and file it family by family."""
        try:
            text = text_of(request.form.get("lines", ""), request.files.get("file"))
            results = comparison_batches.file_results(_answered(text), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        return self._show(report=results)

    def _show(self, error: DomainError | None = None, report: list[FamilyResult] | None = None) -> Response:
        outcomes = [each.outcome for each in report or ()]
        return self.page(
            "console/comparisons.html",
            status=page_status(error),
            waiting=comparison_batches.waiting(by=actor()),
            report=report or [],
            outcomes=OUTCOMES,
            tally={name: outcomes.count(code) for code, name in OUTCOMES.items() if code in outcomes},
            typed=request.form if not report else {},
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )


def _answered(text: str) -> list[Answered]:
    """Read the lines that begin with a person's number; title, mark and heading do not."""
    items = list(comparison_batches.items_of(current_policy(actor().county_code)))
    lines = [cells_of(line) for line in text.splitlines()]
    answered = [
        Answered(int(cells[0]), dict(zip(items, cells[_LEADING:], strict=False)))
        for cells in lines
        if cells and cells[0].isascii() and cells[0].isdecimal() and len(cells[0]) <= 20
    ]
    if not answered:
        raise Invalid.field("lines", "名单是空的，请粘贴填好的名单，或者选一个文件。")
    if len({each.person_id for each in answered}) != len(answered):
        raise Invalid.field("lines", "同一个人写了两行，请去掉一行。")
    return answered
