"""The way out of being watched: proposed, checked at home with the family heard, and rolled back where that was wrong.

Meeting, notice, objections, township, county and announcement are the services of the way in: a removal is a case of
the same engine under a table of its own (`workflow/removal.py`).
"""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotPossibleNow
from backend.models import Case, Household, RemovalCheck, Watch
from backend.models.places import same_place
from backend.policy.assessment import Income
from backend.policy.county import county_workdays, current_policy
from backend.privacy.initials import initials
from backend.privacy.receipts import new_receipt_no
from backend.services import visit_turns
from backend.services.removal_rules import Looked, checked, look_over
from backend.services.sealing import Sealer, needed
from backend.services.watches import find_watch, locked, open_cases_of
from backend.workflow import engine, telling
from backend.workflow.deadlines import due_on
from backend.workflow.duties import PLAN, REMOVAL, Opening
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.tasks import open_duties
from backend.workflow.watching import WATCHED, Standing, not_from

TOTAL = "T_REMOVAL"


@dataclass(frozen=True)
class RemovalForm:
    """What two visitors found before a removal, and what the family said to it (`heard_whom`: who of the family).

    `met` is the checklist, `safety` the state of each item; `income` the year's sums in 分 among `heads` who share.
    """

    mode: str
    met: dict[str, bool]
    safety: dict[str, str]
    income: Income
    heads: int
    view: str
    heard_whom: str
    second_name: str
    view_words: str = field(default="", repr=False)
    checked_on: date | None = None


@use_case
def propose(watch_id: int, *, by: Actor, words: str) -> Case:
    """Propose that a family's risk is gone: a removal case begins, and the family is told before anybody comes.

    Errors: `NotPossibleNow` unless it is watched, nobody can work for it, or another case of it is on its way.
    """
    require(by.role, Action.PROPOSE_REMOVAL)
    said = needed(words, "words")
    watch, included = locked(watch_id)
    _refuse_if_not_now(watch)
    household = db.session.scalars(select(Household).where(Household.id == watch.household_id).with_for_update()).one()
    if household.open_case_id is not None:
        raise NotPossibleNow("这一户另有一件正在办理，请先办完再提消除。")
    policy = current_policy(watch.county_code)
    workdays = county_workdays(watch.county_code)
    case = Case(
        id=new_id(),
        household_id=watch.household_id,
        number=new_receipt_no(),
        head_name=watch.head_name,
        initials=initials(watch.head_name),
        risk=included.risk,
        channel=included.channel,
        procedure=REMOVAL,
        marks={
            "included_by": str(included.id),
            "watch": str(watch.id),
            "risks": list(watch.risks),
            "category": watch.category,
        },
        policy_version=policy.version,
        discovered_on=clock.today(),
        promised_on=due_on(clock.today(), policy.limit(TOTAL), workdays).on,
        entered_at=clock.now(),
        **same_place(watch),
    )
    household.open_case_id = case.id
    task = engine.begin(case, by=by, action="propose_removal", detail={"watch": str(watch.id)})
    engine.note(included, "propose_removal", by=by, reason=Reason(words=said), detail={"case": str(case.id)})
    telling.tell_applicants(case, "removal_proposed", by=by, reason=Reason(), due_on=task.due_on)
    return case


def review(case_id: int, form: RemovalForm, *, by: Actor) -> Looked:
    """Look a removal over before it is filed: what stops it and what should be thought about; writes nothing."""
    require(by.role, Action.CHECK_REMOVAL)
    case = find_case(case_id)
    return look_over(form, case, find_watch(int(case.marks.get("watch", 0))))


@use_case
def file_check(case_id: int, form: RemovalForm, *, by: Actor, version: int) -> RemovalCheck:
    """File the home check of a removal and hand the family to the village's meeting.

    Errors: `Invalid` names each item of the checklist that is not met, in plain words; those of `move`.
    """
    require(by.role, Action.CHECK_REMOVAL)
    case = find_case(case_id)
    if case.procedure != REMOVAL:
        raise NotPossibleNow
    watch = find_watch(int(case.marks["watch"]))
    row, visit = checked(form, case, watch, by=by)
    detail = {"check": str(row.id), "mode": row.mode, "view": row.view}
    engine.move(case, Action.CHECK_REMOVAL, by=by, version=version, detail=detail)
    db.session.add(visit)
    db.session.flush()
    db.session.add(row)
    visit_turns.count(visit, by=by)
    return row


@use_case
def keep_watching(case_id: int, codes: tuple[str, ...], *, by: Actor, version: int, words: str) -> Case:
    """Say at the family's home that it is too early: it stays watched, and reads why."""
    require(by.role, Action.KEEP_WATCHING)
    said = needed(words, "words")
    case = find_case(case_id)
    engine.move(case, Action.KEEP_WATCHING, by=by, version=version, reason=Reason(codes, said))
    return case


@use_case
def roll_back(case_id: int, codes: tuple[str, ...], *, by: Actor, words: str) -> Case:
    """Take a removal back, as the county (风险消除回退): the family is watched again and needs a plan again."""
    require(by.role, Action.ROLL_BACK)
    said = needed(words, "words")
    case = find_case(case_id)
    engine.move(case, Action.ROLL_BACK, by=by, reason=Reason(codes, said))
    plan_again(case, by=by)
    return case


def plan_again(case: Case, *, by: Actor) -> None:
    """Let the village plan anew for a family whose removal was taken back, on the case that included it."""
    included = find_case(telling.told_through(case))
    if not any(each.kind == Kind.PLAN for each in open_duties(included.id)):
        engine.owe(included, "plan_again", Opening(PLAN), by=by, detail={"case": str(case.id)})


def check_of(case_id: int) -> RemovalCheck | None:
    """Return what the last home check of a removal found."""
    query = select(RemovalCheck).where(RemovalCheck.case_id == case_id).order_by(RemovalCheck.id.desc())
    return db.session.scalars(query.limit(1)).first()


def view_of(row: RemovalCheck) -> str:
    """Return what the family said to its removal, in clear."""
    return Sealer("removal_checks", row.id).open("view_sealed", row.view_sealed)


def _refuse_if_not_now(watch: Watch) -> None:
    standing = Standing(watch.standing)
    if standing not in WATCHED or standing is Standing.PLAN_PENDING:
        raise NotPossibleNow(not_from(watch))
    if standing is Standing.HELD:
        raise NotPossibleNow("整户没有劳动能力的，落实兜底保障后持续跟踪，暂不提风险消除。")
    if open_cases_of(watch.household_id, REMOVAL):
        raise Invalid.field("watch", "这一户的风险消除正在办。")
