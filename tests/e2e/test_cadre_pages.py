"""Every page and every short form of a cadre's, measured for old eyes at WeChat's normal and largest text."""

import pytest
from flask import Flask

from backend import clock
from backend.models import Assignment, Campaign, MemberChange
from backend.services import campaigns, member_changes, office_meetings
from backend.services.campaigns import CampaignForm
from backend.services.member_changes import ChangeForm
from backend.services.office_meetings import Handed, OfficeMeetingForm
from tests.checks import following
from tests.e2e.cadre import Hand, bind, bound, seen_at_both
from tests.e2e.filings import FORMS
from tests.people import VILLAGE, Cast, Maker
from tests.services.watching import Watched

pytestmark = pytest.mark.shows("client.3", "client.4")


@pytest.fixture
def family(app: Flask, cast: Cast, make: Maker) -> Watched:
    """A watched family with a plan, in a campaign, of which a birth was told; the village was handed something."""
    with following(app):
        family = Watched(app, cast, make)
        family.include()
        family.plan("housing")
    household = family.watch().household_id
    with cast.acting("head") as by:
        member_changes.tell(household, ChangeForm("birth", clock.today(), name="张小宝", relation="grandson"), by=by)
    with cast.acting("reviewer") as by:
        handed = (Handed("请把台账补齐", VILLAGE, clock.today()),)
        office_meetings.record(OfficeMeetingForm("monthly", clock.today(), "月会商", handed=handed), by=by)
        order = CampaignForm("回头看", "9号", "look_back", "watched", clock.today(), clock.today(), ("有没有新车",))
        campaigns.begin(order, by=by)
    return family


def test_an_old_cadre_can_read_and_tap_every_page_by_day_and_in_the_dark(
    handset: Hand, cast: Cast, family: Watched
) -> None:
    case, watch = str(family.case_id), family.watch()
    phone = handset(color_scheme="dark").open("cadre/login/login")
    wrong = seen_at_both(phone, "login")
    bind(phone, cast, "head")
    [campaign] = family.make.rows(Campaign)
    here: dict[str, tuple[dict[str, str], str]] = {
        "todo": ({}, "确认"),
        "case": ({"case_id": case}, "说了什么难处"),
        "check": ({"case_id": case, "version": "1"}, "第 1 步"),
        "visit": ({"case_id": case, "version": "1"}, "第 1 步"),
        "office": ({"case_id": case, "version": "1"}, "核查意见"),
        "notice": ({"case_id": case, "version": "1", "head": "张三"}, "。"),
        "meeting": ({"kind": "meeting"}, "现在没有等着开会的户"),
        "clue": ({}, "第 1 步"),
        "apply": ({}, "第 1 步"),
        "guides": ({}, "县里还没有发材料"),
        "leaflet": ({}, "第 1 步"),
        "round": ({"household_id": str(watch.household_id), "head": "张三"}, "第 1 步"),
        "families": ({}, "这里其他的监测户"),
        "family": ({"case_id": case}, "翻修屋顶"),
        "campaigns": ({}, "回头看"),
        "campaign": ({"campaign_id": str(campaign.id)}, "还要去 1 户"),
        "station": ({}, "站里的事"),
        "deed": ({"deed": "talk", "case_id": case, "head": "张三"}, "怎样联系的"),
        "outbox": ({}, "没有等着发的"),
        "me": ({}, "李站长"),
        "confirm": ({}, "现在没有要确认的"),
    }
    for page, (query, words) in here.items():
        phone.open(f"cadre/{page}/{page}", **query).sees(words)
        wrong += seen_at_both(phone, page)

    assert wrong == []
    offered = {name for name in phone.page.evaluate("wxrun.pageNames") if name.startswith("cadre/")}
    assert offered == {f"cadre/{page}/{page}" for page in (*here, "login")}


SAID = {"take_down": "现在没有到期要取下的公示", "group": "什么时候、多少人", "assignment": "以前办好"}


@pytest.mark.slow
def test_every_short_form_opens_and_can_be_read(handset: Hand, cast: Cast, family: Watched, make: Maker) -> None:
    phone, watch = bound(handset, cast), family.watch()
    [campaign], [change], [handed] = make.rows(Campaign), make.rows(MemberChange), make.rows(Assignment)
    about = {
        "case_id": str(family.case_id), "household_id": str(watch.household_id), "watch_id": str(watch.id),
        "measure_id": str(family.measures()[0].id), "change_id": str(change.id), "assignment_id": str(handed.id),
        "version": "1",
        "campaign_id": str(campaign.id), "head": "张三", "what": "翻修屋顶",
    }  # fmt: skip
    wrong: list[str] = []

    assert len(FORMS) > 20
    for name in sorted(FORMS):
        phone.open("cadre/deed/deed", deed=name, **about).sees(SAID.get(name, "张三家"))
        wrong += seen_at_both(phone, f"deed-{name}")

    assert wrong == []
