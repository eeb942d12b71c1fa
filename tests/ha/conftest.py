"""The machines of a county that must not stop, and the table of what was killed and what came of it."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.settings import Settings
from backend.wechat.emulator.config import DEMO_APP_ID, DEMO_SECRET
from deploy.run.folder import CHECKOUT
from deploy.run.supervision import end_with_parent
from tests.ha import county, front, galera, machines, sentinels
from tests.ha.county import Living
from tests.ha.galera import LOOPBACK, Cluster
from tests.ha.machines import Machine
from tests.ha.sentinels import Group

HEAD = ("killed", "writes", "write gap s", "503s", "500s", "lost", "twice", "uncertain", "back after s")


@dataclass
class Place:
    """Everything that runs, and the county in it."""

    cluster: Cluster
    redis: Group
    webs: list[Machine]
    workers: list[Machine]
    county: Living
    address: str
    """Where people reach it."""


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="sw-ha-") as folder, galera.running(Path(folder)) as found:
        yield found


@pytest.fixture(scope="session")
def place(cluster: Cluster) -> Iterator[Place]:
    """Three database nodes, six Redis programs, two web and two worker groups, a WeChat; all on loopback ports."""
    with ExitStack() as left:
        home = Path(left.enter_context(tempfile.TemporaryDirectory(prefix="sw-ha-")))
        group = left.enter_context(sentinels.running(home / "redis"))
        *ports, wechat_port = galera.free_ports(3)
        environment = _environment(home, cluster, group, ports[0], wechat_port)
        left.callback(_stop, _emulator(home, wechat_port, environment))
        settings = Settings(
            **{name.lower(): value for name, value in environment.items() if name in OURS},  # type: ignore[arg-type]
            data_dir=home / "data",
            demo=True,
            statement_seconds=8,
        )
        living = left.enter_context(county.living(settings, environment["WECHAT_BASE_URL"]))
        webs = [
            machines.web(number, home / f"web{number}", port, environment) for number, port in enumerate(ports, start=1)
        ]
        workers = [machines.workers(number, home / f"work{number}", environment) for number in (1, 2)]
        for machine in (*webs, *workers):
            left.callback(machine.stop)
            machine.start()
        for machine in (*webs, *workers):
            machine.await_up()
        address = left.enter_context(front.standing(home, [web.web for web in webs]))
        machines.await_answer(f"{address}/healthz")
        yield Place(cluster, group, webs, workers, living, address)


OURS = frozenset(
    {"DATABASE_URL", "DATABASE_HOSTS", "REDIS_URL", "REDIS_SENTINELS", "SECRET_KEY", "PUBLIC_URL", "WECHAT_APP_ID"}
)


def _environment(home: Path, cluster: Cluster, group: Group, port: int, wechat_port: int) -> dict[str, str]:
    (home / "data").mkdir()
    wechat = f"http://{LOOPBACK}:{wechat_port}"
    return {
        **os.environ,
        "DATABASE_URL": cluster.url,
        "DATABASE_HOSTS": cluster.hosts,
        "STATEMENT_SECONDS": "8",
        "REDIS_URL": f"redis://{sentinels.MASTER}/0",
        "REDIS_SENTINELS": group.sentinels,
        "DATA_DIR": str(home / "data"),
        "SECRET_KEY": secrets.token_urlsafe(32),
        "PUBLIC_URL": f"http://{LOOPBACK}:{port}",
        "WECHAT_BASE_URL": wechat,
        "EMULATOR_URL": wechat,
        "WECHAT_APP_ID": DEMO_APP_ID,
        "WECHAT_SECRET": DEMO_SECRET,
        "WECHAT_PUSH_TOKEN": "push-token",
        "SECURE_COOKIES": "0",
        "DEMO": "1",
        "TICK_SECONDS": "2",
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": f"{LOOPBACK},localhost",
    }


def _emulator(home: Path, port: int, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    templates = county.write_templates(home / "templates.json")
    state = str(home / "data/emulator")
    words = ("--port", str(port), "--state", state, "--backend-url", environment["PUBLIC_URL"])
    with (home / "wechat.log").open("wb") as log:
        emulator = subprocess.Popen(
            [sys.executable, "-m", "backend.wechat.emulator", *words, "--templates", str(templates)],
            cwd=CHECKOUT,
            env=environment,
            stdout=log,
            stderr=log,
            preexec_fn=end_with_parent,
        )
    machines.await_answer(f"{environment['WECHAT_BASE_URL']}/")
    return emulator


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(30)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Note one line of the table."""

    def write(*values: object) -> None:
        request.node.user_properties.append(("killed", json.dumps([str(value) for value in values])))

    return write


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, ())]
    rows = [json.loads(value) for each in reports for name, value in each.user_properties if name == "killed"]
    if not rows:
        return
    table = [list(HEAD), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEAD))]
    terminalreporter.section("what was killed, and what came of it")
    for row in table:
        cells = [
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        terminalreporter.write_line("  ".join(cells))
