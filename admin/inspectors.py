"""Inspectors from outside: an account for named places and days, masked, that ends by itself (practice P44)."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, optional_day_in, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import PLACES_OF_INSPECTORS, Action
from backend.errors import DomainError
from backend.services import inspectors
from backend.services.inspectors import NewInspector


class InspectorScreen(Screen):
    """Whoever makes accounts asks for one; the security administrator agrees."""

    title, path, asks = "检查账号", "inspectors", Action.ASK_FOR_HAT

    @expose("/")
    def index(self) -> Response:
        """List the inspectors of the county, with the form for a new one."""
        return self._show()

    @expose("/", methods=["POST"])
    def add(self) -> Response:
        """Make an inspector's account, to be agreed to."""
        form = request.form
        try:
            new = NewInspector(
                login=form.get("login", "").strip(),
                name=form.get("name", ""),
                unit=form.get("unit", "").strip()[:60],
                places=form.getlist("places"),
                until_on=optional_day_in("until_on"),
                why=form.get("why", ""),
            )
            inspectors.open_account(new, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        flash("已提交。安全管理员批准后，由安全管理员把密码链接交给检查人员。", "success")
        return redirect(url_for("inspectors.index"))

    def _show(self, error: DomainError | None = None) -> Response:
        by = actor()
        places = [each for each in inspectors.places_to_inspect(by=by) if len(each.code) in PLACES_OF_INSPECTORS]
        return self.page(
            "console/inspectors.html",
            status=page_status(error),
            rows=inspectors.accounts(by=by),
            places=places,
            today=clock.today(),
            typed=request.form,
            chosen=request.form.getlist("places"),
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )
