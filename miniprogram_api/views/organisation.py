"""What people are told, groups' meetings, one's own work and one's station."""

from collections.abc import Sequence
from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Article, Assignment, GroupMeeting
from backend.policy.county import current_policy
from backend.services import articles, counties, group_meetings, leaflets, office_meetings, station_pages, work_records
from backend.services.group_meetings import GroupMeetingForm
from backend.services.leaflets import LeafletForm
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas import organisation as wire
from miniprogram_api.schemas.places import CountyQuery
from miniprogram_api.schemas.watches import DutyAnswerRequest

organisation = Blueprint("api_organisation", __name__, description="宣传材料、小组会议、监测站")


@route(organisation, "GET", "/articles", allows=None, takes=CountyQuery, where="query", gives=wire.ArticlesSchema)
def list_articles(query: dict[str, str | None]) -> dict[str, Sequence[Article]]:
    """List the county's policy articles and cards, for everybody."""
    return {"items": articles.public(counties.county_for(query["county_code"]).code)}


@route(organisation, "GET", "/articles/<int:number>", allows=None, gives=wire.ArticleSchema)
def read_article(number: int) -> Article:
    """Read one article in force, for everybody."""
    return articles.read(number)


@route(organisation, "GET", "/guides", allows=Action.READ_GUIDES, gives=wire.GuidesSchema)
def list_guides() -> dict[str, Sequence[Article]]:
    """Return what those who work with grids read up on."""
    return {"items": articles.guides(by=actor())}


@route(organisation, "GET", "/cards", allows=Action.READ_GUIDES, gives=wire.GuidesSchema)
def list_cards() -> dict[str, Sequence[Article]]:
    """Return the cards that are explained to families."""
    return {"items": articles.cards(by=actor())}


@route(
    organisation,
    "POST",
    "/leaflets",
    allows=Action.HAND_LEAFLET,
    takes=wire.LeafletRequest,
    gives=wire.CountSchema,
    status=201,
    once=True,
)
def explain_card(form: LeafletForm) -> dict[str, int]:
    """Write down that families had a card explained; nobody signs."""
    return {"new": leaflets.explain(form, by=actor())}


@route(
    organisation,
    "POST",
    "/group-meetings",
    allows=Action.HOLD_GROUP_MEETING,
    takes=wire.GroupMeetingRequest,
    gives=wire.GroupMeetingSchema,
    status=201,
    once=True,
)
def record_group_meeting(form: GroupMeetingForm) -> GroupMeeting:
    """Record a villagers' group's meeting; suspicions become clues."""
    return group_meetings.record(form, by=actor())


@route(organisation, "GET", "/group-meetings", allows=Action.READ_GUIDES, gives=wire.GroupMeetingsSchema)
def list_group_meetings() -> dict[str, Sequence[GroupMeeting]]:
    """List the groups' meetings of one's place."""
    return {"items": group_meetings.meetings_of(by=actor())}


@route(
    organisation,
    "GET",
    "/work-records",
    allows=Action.READ_OWN_WORK,
    takes=wire.DaysQuery,
    where="query",
    gives=wire.WorkRecordSchema,
)
def own_work(query: dict[str, Any]) -> dict[str, Any]:
    """Return one's own work in seven kinds, read off what one finished."""
    by = actor()
    names = current_policy(by.county_code).dictionaries["work_kinds"]
    counted = work_records.mine(query["from_on"], query["until_on"], by=by)
    return {"items": [{"kind": kind, "name": names[kind], "count": counted[kind]} for kind in names]}


@route(
    organisation,
    "GET",
    "/assignments/<int:assignment_id>",
    allows=Action.ANSWER_ASSIGNMENT,
    gives=wire.AssignmentSchema,
)
def read_assignment(assignment_id: int) -> Assignment:
    """Read what was handed out to one's own place (交办、整改)."""
    return office_meetings.read_assignment(assignment_id, by=actor())


@route(
    organisation,
    "POST",
    "/assignments/<int:assignment_id>/answers",
    allows=Action.ANSWER_ASSIGNMENT,
    takes=DutyAnswerRequest,
    gives=wire.AssignmentSchema,
    status=201,
    once=True,
)
def answer_assignment(body: dict[str, Any], assignment_id: int) -> Assignment:
    """Say what was done; whoever handed it out looks at it."""
    return office_meetings.answer(assignment_id, by=actor(), **body)


@route(organisation, "GET", "/station", allows=Action.READ_STATIONS, gives=wire.StationSchema)
def own_station() -> dict[str, Any]:
    """Return the station of one's own place with its register."""
    by = actor()
    names = current_policy(by.county_code).dictionaries
    line = station_pages.one(by.region_code[:12], by=by)
    return {
        "code": line.code,
        "name": line.name,
        "founded_on": line.station.founded_on if line.station else None,
        "wrong": line.wrong,
        "members": [
            {
                "name": each.name,
                "identities": [names["station_identities"][code] for code in each.identities],
                "posts": [names["station_posts"][code] for code in each.posts],
                "is_full_time": each.is_full_time,
                "is_head": line.head is not None and each.id == line.head.id,
            }
            for each in line.members
        ],
    }
