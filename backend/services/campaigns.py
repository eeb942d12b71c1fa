"""Campaigns: families by rule, a window, a few questions; an ordinary visit inside the window counts (practice S11).

Nobody goes to a door twice for it: what was visited already in the window is reached from the beginning, and every
visit filed inside it reaches its family. Whoever is not reached is a list by name for those who may see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, func, insert, or_, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow
from backend.models import Campaign, CampaignFamily, DisasterHousehold, Household, RegularVisit, VisitTurn, Watch
from backend.models.places import same_place
from backend.policy.county import current_policy
from backend.services import campaign_lists
from backend.services.round_classes import LIFTED_KINDS
from backend.services.round_forms import last_visit, words_of
from backend.services.sealing import needed
from backend.workflow.watching import WATCHED

MOST_QUESTIONS, LONGEST_QUESTION, LONGEST_DAYS = 10, 60, 370
ROWS_AT_ONCE = 1000
EVERYBODY, THE_WATCHED, THE_LIFTED, THE_TAGGED, THE_STRUCK = "everybody", "watched", "lifted", "tagged", "struck"
THE_LISTED = "listed"


@dataclass(frozen=True)
class CampaignForm:
    """What is ordered, by which document, for whom, in which window, with which questions.

    `listed`: the families of a list, each a village (name or code) and the head of the household.
    """

    name: str
    number: str
    kind: str
    whom: str
    from_on: date
    until_on: date
    questions: tuple[str, ...] = ()
    listed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far one village is."""

    village_code: str
    families: int
    reached: int


@use_case
def begin(form: CampaignForm, *, by: Actor) -> Campaign:
    """Begin a campaign over the actor's place; who was visited in its window already is reached from the beginning."""
    require(by.role, Action.RUN_CAMPAIGN)
    words, complaints = current_policy(by.county_code).dictionaries, Complaints()
    name = complaints.take(lambda: needed(form.name, "name", 60), "")
    number = complaints.take(lambda: needed(form.number, "number", 60), "")
    if form.kind not in words["campaigns"]:
        complaints.add("kind", "请选择是哪一种。")
    if form.whom not in words["campaign_families"]:
        complaints.add("whom", "请选择哪些户。")
    if not 0 <= (form.until_on - form.from_on).days <= LONGEST_DAYS:
        complaints.add("until_on", "起止日期不对，请再看看。")
    if len(form.questions) > MOST_QUESTIONS or any(not 0 < len(each) <= LONGEST_QUESTION for each in form.questions):
        complaints.add("questions", f"最多{MOST_QUESTIONS}个问题，每个最多{LONGEST_QUESTION}个字。")
    complaints.raise_if_any()
    campaign = Campaign(
        id=new_id(),
        county_code=by.county_code,
        region_code=by.region_code,
        name=name,
        number=number,
        kind=form.kind,
        whom=form.whom,
        questions=list(form.questions),
        from_on=form.from_on,
        until_on=form.until_on,
        made_by=by.id,
        made_by_name=by.name,
        made_at=clock.now(),
    )
    db.session.add(campaign)
    db.session.flush()
    families = campaign_lists.families_of(form.listed, by=by) if form.whom == THE_LISTED else _by_rule(form.whom)
    visited = _visited_since(form.from_on, form.until_on)
    rows = [_row(campaign, each, visited.get(each.id)) for each in families]
    with as_system("a campaign lists its families"):
        for start in range(0, len(rows), ROWS_AT_ONCE):
            db.session.execute(insert(CampaignFamily), rows[start : start + ROWS_AT_ONCE])
    if not rows:
        raise Invalid.field("whom", "辖区里没有这样的户。")
    return campaign


def count_visit(visit: RegularVisit) -> int:
    """Let a visit just filed reach its family in every campaign whose window it lies in; the caller is a use case."""
    query = (
        select(CampaignFamily)
        .join(Campaign, Campaign.id == CampaignFamily.campaign_id)
        .where(
            CampaignFamily.household_id == visit.household_id,
            CampaignFamily.visit_id.is_(None),
            Campaign.closed_at.is_(None),
            Campaign.from_on <= visit.visited_on,
            Campaign.until_on >= visit.visited_on,
        )
    )
    rows = db.session.scalars(query).all()
    for row in rows:
        row.visit_id, row.reached_on = visit.id, visit.visited_on
    return len(rows)


def running(*, by: Actor) -> Sequence[Campaign]:
    """Return the campaigns that concern the actor's place and are not closed, the latest first."""
    require(by.role, Action.FILE_ROUND)
    query = select(Campaign).where(Campaign.county_code == by.county_code, Campaign.closed_at.is_(None))
    found = db.session.scalars(query.order_by(Campaign.id.desc())).all()
    return [each for each in found if _concerns(each, by)]


def _concerns(campaign: Campaign, by: Actor) -> bool:
    return by.region_code.startswith(campaign.region_code) or campaign.region_code.startswith(by.region_code)


def ended(*, by: Actor, size: int = 20) -> Sequence[Campaign]:
    """Return the campaigns that concerned the actor's place and are closed, the latest first."""
    require(by.role, Action.READ_WATCHES)
    query = select(Campaign).where(Campaign.county_code == by.county_code, Campaign.closed_at.is_not(None))
    found = db.session.scalars(query.order_by(Campaign.id.desc()).limit(200)).all()
    return [each for each in found if _concerns(each, by)][:size]


def progress(campaign_id: int, *, by: Actor) -> Sequence[Progress]:
    """Return how far each village of the actor's place is; places only, nobody is ranked."""
    require(by.role, Action.READ_WATCHES)
    campaign = find(campaign_id, by=by)
    query = (
        select(CampaignFamily.village_code, func.count(CampaignFamily.id), func.count(CampaignFamily.visit_id))
        .where(CampaignFamily.campaign_id == campaign.id)
        .group_by(CampaignFamily.village_code)
        .order_by(CampaignFamily.village_code)
    )
    return [Progress(*row) for row in db.session.execute(query)]


def unreached(campaign_id: int, *, by: Actor, size: int = 500) -> Sequence[CampaignFamily]:
    """Return the families of the actor's place that nobody has reached yet, by village."""
    require(by.role, Action.FILE_ROUND)
    campaign = find(campaign_id, by=by)
    query = select(CampaignFamily).where(CampaignFamily.campaign_id == campaign.id, CampaignFamily.visit_id.is_(None))
    return db.session.scalars(query.order_by(CampaignFamily.village_code, CampaignFamily.id).limit(size)).all()


@dataclass(frozen=True)
class PaperSheet:
    """A family's 对照表 for those who work on paper: what is known, topic by topic, and room to write."""

    family: CampaignFamily
    known: dict[str, tuple[str, str]]


def papers(campaign_id: int, *, by: Actor, size: int = 100) -> list[PaperSheet]:
    """Return sheets with all known values for the families that nobody has reached yet."""
    return [PaperSheet(row, _known(row.household_id)) for row in unreached(campaign_id, by=by, size=size)]


@use_case
def close(campaign_id: int, *, by: Actor) -> Campaign:
    """Close a campaign; visits count in it no more."""
    require(by.role, Action.RUN_CAMPAIGN)
    campaign = find(campaign_id, by=by)
    if campaign.region_code != by.region_code:
        raise NotPossibleNow("由开展这次专项的那一级结束。")
    campaign.closed_at = campaign.closed_at or clock.now()
    return campaign


def find(campaign_id: int, *, by: Actor) -> Campaign:
    """Return a campaign that concerns the actor's place; `NotFound` tells nobody whether there is another."""
    campaign = db.session.scalars(select(Campaign).where(Campaign.id == campaign_id)).one_or_none()
    if campaign is None or not _concerns(campaign, by):
        raise NotFound
    return campaign


def _by_rule(rule: str) -> Sequence[Household]:
    return db.session.scalars(_whom(rule)).all()


def _whom(rule: str) -> Select[Household]:
    query = select(Household).where(Household.merged_into_id.is_(None)).order_by(Household.id)
    watched = exists().where(Watch.household_id == Household.id, Watch.standing.in_(WATCHED))
    turn = exists().where(VisitTurn.household_id == Household.id)
    rules = {
        THE_WATCHED: watched,
        THE_LIFTED: or_(Household.standing.in_(LIFTED_KINDS), turn.where(VisitTurn.is_lifted)),
        THE_TAGGED: turn.where(VisitTurn.tags != []),
        THE_STRUCK: exists().where(DisasterHousehold.household_id == Household.id),
    }
    return query.where(rules[rule]) if rule in rules else query


def _visited_since(from_on: date, until_on: date) -> dict[int, RegularVisit]:
    query = select(RegularVisit).where(RegularVisit.met, RegularVisit.visited_on.between(from_on, until_on))
    return {row.household_id: row for row in db.session.scalars(query.order_by(RegularVisit.id))}


def _row(campaign: Campaign, household: Household, visit: RegularVisit | None) -> dict[str, object]:
    return {
        "id": new_id(),
        "campaign_id": campaign.id,
        "household_id": household.id,
        "head_name": household.head_name,
        "visit_id": visit.id if visit else None,
        "reached_on": visit.visited_on if visit else None,
        "is_so": [],
        **same_place(household),
    }


def _known(household_id: int) -> dict[str, tuple[str, str]]:
    visit = last_visit(household_id)
    words = words_of(visit) if visit else {}
    return {name: (state, words.get(name, "")) for name, state in visit.states.items()} if visit else {}
