"""One's own account: who one is here, one's phone, changing hats, and where one is signed in."""

from flask import flash, redirect, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import sessions
from admin.forms import ROW, chosen_row
from admin.screens import Screen
from admin.sessions import actor
from backend.errors import Invalid, NotFound
from backend.services import guarding, personnel, second_factors, sign_ins
from backend.services.sign_ins import PHONE


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

    @expose("/phone", methods=["POST"])
    def change_phone(self) -> Response:
        """Take the phones bound so far off one's name, and show a code for the new one, once."""
        return self._show(code=personnel.change_phone(actor().id, by=actor()), is_changed=True)

    @expose("/identity", methods=["POST"])
    def switch(self) -> Response:
        """Go on in another hat, in a session of its own."""
        try:
            ticket = sign_ins.switch_identity(chosen_row("identity") or 0, by=actor())
        except Invalid as error:
            flash(error.message, "error")
            return redirect(url_for("me.index"))
        return sessions.begin(redirect(url_for("console.index")), ticket)

    @expose(f"/sessions/<{ROW}:session_id>/end", methods=["POST"])
    def end_session(self, session_id: int) -> Response:
        """End one of one's own sessions."""
        try:
            guarding.end_session(session_id, by=actor())
        except NotFound:
            flash("这个登录已经退出了。", "success")
        else:
            flash("已让那台设备退出。", "success")
        return redirect(url_for("me.index"))

    @expose("/sessions/end", methods=["POST"])
    def end_sessions(self) -> Response:
        """End all of one's own sessions but this one."""
        guarding.end_sessions(actor().id, by=actor())
        flash("除了现在这里，其他登录都已退出。", "success")
        return redirect(url_for("me.index"))

    def _show(self, code: str = "", *, is_changed: bool = False) -> Response:
        by = actor()
        return self.page(
            "console/me.html",
            identities=sign_ins.identities_of(by.id),
            code=code,
            is_changed=is_changed,
            minutes=sign_ins.minutes_to_bind(by.county_code),
            seats=guarding.sessions_of(by.id, by=by),
            phone=PHONE,
            has_factor=second_factors.has_one(by.id),
            has_codes=second_factors.has_codes(by.id),
            confirms=second_factors.has_phone(by.id),
            is_demanded=second_factors.is_demanded(by.role, by.county_code),
            was_reset=second_factors.was_reset(by.id),
        )
