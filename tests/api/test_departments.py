"""A department's own program: its key, its rows, its verdicts; nothing else opens with that key."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.models import Alert, AlertBatch
from backend.services import alert_dispatch, alert_schedule, offices
from backend.services.imports import working
from tests.imports.files import ZHANG, Office, as_csv, rows
from tests.people import COUNTY, Cast, Phone, id_number

pytestmark = [pytest.mark.shows("monitoring.3", "monitoring.0")]
ROW = {"name": "张三", "id_number": id_number(1)}


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def program(app: Flask, cast: Cast) -> Phone:
    """The housing department's program, with the roster in."""
    Office(app, cast).take(as_csv(ZHANG))
    with app.app_context():
        alert_schedule.open_due()
        code = offices.office_of(COUNTY, "housing").code
    with cast.acting("county_op") as by:
        key, token = offices.make_key(code, "危房系统", by=by)
    return Phone(app.test_client(), token, key.id)


def push(program: Phone, **changes: Any) -> Any:
    return program.post("/departments/alerts", **{"topic": "housing", "rows": [ROW], **changes})


def test_rows_are_taken_once_and_their_verdict_is_read(program: Phone, app: Flask) -> None:
    first, again = push(program), push(program)
    with app.app_context():
        working.carry_on()
        alert_dispatch.sweep()
    told = program.get(f"/departments/deliveries/{first.json['id']}/verdicts").json
    listed = program.get("/departments/deliveries").json

    assert (first.status_code, again.json["id"]) == (201, first.json["id"])
    assert len(rows(app, Alert)) == 1
    assert told == {
        "items": [{"row_no": 2, "outcome": "alerted", "verdict": None, "words": "村里正在核实", "on": None}]
    }
    assert [each["standing"] for each in listed["delivered"]] == ["filed"]


def test_nothing_to_report_is_told_for_what_is_owed(program: Phone, app: Flask) -> None:
    with clock.at(datetime(2026, 12, 14, 2, tzinfo=UTC)), app.app_context():
        alert_schedule.open_due()
    owed = next(each for each in rows(app, AlertBatch) if each.topic == "housing" and each.due_on.day == 16)

    answer = program.post(f"/departments/deliveries/{owed.id}/nothing")

    assert (answer.status_code, answer.json["standing"]) == (201, "empty")


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"topic": "water"}, 403, ""),
        ({"topic": "nonsense"}, 403, ""),
        ({"rows": []}, 422, "json.rows"),
        ({"rows": [{"name": "张三"}]}, 422, ""),
        ({"rows": [ROW | {"balance": "1"}]}, 422, ""),
        ({"rows": "all"}, 422, ""),
    ],
)
def test_what_cannot_be_is_said_plainly(program: Phone, changes: dict[str, Any], status: int, field: str) -> None:
    answer = push(program, **changes)

    assert answer.status_code == status
    assert answer.json["message"]


def test_the_key_opens_nothing_else_and_an_ended_one_nothing_at_all(program: Phone, app: Flask, cast: Cast) -> None:
    others = [program.get(path).status_code for path in ("/tasks", "/inbox", "/clues", "/cases/1")]
    unknown = Phone(program.client, f"dk_{uuid.uuid4()}", 0)
    with cast.acting("county_op") as by:
        offices.end_key(program.account_id, by=by)

    assert others == [403] * 4
    assert unknown.get("/departments/deliveries").status_code == 401
    assert push(program).status_code == 401
    assert cast.phone("village").get("/departments/deliveries").status_code == 403
