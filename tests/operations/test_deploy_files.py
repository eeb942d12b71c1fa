"""Units, nginx and containers are of the form their programs take, and name only what this program knows."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from admin.imports import FOR_FORMS, TAKES_FILES
from backend.services.imports.shelf import MOST_CSV_BYTES
from backend.settings import Settings
from jobs.worker import KINDS
from tests.architecture.reading import ROOT
from tests.operations.machine import Machine, blocks, certificate

pytestmark = pytest.mark.shows("scale.1")

SERVER, COMPOSE = ROOT / "deploy/server", ROOT / "deploy/compose"
KNOWN = {each.name.upper() for each in fields(Settings)} | {"PROMETHEUS_MULTIPROC_DIR", "PYTHONUNBUFFERED"}
OTHERS = {"MARIADB_DATABASE", "MARIADB_USER", "MARIADB_PASSWORD", "MARIADB_ROOT_PASSWORD", "REDIS_PASSWORD"}
UNITS = sorted(path.name for path in SERVER.glob("shouwang*.*") if path.suffix in {".service", ".timer", ".socket"})
MOST_EXPOSED = 2.0
OWN_LINES = {
    "nginx-local.conf": "set_real_ip_from 10.0.0.2; real_ip_header X-Forwarded-For;",
    "nginx-collector.conf": "allow 10.0.0.9;",
}
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "m", {"/run/mysqld/mysqld.sock": "/none", "127.0.0.1:8000": "127.0.0.1:18000"})


def _named(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))


def _compose() -> dict[str, Any]:
    known: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))
    return known


@pytest.mark.parametrize("name", ["server/county.env", "compose/county.env", "compose/database.env"])
def test_every_variable_of_an_example_is_one_that_somebody_reads(name: str) -> None:
    given = _named(ROOT / f"deploy/{name}.example")

    assert set(given) - KNOWN - OTHERS == set()
    assert {"PUBLIC_URL", "PROXIES"} <= set(given) or "database" in name
    # Only words that are to be replaced, nothing that could be somebody's.
    secret = {each.name.upper() for each in fields(Settings) if each.metadata["secret"]}
    for each in set(given) & secret - {"REDIS_URL", "BACKUP_DATABASE_URL", "KEYS_FILE"}:
        assert re.fullmatch(r"'?[A-Z_]*'?", given[each]), each


def test_the_page_of_the_environment_is_what_the_settings_say() -> None:
    from backend.cli_environment import as_markdown

    assert (ROOT / "docs/environment.md").read_text(encoding="utf-8") == as_markdown()


def test_an_empty_variable_has_its_default_as_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in fields(Settings):
        monkeypatch.setenv(each.name.upper(), "")

    assert Settings.from_environment() == Settings()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd's tools are not installed here")
def test_systemd_takes_every_unit_and_finds_little_that_it_could_reach(machine: Machine) -> None:
    here = machine.home / "units"
    shutil.copytree(machine.home / "opt/shouwang/deploy/server", here)
    environment = {"SYSTEMD_UNIT_PATH": f"{here}:", "PATH": "/usr/bin:/bin"}
    names = [name.replace("@.", "@1.") for name in (*UNITS, "shouwang.target")]
    verified = _systemd_analyze("verify", *(f"./{name}" for name in names), where=here, environment=environment)
    services = [name for name in names if name.endswith(".service")]
    judged = _systemd_analyze(
        *("security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}"),
        *(f"./{name}" for name in services),
        where=here,
        environment=environment,
    )

    assert (verified.returncode, verified.stderr) == (0, "")
    assert judged.returncode == 0, re.findall(r"Overall exposure.*", judged.stdout)
    assert len(re.findall(r"Overall exposure", judged.stdout)) == len(services)


def _systemd_analyze(*words: str, where: Path, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["systemd-analyze", *words], cwd=where, env=environment, capture_output=True, text=True, timeout=60
    )


def test_the_target_wants_a_worker_for_every_queue_and_the_metronome() -> None:
    wanted = (SERVER / "shouwang.target").read_text(encoding="utf-8")
    commands = {
        name: re.findall(r"^ExecStart=\S+ -m (.+)$", (SERVER / name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in UNITS
        if name.endswith(".service")
    }
    runs = {command for name, found in commands.items() if name.replace("@.", "@1.") in wanted for command in found}

    assert {f"jobs.worker {queue}" for queue in KINDS} | {"jobs.metronome"} <= runs
    assert any(command.startswith("gunicorn ") for command in runs)
    for name in UNITS:
        text = (SERVER / name).read_text(encoding="utf-8")
        if "jobs.worker" in text or "gunicorn" in text:  # the child in work is not told to stop, its parent is
            assert "KillMode=mixed" in text
            assert "Environment=PROMETHEUS_MULTIPROC_DIR=/run/shouwang/metrics" in text


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")
def test_nginx_takes_its_settings(machine: Machine) -> None:
    (machine.home / "etc/shouwang/tls").mkdir(parents=True)
    certificate(machine.home / "etc/shouwang/tls")
    server = machine.home / "opt/shouwang/deploy/server"
    shutil.copy(server / "nginx.conf", machine.home / "etc/nginx/conf.d/shouwang.conf")
    shutil.copy(server / "nginx-proxy.conf", machine.home / "etc/shouwang/nginx-proxy.conf")

    tried = [_nginx(machine)]
    for name, own in OWN_LINES.items():
        (machine.home / "etc/shouwang" / name).write_text(own)
    tried.append(_nginx(machine))

    for each in tried:
        assert each.returncode == 0, each.stderr
        assert "warn" not in each.stderr
    assert [[own in each.stdout for own in OWN_LINES.values()] for each in tried] == [[False] * 2, [True] * 2]


def _nginx(machine: Machine) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([machine.home / "usr/local/bin/nginx", "-T"], capture_output=True, text=True, timeout=30)


def test_nginx_lets_through_what_the_program_takes_and_believes_one_hop_only() -> None:
    site = (SERVER / "nginx.conf").read_text(encoding="utf-8")
    handed_on = (SERVER / "nginx-proxy.conf").read_text(encoding="utf-8")
    [most] = re.findall(r"^    client_max_body_size (\d+)m;", site, re.MULTILINE)

    assert Settings().most_body_bytes < int(most) * 1024**2 < Settings().most_body_bytes * 1.2
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in handed_on
    assert "$proxy_add_x_forwarded_for" not in site + handed_on
    assert _named(SERVER / "county.env.example")["PROXIES"] == "'1'"
    assert "proxy_request_buffering on;" in handed_on
    assert re.findall(r"ssl_protocols ([^;]+);", site) == ["TLSv1.2 TLSv1.3"]


def test_what_happens_at_an_hour_happens_at_that_hour_in_beijing() -> None:
    told = {
        name: re.findall(r"^OnCalendar=(.+)$", (SERVER / name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in UNITS
        if name.endswith(".timer")
    }

    assert len(told) == 3
    assert [name for name, [when] in told.items() if not when.endswith((" Asia/Shanghai", "*:0/5"))] == []


def test_every_database_keeps_its_log_as_the_backups_need_it() -> None:
    [server, galera] = [
        dict(re.findall(r"^(\w+) *= *(\S+)$", (ROOT / f"deploy/{name}").read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("server/mariadb.cnf", "ha/galera.cnf")
    ]
    words = _compose()["services"]["database"]["command"]
    contained = dict(word.removeprefix("--").replace("-", "_").split("=", 1) for word in words)
    needed = {"sync_binlog": "1", "innodb_flush_log_at_trx_commit": "1", "binlog_format": "ROW"}
    needed |= {"max_binlog_size": "64M", "binlog_expire_logs_seconds": "604800"}

    for given in (server, galera, contained):
        assert needed.items() <= given.items()
        assert "log_bin" in given


def test_nginx_lets_through_the_tables_that_the_console_takes(app: Flask) -> None:
    site = (SERVER / "nginx.conf").read_text(encoding="utf-8")
    places = dict(re.findall(r"^    location (\S.*?) \{\n(.*?)^    \}", site, re.MULTILINE | re.DOTALL))
    [where] = [name for name in places if "client_max_body_size" in places[name]]
    [most] = re.findall(r"client_max_body_size (\d+)m;", places[where])
    taking = re.compile(where.removeprefix("~ "))
    doors = {rule.endpoint: rule.rule.replace("<int:batch_id>", "7") for rule in app.url_map.iter_rules()}

    assert MOST_CSV_BYTES + FOR_FORMS < int(most) * 1024**2 < (MOST_CSV_BYTES + FOR_FORMS) * 1.2
    assert all(taking.search(doors[each]) for each in TAKES_FILES)
    assert not taking.search("/api/v1/declarations")
    assert set(_lines(places["/"])) <= set(_lines(places[where]))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_an_upgrade_ends_at_what_fails_and_leaves_the_shell_that_it_is_typed_in() -> None:
    typed = [text for _, text in blocks("Upgrade")]

    assert len(typed) == 4
    for text in typed:
        assert (_lines(text)[0], _lines(text)[-1]) == ("( set -e", ")")
        assert subprocess.run(["bash", "-n", "-c", text], timeout=10).returncode == 0


def test_an_upgrade_lays_nginxs_files_as_the_installation_did() -> None:
    [first] = [text for _, text in blocks("Install") if "nginx.conf >" in text]
    [again] = [text for _, text in blocks("Upgrade") if "nginx.conf >" in text]

    assert set(_lines(first)[:3]) <= set(_lines(again))


def test_the_containers_run_each_program_and_name_only_what_it_knows() -> None:
    known = _compose()
    services: dict[str, Any] = known["services"]
    ours = {name: each for name, each in services.items() if each["image"] == "shouwang:local"}
    commands = {" ".join(each.get("command", ())) for each in ours.values()}

    assert set(known) <= {"name", "services", "networks", "volumes", "x-program", "x-worker"}
    assert set(ours) == {"migrate", "web", "send", "work", "files", "metronome"}
    assert {f"python -m jobs.worker {queue}" for queue in KINDS} | {"python -m jobs.metronome"} <= commands
    assert services["migrate"]["profiles"] == ["step"]
    assert "migrate" not in {need for each in services.values() for need in each.get("depends_on", ())}
    assert "--appendonly yes" in services["redis"]["command"][-1]
    for name, each in services.items():
        assert not re.search(r":latest$|^[^:]+$", each["image"]), name
        assert set(each.get("environment", ())) <= KNOWN
        assert set(each["networks"]) <= set(known["networks"])
        used = {volume.split(":")[0] for volume in each.get("volumes", ())}
        assert used <= set(known["volumes"])
        assert all(port.startswith("127.0.0.1:") for port in each.get("ports", ()))
    assert {each["logging"]["driver"] for each in services.values()} == {"journald"}  # which keeps a year
    for each in ours.values():
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]


def _compose_words() -> list[str]:
    """Return how compose is called here: docker's plugin, or the program of its first version, which Debian has."""
    docker = shutil.which("docker")
    asked = subprocess.run([docker, "compose", "version"], capture_output=True, timeout=30) if docker else None
    return ["docker", "compose"] if asked is not None and asked.returncode == 0 else ["docker-compose"]


@pytest.mark.slow
def test_compose_itself_takes_the_file(tmp_path: Path) -> None:
    compose = _compose_words()
    if shutil.which(compose[0]) is None:
        pytest.skip("no compose is installed here")
    for path in COMPOSE.iterdir():
        shutil.copy(path, tmp_path / path.name.removesuffix(".example"))
    if len(compose) == 1:  # the first version is told a project's name beside the file
        file = tmp_path / "compose.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("\nname: shouwang\n", "\n"), encoding="utf-8")

    tried = subprocess.run(
        [*compose, "--profile", "step", "config", "--quiet"], cwd=tmp_path, capture_output=True, timeout=30
    )

    assert tried.returncode == 0, tried.stderr


def _instructions() -> Iterator[tuple[str, list[str]]]:
    text = (COMPOSE / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            yield word, shlex.split(rest)


def test_the_image_is_pinned_small_and_nobodys_root() -> None:
    instructions = list(_instructions())
    bases = [words[0] for word, words in instructions if word == "FROM"]
    last = max(place for place, (word, _) in enumerate(instructions) if word == "FROM")
    after = instructions[last:]

    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.\d+-slim-\w+", base) for base in bases)
    assert ["shouwang"] in [words for word, words in after if word == "USER"]
    assert not [words for word, words in after if word == "RUN" and "pip" in " ".join(words)]
    assert {word for word, _ in instructions} <= {
        *("FROM", "ENV", "RUN", "COPY", "WORKDIR", "USER", "EXPOSE", "HEALTHCHECK", "CMD")
    }


def test_what_is_copied_into_the_image_is_enough_to_run_the_program(tmp_path: Path) -> None:
    let_in = (COMPOSE / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    for word, words in _instructions():
        if word == "COPY" and not words[0].startswith("--") and words[0] != "requirements.txt":
            target = tmp_path / (words[0] if words[1] == "./" else words[1])
            assert f"!{words[0]}" in let_in
            source = ROOT / words[0]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    asks = (
        "import deploy.run.gunicorn_settings, jobs.worker, jobs.metronome; from wsgi import create_app; "
        "c = create_app().test_client(); print(c.get('/healthz').status_code, c.get('/console/sign-in/').status_code)"
    )
    given = {"DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": "k" * 40, "PATH": "/usr/bin:/bin"}

    done = subprocess.run(
        [sys.executable, "-c", asks], cwd=tmp_path, env=given, capture_output=True, text=True, timeout=280
    )

    assert done.stdout.splitlines()[-1:] == ["200 200"], done.stderr


@pytest.mark.shows("scale.6")
def test_the_webs_master_holds_nothing_of_the_program_that_its_new_workers_would_inherit() -> None:
    asks = (
        "import sys; from gunicorn.util import load_class; from deploy.run import gunicorn_settings; "
        "load_class(gunicorn_settings.worker_class); print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )

    done = subprocess.run([sys.executable, "-c", asks], cwd=ROOT, capture_output=True, text=True, timeout=60)

    held = set(done.stdout.split())
    assert {"gunicorn", "deploy"} <= held, done.stderr
    assert held & {"backend", "admin", "miniprogram_api", "jobs", "wsgi", "flask", "werkzeug", "sqlalchemy"} == set()
