"""The stream of clues: every channel enters here, and each clue ends in a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, Role, require
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import Complaints, Invalid, NotAllowed, NotFound, OutOfDate
from backend.models import Case, Clue, Household, Region, Task
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.policy.rules import NORMAL
from backend.privacy.current import keys
from backend.privacy.id_numbers import parse_id_number
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.privacy.seal import Place, unseal
from backend.privacy.texts import clean_text
from backend.services import declarations
from backend.services.declarations import DeclarationForm
from backend.services.intake import Origin, Spoken, checked_origin, take_in
from backend.services.reporters import authorised
from backend.workflow import engine, verdicts
from backend.workflow.engine import find_case
from backend.workflow.places import lead_on
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.tasks import close_duty, open_duties

MOST_WHAT = 1000
MOST_ON_A_PAGE = 100
BY_FAMILY = frozenset({"self_paper", "self_oral", "self_hotline", "self_napp"})
"""Channels by which the family itself spoke: staff type it in, and the farmer gets a receipt."""
BY_PHONE_ONLY = "self_mp"
OF_GRID = frozenset({"grid_find", "self_oral", "self_paper"})
"""What a grid member may enter; offices enter anything."""
OF_VILLAGERS = "grid_find"
"""An authorised villager's report belongs to the daily finding of the grid (seed 001)."""

REPORTER_READS = {
    None: "已收到，村里正在核实。",
    "joined": "已并入办理。",
    "transferred": "已转有关单位。",
}
HEARD = "已核实，谢谢您反映。"
"""All that a reporter learns otherwise: how it went for the family is the family's own affair."""


@dataclass(frozen=True)
class ClueForm:
    """Who, where and what is wrong open a clue; the ID number may come with the visit (practice P23)."""

    channel: str
    village_code: str
    head_name: str
    what: str
    risk: str = "other"
    urgency: str = NORMAL
    discovered_on: date | None = None
    late_because: str = ""
    source_no: str = ""
    phone: str = ""
    id_number: str | None = None
    household_id: int | None = None


@use_case
def report(form: ClueForm, *, by: Actor) -> Clue:
    """Enter a clue; it opens the household's case at once, or joins the open one, and is somebody's duty from now.

    What the family itself said, on paper, aloud or by telephone, is a declaration too, with a receipt for the farmer.
    Errors: `Invalid` names each field; `NotAllowed` for a villager whom the village has not authorised.
    """
    require(by.role, Action.REPORT_CLUE)
    policy = current_policy(by.county_code)
    origin = _origin(form, by, policy)
    if form.channel in BY_FAMILY:
        return _declared(form, origin, by)
    spoken = _spoken(form, by, policy)
    with as_system("a clue opens a case"):
        clue, _ = take_in(spoken, origin, by=by, policy=policy)
    return clue


def stream(
    *, by: Actor, channel: str | None = None, without_verdict: bool = False, before: int | None = None, size: int = 50
) -> Sequence[Clue]:
    """Return the clues of the actor's place, the newest first."""
    require(by.role, Action.READ_CLUES)
    query = select(Clue)
    if channel is not None:
        query = query.where(Clue.channel == channel)
    if without_verdict:
        query = query.where(Clue.verdict.is_(None))
    return db.session.scalars(_page(query, before, size)).all()


def reports_of(by: Actor, *, before: int | None = None, size: int = 20) -> Sequence[Clue]:
    """Return what the actor reported: all that an authorised villager or a grid member sees of the stream."""
    require(by.role, Action.REPORT_CLUE)
    mine = Clue.reported_by == by.id if by.is_staff else Clue.account_id == by.account_id
    with as_system("somebody reads their own reports"):
        return db.session.scalars(
            _page(select(Clue).where(mine, Clue.county_code == by.county_code), before, size)
        ).all()


def read_by_reporter(clue: Clue) -> str:
    """Say to whoever reported it how far a clue is, and nothing about the family."""
    return REPORTER_READS.get(clue.verdict, HEARD)


def words_of(clue: Clue) -> str:
    """Return what a clue says, for those who check it; empty where its declaration says it."""
    if clue.what_sealed is None:
        return ""
    return unseal(clue.what_sealed, keys=keys(), place=Place("clues", "what_sealed", clue.id))


@use_case
def hand_up(case_id: int, *, by: Actor, version: int, reason: Reason) -> Case:
    """Say as the village why a clue looks like no case: the township has the last word (practice P2)."""
    return _closing(case_id, Action.HAND_UP_CLUE, by, version, reason)


@use_case
def close(case_id: int, *, by: Actor, version: int, reason: Reason) -> Case:
    """Close a clue as the township: no risk, duplicate, nobody found, dead or watched already."""
    return _closing(case_id, Action.CLOSE_CLUE, by, version, reason)


@use_case
def transfer(case_id: int, to: str, *, by: Actor, version: int, words: str) -> Case:
    """Hand on what is not our matter, with a receipt; open until that office has answered (practice P4, S5)."""
    return _closing(case_id, Action.TRANSFER, by, version, Reason(words=words), detail={"transfer": to})


@use_case
def join(case_id: int, clue_id: int, *, by: Actor, version: int) -> Case:
    """Confirm that a clue speaks of this household's open case."""
    require(by.role, Action.JOIN_DECLARATION)
    case = find_case(case_id)
    task = _join_duty(case.id, clue_id, version)
    clue = db.session.scalars(select(Clue).where(Clue.id == clue_id, Clue.case_id == case.id)).one()
    engine.note(case, "join_declaration", by=by, detail={"clue": str(clue.id)})
    close_duty(task, by=by, how=Action.JOIN_DECLARATION, version=case.version)
    verdicts.settle(clue, "joined", by=by)
    return case


def _origin(form: ClueForm, by: Actor, policy: Policy) -> Origin:
    if by.role == Role.FARMER:
        reporter = authorised(by)
        if reporter is None:
            raise NotAllowed("请先请村里授权您报告；也可以用“替别人申报”。")
        return checked_origin(
            Origin(OF_VILLAGERS, form.discovered_on or clock.today(), NORMAL, form.late_because, "", reporter.id),
            policy,
        )
    if form.channel == BY_PHONE_ONLY or (by.role == Role.GRID and form.channel not in OF_GRID):
        raise Invalid.field("channel", "这个来源不能由您录入，请重新选择。")
    on = form.discovered_on or clock.today()
    return checked_origin(Origin(form.channel, on, form.urgency, form.late_because, form.source_no), policy)


def _declared(form: ClueForm, origin: Origin, by: Actor) -> Clue:
    declaration = declarations.declare(
        DeclarationForm(
            village_code=form.village_code,
            head_name=form.head_name,
            phone=form.phone,
            risk=form.risk,
            hardship=form.what,
            id_number=form.id_number,
        ),
        by=by,
        origin=origin,
    )
    with as_system("the clue of a declaration just made"):
        return db.session.scalars(select(Clue).where(Clue.declaration_id == declaration.id)).one()


def _spoken(form: ClueForm, by: Actor, policy: Policy) -> Spoken:
    complaints = Complaints()
    name = complaints.take(lambda: clean_name(form.head_name, field="head_name"), "")
    what = complaints.take(lambda: clean_text(form.what, most=MOST_WHAT, field="what"), "")
    phone = complaints.take(lambda: parse_phone(form.phone, field="phone") if form.phone else "", "")
    number = complaints.take(lambda: _id_number(form), None)
    village = lead_on(form.village_code)
    level = db.session.scalar(select(Region.level).where(Region.code == village))
    if level != "village" or not village.startswith(by.county_code):
        complaints.add("village_code", "请重新选村；不是本县的，请用“转办”告诉那边的县。")
    if form.risk not in policy.dictionaries["risks"]:
        complaints.add("risk", "请从列出的困难里选一项。")
    if form.household_id is not None and not _is_within_reach(form.household_id, by):
        complaints.add("household_id", "没有找到这一户。")
    complaints.raise_if_any()
    return Spoken(village, name, form.risk, phone, number, what, form.household_id)


def _id_number(form: ClueForm) -> str | None:
    if not form.id_number:
        return None
    return parse_id_number(form.id_number, field="id_number", today=clock.today()).number


def _is_within_reach(household_id: int, by: Actor) -> bool:
    found = select(Household.id).where(Household.id == household_id)
    return by.is_staff and db.session.scalar(found) is not None


def _closing(
    case_id: int, action: Action, by: Actor, version: int, reason: Reason, detail: dict[str, str] | None = None
) -> Case:
    said = clean_text(reason.words, most=MOST_WHAT, field="words") if reason.words.strip() else ""
    case = find_case(case_id)
    engine.move(case, action, by=by, version=version, reason=Reason(reason.codes, said), detail=detail)
    return case


def _join_duty(case_id: int, clue_id: int, version: int) -> Task:
    for task in open_duties(case_id):
        if task.kind == Kind.JOIN and task.detail.get("clue") == str(clue_id):
            if task.version != version:
                raise OutOfDate
            return task
    raise OutOfDate


def _page(query: Select[Clue], before: int | None, size: int) -> Select[Clue]:
    if before is not None:
        query = query.where(Clue.id < before)
    return query.order_by(Clue.id.desc()).limit(min(size, MOST_ON_A_PAGE))


def find_clue(clue_id: int, *, by: Actor) -> Clue:
    """Return one clue of the actor's place."""
    require(by.role, Action.READ_CLUES)
    clue = db.session.scalars(select(Clue).where(Clue.id == clue_id)).one_or_none()
    if clue is None:
        raise NotFound
    return clue
