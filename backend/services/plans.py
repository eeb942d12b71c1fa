"""一户一方案、一人一措施: a plan talked over with the family, and measures for each person (seeds 000, 001, 004)."""

from dataclasses import dataclass, field
from datetime import date

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid
from backend.models import Case, Measure, Plan, Watch
from backend.models.places import same_place
from backend.policy import Policy
from backend.policy.helping import Help, Warned, warnings_of
from backend.services.measure_forms import MeasureForm, checked_measures, put_down
from backend.services.sealing import Sealer, optional
from backend.services.watches import day_done, find_watch, locked, measures_of, plan_of, rules_of
from backend.workflow import engine

MOST_MEASURES = 40
STOPPED = "stopped"
MOST_RISKS = 5


@dataclass(frozen=True)
class PlanForm:
    """What the family needs and wants, who of it was asked, and the measures that were agreed on."""

    risks: tuple[str, ...]
    labour: str
    heard_whom: str
    needs: tuple[str, ...] = ()
    wishes: str = ""
    heard_on: date | None = None
    needs_care: bool = False
    measures: tuple[MeasureForm, ...] = field(default=())


@use_case
def make_plan(watch_id: int, form: PlanForm, *, by: Actor, version: int | None = None) -> Plan:
    """Make a family's plan, or make it anew; the old one stays readable, measures that run go on under the new one.

    No labour refers the family to 民政, somebody who cannot care for themselves is cared for in a rhythm.
    Errors: `Invalid` names each field (`measures.0.what`); those of `move`.
    """
    require(by.role, Action.MAKE_PLAN)
    watch, case = locked(watch_id)
    policy = rules_of(watch)
    plan = _checked(form, watch, case, policy, by)
    measures = checked_measures(form.measures, watch, plan, policy)
    before = plan_of(watch.id)
    engine.move(
        case,
        Action.MAKE_PLAN,
        by=by,
        version=version,
        detail={
            "plan": str(plan.id),
            "labour": plan.labour,
            "risks": list(plan.risks),
            "needs_care": plan.needs_care,
            "measures": [_owed(each) for each in measures],
        },
    )
    if before is not None:
        before.replaced_at = clock.now()
        for each in measures_of(watch.id):
            each.plan_id = plan.id if each.progress != STOPPED else each.plan_id
    db.session.add(plan)
    db.session.flush()
    put_down(measures, by=by)
    return plan


@use_case
def add_measure(watch_id: int, form: MeasureForm, *, by: Actor) -> Measure:
    """Add one measure to the plan that counts; departments and the county may offer one too (端菜)."""
    require(by.role, Action.ADD_MEASURE)
    watch, case = locked(watch_id)
    plan = plan_of(watch.id)
    if plan is None:
        raise Invalid.field("plan", "这一户还没有帮扶计划，请先制定计划。")
    [measure] = checked_measures((form,), watch, plan, rules_of(watch), named="")
    engine.move(case, Action.ADD_MEASURE, by=by, detail={"measures": [_owed(measure)]})
    put_down([measure], by=by)
    return measure


def needs_card(watch_id: int, *, by: Actor) -> tuple[Warned, ...]:
    """Return what this family's help should be asked about: gaps between needs and measures, and what is too much."""
    require(by.role, Action.READ_WATCHES)
    return warnings_for(find_watch(watch_id))


def warnings_for(watch: Watch) -> tuple[Warned, ...]:
    """Look a family's help over with the county's rules: they warn and never decide."""
    plan = plan_of(watch.id)
    given = [each.category for each in measures_of(watch.id) if each.progress != STOPPED]
    return warnings_of(
        Help(
            risks=watch.risks,
            labour=watch.labour,
            needs=plan.needs if plan else (),
            given=given,
            watched_since=watch.rolled_back_on or watch.began_on,
            today=clock.today(),
            policy=rules_of(watch),
        )
    )


def wishes_of(plan: Plan) -> str:
    """Return what the family itself asked for, in clear."""
    return Sealer("plans", plan.id).open("wishes_sealed", plan.wishes_sealed)


def _owed(measure: Measure) -> dict[str, str]:
    return {"id": str(measure.id), "due_on": measure.due_on.isoformat()}


def _checked(form: PlanForm, watch: Watch, case: Case, policy: Policy, by: Actor) -> Plan:
    words, complaints = policy.dictionaries, Complaints()
    wishes = complaints.take(lambda: optional(form.wishes, "wishes"), "")
    heard_on = complaints.take(lambda: day_done(form.heard_on, "heard_on"), clock.today())
    if not form.risks or len(form.risks) > MOST_RISKS or any(risk not in words["risks"] for risk in form.risks):
        complaints.add("risks", f"请从列出的风险里选，至少一项，最多{MOST_RISKS}项。")
    if form.labour not in words["family_labour"]:
        complaints.add("labour", "请选择家里的劳动能力。")
    if form.heard_whom not in words["relations"]:
        complaints.add("heard_whom", "请选择和家里哪一位商量的。")
    if any(need not in words["measures"] for need in form.needs):
        complaints.add("needs", "请从列出的需求里选。")
    if len(form.measures) > MOST_MEASURES:
        complaints.add("measures", f"一户最多写{MOST_MEASURES}项措施。")
    complaints.raise_if_any()
    plan_id = new_id()
    return Plan(
        id=plan_id,
        watch_id=watch.id,
        case_id=case.id,
        household_id=watch.household_id,
        risks=list(dict.fromkeys(form.risks)),
        labour=form.labour,
        needs=list(dict.fromkeys(form.needs)),
        wishes_sealed=Sealer("plans", plan_id).keep("wishes_sealed", wishes),
        heard_whom=form.heard_whom,
        heard_on=heard_on,
        needs_care=form.needs_care,
        made_by=by.id,
        made_by_name=by.name,
        made_at=clock.now(),
        **same_place(watch),
    )
