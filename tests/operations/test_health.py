"""What operators ask of a running program: does it live, what is not ready, what does it count."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend import clock
from backend.db import db
from backend.models import Circuit
from backend.services import endings, metrics, phones
from backend.services.channels.contract import Failure, Taken
from backend.wechat.errors import Advice
from backend.wechat.tokens import Fresh, Tokens
from backend.workflow.outbox import owe
from tests.operations.conftest import Install
from tests.people import COUNTY

pytestmark = pytest.mark.shows("story.7")

NOWHERE = "sqlite:////nonexistent/folder/shouwang.sqlite3"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


def test_a_program_that_answers_lives_even_without_its_database(install: Install) -> None:
    app = install(schema=False, database_url=NOWHERE)

    assert app.test_client().get("/healthz").json == {"alive": True}


def test_a_program_with_all_its_parts_is_ready(install: Install, valkey: Path) -> None:
    answer = install(redis_url=f"unix://{valkey}").test_client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json["parts"] == {"database": "", "redis": "", "files": "", "county": ""}


@pytest.mark.parametrize(
    ("part", "given"),
    [
        ("database", {"schema": False, "database_url": NOWHERE}),
        ("database", {"schema": False}),
        ("redis", {}),
        ("redis", {"redis_url": "unix:///nonexistent/socket"}),
        ("county", {"county": False}),
    ],
)
def test_the_part_that_is_not_ready_is_named(install: Install, part: str, given: dict[str, object]) -> None:
    answer = install(**given).test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json["ready"] is False
    assert answer.json["parts"][part]


def test_a_files_folder_that_cannot_be_used_is_named(install: Install) -> None:
    app = install()
    app.extensions["settings"].files_path.write_text("no folder")

    assert app.test_client().get("/readyz").json["parts"]["files"] == "FileExistsError"


def test_counters_are_shown_on_loopback_only(install: Install) -> None:
    client = install().test_client()

    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_overrides=ELSEWHERE).status_code == 404


def test_a_proxy_on_this_machine_does_not_make_everybody_local(install: Install) -> None:
    answer = install().test_client().get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})

    assert answer.status_code == 404


def test_a_collector_elsewhere_needs_the_token(install: Install) -> None:
    client = install(metrics_token="let-me-in").test_client()

    right = client.get("/metrics", headers={"Authorization": "Bearer let-me-in"}, environ_overrides=ELSEWHERE)
    wrong = client.get("/metrics", headers={"Authorization": "Bearer let-me-out"}, environ_overrides=ELSEWHERE)

    assert (right.status_code, wrong.status_code) == (200, 404)


def test_counters_of_every_process_are_added_up(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    count = "from backend.services import metrics; metrics.message_ended('duty', 'sent')"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], check=True, cwd=Path(__file__).parents[2])

    told = install().test_client().get("/metrics").text

    assert 'shouwang_messages_total{kind="duty",state="sent"} 2.0' in told


def test_requests_are_counted_by_endpoint_and_status_never_by_address(install: Install) -> None:
    client = install().test_client()
    client.get("/api/v1/villages/130126100001")

    told = client.get("/metrics").text

    assert 'endpoint="api_places.village",status="200"' in told
    assert "130126100001" not in told


@pytest.mark.shows("reminders.5")
def test_sends_lease_expiries_stopped_channels_and_the_oldest_due_message_are_told(install: Install) -> None:
    app = install()
    noon = datetime(2026, 11, 20, 4, tzinfo=UTC)
    with app.app_context(), clock.at(noon):
        owe(kind="progress", subject="x", recipient="account:1", county_code=COUNTY, data={})
        db.session.add(Circuit(name="sms", open_until=noon + timedelta(hours=1), changed_at=noon))
        db.session.commit()
    metrics.called("sms", Failure(Advice.FALL_BACK, "", answer="isv.MOBILE_NUMBER_ILLEGAL"))
    metrics.called("subscribe", Failure(Advice.FALL_BACK, "", errcode=43101))
    metrics.called("subscribe", Failure(Advice.UNCERTAIN, ""))
    metrics.called("service", Taken("4711"))
    endings.leases_expired(2)

    with clock.at(noon + timedelta(minutes=7)):
        told = app.test_client().get("/metrics").text

    assert "shouwang_oldest_owed_seconds 420.0" in told
    assert "shouwang_circuits_open 1.0" in told
    for channel, outcome, code in (
        ("sms", "fall_back", "isv.MOBILE_NUMBER_ILLEGAL"),
        ("subscribe", "fall_back", "43101"),
        ("subscribe", "uncertain", "none"),
        ("service", "sent", "0"),
    ):
        assert f'shouwang_sends_total{{channel="{channel}",errcode="{code}",outcome="{outcome}"}}' in told
    assert re.search(r"shouwang_lease_expiries_total [2-9]", told)


@pytest.mark.shows("reminders.5")
def test_the_age_of_the_token_that_all_processes_share_is_told(install: Install, valkey: Path) -> None:
    app = install(redis_url=f"unix://{valkey}", wechat_app_id="wx-age")
    before = app.test_client().get("/metrics").text
    with app.app_context():
        Tokens("wx-age", phones.token_store()).current(lambda: Fresh("a-token", 6600))

    told = app.test_client().get("/metrics").text

    [unknown] = re.findall(r'shouwang_wechat_token_age_seconds\{account="mini"\} (\S+)', before)
    [age] = re.findall(r'shouwang_wechat_token_age_seconds\{account="mini"\} (\S+)', told)
    assert unknown == "NaN"
    assert 600 <= float(age) < 630
    assert "a-token" not in told
