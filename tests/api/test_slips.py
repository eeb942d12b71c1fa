"""A farmer of another county is told whom to call there, and gets a slip to take along (practice P24)."""

from pathlib import Path

import pytest
from flask import Flask

from backend import clock
from backend.access.actor import Actor
from backend.models import Case, Slip
from backend.privacy.receipts import clean_receipt_no
from backend.services import counties, rules
from backend.services.rules import RuleChange
from tests.people import FORM, VILLAGE, Cast, Maker
from tests.services.test_rules import as_somebody

pytestmark = pytest.mark.shows("story.bad.other_county")
ELSEWHERE, NEXT_DOOR = "340321100001", "341502"
REGIONS = Path(counties.__file__).parent.parent / "regions_data" / f"{NEXT_DOOR}.csv"
KEY = "6f0d8a52-7777-4000-8000-000000000001"


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_slip_says_where_to_go_and_holds_nothing_of_whoever_asked(make: Maker, cast: Cast, kind: str) -> None:
    farmer = cast.farmer()
    refused = farmer.post("/declarations", **(FORM | {"village_code": ELSEWHERE}))

    slip = farmer.post("/slips", village_code=ELSEWHERE)

    assert refused.status_code == 422
    for words in (refused.json["fields"]["village_code"], slip.json["message"]):
        assert "当地的 12345 热线" in words
    assert "指引单" in refused.json["fields"]["village_code"]
    assert slip.status_code == 201
    assert clean_receipt_no(slip.json["number_spoken"]) == slip.json["number"]
    assert (slip.json["given_by"], slip.json["village_code"], slip.json["county_code"]) == ("灵寿县", ELSEWHERE, None)
    assert make.rows(Case) == []
    [row] = make.rows(Slip)
    assert not any(value in repr(vars(row)) for value in (FORM["head_name"], FORM["phone"], FORM["id_number"]))


def test_the_number_that_the_county_wrote_down_for_its_neighbour_is_told(make: Maker, cast: Cast, app: Flask) -> None:
    values = {"dictionaries": {"other_counties": {"c340321": "怀远县防贫中心 0552-8000000"}}}

    def write_it_down(by: Actor) -> None:
        rules.change_policy(RuleChange(values, clock.today(), "补上邻县的电话"), by=by)

    as_somebody(app, cast, "county_lead", write_it_down)

    slip = cast.farmer().post("/slips", village_code=ELSEWHERE).json

    assert slip["call"] == "怀远县防贫中心 0552-8000000"


def test_a_county_of_the_same_installation_is_named_with_its_number_and_can_be_signed_in_to(
    make: Maker, cast: Cast, app: Flask
) -> None:
    with app.app_context():
        regions = counties.read_regions(REGIONS)
        counties.init_county(NEXT_DOOR, regions=regions, preset="ANHUI_2022", phone="0564-3000000")
    village = next(row["code"] for row in regions if row["level"] == "village")
    name = next(row["name"] for row in regions if row["level"] == "county")

    slip = cast.farmer().post("/slips", village_code=village).json

    assert (slip["county_name"], slip["county_code"]) == (name, NEXT_DOOR)
    assert "0564-3000000" in slip["message"]


def test_a_slip_sent_again_is_one_and_is_found_again(make: Maker, cast: Cast) -> None:
    farmer = cast.farmer()

    first, again = (farmer.post("/slips", key=KEY, village_code=ELSEWHERE).json for _ in range(2))

    assert first == again
    assert farmer.get("/slips").json["items"] == [first]
    assert cast.farmer("other").get("/slips").json["items"] == []


@pytest.mark.parametrize(
    ("code", "said"), [(VILLAGE, "就在本县"), ("1", "12位"), ("", "12位"), ("\u0663" * 12, "12位")]
)
def test_there_is_no_slip_for_a_village_of_ours_or_for_no_village(cast: Cast, code: str, said: str) -> None:
    answer = cast.farmer().post("/slips", village_code=code)

    assert answer.status_code == 422
    assert said in answer.json["fields"]["village_code"]


def test_slips_are_for_people_not_for_programs(cast: Cast) -> None:
    farmer = cast.farmer()

    statuses = [farmer.post("/slips", village_code=f"3403211000{number:02d}").status_code for number in range(12)]

    assert statuses == [201] * 10 + [429] * 2
