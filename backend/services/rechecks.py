"""复核: an outcome is looked at again by other people, once, and the answer is in writing."""

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import NotPossibleNow
from backend.models import Case, Declaration, Watch
from backend.policy.county import county_workdays, policy_of
from backend.services import removals
from backend.services.declarations import find_receipt
from backend.services.sealing import needed
from backend.workflow import engine
from backend.workflow.deadlines import due_on
from backend.workflow.duties import FIRST_STATE, REMOVAL
from backend.workflow.engine import find_case
from backend.workflow.marks import PROMISED_FROM
from backend.workflow.refusals import not_from
from backend.workflow.sentences import STATUS_OF
from backend.workflow.states import ENDS, State
from backend.workflow.steps import Reason


@use_case
def ask_by_receipt(declaration_id: int, *, by: Actor, words: str) -> Declaration:
    """Ask for a recheck of the outcome of one's own declaration; the receipt opens again until it is answered.

    Errors: `NotPossibleNow` after the window (T_RECHECK_WINDOW), a second time for an outcome, or for one that only
    joined somebody's case: its sender learns nothing of that case.
    """
    require(by.role, Action.ASK_RECHECK)
    declaration = find_receipt(declaration_id, by=by)
    said = needed(words, "words")
    with as_system("a farmer asks for a recheck"):
        case = find_case(_decided_last(declaration))
        if declaration.joined:
            raise NotPossibleNow(_as_if_its_own(declaration))
        engine.move(case, Action.ASK_RECHECK, by=by, reason=Reason(words=said))
    return declaration


@use_case
def ask(case_id: int, *, by: Actor, words: str) -> Case:
    """Enter a recheck that a family asked for at the door, on paper or by telephone."""
    require(by.role, Action.ASK_RECHECK)
    said = needed(words, "words")
    case = find_case(case_id)
    engine.move(case, Action.ASK_RECHECK, by=by, reason=Reason(words=said))
    return case


@use_case
def answer(case_id: int, *, by: Actor, version: int, overturn: bool, words: str) -> Case:
    """Answer a recheck in writing: the outcome stands, or the family is visited again under a new promise.

    Errors: `NotPossibleNow` for whoever judged this family before, or prepared the decision.
    """
    action = Action.OVERTURN_OUTCOME if overturn else Action.CONFIRM_OUTCOME
    require(by.role, action)
    said = needed(words, "words")
    case = find_case(case_id)
    is_removal = case.procedure == REMOVAL
    if overturn and case.state not in ENDS and not is_removal:
        _promise_anew(case)
    engine.move(case, action, by=by, version=version, reason=Reason(words=said))
    if overturn and is_removal:
        removals.plan_again(case, by=by)
    return case


def _as_if_its_own(declaration: Declaration) -> str:
    """Say what a case of its own would say: until its sender was told that it joined one, it looks like any other."""
    if declaration.closed_at is None:
        return not_from(FIRST_STATE)
    if declaration.status == STATUS_OF["withdrawn"]:
        return not_from(State.WITHDRAWN)
    return "这份申报已并入别的办理，请到村里反映。"


def _decided_last(declaration: Declaration) -> int:
    """Return the case whose outcome is meant: the family's removal, if that came after its inclusion."""
    watch = db.session.scalars(select(Watch).where(Watch.case_id == declaration.case_id)).one_or_none()
    return watch.removal_case_id or declaration.case_id if watch else declaration.case_id


def _promise_anew(case: Case) -> None:
    """Count the total from today: the old promise was kept or broken by the first outcome and binds nobody now."""
    limit = policy_of(case.county_code, case.policy_version).limit("T_TOTAL")
    case.promised_on = due_on(clock.today(), limit, county_workdays(case.county_code)).on
    engine.remember(case, **{PROMISED_FROM: clock.today().isoformat()})
    query = select(Declaration).where(Declaration.case_id == case.id, Declaration.joined.is_(False))
    for declaration in db.session.scalars(query):
        declaration.promised_on = case.promised_on
