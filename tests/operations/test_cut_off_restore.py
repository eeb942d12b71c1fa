"""A restore that was cut off: nothing starts on what has come back so far, and another restore ends it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.app import create_bare_app
from backend.errors import NotPossibleNow
from backend.services.backups import erased, restoring
from backend.services.backups.erased import Erased
from backend.settings import Settings
from tests import mariadb
from tests.operations.backing import LOGGED, Host, Hosts, empty_database, hosts
from wsgi import create_app

pytestmark = pytest.mark.shows("scale.4")
ROOT = Path(__file__).parents[2]
NOT_DONE = "恢复没有做完"


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with hosts(tmp_path_factory.mktemp("hosts")) as made:
        yield made


@pytest.fixture
def pair(kind: str, make: Hosts) -> Iterator[tuple[Host, Host]]:
    """Return a county and a new machine on this kind of database."""
    if kind == "sqlite":
        yield make(""), make("", county=False)
        return
    with mariadb.running(options=LOGGED) as server:
        yield make(empty_database(server, "at_work")), make(empty_database(server, "elsewhere"), county=False)


def _settings(host: Host) -> Settings:
    found: Settings = host.app.extensions["settings"]
    return found


def _power_cut(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("mariadb", (restoring, "_replay")),
        ("mariadb", (restoring.mariadb, "load")),
        ("sqlite", (erased, "erase_again")),
        ("sqlite", (restoring, "_files")),
    ],
)
def test_nothing_starts_until_a_restore_that_was_cut_off_is_done_again(
    pair: tuple[Host, Host],
    where: tuple[object, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (lost, fresh), shelf, keys = pair, tmp_path / "backup", tmp_path / "keys"
    lost.declare("张三")
    lost.type("backup", shelf, "--keys", keys)
    lost.declare("李四")
    lost.type("backup", "between", shelf)

    with monkeypatch.context() as patched:
        patched.setattr(*where, _power_cut)
        cut_off = fresh.type("restore", shelf, "--keys", keys)
    for start in (create_app, create_bare_app):
        with pytest.raises(NotPossibleNow, match=NOT_DONE):
            start(_settings(fresh))
    commands = ("migrate", "audit seal", "family erase 1 --yes", "staff add zhou --name 周", "backup", "backup between")
    refused = [fresh.type(*words.split(), *([shelf] if "backup" in words else [])) for words in commands]
    doctor, ready = fresh.type("doctor"), fresh.app.test_client().get("/readyz")
    restored = fresh.type("restore", shelf, "--replace")

    assert cut_off[0] == 1
    assert [(status, NOT_DONE in said) for status, said in refused] == [(1, True)] * len(commands), refused
    assert NOT_DONE in doctor[1]
    assert (ready.status_code, ready.json["parts"]["database"]) == (503, "restore not finished")
    assert (restored[0], fresh.counts()) == (0, lost.counts()), restored
    assert create_app(_settings(fresh))
    assert NOT_DONE not in fresh.type("doctor")[1]


def test_a_restore_that_is_refused_leaves_no_mark(make: Hosts, tmp_path: Path) -> None:
    lost, fresh, shelf = make(""), make("", county=False), tmp_path / "backup"
    lost.type("backup", shelf)

    refused = fresh.type("restore", shelf)

    assert (refused[0], "--keys" in refused[1]) == (1, True), refused
    assert create_app(_settings(fresh))


def test_whom_the_replaced_database_alone_knew_as_erased_is_erased_after_the_second_attempt(
    make: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, shelf, again = make(""), tmp_path / "backup", list[Erased]()
    host.type("backup", shelf)
    family = Erased(77, True, frozenset({5, 6}))

    with monkeypatch.context() as patched:
        patched.setattr(erased, "known_here", lambda: [family])
        patched.setattr(restoring, "_roots", _power_cut)
        host.type("restore", shelf, "--replace")
    monkeypatch.setattr(erased, "erase_again", lambda families, _: again.extend(families))
    restored = host.type("restore", shelf, "--replace")

    assert (restored[0], again) == (0, [family]), restored


@pytest.mark.parametrize(
    "words",
    [
        ("jobs.worker", "send"),
        ("jobs.worker", "work"),
        ("jobs.metronome",),
        ("flask", "--app", "wsgi", "migrate"),
        ("gunicorn", "-c", "python:deploy.run.gunicorn_settings", "--bind", "127.0.0.1:0", "wsgi:create_app()"),
    ],
)
def test_every_program_says_why_it_does_not_start(tmp_path: Path, words: tuple[str, ...]) -> None:
    known = Settings(data_dir=tmp_path)
    known.restoring_path.touch()
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": f"unix://{tmp_path}/none", "SECRET_KEY": "k" * 40}

    program = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert program.returncode > 0
    assert NOT_DONE in program.stderr
