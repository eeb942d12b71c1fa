"""An installation may hold several counties: rules, people and phones of one are nothing to the other."""

from pathlib import Path

import pytest
from flask import Flask

from backend.access.permissions import Role
from backend.access.scope import act_within
from backend.services import counties, sign_ins, staff
from backend.services.declarations import DeclarationForm, declare
from backend.services.staff import NewStaff
from tests.people import APP_ID, FORM, Cast, Maker, Phone

OTHER = "341502"
REGIONS = Path(counties.__file__).parent.parent / "regions_data" / "341502.csv"


@pytest.fixture
def other(app: Flask) -> str:
    with app.app_context():
        counties.init_county(OTHER, regions=counties.read_regions(REGIONS), preset="ANHUI_2022", phone="0564-3000000")
    return OTHER


@pytest.mark.shows("story.4", "story.bad.other_county")
def test_two_counties_with_their_own_rules_share_a_database(make: Maker, cast: Cast, app: Flask, other: str) -> None:
    village = next(row["code"] for row in counties.read_regions(REGIONS) if row["level"] == "village")
    with app.app_context():
        staff.add_staff(NewStaff("jinan", "金安村干", Role.VILLAGE, village))
        ticket = sign_ins.open_phone(APP_ID, "farmer", OTHER)
    with app.app_context():
        act_within(ticket.actor.scope)
        theirs = declare(DeclarationForm(**(FORM | {"village_code": village})), by=ticket.actor)
    ours = make.declaration()

    assert ours.promised_on != theirs.promised_on  # 15 calendar days here, 20 working days there
    assert ours.case_id != theirs.case_id  # the same ID number: a person is unique per county, not beyond it
    assert cast.phone("village").get(f"/cases/{theirs.case_id}").status_code == 404
    answer = cast.farmer().post("/declarations", **(FORM | {"village_code": village}))
    assert answer.status_code == 422
    assert "0564-3000000" in answer.json["fields"]["village_code"]
    assert Phone(app.test_client(), ticket.token, 0).get("/declarations").json["items"][0]["id"] == str(theirs.id)
