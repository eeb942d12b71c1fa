"""docs/operations.md typed word by word on a machine in a folder, up to a family's declaration over HTTPS."""

import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from redis import Redis
from redis.exceptions import RedisError

from deploy.run import valkey
from deploy.run.stack import free_ports
from tests import mariadb
from tests.faults.stack import eventually
from tests.operations.machine import NAME, Machine, blocks, certificate
from tests.people import COUNTY, FORM
from tests.stories.phones import Phone
from tests.wechat.emulation import Emulator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("nginx", path="/usr/sbin:/usr/bin") is None, reason="nginx is not installed here"),
    pytest.mark.skipif(shutil.which("systemd-socket-activate") is None, reason="systemd's tools are not here"),
]
TRIES = 60


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A server with MariaDB and Redis as their packages leave them, and nothing of ours."""
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
    made = Machine(home / "server", instead)
    try:
        yield made
    finally:
        made.stop()
        mariadb.stop(server)
        shutil.rmtree(home, ignore_errors=True)


def _start_redis(machine: Machine) -> None:
    """What step 4 does on the machine itself: our settings with the password of the environment file."""
    address = machine.settings()["REDIS_URL"]
    [password] = re.findall(r"redis://:(\w+)@", address)
    text = (machine.home / "opt/shouwang/deploy/server/redis.conf").read_text(encoding="utf-8")
    port = machine.instead["127.0.0.1:6379"].rpartition(":")[2]
    own = machine.home / "tmp/redis.conf"
    own.write_text(text.replace("REDIS_PASSWORD", password) + f"port {port}\ndir {machine.home / 'tmp'}\n")
    machine.running["redis"] = subprocess.Popen(
        [valkey.find_server(), own], stdout=subprocess.DEVNULL, start_new_session=True
    )
    with Redis.from_url(address) as redis:
        eventually(lambda: _pings(redis))


def _pings(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


@pytest.mark.shows("scale.1")
def test_a_clean_server_that_follows_the_page_word_by_word_serves_a_familys_declaration(
    machine: Machine, emulator: Emulator
) -> None:
    typed: list[str] = []
    links: list[str] = []
    for mark, text in blocks("Install"):
        if mark == "sh services":
            _add_wechat(machine, emulator)
            _start(machine)
        elif mark == "sh":
            if "nginx -t" in text:
                certificate(machine.home / "etc/shouwang/tls")
            said = machine.type(text)
            typed.append(said)
            links += re.findall(r"https://\S+/console/password/\S+", said)
            if "openssl rand" in text:
                _start_redis(machine)

    assert len(links) == 3
    site = f"https://127.0.0.1:{_tls_port(machine)}"
    assert (machine.home / "etc/shouwang/county.env").stat().st_mode & 0o777 == 0o600
    assert "备份做完" in typed[-1]
    _declares(machine, site, emulator)
    _guards(machine, site)
    _reloads_without_a_lost_request(machine)
    ended = machine.stop()
    assert {ended[unit] for unit in ended if unit.startswith(("shouwang-web", "shouwang-send", "shouwang-work"))} == {0}


def _add_wechat(machine: Machine, emulator: Emulator) -> None:
    """Step 9, with the emulator in the place of WeChat."""
    path = machine.home / "etc/shouwang/county.env"
    text = path.read_text(encoding="utf-8")
    app = emulator.world.config
    for name, value in (("APP_ID", app.app_id), ("SECRET", app.secret), ("PUSH_TOKEN", "push-token-1234")):
        text = text.replace(f"WECHAT_{name}=''", f"WECHAT_{name}='{value}'")
    path.write_text(text + f"WECHAT_BASE_URL='{emulator.url}'\n", encoding="utf-8")


def _start(machine: Machine) -> None:
    """`systemctl enable --now shouwang.target`: what the target wants, the web by its socket."""
    target = (machine.home / "etc/systemd/system/shouwang.target").read_text(encoding="utf-8")
    wanted = [each for line in re.findall(r"^Wants=(.+)$", target, re.MULTILINE) for each in line.split()]
    services = [each for each in wanted if each.endswith(".service")]
    assert len(services) == 5
    for unit in services:
        machine.start(unit, listens=machine.instead["127.0.0.1:8000"] if "web" in unit else "")
    machine.start_nginx()
    eventually(lambda: _answers(machine, "/healthz"), within=120)


def _tls_port(machine: Machine) -> int:
    return int(machine.instead["listen 443 "].split(":")[1])


def _get(machine: Machine, path: str) -> requests.Response:
    site = f"https://127.0.0.1:{_tls_port(machine)}"
    return requests.get(
        site + path, headers={"Host": NAME}, verify=machine.certificate, timeout=100, allow_redirects=False
    )


def _answers(machine: Machine, path: str) -> bool:
    try:
        return _get(machine, path).ok
    except requests.RequestException:
        return False


def _declares(machine: Machine, site: str, emulator: Emulator) -> None:
    phone = Phone(site, emulator.url, "张三")
    phone._http.verify, phone._http.headers["Host"] = machine.certificate, NAME
    assert phone.open_mini_program(COUNTY).status == 200
    phone.post("/consents", version=1)

    answer = phone.post("/declarations", **FORM)

    assert answer.status == 201, answer.body
    mine = phone.get("/declarations")
    assert answer.body["receipt_no"] in str(mine.body)
    eventually(lambda: '"job": "sweep"' in machine.log("shouwang-work@1.service"), within=90)


def _guards(machine: Machine, site: str) -> None:
    for hidden in ("/metrics", "/readyz"):
        assert _get(machine, hidden).status_code == 404
    page = _get(machine, "/console/sign-in/")
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Server" not in page.headers or re.fullmatch("nginx", page.headers["Server"])
    static = _get(machine, "/console/static/favicon.svg?v=1")
    assert (static.status_code, "immutable" in static.headers["Cache-Control"]) == (200, True)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{site}/healthz", headers={"Host": "other.example"}, verify=machine.certificate, timeout=10)
    plain = requests.get(f"http://{machine.instead['listen 80 '].split()[1]}/x", timeout=10, allow_redirects=False)
    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{NAME}/x")
    mine = {"headers": {"Host": NAME}, "verify": machine.certificate}
    too_large = requests.post(f"{site}/api/v1/login", data=b"x" * 14_000_000, timeout=30, **mine)
    assert too_large.status_code == 413
    log = (machine.home / "var/log/nginx/shouwang.log").read_text(encoding="utf-8")
    assert "/api/v1/declarations" in log
    assert "?" not in log


def _reloads_without_a_lost_request(machine: Machine) -> None:
    """New processes take over while people ask: nobody notices."""
    statuses: list[int] = []

    def ask() -> None:
        statuses.extend(_get(machine, f"/api/v1/dictionaries?{turn}").status_code for turn in range(TRIES))

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for each in asking:
        each.start()
    machine.reload("shouwang-web.service")
    for each in asking:
        each.join()

    assert len(statuses) == 3 * TRIES
    assert not [status for status in statuses if status >= 500]
