"""A log line is JSON, leads back to its request, and tells nothing about anybody."""

import json
import logging
import re
from typing import Any

import pytest
import structlog
from flask import Flask

from backend import logs
from tests.operations.conftest import Install
from tests.people import FORM, Cast, id_number

NUMBER, PHONE = id_number(7), "13812345678"
NAME, ILLNESS = "张守望", "尿毒症"

pytestmark = pytest.mark.shows("story.7")


@pytest.fixture
def app(install: Install) -> Flask:
    return install()


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_request_leaves_one_line_of_json(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    answer = app.test_client().get("/api/v1/dictionaries")

    [line] = _lines(capsys)
    assert line["event"] == "request"
    assert (line["endpoint"], line["status"]) == ("api_places.dictionaries", 200)
    assert line["request_id"] == answer.headers["X-Request-ID"]


def test_a_callers_request_id_is_kept_and_given_back(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    answer = app.test_client().get("/healthz", headers={"X-Request-ID": "proxy-0123456789"})

    assert answer.headers["X-Request-ID"] == "proxy-0123456789"
    assert _lines(capsys)[0]["request_id"] == "proxy-0123456789"


@pytest.mark.parametrize("odd", [NUMBER + " " + NAME.encode().hex(), "short", "x" * 65, "a\tb\tc\td\te"])
def test_a_request_id_that_is_none_is_replaced(app: Flask, odd: str) -> None:
    answer = app.test_client().get("/healthz", headers={"X-Request-ID": odd})

    assert answer.headers["X-Request-ID"] != odd
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"]), "shorter ones may look like a telephone"


def test_what_people_type_is_in_no_log_line(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    client = app.test_client()
    planted = {"head_name": NAME, "phone": PHONE, "id_number": NUMBER, "hardship": ILLNESS}

    client.post(f"/api/v1/declarations?id_number={NUMBER}", json=planted, headers={"Authorization": f"Bearer {PHONE}"})
    client.get(f"/api/v1/villages/{NUMBER}")
    client.get(f"/{NAME}/{PHONE}")

    told = capsys.readouterr().out
    assert told.count("\n") == 3
    assert not [word for word in (NUMBER, PHONE, NAME, ILLNESS) if word in told]


@pytest.mark.shows("story.bad.reliability_39")
def test_a_thousand_requests_leave_nothing_of_anybody_in_log_or_error(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    farmer = Cast(app).farmer()
    capsys.readouterr()
    mistakes: list[dict[str, object]] = [
        {},
        {"id_number": NUMBER[:-1]},
        {"phone": PHONE + "9"},
        {"village_code": NUMBER},
        {"risk": ILLNESS},
        {"relation": NAME},
        {NUMBER: PHONE},
        {"hardship": ILLNESS * 1000},
        {"head_name": {"name": NAME}},
        {"voice_sha256": NUMBER},
    ]
    errors = []
    for turn in range(1000):
        form = FORM | {"head_name": NAME, "phone": PHONE, "id_number": NUMBER, "hardship": ILLNESS}
        answer = farmer.post(f"/declarations?phone={PHONE}", **(form | mistakes[turn % len(mistakes)]))
        errors += [answer.text] if answer.status_code >= 400 else []

    told = capsys.readouterr().out + "".join(errors)
    assert len(errors) >= 900
    assert told.count('"event": "request"') == 1000
    assert not [word for word in (NUMBER, NUMBER[:-1], PHONE, NAME, ILLNESS, farmer.token) if word in told]


@pytest.mark.shows("story.bad.reliability_39")
def test_a_bug_is_logged_without_what_it_was_about(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    @app.get("/api/v1/broken")
    def broken() -> str:
        raise ValueError(f"{NUMBER} {PHONE}")

    app.testing = False
    answer = app.test_client().get("/api/v1/broken")

    bug, _ = _lines(capsys)
    assert answer.status_code == 500
    assert answer.json["code"] == "our_fault"
    assert bug["event"] == "bug"
    assert "ValueError" in bug["exception"]
    assert NUMBER not in answer.text + json.dumps(bug)
    assert PHONE not in answer.text + json.dumps(bug)


def test_personal_data_is_covered_however_deep_it_lies(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()

    structlog.get_logger().info(f"call {PHONE}", about={"id": [NUMBER, {"phone": PHONE}]})

    [line] = _lines(capsys)
    assert line["event"] == "call [电话]"
    assert line["about"] == {"id": ["[证件号]", {"phone": "[电话]"}]}


def test_what_libraries_say_is_json_without_personal_data_too(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord("library", logging.WARNING, "", 0, "lost %s", (NUMBER,), None)

    with structlog.contextvars.bound_contextvars(request_id="proxy-0123456789"):
        line = json.loads(logs.formatter().format(record))

    assert (line["event"], line["level"], line["logger"]) == ("lost [证件号]", "warning", "library")
    assert line["request_id"] == "proxy-0123456789"


def test_a_jobs_lines_carry_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()

    with structlog.contextvars.bound_contextvars(job_id="job-1"):
        structlog.get_logger().info("job", job="sweep", result=3)

    assert _lines(capsys)[0]["job_id"] == "job-1"
