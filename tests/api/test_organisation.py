"""What a phone reads without signing in, and what a village sends: cards explained, groups' meetings, its station."""

import pytest
from flask import Flask

from backend import clock
from backend.db import db
from backend.models import Clue, Grid, Region
from backend.services import articles, stations
from backend.services.articles import ArticleForm
from backend.services.stations import MemberForm
from tests.people import VILLAGE, Cast, Maker
from tests.services.watching import households

pytestmark = pytest.mark.shows("monitoring.7")
GRID = f"{VILLAGE}001"


@pytest.fixture
def card(cast: Cast) -> int:
    with cast.acting("county_op") as by:
        articles.publish(ArticleForm("guide", "识别流程", "先走访，再评议。"), by=by)
        return articles.publish(ArticleForm("declare_card", "申报明白卡", "谁都可以申报。"), by=by).id


@pytest.mark.shows("A05", "B68")
def test_anybody_reads_articles_and_guides_need_an_account(app: Flask, cast: Cast, card: int) -> None:
    nobody = app.test_client()

    listed = nobody.get("/api/v1/articles").json["items"]
    read = nobody.get(f"/api/v1/articles/{card}").json

    assert [each["title"] for each in listed] == ["申报明白卡"]
    assert (read["text"], read["version"]) == ("谁都可以申报。", 1)
    assert nobody.get("/api/v1/articles/1").status_code == 404
    assert nobody.get("/api/v1/guides").status_code == 401
    assert cast.farmer().get("/guides").status_code == 403
    assert [each["title"] for each in cast.phone("village").get("/guides").json["items"]] == ["识别流程"]


@pytest.mark.shows("A22", "A23", "A01")
def test_a_village_sends_its_meeting_and_its_cards_and_reads_its_station(
    app: Flask, cast: Cast, make: Maker, card: int
) -> None:
    with app.app_context():
        db.session.add(Region(code=GRID, name="第一组", level="grid", parent_code=VILLAGE))
        db.session.flush()
        db.session.add(Grid(code=GRID, parent_code=VILLAGE, group_name="", said_households=None, ended_on=None))
        db.session.commit()
    _, family, *_ = households(app, 3)
    with cast.acting("town_op") as by:
        stations.found([VILLAGE], clock.today(), by=by)
        stations.add_member(VILLAGE, MemberForm("李书记", ("secretary",), ("verification",)), by=by)
    village, today = cast.phone("village"), clock.today().isoformat()
    meeting = {"group_name": "第一组", "held_on": today, "topics": "申报政策", "people": 12, "grid_code": GRID}
    spoken = [{"household_id": str(family), "suspected": "儿子住院", "risk": "illness"}]

    held = village.post("/group-meetings", **meeting, families=spoken)
    again = village.post("/group-meetings", **meeting, families=[{"household_id": "1"}])
    explained = village.post("/leaflets", article_id=str(card), handed_on=today, way="in_person", grid_code=GRID)
    work = village.get("/work-records", from_on=today, until_on=today).json["items"]
    station = village.get("/station").json

    assert (held.status_code, again.status_code) == (201, 422)
    assert "辖区" in again.json["fields"]["families"]
    assert [each.household_id for each in make.rows(Clue)] == [family]
    assert explained.json == {"new": 1}
    assert [each["group_name"] for each in village.get("/group-meetings").json["items"]] == ["第一组"]
    assert {each["name"]: each["count"] for each in work}["及时上报"] == 1
    assert (station["wrong"], station["members"][0]["is_head"], station["members"][0]["posts"]) == (
        "",
        True,
        ["入户核查"],
    )
    assert cast.phone("county_op").post("/group-meetings", **meeting).status_code == 403
    assert village.post("/leaflets", article_id="x", handed_on="soon", way="").status_code == 422
