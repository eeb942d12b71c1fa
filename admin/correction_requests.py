"""更正申请 at the township's desk: who asks that a fact be corrected, opened one by one, answered in words."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, number_in, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action, may
from backend.errors import DomainError, Invalid
from backend.services import correction_answers
from backend.services.correction_requests import CORRECTED, DECLINED, STATUS_NAMES
from backend.services.sealing import MOST_WORDS

PAGE = 50


class CorrectionRequestScreen(Screen):
    """What families say is wrong in what is stored about them, and the answer that they read."""

    title, path, asks, in_menu = "更正申请", "correction-requests", Action.ANSWER_CORRECTION, False

    @expose("/")
    def index(self) -> Response:
        """List the requests that wait."""
        before: Any = request.args.get("before", default=None, type=int)
        rows = correction_answers.waiting(by=actor(), before=before, size=PAGE)
        return self.page(
            "console/correction_requests.html",
            lines=rows,
            before=rows[-1].request.id if len(rows) == PAGE else None,
            is_first=before is None,
        )

    @expose("/<int:request_id>")
    def show(self, request_id: int) -> Response:
        """Open one in clear; the case's audit keeps who did."""
        return self._one(request_id)

    @expose("/<int:request_id>/answers", methods=["POST"])
    def answer(self, request_id: int) -> Response:
        """Say that it is put right, or why not."""
        form = request.form
        try:
            if form.get("outcome") not in {CORRECTED, DECLINED}:
                raise Invalid.field("outcome", "请选改好了还是没有改。")
            correction_answers.answer(
                request_id,
                corrected=form["outcome"] == CORRECTED,
                by=actor(),
                version=number_in("version"),
                words=form.get("words", ""),
            )
        except SAID_ON_THE_PAGE as error:
            return self._one(request_id, error)
        flash("已答复。本人在手机上看得到。", "success")
        return redirect(url_for("correction_requests.index"))

    def _one(self, request_id: int, error: DomainError | None = None) -> Response:
        opened = correction_answers.read_request(request_id, by=actor())
        return self.page(
            "console/correction_request.html",
            status=page_status(error),
            opened=opened,
            asked=opened.asked,
            row=opened.asked.request,
            is_open=opened.asked.duty.open_due is not None,
            outcome_name=STATUS_NAMES[opened.asked.request.outcome],
            opens_case=may(actor().role, Action.READ_CASES),
            choices={CORRECTED: "改好了", DECLINED: "没有改"},
            typed=request.form,
            wrong=error.fields if error else {},
            error=error,
            most=MOST_WORDS,
        )
