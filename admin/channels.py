"""The ways out of the program: which are stopped and why, setting one going, and how sends went since yesterday."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE
from admin.screens import Screen
from admin.send_words import circuit_line, tally_line
from admin.sessions import actor
from backend.access.permissions import Action
from backend.errors import NotFound
from backend.services import backlog, circuits, sends


class ChannelScreen(Screen):
    """Circuit breakers and counts; reached from the page of sends."""

    title, path, in_menu, asks = "发送通道", "channels", False, Action.READ_OUTBOX

    @expose("/")
    def index(self) -> Response:
        """Show every channel that was ever stopped, how old the oldest due message is, and the day's counts."""
        return self.page(
            "console/channels.html",
            circuits=[circuit_line(each) for each in circuits.all_circuits(by=actor())],
            tallies=[tally_line(each) for each in sends.tallies(by=actor())],
            oldest_minutes=int(backlog.oldest_owed() // 60),
        )

    @expose("/", methods=["POST"])
    def close(self) -> Response:
        """Let a stopped channel work again."""
        try:
            circuits.close(request.form.get("name", ""), by=actor())
        except (*SAID_ON_THE_PAGE, NotFound) as error:
            flash(error.message, "error")
        else:
            flash("已恢复，等着它的消息马上接着发。", "success")
        return redirect(url_for("channels.index"))
