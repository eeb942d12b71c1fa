"""Where the story plays: the running stack's addresses and accounts, what is said aloud, and what must hold."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import requests

from backend import clock
from deploy.run.folder import CHECKOUT
from tests.stories.browser import Browser, Page
from tests.stories.phones import Phone

DAY, HOUR = 24 * 3600, 3600
MORNING, EVENING = 9, 17
"""Between these hours nobody's quiet is disturbed, whatever the policy says."""

WORKING = ("work.log", "send*.log", "metronome.log")
FAILED = re.compile(r"Traceback|[Ww]ork-horse terminated|FailedJobRegistry")
"""What a line says in which a job failed; an alarm (nobody hears, a channel rests) is none."""

EVERYBODY_KNOWS_IN = 1.1
"""Every process reads the demonstration's clock at least once a second."""

_ACCOUNT = re.compile(r"^ {2}([a-z0-9-]+) +(\S+)  (\S+) (\S+) (\S+)$", re.MULTILINE)
_POSTER = re.compile(r"\b(\d{12})\b")
_BANNER = re.compile(r"现在的演示时间： (\d+)年(\d+)月(\d+)日 (\d+):(\d+)")
_STEPS = (
    (30 * DAY, "往前拨30天"),
    (7 * DAY, "往前拨7天"),
    (3 * DAY, "往前拨3天"),
    (DAY, "往前拨1天"),
    (HOUR, "往前拨1小时"),
)


class StoryBroken(Exception):
    """Something did not happen as the story tells it."""


@dataclass(frozen=True)
class Member:
    """One account of the demonstration."""

    login: str
    password: str
    place: str
    title: str
    name: str


@dataclass
class Stage:
    """A running stack, and the transcript."""

    web: str
    wechat: str
    accounts: Path
    patience: float = 60.0
    environment: Mapping[str, str] = field(default_factory=dict)
    pictures: Path | None = None
    """Where pictures of the phones go; nowhere, unless somebody asks for them."""
    tell: Callable[[str], object] = lambda line: sys.stdout.write(line + "\n") and sys.stdout.flush()

    def __post_init__(self) -> None:
        self._read_to = {log: log.stat().st_size for log in self._logs()}
        text = self.accounts.read_text(encoding="utf-8")
        self.members = {each[0]: Member(*each) for each in _ACCOUNT.findall(text)}
        self.poster = _POSTER.findall(text)[0]

    def wait_until_it_answers(self) -> None:
        """Wait for the web and the phones: a program that died is back in seconds."""
        self.eventually(lambda: _answers(f"{self.web}/healthz"), "the web answers")
        self.eventually(lambda: _answers(f"{self.wechat}/_emulator/time"), "the emulator answers")

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self.no_job_failed()
        self.tell(f"\n== {title}")

    def no_job_failed(self) -> None:
        """Stop the story with the line of the log in which a job failed, if one did since it was last looked."""
        for log in self._logs():
            began = self._read_to.get(log, 0)
            with log.open("rb") as file:
                file.seek(began)
                new = file.read().rpartition(b"\n")[0]
            self._read_to[log] = began + len(new)
            failed = [line for line in new.decode(errors="replace").splitlines() if FAILED.search(line)]
            self.must(not failed, f"no job fails, but {log.stem} says: {failed[:1]}")

    def _logs(self) -> list[Path]:
        """The logs of the programs that work: rotated ones were read while they were young."""
        return sorted(log for name in WORKING for log in (self.accounts.parent / "logs").glob(name))

    def does(self, who: str, what: str) -> None:
        """Say who does what."""
        self.tell(f"  {who} {what}")

    def sees(self, *what: object) -> None:
        """Say what they see then."""
        for each in what:
            self.tell(f"      {each}")

    def must(self, holds: object, expected: str) -> None:
        """Stop the story when something does not hold."""
        if not holds:
            raise StoryBroken(expected)

    def eventually(self, look: Callable[[], object], expected: str) -> None:
        """Wait until something is so; the workers need a moment."""
        deadline = clock.monotonic() + self.patience
        while not look():
            self.must(clock.monotonic() < deadline, f"{expected} (waited {self.patience:.0f} s)")
            time.sleep(0.1)

    def flask(self, *words: str, may_fail: bool = False) -> str:
        """Type a command of the program as its administrator would on the server; return what it printed."""
        port = self.web.rpartition(":")[2]
        own = {"DATA_DIR": str(self.accounts.parent), "PORT": port, "DEMO": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "deploy.run.within", "flask", "--app", "wsgi", *words],
            cwd=CHECKOUT,
            env={**os.environ, **self.environment, **own},
            capture_output=True,
            text=True,
            check=False,
        )
        self.must(may_fail or done.returncode == 0, f"flask {' '.join(words)} works: {done.stderr[-2000:]}")
        return done.stdout + done.stderr

    def phone(self, owner: str) -> Phone:
        """Give somebody a phone."""
        return Phone(self.web, self.wechat, owner)

    def console(self, login: str) -> Browser:
        """Sign somebody in at the console, as a browser would."""
        member, browser = self.members[login], Browser(self.web)
        first = browser.open("/console/")
        page = browser.press(first, "登录", login=login, password=member.password)
        self.must(page.status == 200 and member.name in page.words, f"{login} is signed in at the console")
        self.does(f"{member.title} {member.name}", f"signs in at the console ({self.web}/console/)")
        return browser

    def business_time(self, admin: Browser) -> datetime:
        """Read the demonstration's time off the console's banner."""
        return _banner(admin.open("/console/demo/"))

    def days_ahead(self, admin: Browser) -> int:
        """How many days the demonstration's time runs ahead."""
        return (self.business_time(admin) - clock.real_now()).days

    def move_time(self, admin: Browser, seconds: int) -> None:
        """Move business time on with the console's buttons; the emulator's clock goes along with it."""
        target = self.business_time(admin).timestamp() + seconds
        for step, button in _STEPS:
            while seconds >= step:
                page = admin.press(admin.open("/console/demo/"), button)
                self.must(page.status == 200, f"the button “{button}” works")
                seconds -= step
        self.eventually(lambda: self.business_time(admin).timestamp() >= target, "the console shows the new time")
        time.sleep(EVERYBODY_KNOWS_IN)
        self.eventually(lambda: self._wechats_time() >= target, "the emulator's clock goes along")

    def _wechats_time(self) -> float:
        with requests.Session() as http:
            http.trust_env = False
            told = http.get(f"{self.wechat}/_emulator/time", timeout=10).json()
        return clock.real_now().timestamp() + float(told["offset_seconds"])

    def wait_for_daytime(self, admin: Browser) -> None:
        """Let nobody's quiet hours stop the story: move on to the morning if it is evening, night or early."""
        hour = self.business_time(admin).hour
        if not MORNING <= hour < EVENING:
            self.move_time(admin, (MORNING - hour) % 24 * HOUR)
        self.does("The demonstration's clock", f"stands at {self.business_time(admin):%Y-%m-%d %H:%M}, a working hour.")


def _answers(address: str) -> bool:
    with requests.Session() as http:
        http.trust_env = False
        try:
            return http.get(address, timeout=5).ok
        except requests.RequestException:
            return False


def _banner(page: Page) -> datetime:
    found = _BANNER.search(page.words)
    if found is None:
        raise StoryBroken(f"the console shows the demonstration's time: {page.words[:200]}")
    year, month, day, hour, minute = (int(number) for number in found.groups())
    return datetime(year, month, day, hour, minute, tzinfo=clock.SHANGHAI)
