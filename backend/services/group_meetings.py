"""一组一会: a light record of a villagers' group that met, the families it spoke of, and the clues that came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, NotFound
from backend.models import Grid, GroupMeeting, Household, SpokenOf
from backend.models.places import place_of, same_place
from backend.policy.county import current_policy
from backend.services import clues
from backend.services.clues import ClueForm
from backend.services.sealing import Sealer, needed, optional
from backend.services.watches import day_done
from backend.workflow import watching
from backend.workflow.watching import WATCHED, Standing

GRID_FINDS = "grid_find"
VILLAGE_DIGITS, GRID_DIGITS = 12, 15
MOST_PEOPLE, MOST_FAMILIES, MOST_TOPICS, MOST_GROUP = 500, 50, 200, 40


@dataclass(frozen=True)
class Spoken:
    """A family that was spoken of; `suspected` says in words why it may be in trouble, and becomes a clue."""

    household_id: int
    suspected: str = field(default="", repr=False)
    risk: str = "other"


@dataclass(frozen=True)
class GroupMeetingForm:
    """A meeting: which group or grid, when, about what, how many came, what was said, which families."""

    group_name: str
    held_on: date
    topics: str
    people: int
    grid_code: str = ""
    words: str = field(default="", repr=False)
    families: tuple[Spoken, ...] = ()


@use_case
def record(form: GroupMeetingForm, *, by: Actor) -> GroupMeeting:
    """Write a group's meeting down; each suspicion goes on at once as a clue about its family.

    Errors: `Invalid` names each field: a day to come, a grid of another village, a family that is not here.
    """
    require(by.role, Action.HOLD_GROUP_MEETING)
    complaints = Complaints()
    group = complaints.take(lambda: needed(form.group_name, "group_name", MOST_GROUP), "")
    topics = complaints.take(lambda: needed(form.topics, "topics", MOST_TOPICS), "")
    words = complaints.take(lambda: optional(form.words, "words"), "")
    complaints.take(lambda: day_done(form.held_on, "held_on"), None)
    if not 1 <= form.people <= MOST_PEOPLE:
        complaints.add("people", f"请填到会人数，1到{MOST_PEOPLE}人。")
    code = _place_code(form, by)
    if not code:
        complaints.add("grid_code", "请选择本村的网格。")
    families = _families(form)
    if len(families) != len(form.families) or len(form.families) > MOST_FAMILIES:
        complaints.add("families", f"有的户不在您的辖区，或者写了两次；最多{MOST_FAMILIES}户。")
    if any(each.suspected.strip() and _is_watched(each.household_id) for each in form.families):
        complaints.add("families", "有的户正在监测，新的情况请在走访表里登记，会直接标注预警。")
    risks = current_policy(by.county_code).dictionaries["risks"]
    if any(each.suspected.strip() and each.risk not in risks for each in form.families):
        complaints.add("families", "请选择是哪一种困难。")
    complaints.raise_if_any()
    meeting_id = new_id()
    meeting = GroupMeeting(
        id=meeting_id,
        group_name=group,
        held_on=form.held_on,
        topics=topics,
        people=form.people,
        words_sealed=Sealer("group_meetings", meeting_id).keep("words_sealed", words),
        recorded_by=by.id,
        recorded_by_name=by.name,
        recorded_at=clock.now(),
        account_id=None,
        **place_of(code),
    )
    db.session.add(meeting)
    db.session.flush()
    for spoken in form.families:
        household = families[spoken.household_id]
        db.session.add(
            SpokenOf(
                id=new_id(),
                group_meeting_id=meeting_id,
                household_id=household.id,
                head_name=household.head_name,
                clue_id=_clue(spoken, household, form.held_on, by),
                **same_place(household),
            )
        )
    return meeting


def meetings_of(*, by: Actor, before: int | None = None, size: int = 30) -> Sequence[GroupMeeting]:
    """Return the meetings of the actor's place, the newest first."""
    require(by.role, Action.READ_GUIDES)
    query = select(GroupMeeting).order_by(GroupMeeting.id.desc()).limit(size)
    return db.session.scalars(query.where(GroupMeeting.id < before) if before else query).all()


def read_meeting(meeting_id: int, *, by: Actor) -> tuple[GroupMeeting, str, Sequence[SpokenOf]]:
    """Return one meeting with its words in clear and the families spoken of."""
    require(by.role, Action.READ_GUIDES)
    meeting = db.session.scalars(select(GroupMeeting).where(GroupMeeting.id == meeting_id)).one_or_none()
    if meeting is None:
        raise NotFound
    query = select(SpokenOf).where(SpokenOf.group_meeting_id == meeting_id).order_by(SpokenOf.id)
    words = Sealer("group_meetings", meeting.id).open("words_sealed", meeting.words_sealed)
    return meeting, words, db.session.scalars(query).all()


def _place_code(form: GroupMeetingForm, by: Actor) -> str:
    """Return the grid, or the village, in which a meeting was held; nothing for a grid that is not there."""
    if not form.grid_code:
        return by.region_code
    if not form.grid_code.startswith(by.region_code) or len(form.grid_code) != GRID_DIGITS:
        return ""
    query = select(Grid.code).where(Grid.code == form.grid_code, Grid.ended_on.is_(None))
    return db.session.scalar(query) or ""


def _families(form: GroupMeetingForm) -> Mapping[int, Household]:
    ids = [each.household_id for each in form.families][: MOST_FAMILIES + 1]
    query = select(Household).where(Household.id.in_(ids), Household.merged_into_id.is_(None))
    return {each.id: each for each in db.session.scalars(query)}


def _is_watched(household_id: int) -> bool:
    watch = watching.watch_of(household_id)
    return watch is not None and Standing(watch.standing) in WATCHED


def _clue(spoken: Spoken, household: Household, held_on: date, by: Actor) -> int | None:
    if not spoken.suspected.strip():
        return None
    form = ClueForm(
        GRID_FINDS,
        household.village_code,
        household.head_name,
        spoken.suspected,
        risk=spoken.risk,
        discovered_on=held_on,
        late_because="在小组会议上说到" if held_on < clock.today() else "",
        household_id=household.id,
    )
    return clues.report(form, by=by).id
