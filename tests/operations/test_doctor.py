"""The doctor finds what is wrong, says what to do, and keeps every secret."""

from pathlib import Path

import pytest
import redis
from flask import Flask

from backend import clock
from backend.errors import TryLater
from backend.privacy import current
from backend.privacy.keys import KeysUnusable
from backend.services.backups.manifests import MANIFEST
from backend.statuses import as_fact
from backend.wechat.emulator.config import DEMO_APP_ID, DEMO_SECRET
from tests.faults.town import fresh_database
from tests.operations.conftest import Install
from tests.wechat.emulation import Emulator
from wsgi import create_app

HEALTHY = {"wechat_app_id": DEMO_APP_ID, "wechat_secret": DEMO_SECRET, "wechat_push_token": "push-token-1234"}

pytestmark = pytest.mark.shows("story.1")


def _told(app: Flask) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["doctor"])
    return result.exit_code, result.output


def _complaint(app: Flask, part: str) -> str:
    status, told = _told(app)
    assert status == 1
    [line] = [line for line in told.splitlines() if line.startswith("不对") and part in line]
    return line


@pytest.fixture
def healthy(install: Install, valkey: Path, emulator: Emulator, tmp_path: Path) -> Flask:
    newest = tmp_path / "backups" / clock.real_now().strftime("%Y%m%dT%H%M%SZ")
    newest.mkdir(parents=True)
    (newest / MANIFEST).touch()
    backups = str(newest.parent)
    with redis.Redis(unix_socket_path=str(valkey)) as server:
        server.flushall()  # what other tests rang for waits there, and nobody takes it
    app = install(redis_url=f"unix://{valkey}", wechat_base_url=emulator.url, backup_dir=backups, **HEALTHY)
    app.extensions["settings"].files_path.mkdir(mode=0o700)
    return app


def test_a_healthy_installation_has_nothing_wrong(healthy: Flask) -> None:
    status, told = _told(healthy)

    assert "不对" not in told
    assert (status, told.splitlines()[-1]) == (0, "一切正常。")


def test_every_setting_is_looked_at_with_its_meaning(healthy: Flask) -> None:
    _, told = _told(healthy)

    for setting in ("DATABASE_URL", "AUDIT_ROOTS_FILE", "METRICS_TOKEN", "TICK_SECONDS"):
        assert f"正常  {setting}（" in told


def test_no_secret_is_ever_printed(install: Install) -> None:
    secrets = {"secret_key_": "k" * 40, "wechat_secret": "s3cr3t-of-wechat", "metrics_token": "t0ken-of-metrics"}
    given = {name: value for name, value in secrets.items() if not name.endswith("_")}
    app = install(
        redis_url="redis://:pa55word@127.0.0.1:1/0", wechat_app_id="wx1", wechat_base_url="http://127.0.0.1:1", **given
    )

    _, told = _told(app)

    assert not [value for value in (*secrets.values(), "pa55word") if value in told]


@pytest.mark.parametrize(
    ("part", "given", "remedy"),
    [
        ("REDIS_URL", {}, "Valkey"),
        ("PUBLIC_URL", {"public_url": "http://county.example"}, "https"),
        ("PUBLIC_URL", {"public_url": "https://county.example", "demo": True}, "DEMO"),
        ("WECHAT_BASE_URL", {"wechat_base_url": "http://relay.example"}, "https"),
        ("WECHAT_PUSH_AES_KEY", {"wechat_push_aes_key": "short"}, "重新复制"),
        ("SECURE_COOKIES", {"secure_cookies": False}, "SECURE_COOKIES=0"),
        ("TICK_SECONDS", {"tick_seconds": 0}, "60"),
        ("MOST_BODY_BYTES", {"most_body_bytes": 1000}, "12582912"),
        ("AUDIT_ROOTS_FILE", {"audit_roots_file": "/nonexistent/roots.txt"}, "建好"),
        ("Redis：", {"redis_url": "redis://127.0.0.1:1/0"}, "REDIS_URL"),
        ("数据库", {"schema": False}, "migrate"),
        ("数据库", {"schema": False, "database_url": "sqlite:////nonexistent/x.sqlite3"}, "DATABASE_URL"),
        ("县", {"county": False}, "county init"),
        ("微信", {"wechat_app_id": "wx1", "wechat_secret": "x", "wechat_base_url": "http://127.0.0.1:1"}, "白名单"),
    ],
)
def test_what_is_wrong_comes_with_what_to_do(
    install: Install, part: str, given: dict[str, object], remedy: str
) -> None:
    app = install(**given)

    assert _complaint(app, part)
    assert remedy in _told(app)[1]


def test_a_wrong_secret_is_found_by_asking_wechat(install: Install, emulator: Emulator) -> None:
    app = install(wechat_base_url=emulator.url, **(HEALTHY | {"wechat_secret": "0" * 32}))

    assert "40125" in _complaint(app, "微信：")


def test_keys_that_others_can_read_are_found(install: Install) -> None:
    app = install()
    app.extensions["settings"].keys_path.chmod(0o644)

    assert "644" in _complaint(app, "密钥文件")


def test_a_lost_key_file_is_found_and_never_made_anew(install: Install) -> None:
    settings = install().extensions["settings"]
    settings.keys_path.unlink()

    app = create_app(settings)

    assert not settings.keys_path.exists()
    assert str(settings.keys_path) in _complaint(app, "密钥文件")
    with app.app_context(), pytest.raises(KeysUnusable) as lost:
        current.keys()
    assert isinstance(as_fact(lost.value), TryLater)


def test_a_demo_beside_a_real_county_is_found(install: Install) -> None:
    app = install(demo=True)

    assert "正式的数据库" in _complaint(app, "县")


def test_a_mariadb_that_would_lose_what_it_promised_is_found(install: Install, mariadb_url: str) -> None:
    """The tests' own server flushes once a second, for speed: exactly what a county must not do."""
    app = install(database_url=fresh_database(mariadb_url, "doctor"), county=False)

    assert "现在是 2" in _complaint(app, "innodb_flush_log_at_trx_commit")
    assert "正常  MariaDB sql_mode" in _told(app)[1]
