"""Coming in and going out: name and password, the one-time link that sets a password, and signing out."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import sessions
from admin.devices import in_short
from admin.screens import Screen
from admin.security import ROOT
from admin.sessions import actor
from backend.errors import Invalid, NotAllowed, NotPossibleNow, SignInFirst, TooMany
from backend.services import second_steps, sign_ins
from backend.statuses import status_of

OVER = "您有一段时间没有操作，为了农户的信息安全，已经自动退出。请重新登录。"
ELSEWHERE = "您的账号只能在本县允许的网络里使用，请在单位的电脑上登录。"
TOO_LONG = "填动态码等得太久了，请重新输入密码。"
LOST = "登录过期了，您刚才提交的内容没有保存。请重新登录后再办一次。"

WHY = {"elsewhere": ELSEWHERE, "lost": LOST, "over": OVER}


class SignInScreen(Screen):
    """Name and password."""

    title, path, in_menu = "登录", "sign-in", False

    @expose("/")
    def index(self) -> Response:
        """Show the form, and why somebody who was inside is outside."""
        why = next((words for name, words in WHY.items() if name in request.args), "")
        return self.page("console/sign_in.html", why=why, onward=onward(request.args.get("next", "")))

    @expose("/", methods=["POST"])
    def enter(self) -> Response:
        """Begin a session; an unknown name and a wrong password get the same answer."""
        login, password = request.form.get("login", ""), request.form.get("password", "")
        target = onward(request.form.get("next", ""))
        try:
            ticket = sign_ins.sign_in(login, password, address=_address(), device=in_short(request.user_agent.string))
        except (Invalid, NotAllowed, SignInFirst) as error:
            return self._again(status_of(error), error.message, login, target)
        except TooMany as error:
            response = self._again(429, f"输错次数太多，请等{in_words(error.retry_after)}再试。", login, target)
            response.headers["Retry-After"] = str(error.retry_after)
            return response
        if ticket.edge == sign_ins.HALFWAY:
            return sessions.wait(redirect(url_for("sign_in.second", next=target)), ticket)
        return sessions.begin(redirect(target), ticket)

    @expose("/second")
    def second(self) -> Response:
        """Ask for the code of the second factor, or show how one is set up."""
        return self._second(onward(request.args.get("next", "")))

    @expose("/second", methods=["POST"])
    def take_second(self) -> Response:
        """Begin the session with a right code; whoever set the factor up sees the recovery codes first."""
        target, code = onward(request.form.get("next", "")), request.form.get("code", "")
        try:
            step = second_steps.step_of(sessions.halfway(), address=_address(), is_fresh=False)
            if step.offer is None:
                ticket = second_steps.come_in(sessions.halfway(), code, address=_address())
                return sessions.begin(redirect(target), ticket)
            ticket, codes = second_steps.set_up(sessions.halfway(), code, address=_address())
        except SignInFirst:
            return too_slow()
        except TooMany as error:
            wrong = f"输错次数太多，请等{in_words(error.retry_after)}再试。"
            return self._second(target, status=429, wrong=wrong)
        except (Invalid, NotPossibleNow) as error:
            return self._second(target, status=status_of(error), wrong=error.message)
        return sessions.begin(self.page("console/recovery_codes.html", codes=codes, onward=target), ticket)

    def _second(self, target: str, *, status: int = 200, wrong: str = "") -> Response:
        try:
            step = second_steps.step_of(sessions.halfway(), address=_address(), is_fresh=not wrong)
        except SignInFirst:
            return too_slow()
        return self.page("console/second_step.html", status=status, step=step, wrong=wrong, onward=target)

    def _again(self, status: int, wrong: str, login: str, target: str) -> Response:
        return self.page("console/sign_in.html", status=status, wrong=wrong, login=login, onward=target)


class SignOutScreen(Screen):
    """The way out."""

    title, path, in_menu = "退出", "sign-out", False

    @expose("/")
    def index(self) -> Response:
        """Lead back: signing out is a POST, so that no link can do it."""
        return redirect(url_for("me.index"))

    @expose("/", methods=["POST"])
    def leave(self) -> Response:
        """End the session here and on the server."""
        sign_ins.sign_out(actor())
        response = sessions.end(redirect(url_for("sign_in.index")))
        flash("已退出。", "success")
        return response


class PasswordScreen(Screen):
    """A one-time link on which somebody sets their password."""

    title, path, in_menu = "设置密码", "password", False

    @expose("/")
    def index(self) -> Response:
        """Lead whoever cut the link short to the sign-in page."""
        return redirect(url_for("sign_in.index"))

    @expose("/<code>")
    def show(self, code: str) -> Response:
        """Show the form; whether the link still works is only said once it is used."""
        return self._form(code)

    @expose("/<code>", methods=["POST"])
    def choose(self, code: str) -> Response:
        """Set the password; the link is spent."""
        password = request.form.get("password", "")
        if password != request.form.get("again", ""):
            return self._form(code, status=422, wrong="两次输入的密码不一样，请再输一遍。")
        try:
            sign_ins.set_password(code, password)
        except Invalid as error:
            return self._form(code, status=422, wrong=error.message)
        flash("密码已设好，请用新密码登录。", "success")
        return redirect(url_for("sign_in.index"))

    def _form(self, code: str, *, status: int = 200, wrong: str = "") -> Response:
        least = sign_ins.SHORTEST_PASSWORD
        return self.page("console/password.html", status=status, code=code, wrong=wrong, least=least)


def _address() -> str:
    return request.remote_addr or ""


def too_slow(words: str = TOO_LONG) -> Response:
    """Lead back to name and password: the time between the two steps is over."""
    flash(words, "error")
    return redirect(url_for("sign_in.index"))


def onward(target: str) -> str:
    """Return where to go after signing in: a page of the console, whatever an address claims."""
    is_ours = target.startswith(ROOT) and "\\" not in target and not any(sign < " " for sign in target)
    return target if is_ours else ROOT


def in_words(seconds: int) -> str:
    """Say how long somebody has to wait."""
    if seconds < 60:
        return f"{seconds}秒"
    minutes = -(-seconds // 60)
    return f"{minutes}分钟" if minutes < 60 else "1小时"
