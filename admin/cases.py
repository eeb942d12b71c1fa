"""One case on one page: everything a decision needs, the steps that are possible now, and single reveals."""

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.case_page import case_page
from admin.errors import STATUS
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid, NotAllowed, NotPossibleNow, OutOfDate
from backend.services import cases, files, reveals
from backend.services.cases import Seen, VisitForm
from backend.services.reveals import Field
from backend.workflow.engine import Reason
from backend.workflow.sentences import ACTION_NAMES

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
        return self._page(case_id)

    @expose("/<int:case_id>/decisions", methods=["POST"])
    def decide(self, case_id: int) -> Response:
        """Take a step that needs no form of its own."""

        def work() -> str:
            action = _action()
            seen = Seen(_number("version"), _number("content_version"))
            reason = Reason(tuple(request.form.getlist("reasons")), request.form.get("words", ""))
            cases.decide(case_id, action, by=actor(), seen=seen, reason=reason)
            return f"已办好：{ACTION_NAMES[action]}。"

        return self._attempt(case_id, work)

    @expose("/<int:case_id>/visits", methods=["POST"])
    def file_visit(self, case_id: int) -> Response:
        """File a home visit. Its photos are stored first, so that a visit never waits for one that is refused."""

        def work() -> str:
            version = _number("version")
            form = request.form
            visit = VisitForm(
                findings=form.get("findings", ""),
                conclusion=form.get("conclusion", ""),
                way=form.get("way", ""),
                visited_on=_date("visited_on"),
                companion=form.get("companion", ""),
                photos=tuple(_stored_photos(case_id)),
            )
            cases.file_visit(case_id, by=actor(), version=version, form=visit)
            return "已办好：入户核实已填报。"

        return self._attempt(case_id, work)

    @expose("/<int:case_id>/supplements", methods=["POST"])
    def fetch_information(self, case_id: int) -> Response:
        """Complete a returned declaration at the family's door."""

        def work() -> str:
            words = request.form.get("words", "")
            cases.fetch_information(case_id, by=actor(), version=_number("version"), words=words)
            return "已办好：材料已补充，可以接着办了。"

        return self._attempt(case_id, work)

    @expose("/<int:case_id>/joins", methods=["POST"])
    def join_declaration(self, case_id: int) -> Response:
        """Confirm that another declaration speaks of this household."""

        def work() -> str:
            cases.join_declaration(case_id, _number("declaration_id"), by=actor(), version=_number("version"))
            return "已办好：新的申报已并入这一户。"

        return self._attempt(case_id, work)

    @expose("/<int:case_id>/phones", methods=["POST"])
    def confirm_phone(self, case_id: int) -> Response:
        """Confirm that the family holds the phone that declared."""

        def work() -> str:
            cases.confirm_phone(case_id, _number("declaration_id"), by=actor())
            return "已确认：这部手机可以查看这一户的办理情况。"

        return self._attempt(case_id, work)

    @expose("/<int:case_id>/phones/withdrawals", methods=["POST"])
    def withdraw_phone(self, case_id: int) -> Response:
        """Take a phone's access back."""

        def work() -> str:
            cases.withdraw_phone(case_id, _number("declaration_id"), by=actor())
            return "已收回：这部手机不能再查看这一户。"

        return self._attempt(case_id, work)

    @expose("/<int:case_id>/files", methods=["POST"])
    def add_files(self, case_id: int) -> Response:
        """Take photos that come later."""

        def work() -> str:
            count = len(_stored_photos(case_id))
            if not count:
                raise Invalid.field("photos", "请先选择照片。")
            return f"已收到{count}张照片。"

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

    def _attempt(self, case_id: int, work: Callable[[], str]) -> Response:
        """Do it and say so on the fresh page, or say what stopped it above the form as it was typed."""
        try:
            said = work()
        except SAID_ON_THE_PAGE as error:
            return self._page(case_id, error=error)
        flash(said, "success")
        return redirect(url_for("cases.show", case_id=case_id))

    def _page(
        self, case_id: int, *, error: DomainError | None = None, revealed: tuple[Field, str] | None = None
    ) -> Response:
        file = cases.read_case(case_id, by=actor())
        return self.page(
            "console/case.html",
            status=STATUS[type(error)] if error else 200,
            case=case_page(file, by=actor()),
            error=error,
            typed=request.form,
            revealed=revealed,
        )


def _number(name: str) -> int:
    value = request.form.get(name, type=int)
    if value is None:
        raise Invalid.field(name, "这一页不完整，请刷新后再办。")
    return value


def _date(name: str) -> date | None:
    text = request.form.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid.field(name, "日期不对，请重新选择。") from None


def _action() -> Action:
    try:
        return Action(request.form.get("action", ""))
    except ValueError:
        raise NotPossibleNow from None


def _field() -> Field:
    try:
        return Field(request.form.get("field", ""))
    except ValueError:
        raise Invalid.field("field", "没有这一项。") from None


def _stored_photos(case_id: int) -> list[str]:
    """Store each chosen photo and return the hashes that announce them."""
    chosen = [photo for photo in request.files.getlist("photos") if photo.filename]
    if len(chosen) > cases.MOST_PHOTOS:
        raise Invalid.field("photos", f"照片最多{cases.MOST_PHOTOS}张。")
    return [files.add_file(case_id, photo.stream.read(), kind=files.PICTURE, by=actor()).sha256 for photo in chosen]
