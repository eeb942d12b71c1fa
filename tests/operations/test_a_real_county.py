"""The README's steps for a real county, typed as they stand there, on a fresh MariaDB and a Valkey of its own."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from deploy.run.stack import free_ports, stop
from tests.architecture.reading import ROOT
from tests.faults.stack import eventually
from tests.faults.town import fresh_database
from tests.stories.browser import Browser

PASSWORD = "a long enough one for wang"
CHAPTER = re.compile(r"^## A real county$(.*?)^## ", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Terminal:
    """A shell in the checkout, with nothing in its environment that a fresh login would not have."""

    env_file: Path
    data: Path
    port: int

    def type(self, line: str) -> "subprocess.Popen[str]":
        clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        # Where this one test may live beside the checkout's own installation.
        own = {"DATA_DIR": str(self.data), "PORT": str(self.port), "LC_ALL": "C.UTF-8"}
        return subprocess.Popen(
            ["bash", "-euc", self._as_here(line)],
            cwd=ROOT,
            env=clean | own,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def said(self, line: str) -> tuple[int, str]:
        done = self.type(line)
        text, _ = done.communicate(timeout=240)
        return done.returncode, text

    def _as_here(self, line: str) -> str:
        """Name our own settings file and number; `make` is what the Makefile says, without making packages anew."""
        line = line.replace("./county.env", str(self.env_file)).replace("0311-…", "0311-82520000")
        return re.sub(r"\bmake (\w+)", lambda found: recipe(found[1]), line)


def recipe(target: str) -> str:
    """Return what the Makefile does for a target."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    [found] = re.findall(rf"^{target}:.*\n\t@exec (.+)$", text, re.MULTILINE)
    return "exec " + str(found).replace("$(BIN)", ".venv/bin")


def blocks() -> tuple[str, list[str]]:
    """Return the README's settings file, and the lines that are typed."""
    [chapter] = CHAPTER.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    settings, typed = BLOCK.findall(chapter)
    lines = [line.split("   #")[0].split("    # ")[0].strip() for line in typed.splitlines()]
    return settings, lines


@contextmanager
def running(terminal: Terminal, line: str) -> Iterator["subprocess.Popen[str]"]:
    program = terminal.type(line)
    try:
        yield program
    finally:
        stop(program)  # type: ignore[arg-type]
        assert program.stdout
        program.stdout.close()


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.RequestException:
        return False


class HttpsProxy(HTTPAdapter):
    """The county's HTTPS proxy: cookies that are for HTTPS alone reach the browser behind it."""

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        answer = super().send(*args, **kwargs)
        told = answer.raw._original_response.msg
        cookies = told.get_all("Set-Cookie", [])
        assert all("; Secure" in cookie for cookie in cookies)
        del told["Set-Cookie"]
        for cookie in cookies:
            told["Set-Cookie"] = cookie.replace("; Secure", "")
        return answer


@pytest.mark.shows("story.1", "story.8")
@pytest.mark.timeout(600)
def test_the_steps_of_the_readme_lead_to_a_county_that_its_administrator_signs_in_to(
    tmp_path: Path, valkey: Path, mariadb_url: str
) -> None:
    settings, (runs, reads, init, add, guard, doctor) = blocks()
    with ExitStack() as stack:
        port, url = free_ports(), fresh_database(mariadb_url, "real_county")
        site = f"http://127.0.0.1:{port}"
        given = {"DATABASE_URL": url, "REDIS_URL": f"unix://{valkey}", "PUBLIC_URL": site}
        for name, value in given.items():
            settings = re.sub(rf"{name}='[^']*'", f"{name}='{value}'", settings)
        env_file = tmp_path / "county.env"
        env_file.write_text(settings.replace("…", "from-wechat"), encoding="utf-8")
        terminal = Terminal(env_file, tmp_path / "var", port)
        stack.enter_context(running(terminal, runs))
        eventually(lambda: answers(f"{site}/healthz"), within=180)

        made = terminal.said(f"{reads}\n{init}")
        again = terminal.said(f"{reads}\n{init}")
        status, said = terminal.said(f"{reads}\n{add}")
        guarded = terminal.said(f"{reads}\n{guard}")
        _, found = terminal.said(f"{reads}\n{doctor}")
        [link] = re.findall(rf"{site}/console/password/\S+", said)
        page = _signed_in(site, link)

    assert made[0] == 0, made
    assert "灵寿县 已建好" in made[1]
    assert (again[0], "已经建过" in again[1]) == (1, True)
    assert status == 0, said
    assert (guarded[0], "/console/password/" in guarded[1]) == (0, True)
    assert "王某" in page
    assert "数据库" in found
    assert PASSWORD not in said + found


def _signed_in(site: str, link: str) -> str:
    """Set a password with the link, sign in with it, and return what the first page says."""
    browser = Browser(site)
    browser._http.mount(site, HttpsProxy())
    page = browser.press(browser.open(link), "设好密码", password=PASSWORD, again=PASSWORD)
    assert page.status == 200, page.words
    page = browser.press(browser.open("/console/"), "登录", login="wang", password=PASSWORD)
    assert page.status == 200, page.words
    return page.words
