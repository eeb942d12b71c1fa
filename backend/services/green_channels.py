"""绿色通道: help first, papers after; asked by the village, agreed by township and county, with a clock of its own."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, Role, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow
from backend.models import Case, GreenChannel, GreenOpinion, Task
from backend.models.places import same_place
from backend.policy.county import policy_of
from backend.privacy.names import clean_name
from backend.services import money
from backend.services.sealing import MOST_SHORT, Sealer, needed, optional
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.tasks import open_duties

TOWN, COUNTY = "town", "county"
LEADER_OF = {TOWN: Role.TOWN_LEAD, COUNTY: Role.COUNTY_LEAD}
AGREES = {TOWN: Action.GREEN_TOWN_AGREES, COUNTY: Action.GREEN_COUNTY_AGREES}
LEVEL_OF_KIND = {Kind.GREEN_TOWN: TOWN, Kind.GREEN_COUNTY: COUNTY}
MOST_HOW_MUCH = 100
MOST_CENTS = 10**12


@dataclass(frozen=True)
class Telephone:
    """An agreement given by telephone: which leader, and when."""

    leader: str
    at: datetime


@dataclass(frozen=True)
class AidForm:
    """What was delivered, how much, when, and whether the family confirmed it (it need not).

    `receiver_checked`: somebody looked at who receives it, which is asked where the family has changed meanwhile.
    """

    what: str
    how_much: str = ""
    cents: int | None = None
    delivered_on: date | None = None
    family_confirmed: bool = False
    receiver_checked: bool = False


@use_case
def ask(case_id: int, cause: str, studied: str, *, by: Actor, studied_on: date | None = None) -> GreenChannel:
    """Ask for help before papers, after the home check and with the village committees' words (seed 004).

    Errors: `Invalid` names each field; `NotPossibleNow` where the county has no green channel, or a second time.
    """
    require(by.role, Action.ASK_GREEN_CHANNEL)
    case = find_case(case_id)
    policy = policy_of(case.county_code, case.policy_version)
    complaints = Complaints()
    words = complaints.take(lambda: needed(studied, "studied"), "")
    day = studied_on or clock.today()
    if cause not in policy.dictionaries["green_causes"]:
        complaints.add("cause", "请选择是受灾、突发疫情还是突发变故。")
    if not case.discovered_on <= day <= clock.today():
        complaints.add("studied_on", "研究日期要在发现困难之后，也不能晚于今天。")
    complaints.raise_if_any()
    row_id = new_id()
    row = GreenChannel(
        id=row_id,
        case_id=case.id,
        household_id=case.household_id,
        cause=cause,
        studied_on=day,
        studied_sealed=Sealer("green_channels", row_id).must("studied_sealed", words),
        asked_by_name=by.name,
        asked_at=clock.now(),
        **same_place(case),
    )
    detail = {"green_channel": str(row.id), "cause": cause}
    engine.move(case, Action.ASK_GREEN_CHANNEL, by=by, reason=Reason(words=words), detail=detail)
    db.session.add(row)
    return row


@use_case
def agree(case_id: int, *, by: Actor, version: int, phoned: Telephone | None = None) -> GreenOpinion:
    """Give a level's word for help before papers; whoever is no leader writes which leader said so by telephone.

    What was agreed by telephone is to be signed within T_SIGN_LATER (practice P17): a duty is opened for it.
    """
    case = find_case(case_id)
    level = _level(case, version)
    require(by.role, AGREES[level])
    row = _opinion(case, level, by, agrees=True)
    if phoned is None and by.role is not LEADER_OF[level]:
        raise Invalid.field("phoned", "请写明是哪位分管负责人、什么时候在电话里同意的。")
    if phoned is not None:
        if phoned.at > clock.now():
            raise Invalid.field("phoned", "通话时间不能晚于现在。")
        row.phoned_by, row.phoned_at = clean_name(phoned.leader, field="phoned"), phoned.at
    detail = {"opinion": str(row.id), **({"phoned": str(row.id)} if phoned else {})}
    db.session.add(row)
    engine.move(case, AGREES[level], by=by, version=version, detail=detail)
    return row


@use_case
def decline(case_id: int, *, by: Actor, version: int, words: str) -> GreenOpinion:
    """Say that this family goes the usual way; its case goes on, only the help does not go first."""
    require(by.role, Action.GREEN_DECLINED)
    said = needed(words, "words")
    case = find_case(case_id)
    row = _opinion(case, _level(case, version), by, agrees=False)
    db.session.add(row)
    detail = {"opinion": str(row.id)}
    engine.move(case, Action.GREEN_DECLINED, by=by, version=version, reason=Reason(words=said), detail=detail)
    return row


@use_case
def sign_later(case_id: int, *, by: Actor, version: int) -> GreenOpinion:
    """Sign what one agreed to by telephone."""
    require(by.role, Action.SIGN_LATER)
    case = find_case(case_id)
    duty = _duty(case, version)
    if duty is not None and "batch" in duty.detail:
        raise NotPossibleNow("这是整批的电话同意，请到那一批的页面上补签。")
    opinion_id = duty.detail.get("opinion") if duty else None
    engine.move(case, Action.SIGN_LATER, by=by, version=version)
    query = select(GreenOpinion).where(GreenOpinion.case_id == case.id, GreenOpinion.id == int(opinion_id or 0))
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    row.signed_by, row.signed_by_name, row.signed_at = by.id, by.name, clock.now()
    return row


@use_case
def deliver(case_id: int, form: AidForm, *, by: Actor, version: int) -> GreenChannel:
    """Record the help that reached the family: what, how much, when; the family reads it on its receipt."""
    require(by.role, Action.DELIVER_AID)
    case = find_case(case_id)
    row = channel_of(case.id)
    if row is None:
        raise NotFound
    complaints = Complaints()
    what = complaints.take(lambda: needed(form.what, "what", MOST_SHORT), "")
    how_much = complaints.take(lambda: optional(form.how_much, "how_much", MOST_HOW_MUCH), "")
    delivered_on = form.delivered_on or clock.today()
    if not case.discovered_on <= delivered_on <= clock.today():
        complaints.add("delivered_on", "送到的日期要在发现困难之后，也不能晚于今天。")
    if form.cents is not None and not 0 < form.cents < MOST_CENTS:
        complaints.add("cents", "金额要大于零。")
    if not how_much and form.cents is None:
        complaints.add("how_much", "请写明给了多少：数量或者金额。")
    complaints.take(lambda: money.refuse_unchecked(case, receiver_checked=form.receiver_checked), None)
    complaints.raise_if_any()
    row.aid_sealed = Sealer("green_channels", row.id).keep("aid_sealed", what)
    row.how_much, row.cents, row.delivered_on = how_much, form.cents, delivered_on
    row.delivered_by_name, row.family_confirmed = by.name, form.family_confirmed
    said = "，".join(each for each in (what, how_much, _yuan(form.cents)) if each)
    detail = {"green_channel": str(row.id)}
    money.settle(case)
    engine.move(case, Action.DELIVER_AID, by=by, version=version, reason=Reason(words=said), detail=detail)
    return row


def channel_of(case_id: int) -> GreenChannel | None:
    """Return a case's green channel, if it asked for one."""
    return db.session.scalars(select(GreenChannel).where(GreenChannel.case_id == case_id)).one_or_none()


def opinions_of(case_id: int) -> list[GreenOpinion]:
    """Return what township and county said to it, the oldest first."""
    query = select(GreenOpinion).where(GreenOpinion.case_id == case_id).order_by(GreenOpinion.id)
    return list(db.session.scalars(query))


def words_of(row: GreenChannel) -> dict[str, str]:
    """Return the committees' words and the help in clear."""
    sealer = Sealer("green_channels", row.id)
    return {
        "studied": sealer.open("studied_sealed", row.studied_sealed),
        "aid": sealer.open("aid_sealed", row.aid_sealed),
    }


def _duty(case: Case, version: int) -> Task | None:
    return next((task for task in open_duties(case.id) if task.version == version), None)


def _level(case: Case, version: int) -> str:
    """Return whose opinion is asked for; a stale version is refused by the move that follows, as the town's."""
    duty = _duty(case, version)
    return LEVEL_OF_KIND.get(Kind(duty.kind), TOWN) if duty else TOWN


def _opinion(case: Case, level: str, by: Actor, *, agrees: bool) -> GreenOpinion:
    return GreenOpinion(
        id=new_id(),
        case_id=case.id,
        household_id=case.household_id,
        level=level,
        agrees=agrees,
        by_id=by.id,
        by_name=by.name,
        given_at=clock.now(),
        **same_place(case),
    )


def _yuan(cents: int | None) -> str:
    return f"{cents // 100}.{cents % 100:02d}元" if cents is not None else ""
