"""How the demonstration is organised: grids, stations, the township's group, articles, a meeting of a group."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backend import clock
from backend.access.actor import Actor
from backend.demo import organisation as told
from backend.demo.people import phone
from backend.services import articles, demo, group_meetings, publicity, stations, work_groups
from backend.services.articles import ArticleForm
from backend.services.demo_past import act_as
from backend.services.group_meetings import GroupMeetingForm
from backend.services.publicity import PublicityForm
from backend.services.stations import MemberForm
from backend.services.work_groups import MemberForm as GroupMember

FOUNDED_BEFORE, TOLD_BEFORE, MET_BEFORE = timedelta(days=300), timedelta(days=60), timedelta(days=15)
EXPLAINED_BEFORE = timedelta(days=12)
_FIRST_NUMBER = 52_000_000

Members = Sequence[tuple[str, tuple[str, ...], tuple[str, ...], bool]]


def grid_rows() -> list[Sequence[str]]:
    """Return the grids of the cast's village, a row each, as the county hands them in."""
    return [
        (demo.HOME_VILLAGE, f"{group}网格", group, "", member, "村民小组长", *told.GRID_LEAD)
        for group, member in zip(told.GROUPS, told.GRID_MEMBERS, strict=True)
    ]


def make(county: Actor, town: Actor, village: Actor, today: datetime) -> None:
    """Found the stations, name the groups, publish what people read, and let one group of the village meet."""
    founded, published, met = today - FOUNDED_BEFORE, today - TOLD_BEFORE, today - MET_BEFORE
    act_as(county, founded, lambda: stations.found([demo.COUNTY], clock.today(), by=county))
    near = [code for code in demo.villages() if code.startswith(town.region_code)]
    act_as(town, founded, lambda: stations.found([town.region_code, *near], clock.today(), by=town))
    _staff(demo.COUNTY, told.CENTRE, county, founded)
    _staff(town.region_code, told.TOWN_STATION, town, founded)
    _staff(demo.HOME_VILLAGE, told.VILLAGE_STATION, town, founded)
    act_as(town, founded, lambda: _name_the_group(town))
    act_as(county, published, lambda: [articles.publish(ArticleForm(*each), by=county) for each in told.ARTICLES])
    form = GroupMeetingForm(
        told.GROUPS[1],
        clock.local(met).date(),
        told.MEETING_TOPICS,
        people=23,
        words=told.MEETING_WORDS,
    )
    act_as(village, met, lambda: group_meetings.record(form, by=village))
    act_as(town, today - EXPLAINED_BEFORE, lambda: _explain(town))


def _explain(by: Actor) -> None:
    today = clock.today()
    notes = (
        PublicityForm("training", "网格员日常走访怎么记", today, "全镇网格员", people=46, asked=12, knew=10),
        PublicityForm("talk", "遇到困难怎么申报", today, "各村群众", people=210, asked=30, knew=24),
    )
    for each in notes:
        publicity.note(each, by=by)


def _staff(code: str, members: Members, by: Actor, moment: datetime) -> None:
    forms = [
        MemberForm(name, identities, posts, is_full_time, phone(_FIRST_NUMBER + place))
        for place, (name, identities, posts, is_full_time) in enumerate(members)
    ]
    act_as(by, moment, lambda: [stations.add_member(code, form, by=by) for form in forms])


def _name_the_group(town: Actor) -> None:
    for place, (name, post, line, title) in enumerate(told.JUDGING_GROUP, start=100):
        form = GroupMember(name=name, post=post, line=line, title=title, phone=phone(_FIRST_NUMBER + place))
        work_groups.add(town.region_code, form, by=town)
