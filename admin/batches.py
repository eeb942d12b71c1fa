"""The county's decisions by batch: prepared by a clerk, signed by a leader, announced under one number."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, day_in, moment_in, number_in, page_status, ticked
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid
from backend.models import Case
from backend.policy.county import current_policy, policy_of
from backend.services import batch_pages, batches, county_waiting, telephone
from backend.services.batch_pages import EntryForm, Family
from backend.services.batches import DONE, MOST_NUMBER, OPEN, REFUSED, STALE, Proposal, Verdict
from backend.services.green_channels import Telephone
from backend.services.lists import MOST_LISTED, ListedResult

VERDICTS = {Verdict.APPROVE: "同意纳入", Verdict.REJECT: "不纳入", Verdict.SEND_BACK: "退回乡镇"}
OUTCOMES = {OPEN: "等待签发", DONE: "已办好", STALE: "情况有变，没有办", REFUSED: "没有办成"}


class BatchScreen(Screen):
    """What waits for the county, and the batches it is decided in."""

    title, path, asks = "批次", "batches", Action.PREPARE_BATCH

    @expose("/")
    def index(self) -> Response:
        """Show what waits and the latest batches."""
        return self._index()

    @expose("/", methods=["POST"])
    def prepare(self) -> Response:
        """Open a batch of the families that were ticked."""
        try:
            chosen = ticked("cases")
            if not 1 <= len(chosen) <= MOST_LISTED:
                raise Invalid.field("cases", f"请勾选要审定的农户，一批最多{MOST_LISTED}户。")
            number, sits_on = request.form.get("number", ""), day_in("sits_on")
            proposals = [Proposal(case_id) for case_id in chosen]
            batch = batches.prepare(number, sits_on, by=actor(), proposals=proposals)
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        flash(f"已放进批次{len(chosen)}户。不同意纳入或者要退回的，请在下面改好，再请负责人签发。", "success")
        return redirect(url_for("batches.show", batch_id=batch.id))

    @expose("/<int:batch_id>")
    def show(self, batch_id: int) -> Response:
        """Show one batch, ready to be printed."""
        return self._batch(batch_id)

    @expose("/<int:batch_id>/families", methods=["POST"])
    def propose(self, batch_id: int) -> Response:
        """Change what is proposed for one family, or take it in again as it is now."""
        try:
            batches.put(batch_id, [_proposal()], by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._batch(batch_id, error)
        flash("已改好。", "success")
        return redirect(url_for("batches.show", batch_id=batch_id))

    @expose("/<int:batch_id>/families/out", methods=["POST"])
    def take_out(self, batch_id: int) -> Response:
        """Leave one family out."""
        try:
            batches.take_out(batch_id, number_in("case_id"), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._batch(batch_id, error)
        flash("已从这一批里拿掉，个案没有动。", "success")
        return redirect(url_for("batches.show", batch_id=batch_id))

    @expose("/<int:batch_id>/signature", methods=["POST"])
    def sign(self, batch_id: int) -> Response:
        """Sign as the county's leader: every family is decided."""
        try:
            items = batches.sign(batch_id, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._batch(batch_id, error)
        done = sum(item.outcome == DONE for item in items)
        left = len(items) - done
        rest = f"，{left}户没有办，原因写在表里" if left else ""
        flash(f"已签发：办好{done}户{rest}。", "error" if left else "success")
        return redirect(url_for("batches.show", batch_id=batch_id))

    @expose("/<int:batch_id>/telephone", methods=["POST"])
    def agreed_by_telephone(self, batch_id: int) -> Response:
        """Note that the leader agreed by telephone: families that cannot wait are decided, the signature is owed."""
        try:
            at = moment_in("at")
            if at is None:
                raise Invalid.field("at", "请填通话时间。")
            items = telephone.agree(batch_id, Telephone(request.form.get("leader", ""), at), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._batch(batch_id, error)
        done = sum(item.outcome == DONE for item in items)
        left = len(items) - done
        rest = f"，{left}户要等负责人签发或重新放入" if left else ""
        flash(f"已记下电话同意：办好{done}户{rest}。请负责人按期补签。", "success")
        return redirect(url_for("batches.show", batch_id=batch_id))

    @expose("/<int:batch_id>/announcement", methods=["POST"])
    def announce(self, batch_id: int) -> Response:
        """Announce every included family under the batch's number."""
        try:
            results = batch_pages.announce_batch(batch_id, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._batch(batch_id, error)
        _flash_results("公告", results)
        return redirect(url_for("batches.show", batch_id=batch_id))

    def _index(self, error: DomainError | None = None) -> Response:
        by = actor()
        waiting = county_waiting.waiting(batch_pages.next_sitting(by=by), by=by)
        return self.page(
            "console/batches.html",
            status=page_status(error),
            waiting=[(each, _facts(each.case)) for each in waiting],
            cannot_wait=sum(each.is_late_for for each in waiting),
            placed=batch_pages.placed([each.case.id for each in waiting], by=by),
            batches=batch_pages.batches_of(by=by),
            chosen=ticked("cases"),
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
            today=clock.today(),
            most=MOST_LISTED,
            longest=MOST_NUMBER,
        )

    def _batch(self, batch_id: int, error: DomainError | None = None) -> Response:
        by = actor()
        families = batch_pages.families_of(batch_id, by=by)
        return self.page(
            "console/batch.html",
            status=page_status(error),
            batch=batches.find_batch(batch_id, by=by),
            families=[(family, _family(family)) for family in families],
            counts={outcome: sum(each.item.outcome == outcome for each in families) for outcome in OUTCOMES},
            to_sign=sum(each.signs is not None for each in families),
            sign_by=min((each.signs.due_on for each in families if each.signs), default=None),
            may_phone=any(each.item.outcome == OPEN and each.may_be_by_telephone for each in families),
            to_announce=sum(each.announces is not None and each.item.outcome == DONE for each in families),
            verdicts=VERDICTS,
            outcomes=OUTCOMES,
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
            today=clock.today(),
        )


class EntryScreen(Screen):
    """Receipts of the national system, typed for many families at once."""

    title, path, asks = "录入回执", "entries", Action.ENTER_NATIONAL

    @expose("/")
    def index(self) -> Response:
        """Show who is watched and not yet entered."""
        return self._show()

    @expose("/", methods=["POST"])
    def enter(self) -> Response:
        """Take every receipt that was typed."""
        try:
            results = batch_pages.enter_all(_entries(), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        wrong = {each.case_id: each.message for each in results if each.message}
        _flash_results("录入", results)
        return self._show(refused=wrong) if wrong else redirect(url_for("entries.index"))

    def _show(self, error: DomainError | None = None, refused: dict[int, str] | None = None) -> Response:
        rows = batch_pages.entries_waiting(by=actor())
        return self.page(
            "console/entries.html",
            called=current_policy(actor().county_code).texts["national_system"],
            status=422 if refused else page_status(error),
            rows=[(case, task, _facts(case)) for case, task in rows],
            refused=refused or {},
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
            today=clock.today(),
        )


def _entries() -> list[EntryForm]:
    entered_on, form = day_in("entered_on"), request.form
    filled = [case_id for case_id in ticked("case_id") if form.get(f"receipt-{case_id}", "").strip()]
    return [EntryForm(each, number_in(f"version-{each}"), form[f"receipt-{each}"], entered_on) for each in filled]


def _flash_results(name: str, results: list[ListedResult]) -> None:
    refused = [each.message for each in results if each.message]
    if len(refused) < len(results):
        flash(f"已{name}{len(results) - len(refused)}户。", "success")
    if refused:
        flash(f"有{len(refused)}户没有办成：{'；'.join(dict.fromkeys(refused))}", "error")


def _proposal() -> Proposal:
    form = request.form
    try:
        verdict = Verdict(form.get("verdict", ""))
    except ValueError:
        raise Invalid.field("verdict", "请选择同意纳入、不纳入或退回乡镇。") from None
    if verdict is Verdict.APPROVE:
        return Proposal(number_in("case_id"))
    return Proposal(
        case_id=number_in("case_id"),
        verdict=verdict,
        codes=tuple(form.getlist(f"reasons-{verdict}")),
        words=form.get("words", ""),
        alternative=form.get("alternative", ""),
        transfer=form.get("transfer") or None,
    )


def _facts(case: Case) -> dict[str, Any]:
    words = policy_of(case.county_code, case.policy_version).dictionaries
    category = str(case.marks.get("category", ""))
    return {
        "risk": words["risks"].get(case.risk, case.risk),
        "category": words["categories"].get(category, "还没有"),
    }


def _family(family: Family) -> dict[str, Any]:
    policy = policy_of(family.case.county_code, family.case.policy_version)
    dictionaries = {
        Verdict.REJECT: policy.dictionaries["not_included_reasons"],
        Verdict.SEND_BACK: policy.dictionaries["return_reasons"],
    }
    reasons = dictionaries.get(Verdict(family.item.verdict), {})
    offices = {code: office.name for code, office in policy.departments.items()}
    return {
        **_facts(family.case),
        "reasons": dictionaries,
        "offices": offices,
        "said": [reasons.get(code, code) for code in family.item.codes],
        "office": offices.get(family.item.transfer or "", ""),
    }
