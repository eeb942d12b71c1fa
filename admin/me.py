"""One's own account: who one is here, binding one's WeChat, and changing hats."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import sessions
from admin.screens import Screen
from admin.sessions import actor
from backend.errors import Invalid
from backend.services import personnel, sign_ins


class MyAccountScreen(Screen):
    """Everybody's own page."""

    title, path, in_menu = "我的账号", "me", False

    @expose("/")
    def index(self) -> Response:
        """Show who one is, and in which hats one may act."""
        return self._show()

    @expose("/code", methods=["POST"])
    def make_code(self) -> Response:
        """Show a fresh code with which the mini-program is bound, once."""
        return self._show(code=personnel.bind_code_for(actor().id, by=actor()))

    @expose("/identity", methods=["POST"])
    def switch(self) -> Response:
        """Go on in another hat, in a session of its own."""
        try:
            ticket = sign_ins.switch_identity(request.form.get("identity", default=0, type=int), by=actor())
        except Invalid as error:
            flash(error.message, "error")
            return redirect(url_for("me.index"))
        return sessions.begin(redirect(url_for("console.index")), ticket)

    def _show(self, code: str = "") -> Response:
        minutes = sign_ins.minutes_to_bind(actor().county_code)
        return self.page("console/me.html", identities=sign_ins.identities_of(actor().id), code=code, minutes=minutes)
