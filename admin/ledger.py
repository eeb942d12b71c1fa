"""The ledger of watched families as a page, and the families without a helper; files are made by `exports`."""

from typing import Any

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import page_before
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.policy.county import current_policy
from backend.services import ledgers, localities, paired
from backend.services.ledgers import MOST_ON_A_PAGE


class LedgerScreen(Screen):
    """Watched families."""

    title, path, asks = "台账", "ledger", Action.READ_LEDGER

    @expose("/")
    def index(self) -> Response:
        """Show a page of the ledger, the newest family first."""
        by, before = actor(), page_before()
        township = request.args.get("township", "")
        lines = ledgers.watched(by=by, township=township, before=before)
        return self._page(
            "console/ledger.html",
            lines=lines,
            townships=[(each.code, each.name) for each in localities.townships_within(by=by)],
            township=township,
            before=lines[-1].case.id if len(lines) == MOST_ON_A_PAGE else None,
            is_first=before is None,
        )

    @expose("/vacancies")
    def vacancies(self) -> Response:
        """Show the watched families for whom nobody answers."""
        return self._page("console/ledger_vacancies.html", watches=paired.vacant(by=actor()))

    def _page(self, template: str, **values: Any) -> Response:
        return self.page(template, called=current_policy(actor().county_code).texts["monitored_household"], **values)
