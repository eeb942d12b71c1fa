"""What operators ask of a running program: does it live, what is not ready, what does it count."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.operations.conftest import Install

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
