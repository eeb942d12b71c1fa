"""What a campaign's questions found at a family: ticked, and gone on with as a clue or as something to put right (S11).

The questions are answered where somebody was; nothing is decided here, and an answer that finds nothing ends nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlalchemy import or_, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow
from backend.models import Assignment, Campaign, CampaignFamily, Household
from backend.policy.county import current_policy
from backend.services import suspicions
from backend.services.campaigns import find
from backend.services.office_meetings import Handed, hand_out
from backend.services.sealing import Sealer, needed
from backend.services.suspicions import Suspicion

MOST_ON_A_PAGE = 200


class GoesOn(StrEnum):
    """What follows from an answer."""

    NOTHING = "nothing"
    CLUE = "clue"
    RECTIFICATION = "rectification"


@dataclass(frozen=True)
class AnswerForm:
    """Which of the questions are so (their numbers), what was seen, and what is done about it."""

    is_so: tuple[int, ...] = ()
    goes_on: GoesOn = GoesOn.NOTHING
    words: str = field(default="", repr=False)
    risk: str = "other"
    put_right_by: date | None = None


@dataclass(frozen=True)
class Answered:
    """A family's answers as kept, and the clue, the warning or the duty that came of them."""

    family: CampaignFamily
    clue_id: int | None = None
    warning_id: int | None = None
    assignment_id: int | None = None


def families(campaign_id: int, *, by: Actor, after: int = 0, size: int = MOST_ON_A_PAGE) -> Sequence[CampaignFamily]:
    """Return a page of a campaign's families within the actor's place, for whoever goes there."""
    require(by.role, Action.FILE_ROUND)
    campaign = find(campaign_id, by=by)
    query = select(CampaignFamily).where(CampaignFamily.campaign_id == campaign.id, CampaignFamily.id > after)
    return db.session.scalars(query.order_by(CampaignFamily.id).limit(min(size, MOST_ON_A_PAGE))).all()


def reached(campaign_id: int, *, by: Actor, size: int = MOST_ON_A_PAGE) -> Sequence[CampaignFamily]:
    """Return the families of the actor's place that somebody has been to and that have not answered yet, by village."""
    require(by.role, Action.FILE_ROUND)
    campaign = find(campaign_id, by=by)
    query = select(CampaignFamily).where(
        CampaignFamily.campaign_id == campaign.id,
        CampaignFamily.visit_id.is_not(None),
        CampaignFamily.is_so == [],
        CampaignFamily.words_sealed.is_(None),
    )
    return db.session.scalars(query.order_by(CampaignFamily.village_code, CampaignFamily.id).limit(size)).all()


def found(campaign_id: int, *, by: Actor, size: int = MOST_ON_A_PAGE) -> Sequence[CampaignFamily]:
    """Return the families of the actor's place at which something was so, by village."""
    require(by.role, Action.READ_WATCHES)
    campaign = find(campaign_id, by=by)
    something = or_(CampaignFamily.words_sealed.is_not(None), CampaignFamily.is_so != [])
    query = select(CampaignFamily).where(CampaignFamily.campaign_id == campaign.id, something)
    return db.session.scalars(query.order_by(CampaignFamily.village_code, CampaignFamily.id).limit(size)).all()


@dataclass(frozen=True)
class Results:
    """What a campaign came to in the actor's place: how often each question was so, and what is being put right.

    `by_village`: for each village with an answer, how often each question was so, in the questions' order.
    """

    questions: Sequence[str]
    by_village: Sequence[tuple[str, Sequence[int]]]
    handed: Sequence[Assignment]

    @property
    def whole(self) -> list[int]:
        """Return how often each question was so in all villages."""
        return [sum(counts[number] for _, counts in self.by_village) for number in range(len(self.questions))]


def results(campaign_id: int, *, by: Actor) -> Results:
    """Count the answers of a campaign by village, and list what was handed out to be put right; nobody is ranked."""
    require(by.role, Action.READ_WATCHES)
    campaign = find(campaign_id, by=by)
    counted: dict[str, Counter[int]] = {}
    said = select(CampaignFamily.village_code, CampaignFamily.is_so).where(
        CampaignFamily.campaign_id == campaign.id, CampaignFamily.is_so != []
    )
    for village, is_so in db.session.execute(said):
        counted.setdefault(village, Counter()).update(is_so)
    handed = (
        select(Assignment)
        .join(CampaignFamily, CampaignFamily.id == Assignment.finding_id)
        .where(CampaignFamily.campaign_id == campaign.id)
        .order_by(Assignment.due_on, Assignment.id)
        .limit(MOST_ON_A_PAGE)
    )
    numbers = range(len(campaign.questions))
    return Results(
        campaign.questions,
        [(village, [counted[village][number] for number in numbers]) for village in sorted(counted)],
        db.session.scalars(handed).all(),
    )


def words_of(row: CampaignFamily) -> str:
    """Return what was seen at a family, in clear; empty where nothing went on."""
    return Sealer("campaign_families", row.id).open("words_sealed", row.words_sealed)


@use_case
def answer(campaign_id: int, household_id: int, form: AnswerForm, *, by: Actor) -> Answered:
    """Tick what is so at a family that was reached; what is suspected or wrong goes on in the same moment.

    Errors: `NotFound` outside the actor's place; `NotPossibleNow` before anybody was there, or while something of this
    family is being put right already; `Invalid` names each field.
    """
    require(by.role, Action.FILE_ROUND)
    campaign = find(campaign_id, by=by)
    row = _family(campaign, household_id)
    if row.visit_id is None or row.reached_on is None:
        raise NotPossibleNow("请先填这一户的走访，再答专项的问题。")
    words = _checked(form, campaign)
    row.is_so = sorted(set(form.is_so))
    if words:
        row.words_sealed = Sealer("campaign_families", row.id).must("words_sealed", words)
    if form.goes_on is GoesOn.CLUE:
        household = db.session.scalars(select(Household).where(Household.id == household_id)).one()
        found = Suspicion(f"{campaign.name}：{words}", form.risk, row.reached_on)
        clue_id, warning_id = suspicions.go_on_with(household, found, by=by)
        return Answered(row, clue_id, warning_id)
    if form.goes_on is GoesOn.RECTIFICATION and form.put_right_by is not None:
        if db.session.scalar(select(Assignment.id).where(Assignment.finding_id == row.id).limit(1)) is not None:
            raise NotPossibleNow("这一户已经有一件在整改的事，请在那一件里写。")
        handed = Handed(f"{campaign.name}发现问题，请整改（{row.head_name}户）", row.village_code, form.put_right_by)
        return Answered(row, assignment_id=hand_out(handed, by=by, finding_id=row.id).id)
    return Answered(row)


def _family(campaign: Campaign, household_id: int) -> CampaignFamily:
    query = select(CampaignFamily).where(
        CampaignFamily.campaign_id == campaign.id, CampaignFamily.household_id == household_id
    )
    row = db.session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    return row


def _checked(form: AnswerForm, campaign: Campaign) -> str:
    """Return what was seen; all that is wrong with the form is said at once."""
    complaints = Complaints()
    if any(not 0 <= number < len(campaign.questions) for number in form.is_so):
        complaints.add("is_so", "没有这个问题，请重新打开。")
    if form.goes_on is GoesOn.NOTHING:
        complaints.raise_if_any()
        return ""
    words = complaints.take(lambda: needed(form.words, "words"), "")
    if form.goes_on is GoesOn.CLUE and form.risk not in current_policy(campaign.county_code).dictionaries["risks"]:
        complaints.add("risk", "请选择是哪一类风险。")
    if form.goes_on is GoesOn.RECTIFICATION:
        complaints.take(lambda: _a_day_to_come(form.put_right_by), None)
    complaints.raise_if_any()
    return words


def _a_day_to_come(day: date | None) -> None:
    if day is None or day < clock.today():
        raise Invalid.field("put_right_by", "请定整改的期限，不能早于今天。")
