"""比对: lists that go out to the holders of registers, how much they have answered, and filing what is complete."""

from flask import Response, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import SAID_ON_THE_PAGE, number_in
from admin.imports import as_download
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.policy.county import current_policy
from backend.services import registers, second_looks


class RegisterScreen(Screen):
    """Families that wait to be compared, and the lists for each register."""

    title, path, asks = "部门比对", "registers", Action.ASK_REGISTERS

    @expose("/")
    def index(self) -> Response:
        """Show who waits, and how much was answered."""
        by = actor()
        return self.page(
            "console/registers.html",
            waiting=registers.waiting(by=by),
            items=current_policy(by.county_code).dictionaries["compare_items"],
            asks_for_code=second_looks.asks_for_code(by),
            has_codes=second_looks.reads_codes(by),
            by_phone=second_looks.by_phone(by),
        )

    @expose("/lists", methods=["POST"])
    def ask(self) -> AnyResponse:
        """Give out the list of one register."""
        item, password, code = (request.form.get(name, "") for name in ("item", "password", "code"))
        try:
            content = registers.request_list(item, by=actor(), password=password, code=code)
            return as_download(content, f"register-{item}")
        except SAID_ON_THE_PAGE as error:
            flash(error.message, "error")
            return redirect(url_for("registers.index"))

    @expose("/complete", methods=["POST"])
    def file_complete(self) -> AnyResponse:
        """File every family whose answers are complete."""
        filed = registers.file_complete(by=actor())
        refused = [each.said for each in filed if each.said]
        flash(f"填报了{len(filed) - len(refused)}户。{''.join(refused[:3])}", "error" if refused else "success")
        return redirect(url_for("registers.index"))

    @expose("/<int:case_id>", methods=["POST"])
    def file_one(self, case_id: int) -> AnyResponse:
        """File one family, and note what a holder did not answer."""
        try:
            registers.file_answers(case_id, by=actor(), version=number_in("version"), without_missing=True)
        except SAID_ON_THE_PAGE as error:
            flash(error.message, "error")
        else:
            flash("填报了；没有答复的项目已经注明。", "success")
        return redirect(url_for("registers.index"))
