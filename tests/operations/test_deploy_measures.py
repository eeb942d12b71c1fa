"""What a collector reads of a running installation, the alerts and the dashboard made of it, and their page."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask, request
from prometheus_client.metrics import MetricWrapperBase
from redis import Redis
from rq import Queue, SimpleWorker

from backend import clock
from backend.db import db, in_transaction, ring
from backend.models import Figures
from backend.services import backup_ages, doctor_live, health, metrics
from backend.services.backups.manifests import MANIFEST
from backend.services.setting_checks import complaint_about
from backend.settings import Settings
from backend.wechat.tokens import Fresh, Tokens
from jobs import base
from jobs.doorbell import FAILURES_KEPT
from jobs.lines import reader_for
from tests.architecture.reading import ROOT
from tests.operations.conftest import Install
from tests.people import COUNTY

pytestmark = pytest.mark.shows("scale.5")

MONITORING = ROOT / "deploy/monitoring"
RULES = MONITORING / "alerts.yaml"
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
MADE_BY_PROMETHEUS = {
    "shouwang_request_seconds_bucket",
    "shouwang_request_seconds_count",
    "shouwang_wechat_seconds_count",
}


def _series(text: str) -> set[str]:
    return set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE)) | MADE_BY_PROMETHEUS


def _rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


def _queries() -> Iterator[str]:
    yield from (rule["expr"] for rule in _rules())
    board = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
    yield from (target["expr"] for panel in board["panels"] for target in panel.get("targets", ()))


@pytest.fixture
def lively(app: Flask, valkey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The county on MariaDB, with a Redis and a folder for backups."""
    known = replace(app.extensions["settings"], redis_url=f"unix://{valkey}", backup_dir=str(tmp_path))
    monkeypatch.setitem(app.extensions, "settings", known)
    monkeypatch.setitem(app.extensions, "lines", reader_for(known))
    health._connection.cache_clear()
    with Redis(unix_socket_path=str(valkey)) as redis:
        redis.flushall()
    yield app
    health._connection.cache_clear()


def _backed_up(app: Flask, name: str) -> None:
    folder = Path(app.extensions["settings"].backup_dir, name)
    folder.mkdir(parents=True)
    (folder / MANIFEST).touch()


def _labels(told: str) -> dict[str, set[str]]:
    """Return the labels of each series, as told and as the counters declare them."""
    found: dict[str, set[str]] = {}
    for name, words in re.findall(r"^(\w+)\{(.+)\} \S+$", told, re.MULTILINE):
        found.setdefault(name, set()).update(re.findall(r'(\w+)="', words))
    for counter in vars(metrics).values():
        if isinstance(counter, MetricWrapperBase):
            for ending in ("", "_total", "_bucket", "_count"):
                found.setdefault(counter._name + ending, set()).update({*counter._labelnames, "le"})
    return found


def test_everything_that_alerts_and_the_dashboard_ask_for_is_measured(
    lively: Flask,
) -> None:
    _backed_up(lively, "20261120T040000Z")
    told = lively.test_client().get("/metrics").text
    labels = _labels(told)

    asked = {name for query in _queries() for name in re.findall(r"\bshouwang_\w+", query)}

    assert len(asked) > 15
    assert {name.removesuffix("_total") for name in asked - _series(told)} - _series(told) == set()
    for query in _queries():
        for name, words in re.findall(r"\b(shouwang_\w+)\{([^}]*)\}", query):
            assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", words)) <= labels[name], query


def test_what_is_late_and_how_fresh_that_is_is_told_by_county_and_stage(app: Flask) -> None:
    with app.app_context():
        counts = {"late_kinds": {"VISIT": 3}, "families": {"late": 2}}
        db.session.add(Figures(region_code=COUNTY, parent_code="", counted_at=NOON, counts=counts))
        db.session.commit()

    with clock.at(NOON + timedelta(minutes=9)):
        told = app.test_client().get("/metrics").text

    assert f'shouwang_duties_late{{county="{COUNTY}",kind="VISIT"}} 3.0' in told
    assert f'shouwang_figures_age_seconds{{county="{COUNTY}"}} 540.0' in told


def test_lines_before_the_workers_and_the_age_of_backups_are_told_to_collector_and_doctor(
    lively: Flask, valkey: Path
) -> None:
    folder, now = Path(lively.extensions["settings"].backup_dir), clock.real_now()
    old, older, step = ((now - timedelta(hours=hours)).strftime("%Y%m%dT%H%M%SZ") for hours in (30, 50, 29))
    for name in (older, old, f"{old}/between/{step}"):
        _backed_up(lively, name)
    (folder / now.strftime("%Y%m%dT%H%M%SZ")).mkdir()  # cut off: it has no manifest
    with Redis(unix_socket_path=str(valkey)) as redis:
        job = Queue("send", connection=redis, serializer="json").enqueue("jobs.outbox.deliver_pending")
        job.enqueued_at = clock.real_now() - timedelta(minutes=20)
        job.save()

        told = lively.test_client().get("/metrics").text
        findings = lively.test_cli_runner().invoke(args=["doctor"]).output

    [oldest] = re.findall(r'shouwang_queue_oldest_seconds\{queue="send"\} (\S+)', told)
    assert 'shouwang_queue_jobs{queue="send"} 1.0' in told
    assert 1200 <= float(oldest) < 1300
    assert 'shouwang_workers{queue="send"} 0.0' in told
    assert "队列 send：1 件在等，第一件等了 20 分钟，有 0 个进程在取。" in findings
    assert {kind: round(age / 3600) for kind, age in backup_ages.ages(str(folder)).items()} == {
        "whole": 30,
        "between": 29,
    }
    assert "备份：最新的一份是 30 小时以前的。" in findings
    assert "两次备份之间：超过 15 分钟没有留下增量。" in findings


def test_a_look_that_ends_in_an_error_is_counted_for_an_hour(lively: Flask, valkey: Path) -> None:
    with Redis(unix_socket_path=str(valkey)) as redis:
        work, files = (Queue(name, connection=redis, serializer="json") for name in ("work", "files"))
        work.enqueue("math.sqrt", -1, failure_ttl=FAILURES_KEPT)
        SimpleWorker([work], connection=redis, serializer="json").work(burst=True, logging_level="CRITICAL")
        long_ago = files.enqueue("math.sqrt", -1, failure_ttl=FAILURES_KEPT)
        files.failed_job_registry.add(long_ago, ttl=FAILURES_KEPT - 3601)

        told = lively.test_client().get("/metrics").text

    assert 'shouwang_queue_failed{queue="work"} 1.0' in told
    assert 'shouwang_queue_failed{queue="files"} 0.0' in told


def test_counters_are_told_while_the_database_is_away(install: Install) -> None:
    metrics.message_ended("duty", "sent")
    app = install(schema=False, database_url="sqlite:////nonexistent/folder/shouwang.sqlite3")

    answer = app.test_client().get("/metrics")

    assert answer.status_code == 200
    assert 'shouwang_part_ready{part="database"} 0.0' in answer.text
    assert "shouwang_messages_total" in answer.text


def test_every_alert_says_what_it_means_where_operators_look() -> None:
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `(\w+)` \|", page[page.index("## Alerts") :], re.MULTILINE)

    assert explained == [rule["alert"] for rule in _rules()]
    for rule in _rules():
        assert rule["labels"]["severity"] in {"now", "today"}
        assert rule["annotations"]["runbook"].endswith("docs/operations.md#alerts")
        assert re.search("[一-鿿]", rule["annotations"]["summary"])


def test_the_age_of_a_token_that_nobody_renews_is_known_until_long_after_the_alert(valkey: Path) -> None:
    [rule] = [rule["expr"] for rule in _rules() if rule["alert"] == "ShouwangTokenOld"]
    [alerts_at] = map(int, re.findall(r"age_seconds\) > (\d+)", rule))
    with Redis(unix_socket_path=str(valkey)) as redis:
        Tokens("wx-idle", redis).current(lambda: Fresh("a-token", 7200))

        assert redis.ttl("wechat:token:wx-idle") > alerts_at + 3600


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed here")
def test_prometheus_takes_the_rules() -> None:
    checked = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True, timeout=30)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    board = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
    panels = board["panels"]
    places = [(p["gridPos"]["x"], p["gridPos"]["y"], p["gridPos"]["w"], p["gridPos"]["h"]) for p in panels]

    assert board["schemaVersion"] >= 36
    assert len({panel["id"] for panel in panels}) == len(panels) > 10
    assert all(x + w <= 24 for x, _, w, _ in places)
    assert len(set(places)) == len(places)
    for panel in panels:
        assert panel["title"]
        assert panel["type"] in {"timeseries", "stat", "row", "bargauge"}
        assert all(target["datasource"]["uid"] == "${source}" for target in panel.get("targets", ()))


def test_a_job_carries_the_id_of_the_request_that_rang_for_it(install: Install, valkey: Path) -> None:
    app = install(redis_url=f"unix://{valkey}", schema=False)
    app.get("/ring-once")(lambda: in_transaction(lambda: ring("outbox")) or "")
    with Redis(unix_socket_path=str(valkey)) as redis:
        redis.flushall()
        app.test_client().get("/ring-once", headers={"X-Request-ID": "proxy-0123456789"})
        [job] = Queue("send", connection=redis, serializer="json").get_jobs()

        assert base._ids(job) == {"job_id": job.id, "request_id": "proxy-0123456789"}


def test_a_slow_statement_is_told_without_what_it_was_about(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    app = install(schema=False, slow_query_ms=1)
    counted = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 200000)"
    slow = f"{counted} SELECT max(n), ?, 'kept' FROM c"  # noqa: S608 - ours
    with app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.exec_driver_sql(slow, ("13812345678",)).all()

    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [line] = [line for line in told if line["event"] == "slow_statement" and "RECURSIVE" in line["statement"]]
    assert line["ms"] > 1
    assert "?, ?" in line["statement"]
    assert "13812345678" not in json.dumps(told)


@pytest.mark.parametrize(("proxies", "seen"), [(1, "203.0.113.9"), (0, "127.0.0.1")])
def test_only_the_hop_of_our_own_proxy_is_believed(install: Install, proxies: int, seen: str) -> None:
    app = install(schema=False, proxies=proxies)
    app.get("/whence")(lambda: request.remote_addr or "")

    answer = app.test_client().get("/whence", headers={"X-Forwarded-For": "10.0.0.1, 203.0.113.9"})

    assert answer.text == seen


@pytest.mark.parametrize(("name", "remedy"), [("proxies", "nginx"), ("backup_dir", "docs/operations.md")])
def test_what_a_server_needs_beyond_a_laptop_is_asked_for(name: str, remedy: str) -> None:
    public = Settings(public_url="https://county.example")

    wrong, then = complaint_about(name, public)

    assert wrong
    assert remedy in then
    assert complaint_about(name, replace(public, proxies=1, backup_dir="/mnt/backups")) == ("", "")


def test_a_missing_backup_and_a_site_that_does_not_answer_are_found_with_what_to_do(tmp_path: Path) -> None:
    known = Settings(backup_dir=str(tmp_path), public_url="https://127.0.0.1:1")

    [backup] = doctor_live.backups(known)
    [certificate] = doctor_live.certificate(known)

    assert "还没有一份做完的备份" in backup.wrong
    assert "每晚" in backup.remedy
    assert "连不上" in certificate.wrong
    assert "nginx -t" in certificate.remedy
    assert list(doctor_live.certificate(replace(known, demo=True))) == []
