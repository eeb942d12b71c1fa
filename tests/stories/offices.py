"""How departments reach the county in the story: a program with its own key, and a liaison at the console."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import requests

from tests.stories.browser import PATIENCE, Browser, Page
from tests.stories.phones import Answer
from tests.stories.stage import Stage

_KEY = re.compile(r"dk_[\w-]+")
HEADING = ("姓名", "身份证号", "户籍村", "金额", "发生日期", "说明")


class Program:
    """A department's own program: it knows one key and two addresses."""

    def __init__(self, web: str, key: str) -> None:
        self._api = f"{web}/api/v1/departments"
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["Authorization"] = f"Bearer {key}"

    def push(self, topic: str, *rows: dict[str, str]) -> Answer:
        """Push rows at once."""
        return _answer(
            self._http.post(f"{self._api}/alerts", json={"topic": topic, "rows": list(rows)}, timeout=PATIENCE)
        )

    def verdicts(self, delivery_id: str) -> list[dict[str, Any]]:
        """Read what became of the rows of a delivery."""
        answer = _answer(self._http.get(f"{self._api}/deliveries/{delivery_id}/verdicts", timeout=PATIENCE))
        rows: list[dict[str, Any]] = answer.body.get("items", [])
        return rows


def program_of(stage: Stage, county: Browser, department: str) -> Program:
    """Let the county make a key for a department's program; it is shown once."""
    page = county.press(county.open("/console/offices/"), "发一个密钥", row=department, name="业务系统")
    found = _KEY.search(page.words)
    stage.must(found, f"the county sees a key for {department}: {page.words[:300]}")
    stage.does("The county", f"makes a key for the program of {department}: it is shown once.")
    return Program(stage.web, found[0] if found else "")


def owed_on(page: Page, topic: str) -> bool:
    """Whether a liaison's page shows something owed of this topic."""
    return any(form.button("确认本期无预警") and topic in form.row.split() for form in page.forms)


def day_not_over(page: Page, topic: str) -> str:
    """The day, as the page writes it, of what is owed of this topic and not late yet; empty when there is none."""
    rows = [form.row for form in page.forms if form.button("确认本期无预警") and topic in form.row.split()]
    in_time = [row.split() for row in rows if "超期" not in row]
    return next((word for words in in_time for word in words if "日（周" in word), "")


def as_csv(heading: Sequence[str], *rows: Sequence[str]) -> bytes:
    """Return rows as the file that an office would save."""
    text = io.StringIO()
    csv.writer(text).writerows([heading, *rows])
    return text.getvalue().encode("utf-8-sig")


def first_of_next_month(day: date, *, place: int = 1) -> date:
    """The first of the month after, or a later day of it."""
    return date(day.year + day.month // 12, day.month % 12 + 1, place)


def _answer(answer: requests.Response) -> Answer:
    body = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
    return Answer(answer.status_code, body, replayed=False)
