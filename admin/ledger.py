"""The ledger of watched families, as a page and as a file; each office's part of it; families without a helper."""

from typing import Any

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.papers import download
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.errors import DomainError
from backend.policy.county import current_policy
from backend.services import ledgers, localities, paired
from backend.services.ledgers import MOST_ON_A_PAGE


class LedgerScreen(Screen):
    """Watched families, and what leaves the program about them."""

    title, path, asks = "台账", "ledger", Action.READ_LEDGER

    @expose("/")
    def index(self) -> Response:
        """Show a page of the ledger, the newest family first."""
        return self._show()

    @expose("/file", methods=["POST"])
    def export(self) -> Response:
        """Hand the ledger over as a file."""
        return download(ledgers.export(by=actor(), township=request.form.get("township", "")))

    @expose("/offices", methods=["POST"])
    def hand_out(self) -> Response:
        """Hand an office the list of the families that it answers for."""
        try:
            sheet = ledgers.hand_out(request.form.get("office", ""), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        return download(sheet)

    @expose("/vacancies")
    def vacancies(self) -> Response:
        """Show the watched families for whom nobody answers."""
        return self._page("console/ledger_vacancies.html", watches=paired.vacant(by=actor()))

    def _show(self, error: DomainError | None = None) -> Response:
        by, asked = actor(), request.args
        before: Any = asked.get("before", default=None, type=int)
        townships = [(each.code, each.name) for each in localities.townships_within(by=by)]
        township = asked.get("township", "")
        lines = ledgers.watched(by=by, township=township, before=before)
        policy = current_policy(by.county_code)
        return self._page(
            "console/ledger.html",
            error,
            lines=lines,
            townships=townships,
            township=township,
            offices=ledgers.offices_of(policy),
            before=lines[-1].case.id if len(lines) == MOST_ON_A_PAGE else None,
            is_first=before is None,
        )

    def _page(self, template: str, error: DomainError | None = None, **values: Any) -> Response:
        return self.page(
            template,
            status=page_status(error),
            called=current_policy(actor().county_code).texts["monitored_household"],
            wrong=error.fields if error else {},
            said=error.message if error else "",
            **values,
        )
