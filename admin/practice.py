"""The practice county at the console: made, filled, and begun anew by the administrator of the real one."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.services import practice


class PracticeScreen(Screen):
    """How the practice county stands, and what can be done with it."""

    title, path, asks = "练习县", "practice", Action.KEEP_PRACTICE

    @expose("/")
    def index(self) -> Response:
        """Show whether there is one, and who may practise."""
        return self.page("console/practice.html", standing=practice.standing(by=actor()))

    @expose("/", methods=["POST"])
    def ask(self) -> Response:
        """Make it, let those practise who came since, or begin anew."""
        anew = request.form.get("do") == "anew"
        if anew and request.form.get("sure") != "yes":
            flash("没有清空：请先勾上“确定清空”。", "error")
            return redirect(url_for("practice.index"))
        try:
            practice.ask(by=actor(), anew=anew)
        except SAID_ON_THE_PAGE as error:
            flash(error.message, "error")
        else:
            flash("开始准备了，一两分钟就好。", "success")
        return redirect(url_for("practice.index"))
