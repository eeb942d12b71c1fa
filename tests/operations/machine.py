"""A server in a folder: the paths of docs/operations.md lead into it, and its units run without systemd."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from redis import Redis
from redis.exceptions import RedisError

from deploy.run import valkey
from deploy.run.stack import free_ports
from tests import mariadb
from tests.architecture.reading import ROOT
from tests.faults.stack import eventually

PAGE = ROOT / "docs/operations.md"
NAME = "shouwang.example.test"
BLOCK = re.compile(r"^```(sh[a-z ]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACES = re.compile(
    r"(?<![\w.])/(?=opt/shouwang|etc/(?:shouwang|nginx|systemd|tmpfiles\.d)|var/(?:lib|backups)/shouwang"
    r"|var/log/nginx|run/shouwang|usr/local/bin)"
)
NEEDED = (
    pytest.mark.skipif(shutil.which("nginx", path="/usr/sbin:/usr/bin") is None, reason="nginx is not installed here"),
    pytest.mark.skipif(shutil.which("systemd-socket-activate") is None, reason="systemd's tools are not here"),
)
"""What the tests are marked with that set up such a server."""
FOLDERS = ("etc/nginx/conf.d", "etc/systemd/system", "etc/tmpfiles.d", "usr/local/bin", "var/log/nginx", "tmp")
WEB_PARTS = ("admin", "backend", "jobs", "miniprogram_api", "migrations", "wsgi.py", ".venv")
NGINX = """\
pid {home}/tmp/nginx.pid;
worker_processes 1;
error_log {home}/var/log/nginx/error.log;
{user}
events {{ worker_connections 1024; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {home}/tmp/body;
    proxy_temp_path {home}/tmp/proxy;
    fastcgi_temp_path {home}/tmp/fastcgi;
    uwsgi_temp_path {home}/tmp/uwsgi;
    scgi_temp_path {home}/tmp/scgi;
    include {home}/etc/nginx/conf.d/*.conf;
}}
"""


def blocks(chapter: str) -> list[tuple[str, str]]:
    """Return the blocks of a chapter: how each is marked, and what is typed."""
    text = PAGE.read_text(encoding="utf-8")
    start = text.index(f"\n## {chapter}\n")
    end = text.find("\n## ", start + 1)
    return BLOCK.findall(text[start : end if end > 0 else None])


@dataclass
class Machine:
    """One server; `instead` are words of the files of this project that are others here (ports, sockets)."""

    home: Path
    instead: Mapping[str, str]
    name: str = NAME
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out what a fresh Debian has, and the checkout with our files on this machine's paths."""
        for folder in FOLDERS:
            (self.home / folder).mkdir(parents=True)
        checkout = self.home / "opt/shouwang"
        shutil.copytree(ROOT / "deploy", checkout / "deploy")
        for name in WEB_PARTS:
            (checkout / name).symlink_to(ROOT / name)
        for path in (checkout / "deploy/server").rglob("*"):
            if path.is_file():
                path.write_text(self.as_here(path.read_text(encoding="utf-8")), encoding="utf-8")
        user = "user root;" if os.getuid() == 0 else ""  # the folder is its owner's alone
        self._write("etc/nginx/nginx.conf", NGINX.format(home=self.home, user=user))
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin") or "nginx"
        words = f'exec {program} -p {self.home} -c {self.home}/etc/nginx/nginx.conf -e {self.home / "tmp"}/early "$@"'
        self._write("usr/local/bin/nginx", f"#!/bin/sh\n{words}\n").chmod(0o755)
        client = f'exec /usr/bin/mariadb --no-defaults --socket={self.instead["/run/mysqld/mysqld.sock"]} -u root "$@"'
        self._write("usr/local/bin/mariadb", f"#!/bin/sh\n{client}\n").chmod(0o755)

    def as_here(self, text: str) -> str:
        """Put this machine's paths, ports and sockets where the text has those of a real one."""
        for word, other in self.instead.items():
            text = text.replace(word, other)
        text = re.sub(r"-o shouwang -g shouwang ", "", text.replace("runuser -u shouwang -- ", ""))
        return PLACES.sub(f"{self.home}/", text)

    def type(self, text: str) -> str:
        """Type a block as root would; fail with what it said when a line of it fails."""
        clean = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        path = f"{self.home}/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        done = subprocess.run(
            ["bash", "-euc", self.as_here(text)],
            cwd=self.home,
            env=clean | {"PATH": path, "LC_ALL": "C.UTF-8", "NAME": self.name},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=400,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}"
        return done.stdout

    @property
    def certificate(self) -> str:
        """The one that whoever connects trusts here."""
        return str(self.home / "etc/shouwang/tls/fullchain.pem")

    def settings(self) -> dict[str, str]:
        """Return what the units' environment file says."""
        lines = (self.home / "etc/shouwang/county.env").read_text(encoding="utf-8").splitlines()
        named = (line.split("=", 1) for line in lines if re.match("[A-Z_]+='", line))
        return {name: shlex.split(value)[0] for name, value in named}

    def change(self, **values: str) -> None:
        """Write these settings into the units' environment file, in the place of what it says of them."""
        lines = (self.home / "etc/shouwang/county.env").read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if line.partition("=")[0] not in values]
        self._write("etc/shouwang/county.env", "\n".join([*kept, *(f"{name}='{values[name]}'" for name in values), ""]))

    def start(self, unit: str, *, listens: str = "") -> None:
        """Start a unit by its own lines, with its socket where it has one."""
        told = (self.home / "etc/systemd/system" / re.sub(r"@\d", "@", unit)).read_text(encoding="utf-8")
        [words] = re.findall(r"^ExecStart=(.+)$", told, re.MULTILINE)
        own = dict(each.split("=", 1) for each in re.findall(r"^Environment=(.+)$", told, re.MULTILINE))
        for folder in own.values():
            Path(folder).mkdir(parents=True, exist_ok=True)
        given = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", **self.settings(), **own}
        command = words.split()
        if listens:
            passed = [f"--setenv={name}" for name in given]
            command = ["systemd-socket-activate", "-l", listens, *passed, *command]
        with (self.home / "tmp" / f"{unit}.log").open("ab") as log:
            self.running[unit] = subprocess.Popen(
                command, cwd=self.home / "opt/shouwang", env=given, stdout=log, stderr=log, start_new_session=True
            )

    def start_nginx(self) -> None:
        """Start nginx as its package would."""
        program = str(self.home / "usr/local/bin/nginx")
        self.running["nginx"] = subprocess.Popen([program, "-g", "daemon off;"], start_new_session=True)

    def start_redis(self) -> None:
        """Do what step 4 does on the machine itself: our settings with the password of the environment file."""
        address = self.settings()["REDIS_URL"]
        [password] = re.findall(r"redis://:(\w+)@", address)
        text = (self.home / "opt/shouwang/deploy/server/redis.conf").read_text(encoding="utf-8")
        port = self.instead["127.0.0.1:6379"].rpartition(":")[2]
        text = text.replace("REDIS_PASSWORD", password) + f"port {port}\ndir {self.home / 'tmp'}\n"
        own = self._write("tmp/redis.conf", text)
        self.running["redis"] = subprocess.Popen(
            [valkey.find_server(), own], stdout=subprocess.DEVNULL, start_new_session=True
        )
        with Redis.from_url(address) as redis:
            eventually(lambda: _pings(redis))

    def start_target(self) -> None:
        """Do what `systemctl enable --now shouwang.target` does: what the target wants, the web by its socket."""
        target = (self.home / "etc/systemd/system/shouwang.target").read_text(encoding="utf-8")
        wanted = [each for line in re.findall(r"^Wants=(.+)$", target, re.MULTILINE) for each in line.split()]
        services = [each for each in wanted if each.endswith(".service")]
        assert len(services) == 5
        for unit in services:
            self.start(unit, listens=self.instead["127.0.0.1:8000"] if "web" in unit else "")
        self.start_nginx()
        eventually(lambda: self.answers("/healthz"), within=120)

    @property
    def tls_port(self) -> int:
        """Where nginx answers HTTPS."""
        return int(self.instead["listen 443 "].split(":")[1])

    def get(self, path: str) -> requests.Response:
        """Ask nginx for a page, as somebody who knows the server by its name."""
        site, known = f"https://127.0.0.1:{self.tls_port}", {"Host": self.name}
        return requests.get(site + path, headers=known, verify=self.certificate, timeout=100, allow_redirects=False)

    def answers(self, path: str) -> bool:
        """Whether nginx answers that there is such a page."""
        try:
            return self.get(path).ok
        except requests.RequestException:
            return False

    def reload(self, unit: str) -> None:
        """Do what `systemctl reload` does."""
        self.running[unit].send_signal(signal.SIGHUP)

    def log(self, unit: str) -> str:
        """Return what a unit has said."""
        return (self.home / "tmp" / f"{unit}.log").read_text(encoding="utf-8", errors="replace")

    def stop(self) -> dict[str, int]:
        """Stop everything as systemd does, what others lean on last, and return how each ended."""
        ended = {}
        for names in ([name for name in self.running if name != "redis"], ["redis"]):
            there = {name: self.running.pop(name) for name in names if name in self.running}
            for program in there.values():
                program.send_signal(signal.SIGTERM)
            for name, program in there.items():
                try:
                    ended[name] = program.wait(60)
                except subprocess.TimeoutExpired:
                    os.killpg(program.pid, signal.SIGKILL)
                    ended[name] = program.wait()
        return ended

    def _write(self, name: str, text: str) -> Path:
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        return path


def certificate(folder: Path) -> None:
    """Make a certificate for the example's name that its own key signed, good for thirty days."""
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"]
    words += ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},DNS:localhost,IP:127.0.0.1"]
    made = [*words, "-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(["openssl", *made], check=True, capture_output=True)


@contextmanager
def bare_machine(name: str = NAME) -> Iterator[Machine]:
    """Yield a server of this name with MariaDB and Redis as their packages leave them, and nothing of ours."""
    home = Path(tempfile.mkdtemp(prefix="sw-ops-"))
    (home / "db").mkdir()
    mariadb.install(home / "db/data")
    server = mariadb.start(home / "db", durable=True)
    web, redis, plain = free_ports(), free_ports(), free_ports()
    instead = {
        "/run/mysqld/mysqld.sock": str(home / "db/s.sock"),
        "127.0.0.1:6379": f"127.0.0.1:{redis}",
        "127.0.0.1:8000": f"127.0.0.1:{web}",
        "listen [::]:80 default_server;": "",
        "listen [::]:443 ssl default_server;": "",
        "listen [::]:443 ssl http2;": "",
        "listen 80 ": f"listen 127.0.0.1:{plain} ",
        "listen 443 ": f"listen 127.0.0.1:{plain + 1} ",
    }
    made = Machine(home / "server", instead, name)
    try:
        yield made
    finally:
        made.stop()
        mariadb.stop(server)
        shutil.rmtree(home, ignore_errors=True)


def _pings(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False
