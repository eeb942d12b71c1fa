"""投诉建议 and call-backs at the desk: who waits for an answer and until when, opened one by one, answered in words."""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, number_in, page_before, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action, may
from backend.errors import DomainError
from backend.policy.county import current_policy, policy_of
from backend.privacy.receipts import spoken
from backend.services import complaint_answers, complaints, localities, satisfactions
from backend.services.complaint_answers import Listed
from backend.services.complaint_lines import STATUS_NAMES
from backend.services.complaints import MOST_TEXT, ComplaintForm
from backend.services.satisfactions import CallBack

PAGE = 50
ALL = "all"


class ComplaintScreen(Screen):
    """Complaints of one's own level, and below it for the county to read; nothing of them reaches a village."""

    title, path, asks = "投诉建议", "complaints", Action.ANSWER_COMPLAINT

    @expose("/")
    def index(self) -> Response:
        """List those that wait for an answer, or all of them."""
        by, asked = actor(), request.args
        before: Any = page_before()
        everything = asked.get("only") == ALL
        rows = complaint_answers.complaints(by=by, open_only=not everything, before=before, size=PAGE)
        return self.page(
            "console/complaints.html",
            lines=[_line(row) for row in rows],
            everything=everything,
            before=rows[-1].complaint.id if len(rows) == PAGE else None,
            is_first=before is None,
        )

    @expose("/<int:complaint_id>")
    def show(self, complaint_id: int) -> Response:
        """Open one complaint in clear; its own audit chain keeps who did."""
        return self._one(complaint_id)

    @expose("/<int:complaint_id>/answers", methods=["POST"])
    def answer(self, complaint_id: int) -> Response:
        """Answer it, or hand it to the county."""
        form, passes_up = request.form, request.form.get("do") == "pass_up"
        try:
            version, words = number_in("version"), form.get("words", "")
            if passes_up:
                complaint_answers.pass_up(complaint_id, by=actor(), version=version, words=words)
            else:
                complaint_answers.answer(complaint_id, by=actor(), version=version, words=words)
        except SAID_ON_THE_PAGE as error:
            return self._one(complaint_id, error)
        said = "已转到县里，由县里答复。" if passes_up else "已答复。提的人在回执上看得到。"
        flash(said, "success")
        return redirect(url_for("complaints.index"))

    @expose("/new")
    def add(self) -> Response:
        """Show the form for somebody without a phone."""
        return self._form()

    @expose("/new", methods=["POST"])
    def enter(self) -> Response:
        """Type a complaint for somebody who came or telephoned, and show their number."""
        form = request.form
        typed = ComplaintForm(
            kind=form.get("kind", ""),
            target=form.get("target", ""),
            said_place=form.get("said_place", ""),
            text=form.get("text", ""),
            name=form.get("name", ""),
            phone=form.get("phone", ""),
            key=form.get("key", ""),
        )
        try:
            own = complaints.enter_complaint(typed, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._form(error)
        return self.page("console/complaint_taken.html", own=own)

    def _one(self, complaint_id: int, error: DomainError | None = None) -> Response:
        by = actor()
        opened = complaint_answers.read_complaint(complaint_id, by=by)
        row, duty = opened.listed.complaint, opened.listed.duty
        mine = duty.open_due is not None and duty.owner_region == by.region_code
        return self.page(
            "console/complaint.html",
            status=page_status(error),
            line=_line(opened.listed),
            opened=opened,
            timeline=complaint_answers.timeline_of(row, by=by),
            is_mine=mine,
            may_pass_up=mine and bool(row.township_code),
            version=duty.version,
            most=MOST_TEXT,
            typed=request.form,
            error=error,
        )

    def _form(self, error: DomainError | None = None) -> Response:
        by = actor()
        words = current_policy(by.county_code).dictionaries
        return self.page(
            "console/complaint_new.html",
            status=page_status(error),
            kinds=words["complaint_kinds"],
            targets=complaints.targets_for(by),
            townships=localities.townships_within(by=by),
            is_county=len(by.region_code) == len(by.county_code),
            key=request.form.get("key") or str(uuid.uuid4()),
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
            most=MOST_TEXT,
        )


class CallBackScreen(Screen):
    """Whoever was not satisfied and said why: called by the township, and what was said written down."""

    title, path, asks, in_menu = "不满意回访", "call-backs", Action.CALL_BACK, False

    @expose("/")
    def index(self) -> Response:
        """List the calls that are owed."""
        before: Any = page_before()
        rows = satisfactions.call_backs(by=actor(), before=before, size=PAGE)
        return self.page(
            "console/call_backs.html",
            lines=rows,
            before=rows[-1].satisfaction.id if len(rows) == PAGE else None,
            is_first=before is None,
        )

    @expose("/<int:satisfaction_id>")
    def show(self, satisfaction_id: int) -> Response:
        """Open one in clear; the case's audit keeps who did."""
        return self._one(satisfaction_id)

    @expose("/<int:satisfaction_id>/answers", methods=["POST"])
    def answer(self, satisfaction_id: int) -> Response:
        """Write down what was told to the family."""
        try:
            version, words = number_in("version"), request.form.get("words", "")
            satisfactions.answer(satisfaction_id, by=actor(), version=version, words=words)
        except SAID_ON_THE_PAGE as error:
            return self._one(satisfaction_id, error)
        flash("已记下。农户在回执上看得到这段话。", "success")
        return redirect(url_for("call_backs.index"))

    def _one(self, satisfaction_id: int, error: DomainError | None = None) -> Response:
        found: CallBack = satisfactions.read_mark(satisfaction_id, by=actor())
        marks = policy_of(found.case.county_code, found.case.policy_version).dictionaries["satisfaction"]
        return self.page(
            "console/call_back.html",
            status=page_status(error),
            found=found,
            mark=marks.get(found.satisfaction.mark, ""),
            is_open=found.duty is not None and found.duty.open_due is not None,
            opens_case=may(actor().role, Action.READ_CASES),
            typed=request.form,
            error=error,
            most=MOST_TEXT,
        )


def _line(listed: Listed) -> dict[str, Any]:
    row = listed.complaint
    words = policy_of(row.county_code, row.policy_version).dictionaries
    return {
        "id": row.id,
        "number": spoken(row.receipt_no),
        "kind": words["complaint_kinds"].get(row.kind, row.kind),
        "target": words["complaint_targets"].get(row.target, row.target),
        "said_place": row.said_place,
        "sent_at": row.sent_at,
        "status": STATUS_NAMES[row.status],
        "due": listed.duty.open_due,
        "owner": listed.duty.owner_region,
        "answered_at": row.answered_at,
    }
