"""What a phone shows before anybody signs in."""

from dataclasses import replace

import pytest
from flask import Flask

from tests.people import COUNTY, VILLAGE

pytestmark = pytest.mark.shows("client.2")


def test_anybody_reads_who_runs_this_and_finds_their_village(app: Flask) -> None:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, filing_number="冀ICP备2026000001号-1X")
    try:
        told = app.test_client().get("/api/v1/welcome").json
    finally:
        app.extensions["settings"] = before

    assert (told["county_code"], told["phone"]) == (COUNTY, "0311-82520000")
    assert told["sponsor"] == "灵寿县县级主管部门"
    assert told["filing_number"] == "冀ICP备2026000001号-1X"
    assert told["templates"] == ["TPL-PROGRESS"]
    mine = next(each for each in told["villages"] if each["code"] == VILLAGE)
    assert mine == {"code": VILLAGE, "name": "育才社区居民委员会", "township_name": "灵寿镇"}
    assert app.test_client().get("/api/v1/welcome", query_string={"county_code": "999999"}).status_code == 422
