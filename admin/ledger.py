"""The ledger of watched families, as a page and as a file; each office's part of it; contacts and hidden dangers."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, number_in, page_status
from admin.papers import download
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.errors import DomainError
from backend.policy.county import current_policy
from backend.services import cases, contacts, ledgers, localities, unsafe_items
from backend.services.ledgers import MOST_ON_A_PAGE
from backend.services.sealing import MOST_WORDS


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
        return self._page("console/ledger_vacancies.html", cases=contacts.without_contact(by=actor()))

    @expose("/<int:case_id>/contact")
    def contact(self, case_id: int) -> Response:
        """Show who may answer for a family."""
        return self._contact(case_id)

    @expose("/<int:case_id>/contact", methods=["POST"])
    def name_contact(self, case_id: int) -> Response:
        """Say who answers for a family."""
        try:
            case = contacts.name_contact(case_id, number_in("contact"), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._contact(case_id, error)
        flash(f"已确定{case.head_name}户的包保责任人。", "success")
        return redirect(url_for("ledger.vacancies"))

    @expose("/hazards")
    def hazards(self) -> Response:
        """Show what is unsafe and not yet closed."""
        return self._hazards()

    @expose("/<int:case_id>/hazards", methods=["POST"])
    def close_hazard(self, case_id: int) -> Response:
        """Close one line of the hidden dangers."""
        form = request.form
        try:
            unsafe_items.clear(case_id, form.get("item", ""), by=actor(), words=form.get("words", ""))
        except SAID_ON_THE_PAGE as error:
            return self._hazards(error)
        flash("已销号。", "success")
        return redirect(url_for("ledger.hazards"))

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

    def _contact(self, case_id: int, error: DomainError | None = None) -> Response:
        by = actor()
        offered = contacts.candidates(case_id, by=by)
        case = cases.read_case(case_id, by=by).case
        now = contacts.contacts_of([case]).get(case.id, "")
        return self._page("console/ledger_contact.html", error, case=case, offered=offered, now=now)

    def _hazards(self, error: DomainError | None = None) -> Response:
        found = unsafe_items.open_items(by=actor())
        return self._page(
            "console/ledger_hazards.html",
            error,
            hazards=found,
            counted=unsafe_items.counted(found),
            typed=request.form,
            most=MOST_WORDS,
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
