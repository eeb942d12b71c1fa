"""A case on its way: who may move it, what each step opens, and what its sender reads."""

import pytest

from tests.people import Cast, Maker


@pytest.mark.shows("story.2", "A08", "A11", "A12")
def test_a_leaking_roof_from_declaration_to_the_county(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept", "visit", "pass_on")
    make._post("county_lead", case_id, "decisions", action="county_approve")

    assert make.state(case_id) == "monitored"
    assert make.duty(case_id) is None
    [receipt] = cast.farmer().get("/declarations").json["items"]
    assert receipt["status"] == "已纳入"


@pytest.mark.shows("story.4")
def test_a_neighbours_case_does_not_exist(make: Maker, cast: Cast) -> None:
    case_id = make.case()

    assert cast.phone("next_village").get(f"/cases/{case_id}").status_code == 404
    assert cast.phone("village").get(f"/cases/{case_id}").status_code == 200
