"""The people of one county with their phones: bound with codes from the console, hired there where need be."""

import csv
import re
import secrets
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tests.stories.browser import Browser
from tests.stories.phones import Phone
from tests.stories.stage import Member, Stage

REGIONS = Path(__file__).resolve().parents[2] / "backend" / "regions_data"
_LINK = re.compile(r"/console/password/\S+")
_HIRED = (
    ("village", "孙大勇", "VILLAGE", 12),
    ("head", "周桂兰", "HEAD", 12),
    ("reviewer", "钱学文", "TOWN_REVIEW", 9),
    ("town-lead", "郑立民", "TOWN_LEAD", 9),
    ("county-op", "冯小雨", "COUNTY_OP", 6),
    ("county-lead", "韩守成", "COUNTY_LEAD", 6),
)


@dataclass
class Crew:
    """Who works for one village, its township and its county; a phone is bound when it is first needed."""

    stage: Stage
    village: str
    admin: Browser
    logins: dict[str, str]
    names: dict[str, str]
    phones: dict[str, Phone] = field(default_factory=dict)

    @property
    def county(self) -> str:
        """The county's code."""
        return self.village[:6]

    def today(self) -> date:
        """The day of business time."""
        return self.stage.business_time(self.admin).date()

    def phone(self, who: str) -> Phone:
        """Somebody's phone, bound with a one-time code that the administrator makes."""
        if who not in self.phones:
            self.bind(who)
        return self.phones[who]

    def bind(self, who: str) -> tuple[Phone, str]:
        """Bind a new phone of somebody's with a one-time code that the administrator makes at the console."""
        login, phone = self.logins[who], self.stage.phone(self.names[who])
        page = self.admin.open(f"/console/staff/?named={login}")
        code = self.admin.press(page, "微信绑定码", row=login).named.get("code", "")
        phone.open_mini_program(self.county)
        bound = phone.bind(code)
        self.stage.must(bound.status == 201, f"the code binds the phone of {login}: {bound.body}")
        self.phones[who] = phone
        return phone, code


def crew_of_the_demonstration(stage: Stage, admin: Browser) -> Crew:
    """The cast that has accounts, in the village whose code hangs on the board."""
    logins = {login: login for login, *_ in _HIRED}
    return Crew(stage, stage.poster, admin, logins, {login: stage.members[login].name for login in logins})


def crew_of(stage: Stage, county: str, preset: str) -> Crew:
    """Set another county up under its own rules, as its people would: two commands, one link, and the console."""
    rows = _regions(county)
    name = next(row["name"] for row in rows if row["code"] == county)
    village = next(row["code"] for row in rows if row["level"] == "village")
    words = ("county", "init", county, "--regions", str(REGIONS / f"{county}.csv"), "--preset", preset, "--demo")
    said = stage.flask(*words, may_fail=True)
    stage.must("已建好" in said or "已经建过" in said, f"{name} is set up: {said}")
    stage.does("On the command line", f"flask county init {county} --preset {preset} → {name}")
    run = secrets.token_hex(2)
    admin = _administrator(stage, county, run)
    logins = {role: f"{role}-{county}-{run}" for role, *_ in _HIRED}
    for role, person, hat, digits in _HIRED:
        page = admin.press(
            admin.open("/console/staff/new"),
            "新增",
            name=person,
            login=logins[role],
            role=hat,
            region_code=village[:digits],
            title="",
        )
        stage.must(page.status == 200 and person in page.words, f"{person} is hired: {page.words[:200]}")
    stage.does("Its administrator", f"hires {'、'.join(each[1] for each in _HIRED)} at the console.")
    return Crew(stage, village, admin, logins, {role: person for role, person, *_ in _HIRED})


def _administrator(stage: Stage, county: str, run: str) -> Browser:
    login, name, password = f"admin-{county}-{run}", "徐管", secrets.token_hex(8)
    said = stage.flask("staff", "add", login, "--name", name, "--role", "ADMIN", "--region", county)
    link = _LINK.search(said)
    stage.must(link, f"a one-time link is printed: {said}")
    browser = Browser(stage.web)
    page = browser.open(link[0] if link else "")
    page = browser.press(page, "设", password=password, again=password)
    stage.must(page.status == 200, f"the link sets a password: {page.words[:200]}")
    stage.members[login] = Member(login, password, county, "系统管理员", name)
    return stage.console(login)


def _regions(county: str) -> list[dict[str, str]]:
    with (REGIONS / f"{county}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
