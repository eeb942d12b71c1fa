"""The county's departments: who answers for each, and the keys of their own programs."""

from flask import Response, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import SAID_ON_THE_PAGE
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.services import offices
from backend.services.offices import OfficeForm


class OfficeScreen(Screen):
    """Departments, liaisons, keys."""

    title, path, asks = "部门", "offices", Action.MANAGE_OFFICES

    @expose("/")
    def index(self) -> Response:
        """List the departments with their liaisons and keys."""
        return self._index()

    @expose("/<code>", methods=["POST"])
    def name_liaison(self, code: str) -> AnyResponse:
        """Write down who answers for a department."""
        form = request.form
        try:
            said = OfficeForm(form.get("leader_name", ""), form.get("liaison_name", ""), form.get("liaison_phone", ""))
            offices.name_liaison(code, said, by=actor())
        except SAID_ON_THE_PAGE as error:
            flash(error.message, "error")
        else:
            flash("记下了。", "success")
        return redirect(url_for("offices.index"))

    @expose("/<code>/keys", methods=["POST"])
    def make_key(self, code: str) -> AnyResponse:
        """Make a key, and show it once."""
        try:
            _, token = offices.make_key(code, request.form.get("name", ""), by=actor())
        except SAID_ON_THE_PAGE as error:
            flash(error.message, "error")
            return redirect(url_for("offices.index"))
        return self._index(token=token, shown=code)

    @expose("/keys/<int:key_id>/end", methods=["POST"])
    def end_key(self, key_id: int) -> AnyResponse:
        """End a key."""
        offices.end_key(key_id, by=actor())
        flash("密钥停用了。", "success")
        return redirect(url_for("offices.index"))

    def _index(self, token: str = "", shown: str = "") -> Response:
        by = actor()
        offices.ensure(by.county_code)
        found = offices.offices(by=by)
        return self.page(
            "console/offices.html",
            offices=found,
            phones={each.code: offices.phone_of(each) for each in found},
            keys={each.code: offices.keys_of(each.code, by=by) for each in found},
            token=token,
            shown=shown,
        )
