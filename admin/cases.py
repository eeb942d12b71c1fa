"""One case on one page: everything a decision needs, the steps that are possible now, and single reveals."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.case_check import ASSESSED, INCOME
from admin.case_forms import Sending, declared
from admin.case_page import case_page
from admin.case_uploads import store_paper, stored_photos
from admin.forms import number_in, optional_day_in, page_status
from admin.home_check_form import BLANK_ROWS, compacted, first_values, rows_of, typed_form
from admin.screens import Screen
from admin.sessions import actor
from admin.step_fields import Form, Sent, read
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid, NotAllowed, NotFound, NotPossibleNow, OutOfDate
from backend.models import Case
from backend.services import (
    cases,
    check_consents,
    check_drafts,
    check_review,
    family_phones,
    home_checks,
    living,
    looks,
    objection_readings,
    recordings,
    reveals,
    steps,
)
from backend.services.cases import CaseFile, VisitForm
from backend.services.check_review import LookedOver
from backend.services.objection_readings import Opened
from backend.services.reveals import Field
from backend.workflow.sentences import action_name

WITH_CASE = frozenset({"cases.home_check", "watches.removal_check", "watches.of_case"})
"""Pages of a step that are about one case."""

SAID_ON_THE_PAGE = (Invalid, OutOfDate, NotPossibleNow, NotAllowed)
"""What is said above the form that caused it, with everything that was typed still in it."""


class CaseScreen(Screen):
    """One case."""

    title, path, in_menu, asks = "个案", "cases", False, Action.READ_CASES

    @expose("/")
    def index(self) -> Response:
        """Lead to the queue: cases are reached from duties."""
        return redirect(url_for("queue.index"))

    @expose("/<int:case_id>")
    def show(self, case_id: int) -> Response:
        """Show one case; one outside the actor's place does not exist."""
        return self._page(case_id, file=looks.open_case(case_id, by=actor()))

    @expose("/<int:case_id>/decisions", methods=["POST"])
    def decide(self, case_id: int) -> Response:
        """Take a step or make a correction: the form names it, and the table of forms knows what it asks."""
        try:
            goes_on, said = _take(case_id)
        except SAID_ON_THE_PAGE as error:
            return self._page(case_id, error=error)
        flash(said, "success")
        return redirect(url_for("cases.show", case_id=goes_on))

    @expose("/<int:case_id>/visits", methods=["POST"])
    def file_visit(self, case_id: int) -> Response:
        """File a home visit. Its photos are stored first, so that a visit never waits for one that is refused."""

        def work() -> str:
            version = number_in("version")
            form = request.form
            visit = VisitForm(
                findings=form.get("findings", ""),
                conclusion=form.get("conclusion", ""),
                way=form.get("way", ""),
                visited_on=optional_day_in("visited_on"),
                companion=form.get("companion", ""),
                photos=tuple(stored_photos(case_id)),
            )
            cases.file_visit(case_id, by=actor(), version=version, form=visit)
            return "已办好：入户核实已填报。"

        return self._attempt(case_id, work)

    @expose("/<int:case_id>/home-check")
    def home_check(self, case_id: int) -> Response:
        """Show the home check with what is known filled in."""
        return self._home_check(case_id, first_values(check_drafts.prefill(case_id, by=actor())))

    @expose("/<int:case_id>/home-check", methods=["POST"])
    def file_home_check(self, case_id: int) -> Response:
        """Look a home check over, or file it; what was typed stays until it is filed."""
        typed = compacted(request.form)
        try:
            form = typed_form(typed, steps.dictionaries_of(cases.read_case(case_id, by=actor())))
            if request.form.get("do") != "file":
                seen = check_review.look_over(case_id, by=actor(), form=form)
                return self._home_check(case_id, typed, seen=seen)
            home_checks.file_check(case_id, by=actor(), version=number_in("version"), form=form)
        except SAID_ON_THE_PAGE as error:
            return self._home_check(case_id, typed, error=error)
        flash("已办好：入户核实已填报，请同行人确认。", "success")
        return redirect(url_for("cases.show", case_id=case_id))

    def _home_check(
        self, case_id: int, typed: Form, *, seen: LookedOver | None = None, error: DomainError | None = None
    ) -> Response:
        file = cases.read_case(case_id, by=actor())
        action = Action.CHECK_ANEW if Action.CHECK_ANEW in file.actions else Action.FILE_VISIT
        with living.within_reach(case_id, by=actor()):
            version = request.form.get("version") or steps.version_of(file, action, by=actor())
        return self.page(
            "console/home_check.html",
            status=page_status(error),
            case=file.case,
            version=version,
            names=steps.dictionaries_of(file),
            typed=typed,
            rows=len(rows_of(typed)) + BLANK_ROWS,
            seen=seen,
            error=error,
            word=check_consents.word_of(file.case).as_answers(),
            income=INCOME,
            assessed=ASSESSED,
        )

    @expose("/<int:case_id>/phones", methods=["POST"])
    def confirm_phone(self, case_id: int) -> Response:
        """Confirm that the family holds the phone that declared."""

        def work() -> str:
            family_phones.confirm(case_id, number_in("declaration_id"), by=actor())
            return "已确认：这部手机可以查看这一户的办理情况。"

        return self._attempt(case_id, work)

    @expose("/<int:case_id>/phones/withdrawals", methods=["POST"])
    def withdraw_phone(self, case_id: int) -> Response:
        """Take a phone's access back."""

        def work() -> str:
            family_phones.withdraw_one(case_id, number_in("phone_id"), by=actor())
            return "已收回：这部手机不能再查看这一户。"

        return self._attempt(case_id, work)

    @expose("/<int:case_id>/files", methods=["POST"])
    def add_files(self, case_id: int) -> Response:
        """Take photos that come later, or a paper."""

        def work() -> str:
            if "paper" in request.files:
                store_paper(case_id)
                return "已收到这份材料。"
            count = len(stored_photos(case_id))
            if not count:
                raise Invalid.field("photos", "请先选择照片。")
            return f"已收到{count}张照片。"

        return self._attempt(case_id, work)

    @expose("/<int:case_id>/recordings/<int:file_id>/words", methods=["POST"])
    def write_down(self, case_id: int, file_id: int) -> Response:
        """Write down what a recording says."""

        def work() -> str:
            recordings.write_down(case_id, file_id, request.form.get("words", ""), by=actor())
            return "已记下。写的文字和录音放在一起。"

        return self._attempt(case_id, work)

    @expose("/<int:case_id>/reveals", methods=["POST"])
    def reveal(self, case_id: int) -> Response:
        """Show one field in clear on this one answer, for a reason that the audit keeps."""
        try:
            field = _field()
            value = reveals.reveal(case_id, field, by=actor(), reason=request.form.get("reason", ""))
        except SAID_ON_THE_PAGE as error:
            return self._page(case_id, error=error)
        return self._page(case_id, revealed=(field, value))

    @expose("/<int:case_id>/objections", methods=["POST"])
    def open_objection(self, case_id: int) -> Response:
        """Show one objection in clear on this one answer; the audit keeps who opened it."""
        try:
            opened = objection_readings.read_objection(number_in("objection"), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._page(case_id, error=error)
        if opened.listed.case.id != case_id:
            raise NotFound
        return self._page(case_id, opened=opened)

    def _attempt(self, case_id: int, work: Callable[[], str]) -> Response:
        """Do it and say so on the fresh page, or say what stopped it above the form as it was typed."""
        try:
            said = work()
        except SAID_ON_THE_PAGE as error:
            return self._page(case_id, error=error)
        flash(said, "success")
        return redirect(url_for("cases.show", case_id=case_id))

    def _page(
        self,
        case_id: int,
        *,
        error: DomainError | None = None,
        revealed: tuple[Field, str] | None = None,
        opened: Opened | None = None,
        file: CaseFile | None = None,
    ) -> Response:
        file = file or cases.read_case(case_id, by=actor())
        with living.within_reach(case_id, by=actor()):
            shown = case_page(file, by=actor(), sending=Sending(request.form, error))
        return self.page(
            "console/case.html",
            case_pages=WITH_CASE,
            status=page_status(error),
            case=shown,
            error=error,
            typed=request.form,
            revealed=revealed,
            opened=opened,
        )


def _take(case_id: int) -> tuple[int, str]:
    """Do what the sent form is for; return the case to go on with, and what to say."""
    action = request.form.get("action", "")
    form = declared(action)
    if form is None:
        raise NotPossibleNow
    done = form.take(read(form.read, Sent(case_id, actor(), request.form)))
    said = done if isinstance(done, str) else form.done or f"已办好：{action_name(action)}。"
    return (done.id if isinstance(done, Case) else case_id), said


def _field() -> Field:
    try:
        return Field(request.form.get("field", ""))
    except ValueError:
        raise Invalid.field("field", "没有这一项。") from None
