"""What people in the story hold and do again and again: phones, browsers, leafing through a queue."""

import io
import secrets
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.stories.browser import Browser, Page
from tests.stories.crew import Crew, crew_of_the_demonstration
from tests.stories.phones import Phone
from tests.stories.stage import Stage


@dataclass
class Hands:
    """A farmer's phone, the phones of the cast, and as many browsers as people sign in."""

    stage: Stage
    browsers: dict[str, Browser] = field(default_factory=dict)
    run: str = field(default_factory=lambda: "".join(secrets.choice("春夏秋冬东西南北中山水云") for _ in range(4)))

    def __post_init__(self) -> None:
        self.farmer: Phone = self.stage.phone("农户 田大爷")
        self.crew: Crew = crew_of_the_demonstration(self.stage, self.browser("admin"))

    @property
    def cadre(self) -> Phone:
        """The village cadre's phone."""
        return self.crew.phone("village")

    def browser(self, login: str) -> Browser:
        """Somebody's browser, signed in when first needed."""
        if login not in self.browsers:
            self.browsers[login] = self.stage.console(login)
        return self.browsers[login]

    def show(self, receipt: dict[str, Any]) -> None:
        """Read a receipt aloud."""
        self.stage.sees(f"回执号 {receipt['receipt_spoken']}，{receipt['promised_on']} 前答复，{receipt['status']}")
        self.stage.sees(*(f"· {line['sentence']}" for line in receipt["timeline"]))

    def in_queue(self, browser: Browser, tab: str, head: str) -> tuple[Page | None, str]:
        """Leaf through a queue until somebody's name stands there; give the page and the address of the case."""
        page = browser.open(f"/console/queue/?tab={tab}")
        while page.link(head) is None:
            onward = page.link("下一页")
            if onward is None:
                return None, ""
            page = browser.open(onward)
        return page, page.link(head) or ""

    def name(self, surname: str) -> str:
        """A head of household who is in no other run of the story."""
        return f"{surname}{self.run}"

    def reminders(self, case_id: str) -> list[dict[str, Any]]:
        """What the cadre's phone was told about a case that is overdue."""
        mine = [each for each in self.cadre.notices() if each["page"] and each["page"].endswith(f"id={case_id}")]
        return [each for each in mine if "超期" in spoken(each)]


def spoken(notice: dict[str, Any]) -> str:
    return f"「{notice['title']}」 " + "，".join(f"{label}：{value}" for label, value in notice["lines"])


def fresh_photo() -> bytes:
    """A photo that nobody has sent before."""
    made = io.BytesIO()
    Image.frombytes("RGB", (16, 16), secrets.token_bytes(768)).resize((640, 480)).save(made, "JPEG")
    return made.getvalue()
