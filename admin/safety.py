"""The security administrator's desk: hats that wait, accounts with their sessions, a locked door, a lost factor."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE
from admin.screens import Screen
from admin.sessions import actor
from admin.staff import link_to
from backend.access.permissions import Action
from backend.errors import NotFound
from backend.services import guarding, hats, personnel, phone_confirmations, staff
from backend.services.sign_ins import PHONE

TOLD = (*SAID_ON_THE_PAGE, NotFound)


class SafetyScreen(Screen):
    """Accounts as far as safety is concerned; who does the county's business is not decided here."""

    title, path, asks = "账号安全", "safety", Action.GUARD_ACCOUNTS

    @expose("/")
    def index(self) -> Response:
        """Show what waits for a decision, and the county's people."""
        named, after = request.args.get("named", ""), request.args.get("after", "")
        people, further = guarding.page_of_people(by=actor(), named=named, after=after)
        return self.page(
            "console/safety.html",
            waiting=hats.waiting(by=actor()),
            refused=guarding.refused_lately(by=actor()),
            said_no=phone_confirmations.NO,
            people=people,
            after=further,
            named=named,
            is_first=not after,
        )

    @expose(f"/<{ROW}:staff_id>/")
    def show(self, staff_id: int) -> Response:
        """Show one account: hats, door, factor, sessions."""
        found = guarding.one(staff_id, by=actor())
        return self.page(
            "console/safety_one.html",
            found=found,
            member=found.member,
            seats=guarding.sessions_of(staff_id, by=actor()),
            is_kept=staff.keeps(actor(), found.member),
            is_me=staff_id == actor().id,
            phone=PHONE,
        )

    @expose(f"/requests/<{ROW}:request_id>", methods=["POST"])
    def decide(self, request_id: int) -> Response:
        """Grant or refuse a hat; for an account without a password, show the link to hand over, once."""
        grants = request.form.get("grants") == "yes"
        try:
            row, code = hats.decide(request_id, by=actor(), grants=grants)
        except TOLD as error:
            flash(error.message, "error")
            return redirect(url_for("safety.index"))
        if code:
            member = guarding.one(row.staff_id, by=actor()).member
            return self.page("console/staff_once.html", member=member, link=link_to(code), code="", minutes=0)
        flash("已批准，从现在起可以用。" if grants else "已退回，没有给这个岗位。", "success")
        return redirect(url_for("safety.index"))

    @expose(f"/hats/<{ROW}:identity_id>/take-back", methods=["POST"])
    def take_back(self, identity_id: int) -> Response:
        """Take a hat back at once."""
        try:
            staff_id = hats.take_back(identity_id, by=actor())
        except TOLD as error:
            flash(error.message, "error")
            return redirect(url_for("safety.index"))
        flash("岗位已收回，用这个岗位的登录都已失效。", "success")
        return redirect(url_for("safety.show", staff_id=staff_id))

    @expose(f"/<{ROW}:staff_id>/unlock", methods=["POST"])
    def unlock(self, staff_id: int) -> Response:
        """Let somebody try again at once."""
        return self._done(staff_id, lambda: guarding.unlock(staff_id, by=actor()), "已解锁，本人可以马上再登录。")

    @expose(f"/<{ROW}:staff_id>/reset-factor", methods=["POST"])
    def reset_factor(self, staff_id: int) -> Response:
        """Take back a lost second factor."""
        words = "动态码已重置，登录都已退出。本人下次登录会看到是您办的，并重新设置。"
        return self._done(staff_id, lambda: guarding.reset_factor(staff_id, by=actor()), words)

    @expose(f"/<{ROW}:staff_id>/sessions/<{ROW}:session_id>/end", methods=["POST"])
    def end_session(self, staff_id: int, session_id: int) -> Response:
        """End one session of somebody."""
        return self._done(staff_id, lambda: guarding.end_session(session_id, by=actor()), "已让那台设备退出。")

    @expose(f"/<{ROW}:staff_id>/sessions/end", methods=["POST"])
    def end_sessions(self, staff_id: int) -> Response:
        """End every session of somebody."""
        return self._done(staff_id, lambda: guarding.end_sessions(staff_id, by=actor()), "登录都已退出。")

    @expose(f"/<{ROW}:staff_id>/link", methods=["POST"])
    def renew_link(self, staff_id: int) -> Response:
        """Show a fresh password link of an administrator or inspector."""
        try:
            code = personnel.renew_link(staff_id, by=actor())
        except TOLD as error:
            flash(error.message, "error")
            return redirect(url_for("safety.show", staff_id=staff_id))
        member = guarding.one(staff_id, by=actor()).member
        return self.page("console/staff_once.html", member=member, link=link_to(code), code="", minutes=0)

    @expose(f"/<{ROW}:staff_id>/freeze", methods=["POST"])
    def freeze(self, staff_id: int) -> Response:
        """Freeze the account of an administrator or inspector."""
        why = request.form.get("why", "")
        return self._done(staff_id, lambda: personnel.freeze(staff_id, why, by=actor()), "已冻结，登录都已退出。")

    @expose(f"/<{ROW}:staff_id>/thaw", methods=["POST"])
    def thaw(self, staff_id: int) -> Response:
        """Open such an account again."""
        return self._done(staff_id, lambda: personnel.thaw(staff_id, by=actor()), "已解冻，可以再登录。")

    @expose(f"/<{ROW}:staff_id>/leave", methods=["POST"])
    def let_go(self, staff_id: int) -> Response:
        """Close such an account for good."""
        return self._done(staff_id, lambda: personnel.let_go(staff_id, by=actor()), "账号已停用。")

    def _done(self, staff_id: int, work: Callable[[], object], words: str) -> Response:
        """Do it and lead back to the account, with what became of it."""
        try:
            work()
        except TOLD as error:
            flash(error.message, "error")
        else:
            flash(words, "success")
        return redirect(url_for("safety.show", staff_id=staff_id))
