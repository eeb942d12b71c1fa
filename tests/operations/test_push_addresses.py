"""The mini-program's and the service account's WeChat push to addresses of their own, each with its own signature."""

import pytest
from flask import Flask

from backend.db import db
from backend.models import PushedEvent
from backend.wechat.emulator import pushes
from backend.wechat.emulator.config import Push
from tests.operations.conftest import Install

pytestmark = pytest.mark.shows("reminders.3")
FINISHED = pushes.job_finished("o-there", 1_795_312_800, "4711", "failed:user block")


@pytest.fixture
def app(install: Install) -> Flask:
    return install(
        wechat_app_id="wx-mini",
        wechat_push_token="of-mini",
        wechat_service_app_id="wx-service",
        wechat_service_push_token="of-service",
    )


def test_a_report_of_the_service_account_is_kept_once_and_only_at_its_own_address(app: Flask) -> None:
    letter = pushes.envelope(FINISHED, Push("http://127.0.0.1/", "of-service", None, "xml"), "wx-service")
    client, query = app.test_client(), dict(letter.query)

    here = [client.post("/wechat/push/service", query_string=query, data=letter.body) for _ in range(2)]
    elsewhere = client.post("/wechat/push", query_string=query, data=letter.body)

    assert [(each.status_code, each.text) for each in here] == [(200, "success")] * 2
    assert elsewhere.status_code == 404
    with app.app_context():
        [kept] = db.session.scalars(db.select(PushedEvent)).all()
    assert (kept.kind, kept.items[0]["msgid"], kept.items[0]["status"]) == (
        "template_sent",
        "4711",
        "failed:user block",
    )


def test_each_address_answers_the_question_of_its_own_account(app: Flask) -> None:
    letter = pushes.envelope(FINISHED, Push("http://127.0.0.1/", "of-service", None, "xml"), "wx-service")
    asked = {**letter.query, "echostr": "4711"}

    there = app.test_client().get("/wechat/push/service", query_string=asked)
    wrong = app.test_client().get("/wechat/push", query_string=asked)

    assert (there.text, wrong.status_code) == ("4711", 404)


def test_without_a_service_account_its_address_takes_nothing(install: Install) -> None:
    client = install(wechat_push_token="of-mini").test_client()
    letter = pushes.envelope(FINISHED, Push("http://127.0.0.1/", "", None, "xml"), "")

    assert client.post("/wechat/push/service", query_string=dict(letter.query), data=letter.body).status_code == 404
