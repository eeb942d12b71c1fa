"""「用已绑定的手机确认」: the console shows a number and waits until the phone has answered, at the door and inside."""

from typing import Any

from flask import jsonify, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import sessions
from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from admin.sign_in import in_words, onward, too_slow
from backend.errors import DomainError, SignInFirst, TooMany
from backend.models import PhoneConfirmation
from backend.services import phone_confirmations, second_steps
from backend.services.phone_confirmations import CHANGE, FILE, PURPOSE_NAMES, SET_UP, WAITING

NOT_AGREED = "手机上没有同意，或者等得太久了，请重新输入密码。"
PLACES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "exports": (FILE, "exports.index", ("ledger", "purpose", "where", "as_of", "about")),
    "registers": (FILE, "registers.index", ("item",)),
    "factor": (CHANGE, "factor.index", ()),
}
"""From where the phone is asked: what for, and what was typed there that comes back, never a password or code."""


class SignInByPhoneScreen(Screen):
    """At the door: whoever knows the password waits for their phone."""

    title, path, in_menu = "用手机确认", "sign-in/phone", False

    @classmethod
    def make(cls, drawer: str = "") -> "SignInByPhoneScreen":
        """Return the screen below the sign-in page, where the cookie of the second step reaches."""
        return cls(name=cls.title, category=drawer or None, endpoint="sign_in_phone", url=cls.path)

    @expose("/")
    def index(self) -> Response:
        """Show the number and wait, or say how it ended."""
        return self._show(onward(request.args.get("next", "")))

    @expose("/", methods=["POST"])
    def ask(self) -> Response:
        """Ask the phone."""
        target = onward(request.form.get("next", ""))
        try:
            second_steps.ask_phone(sessions.halfway(), address=_address())
        except SignInFirst:
            return too_slow()
        except SAID_ON_THE_PAGE as error:
            return self._show(target, error)
        return redirect(url_for("sign_in_phone.index", next=target))

    @expose("/standing")
    def standing(self) -> Response:
        """Say where it stands, for the page that waits."""
        try:
            row = second_steps.asked_phone(sessions.halfway(), address=_address())
        except SignInFirst:
            row = None
        return jsonify(standing=phone_confirmations.standing_of(row))

    @expose("/come-in", methods=["POST"])
    def come_in(self) -> Response:
        """Begin the session with the phone's yes; whoever had no second factor before sees the recovery codes first."""
        target = onward(request.form.get("next", ""))
        try:
            ticket, codes = second_steps.come_in_by_phone(sessions.halfway(), address=_address())
        except SignInFirst:
            return too_slow(NOT_AGREED)
        except SAID_ON_THE_PAGE as error:
            return self._show(target, error)
        if codes:
            return sessions.begin(self.page("console/recovery_codes.html", codes=codes, onward=target), ticket)
        return sessions.begin(redirect(target), ticket)

    def _show(self, target: str, error: DomainError | None = None) -> Response:
        try:
            row = second_steps.asked_phone(sessions.halfway(), address=_address())
        except SignInFirst:
            return too_slow(NOT_AGREED)
        return self.page(
            "console/phone_confirm.html",
            status=page_status(error),
            **_seen(row, error),
            target=target,
            place="",
            asks=url_for("sign_in_phone.ask"),
            looks=url_for("sign_in_phone.standing"),
            uses=url_for("sign_in_phone.come_in"),
            back=url_for("sign_in.second", next=target),
        )


class PhoneConfirmScreen(Screen):
    """Inside: before a file leaves, or the second factor itself is changed."""

    title, path, in_menu = "用手机确认", "phone-confirm", False

    @expose("/")
    def index(self) -> Response:
        """Show the number and wait, or say how it ended."""
        return self._show()

    @expose("/", methods=["POST"])
    def ask(self) -> Response:
        """Ask the phone; what was typed on the page that sent us here comes back afterwards."""
        place = request.form.get("place", "")
        try:
            phone_confirmations.ask(_place(place)[0], by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        typed: dict[str, Any] = {name: request.form[name] for name in _place(place)[2] if request.form.get(name)}
        return redirect(url_for("phone_confirm.index", place=place, **typed))

    @expose("/standing")
    def standing(self) -> Response:
        """Say where it stands, for the page that waits."""
        return jsonify(standing=phone_confirmations.standing_of(phone_confirmations.latest(by=actor())))

    def _show(self, error: DomainError | None = None) -> Response:
        given = request.form if request.method == "POST" else request.args
        row = phone_confirmations.latest(by=actor())
        is_set_up = row is not None and row.purpose == SET_UP and error is None
        _, endpoint, names = _place(given.get("place", ""))
        typed: dict[str, Any] = {name: given[name] for name in names if given.get(name)}
        return self.page(
            "console/phone_confirm.html",
            status=page_status(error),
            **_seen(row, error),
            target="",
            place=given.get("place", ""),
            asks="" if is_set_up else url_for("phone_confirm.ask"),
            looks=url_for("phone_confirm.standing"),
            uses=url_for("factor.use_phone") if is_set_up else "",
            back=url_for(endpoint, **typed),
        )


def _place(name: str) -> tuple[str, str, tuple[str, ...]]:
    return PLACES.get(name, PLACES["factor"])


def _seen(row: PhoneConfirmation | None, error: DomainError | None) -> dict[str, Any]:
    said = error.message if error else ""
    if isinstance(error, TooMany):
        said = f"请手机确认的次数太多，请等{in_words(error.retry_after)}再试，或者用动态码、恢复码。"
    standing = phone_confirmations.standing_of(row)
    return {
        "number": row.number if row is not None and standing == WAITING else None,
        "standing": standing,
        "what": PURPOSE_NAMES[row.purpose] if row is not None else "",
        "said": said,
    }


def _address() -> str:
    return request.remote_addr or ""
