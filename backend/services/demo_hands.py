"""How each step of the demonstration is taken: by the service that people call, with what they would have typed."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.db import db
from backend.errors import NotPossibleNow
from backend.models import Case, ComparisonResult, Objection
from backend.policy.county import policy_of
from backend.services import (
    announcements,
    authorizations,
    cases,
    checks,
    clues,
    comparisons,
    declarations,
    green_channels,
    home_checks,
    notice_ends,
    objection_answers,
    objections,
    rechecks,
    referrals,
)
from backend.services.authorization_forms import AuthorizationForm
from backend.services.authorizations import members_of
from backend.services.cases import Seen, VisitForm
from backend.services.checks import CheckForm
from backend.services.comparisons import HIT, NO_HIT, Finding
from backend.services.demo_forms import Visitors, check_form
from backend.services.demo_turns import Helpers, Turn, key_of
from backend.services.demo_village import TOGETHER
from backend.services.green_channels import AidForm, Telephone
from backend.services.judgements import JudgementForm
from backend.services.objection_answers import AnswerForm
from backend.services.objections import ObjectionForm
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.steps import Reason

_NAMESPACE = uuid.UUID("8f5a7e64-0d0c-4c1e-9a52-130126130126")
SIGNED_AT_THE_TABLE = 2


def take(turns: Sequence[Turn], by: Actor, helpers: Helpers) -> None:
    """Take the same step for these families: together where they sit together, one by one otherwise."""
    together = TOGETHER.get(turns[0].do.action)
    if together is not None:
        together(turns, by)
        return
    for turn in turns:
        ALONE[turn.do.action](turn, by, helpers)


def _decide(turn: Turn, by: Actor, helpers: Helpers) -> None:
    do = turn.do
    opinion = do.words if do.action is Action.PASS_ON else ""
    form = JudgementForm(opinion=opinion, alternative=do.other_way, transfer=do.transfer or None)
    reason = Reason(do.codes, "" if opinion else do.words)
    cases.decide(turn.case_id, do.action, by=by, seen=Seen(turn.version), reason=reason, judgement=form)


def _check(turn: Turn, by: Actor, helpers: Helpers) -> None:
    """File the check, and let whoever is at the table sign for the comparison in the same hour."""
    do, case = turn.do, find_case(turn.case_id)
    both = Visitors(helpers.second.name, helpers.second.id) if do.way == "home" else Visitors("驻村工作队 老周")
    form = check_form(
        turn.life.household,
        turn.life.number,
        policy_of(case.county_code, case.policy_version),
        both,
        findings=do.words,
        way=do.way,
        conclusion="no_risk" if do.action is Action.FIND_NO_RISK else "risk",
    )
    home_checks.file_check(case.id, by=by, version=turn.version, form=form)
    if do.action is Action.FILE_VISIT:
        _sign(turn, case, by)


def _sign(turn: Turn, case: Case, by: Actor) -> None:
    """Let the head and the next adult sign; in some families another works far away, and nobody waits for them."""
    adults = {person.name for person in turn.life.household.members if person.labour != "none"}
    members = members_of(case)
    if any(each.authorization is not None for each in members):
        return
    asked = [each.person for place, each in enumerate(members) if place == 0 or each.person.name in adults]
    for person in asked[:SIGNED_AT_THE_TABLE]:
        authorizations.authorize(case.id, AuthorizationForm(person.id), by=by)
    if len(asked) > SIGNED_AT_THE_TABLE and turn.life.number % 3 == 0:
        away = asked[SIGNED_AT_THE_TABLE]
        authorizations.note_not_reached(case.id, away.id, by=by, why="在外地打工，电话没有接通。")


def _not_home(turn: Turn, by: Actor, helpers: Helpers) -> None:
    form = VisitForm(findings=turn.do.words, conclusion="not_home")
    cases.file_visit(turn.case_id, by=by, version=turn.version, form=form)


def _confirm(turn: Turn, by: Actor, helpers: Helpers) -> None:
    home_checks.confirm_check(turn.case_id, by=by, version=turn.version, agrees=True)


def _fetch(turn: Turn, by: Actor, helpers: Helpers) -> None:
    cases.fetch_information(turn.case_id, by=by, version=turn.version, words=turn.do.words)


def _hand_up(turn: Turn, by: Actor, helpers: Helpers) -> None:
    clues.hand_up(turn.case_id, by=by, version=turn.version, reason=turn.reason)


def _close_clue(turn: Turn, by: Actor, helpers: Helpers) -> None:
    clues.close(turn.case_id, by=by, version=turn.version, reason=turn.reason)


def _transfer(turn: Turn, by: Actor, helpers: Helpers) -> None:
    clues.transfer(turn.case_id, turn.do.transfer, by=by, version=turn.version, words=turn.do.words)


def _compare(turn: Turn, by: Actor, helpers: Helpers) -> None:
    case = find_case(turn.case_id)
    items = policy_of(case.county_code, case.policy_version).dictionaries["compare_items"]
    valid = [each.person.id for each in members_of(case) if each.is_valid]
    hit = (valid[0], "vehicles") if valid and turn.do.way == HIT else None
    findings = [Finding(who, item, HIT if (who, item) == hit else NO_HIT) for who in valid for item in items]
    comparisons.compare(case.id, findings, by=by, version=turn.version)


def _explain(turn: Turn, by: Actor, helpers: Helpers) -> None:
    query = select(ComparisonResult.id).where(ComparisonResult.case_id == turn.case_id, ComparisonResult.result == HIT)
    result = db.session.scalars(query.order_by(ComparisonResult.id)).first()
    if result is None:
        raise NotPossibleNow
    comparisons.explain(result, turn.do.words, by=by)


def _close_notice(turn: Turn, by: Actor, helpers: Helpers) -> None:
    notice_ends.close(turn.case_id, by=by, version=turn.version)


def _object(turn: Turn, by: Actor, helpers: Helpers) -> None:
    form = ObjectionForm(turn.do.codes[0], turn.do.words, key=key_of("objection", turn.life.number))
    objections.enter_objection(turn.case_id, form, by=by)


def _answer_objection(turn: Turn, by: Actor, helpers: Helpers) -> None:
    do = turn.do
    query = select(Objection.id).where(Objection.case_id == turn.case_id).order_by(Objection.id.desc())
    form = AnswerForm(do.words, do.way, reasons=do.codes, alternative=do.other_way, transfer=do.transfer)
    found = db.session.scalars(query).first()
    if found is None:
        raise NotPossibleNow
    objection_answers.answer(found, do.action, by=by, version=turn.version_of({Kind.OBJECTION}), form=form)


def _department(turn: Turn, by: Actor, helpers: Helpers) -> None:
    form = CheckForm("confirmed", turn.do.words, second_name="县里来的同志")
    due = [version for kind, version in turn.duties if kind == Kind.DEPARTMENT_CHECK]
    if not due:
        raise NotPossibleNow
    for version in due:
        checks.file_check(turn.case_id, form, by=by, version=version)


def _announce(turn: Turn, by: Actor, helpers: Helpers) -> None:
    number = f"灵农组〔{clock.today().year}〕{turn.life.number + 1}号"
    announcements.announce(turn.case_id, number, by=by, version=turn.version)


def _enter_national(turn: Turn, by: Actor, helpers: Helpers) -> None:
    number = f"DEMO-{turn.life.number + 1:06}"
    announcements.enter_national(turn.case_id, number, clock.today(), by=by, version=turn.version)


def _ask_recheck(turn: Turn, by: Actor, helpers: Helpers) -> None:
    rechecks.ask(turn.case_id, by=by, words=turn.do.words)


def _answer_recheck(turn: Turn, by: Actor, helpers: Helpers) -> None:
    overturns = turn.do.action is Action.OVERTURN_OUTCOME
    rechecks.answer(turn.case_id, by=by, version=turn.version, overturn=overturns, words=turn.do.words)


def _answer_referral(turn: Turn, by: Actor, helpers: Helpers) -> None:
    referrals.answer(turn.case_id, by=by, version=turn.version, office=turn.do.way, words=turn.do.words)


def _ask_green(turn: Turn, by: Actor, helpers: Helpers) -> None:
    green_channels.ask(turn.case_id, turn.do.way, turn.do.words, by=by)


def _agree_green(turn: Turn, by: Actor, helpers: Helpers) -> None:
    called_at = clock.now() - timedelta(minutes=1)
    phoned = Telephone(helpers.county_lead.name, called_at) if turn.do.way == "phoned" else None
    green_channels.agree(turn.case_id, by=by, version=turn.version, phoned=phoned)


def _sign_later(turn: Turn, by: Actor, helpers: Helpers) -> None:
    green_channels.sign_later(turn.case_id, by=by, version=turn.version)


def _deliver(turn: Turn, by: Actor, helpers: Helpers) -> None:
    form = AidForm(turn.do.words, how_much=turn.do.way, family_confirmed=True)
    green_channels.deliver(turn.case_id, form, by=by, version=turn.version)


def _withdraw(turn: Turn, by: Actor, helpers: Helpers) -> None:
    [receipt] = declarations.receipts_of(by, size=1)
    declarations.withdraw(receipt.id, by=by, words=turn.do.words)


Alone = Callable[[Turn, Actor, Helpers], None]
ALONE: Mapping[Action, Alone] = {
    Action.FILE_VISIT: _check,
    Action.FIND_NO_RISK: _check,
    Action.RESCHEDULE: _not_home,
    Action.CONFIRM_CHECK: _confirm,
    Action.SUPPLEMENT: _fetch,
    Action.HAND_UP_CLUE: _hand_up,
    Action.CLOSE_CLUE: _close_clue,
    Action.TRANSFER: _transfer,
    Action.FILE_COMPARISON: _compare,
    Action.EXPLAIN_HIT: _explain,
    Action.CLOSE_NOTICE: _close_notice,
    Action.OBJECT: _object,
    Action.KEEP_AFTER_OBJECTION: _answer_objection,
    Action.VISIT_AFTER_OBJECTION: _answer_objection,
    Action.UPHOLD_OBJECTION: _answer_objection,
    Action.CHECK_DEPARTMENT: _department,
    Action.ANNOUNCE: _announce,
    Action.ENTER_NATIONAL: _enter_national,
    Action.ASK_RECHECK: _ask_recheck,
    Action.CONFIRM_OUTCOME: _answer_recheck,
    Action.OVERTURN_OUTCOME: _answer_recheck,
    Action.ANSWER_REFERRAL: _answer_referral,
    Action.ASK_GREEN_CHANNEL: _ask_green,
    Action.GREEN_TOWN_AGREES: _agree_green,
    Action.GREEN_COUNTY_AGREES: _agree_green,
    Action.SIGN_LATER: _sign_later,
    Action.DELIVER_AID: _deliver,
    Action.WITHDRAW: _withdraw,
    **dict.fromkeys(cases.DECISIONS, _decide),
}
