"""The full home check: looked over by the rules, filed once, confirmed by the second visitor."""

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound
from backend.models import Case, HomeCheck, HomeCheckDraft, Household, Visit
from backend.models.home_checks import LONGEST_SEALED
from backend.models.places import same_place
from backend.policy import Policy
from backend.policy.assessment import HomeCheckForm, Proposal, Sums
from backend.policy.assessment.form import NO_RISK
from backend.policy.county import county_workdays, policy_of
from backend.privacy.current import keys
from backend.privacy.phones import parse_phone
from backend.privacy.seal import Place, seal
from backend.privacy.texts import clean_text
from backend.services import check_consents, check_people, hazards, visit_turns
from backend.services.check_review import LookedOver, looked_over, refuse_errors
from backend.services.living import where_they_live
from backend.services.phone_index import put_on_file
from backend.workflow import engine
from backend.workflow.deadlines import due_on
from backend.workflow.duties import (
    CONFIRM_CHECK,
    CONFIRM_FROM_OUTSIDE,
    DOUBLE_REGISTRATION,
    FULL,
    SEE_IN_PERSON,
    Opening,
)
from backend.workflow.engine import find_case
from backend.workflow.kin import is_of_the_village
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from backend.workflow.tasks import close_duty, open_duties

MOST_FINDINGS = 4000
MOST_WORDS = 1000


@use_case
@where_they_live
def file_check(case_id: int, *, by: Actor, version: int, form: HomeCheckForm) -> HomeCheck:
    """File a full home check and hand the case on; its draft is gone, and the second visitor is asked to confirm.

    Errors: `Invalid` names every field that breaks a rule; those of `move`.
    """
    require(by.role, Action.FILE_VISIT)
    case = find_case(case_id)
    policy = policy_of(case.county_code, case.policy_version)
    findings = clean_text(form.findings, most=MOST_FINDINGS, field="findings")
    seen = looked_over(form, case, policy)
    sums, proposal = refuse_errors(seen)
    visit = _visit(case, seen.form, by, findings)
    check = _check(case, seen, sums, proposal, visit)
    _close_older_questions(case, by)
    risks = list(seen.form.risks)
    engine.remember(case, check=str(check.id), **_said_by(check, risks))
    check_consents.remember(case, seen.form.consents)
    case.risk = risks[0] if risks else case.risk
    detail = {"visit": str(visit.id), "check": str(check.id)}
    engine.move(case, _step(case, seen.form, policy), by=by, version=version, detail=detail)
    db.session.add(visit)
    db.session.flush()
    db.session.add(check)
    db.session.flush()
    visit_turns.count(visit, by=by)
    hazards.take_from_check(check, seen.form.safety, visited_on=seen.form.visited_on, by=by)
    _write_family_down(case, seen, by)
    _ask_second(case, check, seen.form, by)
    _ask_in_person(case, seen.form, policy, by)
    _forget_drafts(case)
    return check


@use_case
@where_they_live
def confirm_check(case_id: int, *, by: Actor, version: int, agrees: bool, words: str = "") -> Case:
    """Say, as the second visitor, whether one saw the same; who saw otherwise says what, and the township reads it."""
    said = clean_text(words, most=MOST_WORDS, field="words") if words.strip() or not agrees else ""
    case = find_case(case_id)
    detail = {"agrees": agrees}
    engine.move(case, Action.CONFIRM_CHECK, by=by, version=version, reason=Reason(words=said), detail=detail)
    query = select(HomeCheck).where(HomeCheck.case_id == case.id).order_by(HomeCheck.id.desc()).limit(1)
    check = db.session.scalars(query).first()
    if check is not None:
        check.confirmed_by, check.confirmed_at, check.agrees = by.id, clock.now(), agrees
    return case


AFTER_CHECK = frozenset({Action.SEE_IN_PERSON, Action.SETTLE_DOUBLE})


@use_case
@where_they_live
def answer(case_id: int, action: Action, *, by: Actor, version: int, words: str) -> Case:
    """Answer what a check left open: the family seen in person after its return, or a double registration settled."""
    if action not in AFTER_CHECK:
        raise NotFound
    said = clean_text(words, most=MOST_WORDS, field="words")
    case = find_case(case_id)
    engine.move(case, action, by=by, version=version, reason=Reason(words=said))
    return case


def _forget_drafts(case: Case) -> None:
    """Leave nothing of what was typed before; only the number of the last save stays, by which a late one is known."""
    for draft in db.session.scalars(select(HomeCheckDraft).where(HomeCheckDraft.case_id == case.id)):
        draft.content_sealed = None


def _said_by(check: HomeCheck, risks: list[str]) -> dict[str, Any]:
    return ({"risks": risks} if risks else {}) | ({"category": check.category} if check.category else {})


def _step(case: Case, form: HomeCheckForm, policy: Policy) -> Action:
    """Return where the conclusion leads: who applied himself goes to the meeting even if no risk was seen.

    A check of a family that has parted since its last one leads nowhere: it stands beside what is going on.
    """
    if State(case.state) is not State.ACCEPTED and any(each.kind == Kind.CHECK_ANEW for each in open_duties(case.id)):
        return Action.CHECK_ANEW
    applied = case.channel.startswith("self_") and policy.flags["applicants_always_reviewed"]
    if form.conclusion == NO_RISK and case.procedure == FULL and not applied:
        return Action.FIND_NO_RISK
    return Action.FILE_VISIT


def _visit(case: Case, form: HomeCheckForm, by: Actor, findings: str) -> Visit:
    visit_id = new_id()
    return Visit(
        id=visit_id,
        case_id=case.id,
        household_id=case.household_id,
        visitor_id=by.id,
        visitor_name=by.name,
        companion=form.companion.strip()[:50],
        visited_on=form.visited_on,
        way=form.way,
        findings_sealed=seal(findings, keys=keys(), place=Place("visits", "findings_sealed", visit_id)),
        conclusion=form.conclusion,
        announced=list(form.photos),
        filed_at=clock.now(),
        **same_place(case),
    )


def _check(case: Case, seen: LookedOver, sums: Sums, proposal: Proposal, visit: Visit) -> HomeCheck:
    check_id, form = new_id(), seen.form
    return HomeCheck(
        id=check_id,
        case_id=case.id,
        household_id=case.household_id,
        visit_id=visit.id,
        visitor_id=visit.visitor_id,
        second_id=form.second_id,
        is_on_site=form.way == "home",
        conclusion=form.conclusion,
        window_from=seen.window[0],
        window_until=seen.window[1],
        heads=sums.heads,
        net_fen=sums.net,
        net_per_head_fen=sums.net_per_head,
        reference_per_head_fen=sums.reference_per_head,
        line_yuan=seen.line.yuan,
        line_of_year=seen.line.of_year,
        formula=[*sums.sentences, seen.line.in_words(form.visited_on.year), proposal.why],
        category_proposed=proposal.category,
        category=form.category,
        safety={code: item.state for code, item in form.safety.items()},
        warnings=[{"rule": each.rule, "field": each.field} for each in seen.warnings],
        content_sealed=sealed_content(asdict(form), Place("home_checks", "content_sealed", check_id)),
        filed_at=clock.now(),
        **same_place(case),
    )


def sealed_content(content: object, place: Place) -> str:
    """Seal a form or a draft as JSON; `Invalid` when it is longer than a row can hold."""
    sealed = seal(json.dumps(content, ensure_ascii=False, default=str), keys=keys(), place=place)
    if len(sealed) > LONGEST_SEALED:
        raise Invalid.field("findings", "整张表写得太长了，请把文字说明精简一些。")
    return sealed


def _close_older_questions(case: Case, by: Actor) -> None:
    """Let a newer check take the place of an older one that nobody had confirmed."""
    for task in open_duties(case.id):
        if task.kind == Kind.CONFIRM_CHECK:
            case.version += 1
            close_duty(task, by=by, how=Action.FILE_VISIT, version=case.version)


def _write_family_down(case: Case, seen: LookedOver, by: Actor) -> None:
    twice = check_people.write_down(seen.form, case, seen.doubles)
    if seen.form.phone:
        household = db.session.scalars(select(Household).where(Household.id == case.household_id)).one()
        put_on_file(household, parse_phone(seen.form.phone, field="phone"))
        household.phone_confirmed_at = clock.now()
    is_asked = any(task.kind == Kind.DOUBLE_REGISTRATION for task in open_duties(case.id))
    if twice and not is_asked:
        detail = {"people": [str(each) for each in twice]}
        engine.owe(case, "double_found", Opening(DOUBLE_REGISTRATION, detail=detail), by=by, detail=detail)


def _ask_second(case: Case, check: HomeCheck, form: HomeCheckForm, by: Actor) -> None:
    """Ask the second visitor; a check from afar, or from outside the village, is seconded by the township."""
    is_outside = form.way != "home" or not is_of_the_village(by.region_code)
    detail = {"visitor": str(by.id), "check": str(check.id)}
    if form.second_id is not None:
        detail["second"] = str(form.second_id)
    duty = CONFIRM_FROM_OUTSIDE if is_outside else CONFIRM_CHECK
    at = "" if is_outside else by.region_code
    engine.owe(case, "second_asked", Opening(duty, detail=detail, at=at), by=by, detail={"check": str(check.id)})


def _ask_in_person(case: Case, form: HomeCheckForm, policy: Policy, by: Actor) -> None:
    """Whoever was checked from afar is seen in person soon after coming back (practice P26)."""
    if form.way == "home":
        return
    workdays, back_on = county_workdays(case.county_code), form.off_site.back_on if form.off_site else None
    key = "T_IN_PERSON" if back_on else "V_AWAY"
    due = due_on(max(back_on or clock.today(), clock.today()), policy.limit(key), workdays)
    engine.owe(case, "in_person_asked", Opening(SEE_IN_PERSON, due_on=due.on), by=by)
