"""Whom the village lets report (党员、乡贤…): authorised with a code for their own phone, and taken back."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.errors import DomainError
from backend.policy.county import current_policy
from backend.services import reporters


class ReporterScreen(Screen):
    """Villagers who may report and see nothing but their own reports."""

    title, path, asks = "报告人", "reporters", Action.AUTHORISE_REPORTER

    @expose("/")
    def index(self) -> Response:
        """Show who is authorised, and the form for somebody new."""
        return self._show()

    @expose("/", methods=["POST"])
    def invite(self) -> Response:
        """Authorise somebody, and show the code for their phone, once."""
        form = request.form
        try:
            reporter, code = reporters.invite(form.get("name", ""), form.get("standing", ""), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        return self.page("console/reporter_code.html", name=reporter.name, code=code, days=reporters.CODE_LIFETIME.days)

    @expose("/<int:reporter_id>/ending", methods=["POST"])
    def end(self, reporter_id: int) -> Response:
        """Take an authorisation back."""
        reporters.end(reporter_id, by=actor())
        flash("已收回授权。以前报告的线索都还在。", "success")
        return redirect(url_for("reporters.index"))

    def _show(self, error: DomainError | None = None) -> Response:
        by = actor()
        standings = current_policy(by.county_code).dictionaries["reporter_standings"]
        return self.page(
            "console/reporters.html",
            status=page_status(error),
            reporters=[(each, standings.get(each.standing, each.standing)) for each in reporters.reporters_of(by)],
            standings=standings,
            typed=request.form,
            wrong=error.fields if error else {},
        )
