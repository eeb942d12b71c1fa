"""One's own second factor: setting codes or the phone up, new recovery codes, giving it up for another telephone."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import sessions
from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.errors import DomainError
from backend.services import guarding, phone_confirmations, second_factors, second_looks
from backend.services.phone_confirmations import CHANGE, SET_UP
from backend.services.second_factors import Offer


class FactorScreen(Screen):
    """Everybody may set one up; administrators have to."""

    title, path, in_menu = "动态码", "factor", False

    @expose("/")
    def index(self) -> Response:
        """Show what there is, or how one is set up."""
        return self._show()

    @expose("/", methods=["POST"])
    def set_up(self) -> Response:
        """Take a new second factor into use, and show the recovery codes once."""
        form, by = request.form, actor()
        try:
            # Whoever has a phone already confirms the change with it, or with a recovery code.
            second_looks.look_again(by, form.get("password", ""), form.get("recovery", ""))
            codes = guarding.set_up_factor(form.get("code", ""), by=by)
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        return self._codes(codes)

    @expose("/phone", methods=["POST"])
    def ask_phone(self) -> Response:
        """Ask a bound phone whether it may confirm from now on."""
        try:
            self._look_again()
            phone_confirmations.ask(SET_UP, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        return redirect(url_for("phone_confirm.index"))

    @expose("/phone/use", methods=["POST"])
    def use_phone(self) -> Response:
        """Let the phone that agreed confirm from now on; whoever had no second factor sees the recovery codes once."""
        try:
            codes = guarding.use_phone(by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        if codes:
            return self._codes(codes)
        flash("以后可以用这部手机确认了。", "success")
        return redirect(url_for("factor.index"))

    @expose("/codes", methods=["POST"])
    def renew_codes(self) -> Response:
        """Show ten new recovery codes once; the old ones are over."""
        try:
            self._look_again()
            codes = guarding.renew_recovery_codes(by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        return self._codes(codes)

    @expose("/off", methods=["POST"])
    def give_up(self) -> Response:
        """Take the second factor back; one signs in anew, and sets up another where the hat demands it."""
        try:
            self._look_again()
            guarding.give_up_factor(by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        response = sessions.end(redirect(url_for("sign_in.index")))
        flash("动态码已取消，所有登录都已退出。请重新登录。", "success")
        return response

    def _look_again(self) -> None:
        second_looks.look_again(actor(), request.form.get("password", ""), request.form.get("code", ""))

    def _codes(self, codes: list[str]) -> Response:
        return self.page("console/recovery_codes.html", codes=codes, onward=url_for("me.index"))

    def _show(self, error: DomainError | None = None) -> Response:
        by = actor()
        has_factor = second_factors.has_one(by.id)
        has_codes = second_factors.has_codes(by.id)
        offer: Offer | None = None if has_codes else second_factors.offer(by.id, is_fresh=error is None)
        return self.page(
            "console/factor.html",
            status=page_status(error),
            offer=offer,
            left=second_factors.recovery_codes_left(by.id) if has_factor else 0,
            has_factor=has_factor,
            has_codes=has_codes,
            has_phone=second_factors.has_phone(by.id),
            is_confirmed=phone_confirmations.is_confirmed(CHANGE, by=by),
            may_ask_phone=not phone_confirmations.hindrance(by.id, CHANGE),
            no_phone=phone_confirmations.hindrance(by.id, SET_UP),
            is_demanded=second_factors.is_demanded(by.role, by.county_code),
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )
