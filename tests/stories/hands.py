"""What people in the story do again and again: declare, leaf through a queue, find a duty, file a visit."""

import hashlib
import io
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.stories.browser import Browser, Page
from tests.stories.phones import Answer, Phone
from tests.stories.stage import Stage


@dataclass
class Hands:
    """Two phones and as many browsers as people sign in."""

    stage: Stage
    browsers: dict[str, Browser] = field(default_factory=dict)
    run: str = field(default_factory=lambda: "".join(secrets.choice("春夏秋冬东西南北中山水云") for _ in range(4)))

    def __post_init__(self) -> None:
        self.farmer: Phone = self.stage.phone("农户 田大爷")
        self.cadre: Phone = self.stage.phone("村干部的新手机")

    def browser(self, login: str) -> Browser:
        """Somebody's browser, signed in when first needed."""
        if login not in self.browsers:
            self.browsers[login] = self.stage.console(login)
        return self.browsers[login]

    def declare(self, surname: str, **more: Any) -> dict[str, Any]:
        """Declare with the farmer's phone, for a head of household who is in no other run of the story."""
        answer = self.farmer.post(
            "/declarations",
            village_code=self.stage.poster,
            head_name=f"{surname}{self.run}",
            phone=f"154{secrets.randbelow(10**8):08}",
            hardship="前几天下大雨，堂屋的房顶塌了一角，没钱修。",
            risk="housing",
            **more,
        )
        self.stage.must(answer.status == 201, f"the declaration is taken: {answer.body}")
        return answer.body

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

    def task(self, head: str) -> dict[str, Any]:
        """Find the cadre's open duty about a household."""
        after: dict[str, Any] = {}
        while True:
            page = self.cadre.get("/tasks", size=100, **after).body
            for task in page["items"]:
                if task["head_name"] == head:
                    found: dict[str, Any] = task
                    return found
            self.stage.must(page["after"], f"the cadre has a task about {head}")
            after = {"after": page["after"]}

    def move(self, head: str, **body: Any) -> Answer:
        """Let the cadre take a step."""
        task = self.task(head)
        return self.cadre.post(f"/cases/{task['case_id']}/decisions", version=task["version"], **body)

    def visit(self, head: str, photo: bytes | None = None) -> tuple[Answer, dict[str, Any], str]:
        """Let the cadre file a visit; give the answer, what was sent, and its key."""
        task = self.task(head)
        body = {
            "version": task["version"],
            "findings": "堂屋房顶塌了约两平方米，老两口暂住厢房，情况属实。",
            "conclusion": "risk",
            "companion": "李秀英",
            "photos": [hashlib.sha256(photo).hexdigest()] if photo else [],
        }
        key = str(uuid.uuid4())
        return self.cadre.post(f"/cases/{task['case_id']}/visits", key=key, **body), body, key

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
