"""One's own second factor: setting it up, new recovery codes, giving it up for another telephone."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import sessions
from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.errors import DomainError
from backend.services import guarding, second_factors, second_looks
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
            second_looks.look_again(by, form.get("password", ""))
            codes = guarding.set_up_factor(form.get("code", ""), by=by)
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        return self._codes(codes)

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
        offer: Offer | None = None if has_factor else second_factors.offer(by.id, is_fresh=error is None)
        return self.page(
            "console/factor.html",
            status=page_status(error),
            offer=offer,
            left=second_factors.recovery_codes_left(by.id) if has_factor else 0,
            is_demanded=second_factors.is_demanded(by.role, by.county_code),
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )
