"""A removal looked over: what the family's file says, put before the rules; and the home check as it is kept."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.db import db, new_id
from backend.errors import Complaints, Invalid
from backend.models import Case, Hazard, RegularVisit, RemovalCheck, Task, Visit, Watch
from backend.models.places import same_place
from backend.policy.assessment import Income
from backend.policy.assessment.income import add_up
from backend.policy.assessment.lines import Line, monitoring_line
from backend.policy.county import policy_of
from backend.policy.removing import ERROR, Finding, Removing, findings_of
from backend.privacy.names import clean_name
from backend.services.sealing import Sealer, optional
from backend.services.watches import day_done, measures_of, open_cases_of
from backend.workflow.duties import WARNING
from backend.workflow.states import Kind

if TYPE_CHECKING:
    from backend.services.removals import RemovalForm

DELIVERED, STOPPED = "delivered", "stopped"
MOST_HEADS = 30
MOST_FEN = 100_000_000_00


@dataclass(frozen=True)
class Looked:
    """What stops a removal, what should be thought about, and the income a head that was computed, in 分."""

    findings: tuple[Finding, ...]
    per_head_fen: int
    line: Line

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What stops it."""
        return tuple(each for each in self.findings if each.level == ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What should be thought about."""
        return tuple(each for each in self.findings if each.level != ERROR)


@dataclass(frozen=True)
class Known:
    """What the program itself knows about a family's removal, before anybody goes there."""

    stable_since: date
    delivered: tuple[str, ...]
    unfinished: int
    missing: int
    hazards: int
    warnings: int
    last_visit_on: date | None


def known_of(watch: Watch) -> Known:
    """Return what is on record: measures, what did not arrive, open dangers and warnings, the last visit."""
    measures = measures_of(watch.id)
    missing = select(Task.id).where(
        Task.case_id == watch.case_id, Task.kind == Kind.AID_MISSING, Task.open_due.is_not(None)
    )
    hazards = select(Hazard.id).where(Hazard.household_id == watch.household_id, Hazard.closed_on.is_(None))
    visited = select(RegularVisit.visited_on).where(RegularVisit.household_id == watch.household_id, RegularVisit.met)
    return Known(
        stable_since=watch.rolled_back_on or watch.began_on,
        delivered=tuple(each.category for each in measures if each.progress == DELIVERED),
        unfinished=sum(each.progress not in {DELIVERED, STOPPED} for each in measures),
        missing=len(db.session.scalars(missing).all()),
        hazards=len(db.session.scalars(hazards).all()),
        warnings=len(open_cases_of(watch.household_id, WARNING)),
        last_visit_on=db.session.scalars(visited.order_by(RegularVisit.visited_on.desc()).limit(1)).first(),
    )


def look_over(form: "RemovalForm", case: Case, watch: Watch) -> Looked:
    """Put a home check and the family's file before the rules of removal; raises `Invalid` for impossible numbers."""
    policy, known = policy_of(case.county_code, case.policy_version), known_of(watch)
    line = monitoring_line(policy, clock.today().year)
    per_head = _per_head(form.income, form.heads)
    removing = Removing(
        policy=policy,
        today=clock.today(),
        stable_since=known.stable_since,
        risks=watch.risks,
        labour=watch.labour,
        mode=form.mode,
        met=form.met,
        safety=form.safety,
        per_head_fen=per_head,
        line_yuan=line.yuan,
        delivered=known.delivered,
        unfinished=known.unfinished,
        missing=known.missing,
        hazards=known.hazards,
        warnings=known.warnings,
        view=form.view,
        second=form.second_name.strip(),
        business_fen=form.income.business,
        costs_fen=form.income.costs,
        last_visit_on=known.last_visit_on,
    )
    return Looked(findings_of(removing), per_head, line)


def checked(form: "RemovalForm", case: Case, watch: Watch, *, by: Actor) -> tuple[RemovalCheck, Visit]:
    """Return the home check and its visit, not yet written; `Invalid` says everything that is wrong at once."""
    words, complaints = policy_of(case.county_code, case.policy_version).dictionaries, Complaints()
    second = complaints.take(lambda: clean_name(form.second_name, field="second_name"), "")
    said = complaints.take(lambda: optional(form.view_words, "view_words"), "")
    checked_on = complaints.take(lambda: day_done(form.checked_on, "checked_on"), clock.today())
    if form.mode not in words["removal_modes"]:
        complaints.add("mode", "请选择是帮扶消除还是自然消除。")
    if form.heard_whom not in words["relations"]:
        complaints.add("heard_whom", "请选择听了家里哪一位的意见。")
    if form.view in {"disagrees", "unreachable"} and not said:
        complaints.add("view_words", "不同意的写明理由，联系不上的写明怎么联系过。")
    if second and second == by.name:
        complaints.add("second_name", "同行人要写另一位同志。")
    for item in form.safety.keys() - words["safety_items"].keys():
        complaints.add(f"safety.{item}", "核对表里没有这一项。")
    looked = complaints.take(lambda: look_over(form, case, watch), None)
    for each in looked.errors if looked else ():
        complaints.add(each.field, each.sentence)
    complaints.raise_if_any()
    if looked is None:
        raise Invalid
    visit_id, row_id = new_id(), new_id()
    visit = Visit(
        id=visit_id,
        case_id=case.id,
        household_id=case.household_id,
        visitor_id=by.id,
        visitor_name=by.name,
        companion=second,
        visited_on=checked_on,
        way="home",
        findings_sealed=Sealer("visits", visit_id).must("findings_sealed", "风险消除入户核实，见消除核实表。"),
        conclusion="no_risk",
        announced=[],
        filed_at=clock.now(),
        **same_place(case),
    )
    row = RemovalCheck(
        id=row_id,
        case_id=case.id,
        watch_id=watch.id,
        visit_id=visit_id,
        household_id=case.household_id,
        mode=form.mode,
        met={item: bool(form.met.get(item)) for item in words["removal_checklist"]},
        safety={item: form.safety[item] for item in words["safety_items"]},
        income=asdict(form.income),
        heads=form.heads,
        per_head_fen=looked.per_head_fen,
        line_yuan=looked.line.yuan,
        line_of_year=looked.line.of_year,
        view=form.view,
        view_sealed=Sealer("removal_checks", row_id).keep("view_sealed", said),
        heard_whom=form.heard_whom,
        warnings=[each.rule for each in looked.warnings],
        second_name=second,
        by_id=by.id,
        by_name=by.name,
        checked_on=checked_on,
        filed_at=clock.now(),
        **same_place(case),
    )
    return row, visit


def _per_head(income: Income, heads: int) -> int:
    if not 1 <= heads <= MOST_HEADS:
        raise Invalid.field("heads", f"共同生活的人数要在1到{MOST_HEADS}之间。")
    if any(not 0 <= each <= MOST_FEN for each in asdict(income).values()):
        raise Invalid.field("income", "有一项金额不对，请再看看。")
    return add_up(income, heads).net_per_head
