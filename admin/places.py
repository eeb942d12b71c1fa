"""Places at the console: units outside the national list, other names, villages that go into another, history."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action, may
from backend.errors import DomainError
from backend.services import region_merges, units


class PlaceScreen(Screen):
    """The county's townships and villages."""

    title, path, asks = "区划", "places", Action.IMPORT_PLACES

    @expose("/")
    def index(self) -> Response:
        """Show the places of our own, the forms, and what became of places."""
        return self._show()

    @expose("/units", methods=["POST"])
    def make_unit(self) -> Response:
        """Make a unit outside the national list."""
        form = request.form
        try:
            made = units.make(
                form.get("parent_code", ""),
                form.get("name", ""),
                by=actor(),
                reason=form.get("reason", ""),
                phone=form.get("phone", ""),
            )
        except SAID_ON_THE_PAGE as error:
            return self._show(error, "unit")
        flash(f"建好了：{made.name}，代码{made.code}。现在就可以设岗位、导入花名册、申报。", "success")
        return redirect(url_for("places.index"))

    @expose("/names", methods=["POST"])
    def rename(self) -> Response:
        """Give a place another name."""
        form = request.form
        try:
            units.rename(form.get("code", ""), form.get("name", ""), by=actor(), reason=form.get("reason", ""))
        except SAID_ON_THE_PAGE as error:
            return self._show(error, "name")
        flash("改好了。已经发出去的文书照旧。", "success")
        return redirect(url_for("places.index"))

    @expose("/merges", methods=["POST"])
    def merge(self) -> Response:
        """Let a village go into another, once somebody has ticked that they mean it."""
        form = request.form
        if form.get("sure") != "yes":
            flash("没有合并：请先勾上“确定合并”。", "error")
            return redirect(url_for("places.index"))
        try:
            region_merges.begin(
                form.get("from_code", ""), form.get("into", ""), by=actor(), reason=form.get("reason", "")
            )
        except SAID_ON_THE_PAGE as error:
            return self._show(error, "merge")
        flash("开始合并了。农户、待办和人员会在几分钟里自动过去，进度在下面看。", "success")
        return redirect(url_for("places.index"))

    def _show(self, error: DomainError | None = None, form: str = "") -> Response:
        by = actor()
        places = units.places_of(by=by)
        return self.page(
            "console/places.html",
            status=page_status(error),
            places=places,
            own=[each for each in places if units.is_own(each.code)],
            changes=units.changes_of(by=by),
            kinds=units.KIND_NAMES,
            merges=may(by.role, Action.MERGE_PLACES),
            form=form,
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )
