"""docs/operations.md typed word by word on a machine in a folder, up to a family's declaration over HTTPS."""

import re
import threading
from collections.abc import Iterator

import pytest
import requests

from tests.faults.stack import eventually
from tests.operations.machine import NAME, NEEDED, Machine, bare_machine, blocks, certificate
from tests.people import COUNTY, FORM
from tests.stories.phones import Phone
from tests.wechat.emulation import Emulator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), *NEEDED]
TRIES = 60


@pytest.fixture
def machine() -> Iterator[Machine]:
    with bare_machine() as made:
        yield made


@pytest.mark.shows("scale.1")
def test_a_clean_server_that_follows_the_page_word_by_word_serves_a_familys_declaration(
    machine: Machine, emulator: Emulator
) -> None:
    typed: list[str] = []
    links: list[str] = []
    for mark, text in blocks("Install"):
        if mark == "sh services":
            _add_wechat(machine, emulator)
            machine.start_target()
        elif mark == "sh":
            if "nginx -t" in text:
                certificate(machine.home / "etc/shouwang/tls")
            said = machine.type(text)
            typed.append(said)
            links += re.findall(r"https://\S+/console/password/\S+", said)
            if "openssl rand" in text:
                machine.start_redis()

    assert len(links) == 3
    site = f"https://127.0.0.1:{machine.tls_port}"
    assert (machine.home / "etc/shouwang/county.env").stat().st_mode & 0o777 == 0o600
    assert "备份做完" in typed[-1]
    _declares(machine, site, emulator)
    _guards(machine, site)
    _reloads_without_a_lost_request(machine)
    ended = machine.stop()
    assert {ended[unit] for unit in ended if unit.startswith(("shouwang-web", "shouwang-send", "shouwang-work"))} == {0}


def _add_wechat(machine: Machine, emulator: Emulator) -> None:
    """Step 9, with the emulator in the place of WeChat."""
    app = emulator.world.config
    given = {"WECHAT_APP_ID": app.app_id, "WECHAT_SECRET": app.secret, "WECHAT_PUSH_TOKEN": "push-token-1234"}
    machine.change(**given, WECHAT_BASE_URL=emulator.url)


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
        assert machine.get(hidden).status_code == 404
    page = machine.get("/console/sign-in/")
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Server" not in page.headers or re.fullmatch("nginx", page.headers["Server"])
    static = machine.get("/console/static/favicon.svg?v=1")
    assert (static.status_code, "immutable" in static.headers["Cache-Control"]) == (200, True)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{site}/healthz", headers={"Host": "other.example"}, verify=machine.certificate, timeout=10)
    plain = requests.get(f"http://{machine.instead['listen 80 '].split()[1]}/x", timeout=10, allow_redirects=False)
    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{NAME}/x")
    mine = {"headers": {"Host": NAME}, "verify": machine.certificate}
    too_large = requests.post(f"{site}/api/v1/login", data=b"x" * 14_000_000, timeout=30, **mine)
    assert too_large.status_code == 413
    table = requests.post(f"{site}/console/imports/", data=b"x" * 14_000_000, timeout=60, allow_redirects=False, **mine)
    assert (table.status_code, "nginx" in table.text) == (400, False)  # the program has read it, and misses its form
    log = (machine.home / "var/log/nginx/shouwang.log").read_text(encoding="utf-8")
    assert "/api/v1/declarations" in log
    assert "?" not in log


def _reloads_without_a_lost_request(machine: Machine) -> None:
    """New processes take over while people ask: nobody notices."""
    statuses: list[int] = []

    def ask() -> None:
        statuses.extend(machine.get(f"/api/v1/dictionaries?{turn}").status_code for turn in range(TRIES))

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for each in asking:
        each.start()
    machine.reload("shouwang-web.service")
    for each in asking:
        each.join()

    assert len(statuses) == 3 * TRIES
    assert not [status for status in statuses if status >= 500]
