"""A duty is left alone, and the ladder climbs for a week and a bit: who hears what on which day, on which channel."""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.workdays import Workdays
from tests.stories.browser import Browser
from tests.stories.calendar import Way, in_words
from tests.stories.crew import Crew
from tests.stories.family import Family, after_full_days
from tests.stories.hands import spoken
from tests.stories.phones import Phone
from tests.stories.pictures import take_pictures
from tests.stories.stage import Stage

DUTY, PROGRESS = "TPL-DUTY", "TPL-PROGRESS"
KIND, NAME = "department_check", "归口核查"
COLOURS = {"蓝色提示": "blue", "黄色提醒": "yellow", "橙色预警": "orange", "红色预警": "red", "督办": "supervision"}
SUBSCRIBED = ("reviewer", "head", "town-lead", "county-lead")
ALLOWED = 99
"""So many messages each of them allows until the next rung; the county's clerk reads in the program."""
DIGEST, DIGEST_FROM = "今天另有", 8
"""So many messages of duties a person and day; what comes after goes into one digest (policy digest_from)."""

WHY, PASSWORD_LINK = "核查超期一周，农户在等，请三天内查清。", re.compile(r"/console/password/\S+")
_RUNG = re.compile(r"^ {2}(\d{4}-\d\d-\d\d) \d\d:\d\d（[^）]*）(\S+?)：")
_HEARER = re.compile(r"^ {4}→ ([^（，：]+)[（，]")
_FAMILY = "申报人：收到"


@dataclass(frozen=True)
class Rung:
    """What `flask reminders explain` says will happen on one day."""

    on: date
    name: str
    who: tuple[str, ...]
    family_hears: bool


@dataclass
class Ladder:
    """A family under the rules of 灵寿, whose 归口核查 the township forgets for a while."""

    stage: Stage
    crew: Crew
    family: Family

    def climb(self, begins_on: date) -> Way:
        """Let everybody do their duty but the township; then nobody does anything, day by day."""
        yield begins_on
        self._everybody_has_a_phone()
        self.family.declare()
        self.family.farmer.allow(PROGRESS, ALLOWED)
        self.family.accept()
        self.family.check()
        due, task = self.family.due(KIND), str(self.family.duty(KIND)["id"])
        today = self.crew.today()
        self.family.tells("The township", f"owes 「{NAME}」 of {self.family.head_name} by {in_words(due)}.", today)
        rungs = list(self._explained(task))
        climbed = [COLOURS[rung.name] for rung in rungs]
        self.stage.must(climbed == list(COLOURS.values()), f"the ladder has five rungs to come: {climbed}")
        self.stage.does("The administrator", f"asks: flask reminders explain {task} → five rungs, and who hears them.")
        village = self._village_in_time()
        goes_on = next(village)
        for rung in rungs:
            while goes_on <= rung.on:
                yield goes_on
                goes_on = next(village, date.max)
            yield rung.on
            self._speaks(rung)
            self._allow_more()
        self._supervised()
        yield Workdays().next_workday(self.crew.today())
        self._done(task)

    def _village_in_time(self) -> Way:
        """What the village owes meanwhile, on its last day: only the township forgets."""
        yield self.family.due("consult")
        self.family.consult()
        yield self.family.due("meeting")
        self.family.meet()
        yield self.family.due("post_notice")
        self.family.post_notice()
        yield after_full_days(self.family)
        self.family.notice_closes_by_itself()
        self.family.take_down()

    def _everybody_has_a_phone(self) -> None:
        self.crew.phone("county-op")
        self._allow_more()

    def _allow_more(self) -> None:
        """Whoever opens the program is asked again whether it may send, and says yes."""
        for who in SUBSCRIBED:
            self.crew.phone(who).allow(DUTY, ALLOWED)

    def _explained(self, task: str) -> Iterator[Rung]:
        """Read who will hear what and when, as the program itself says."""
        lines = self.stage.flask("reminders", "explain", task).splitlines()
        for number, line in enumerate(lines):
            if (found := _RUNG.match(line)) and found[2] in COLOURS:
                below = _below(lines[number + 1 :])
                named = (each[1] for said in below if (each := _HEARER.match(said)))
                # Whoever has the same post in another run of the story has the same name.
                who = tuple(dict.fromkeys(name for name in named if name in self._people()))
                yield Rung(date.fromisoformat(found[1]), found[2], who, any(_FAMILY in said for said in below))

    def _people(self) -> Mapping[str, str]:
        return {name: who for who, name in self.crew.names.items()}

    def _speaks(self, rung: Rung) -> None:
        """Wait until everybody has heard who should, and say it in one line."""
        self.stage.must(rung.who, f"somebody hears of {rung.name}")
        told = [self._heard(name, rung) for name in rung.who]
        if rung.family_hears:
            self._wait_for(self.family.farmer, rung.on, "", f"the family hears of {rung.name}")
            read = str(self.family.read_receipt()["timeline"][-1]["sentence"])
            self.stage.must("已经在催办" in read, f"the receipt says in plain words that it is late: {read}")
            told.append(f"农户 订阅消息，回执上写着「{read}」")
        self.stage.does(f"{in_words(rung.on)}  {rung.name}", "；".join(told))

    def _heard(self, name: str, rung: Rung) -> str:
        """Say on which channel somebody heard, once it is there: the inbox has it always."""
        who = self._people()[name]
        phone = self.crew.phone(who)
        self.stage.eventually(lambda: self._read(phone, rung.on), f"{name} hears of {rung.name}")
        lines = self._read(phone, rung.on)
        self.stage.must(len(lines) == 1, f"{name} hears of it once that day: {lines}")
        quiet = rung.name == "蓝色提示" or who not in SUBSCRIBED
        hint = str(lines[0]["data"]["hint"])
        about = (NAME, hint)
        if not quiet:
            expected = f"{name}'s phone shows {rung.name}, or as much of other things as a day may bring"
            self.stage.eventually(
                lambda: self._shown(phone, rung.on, *about) or self._is_full(phone, rung.on), expected
            )
        # A phone may show besides that the duty is new: a weekend's messages are held until its next working morning.
        shown = self._shown(phone, rung.on, *about)
        self.stage.must(len(shown) <= (0 if quiet else 1), f"{name}'s phone shows it as often as it should: {shown}")
        way = "订阅消息" if shown else "站内" if quiet else "站内，当天消息已多，并入每日摘要"
        return f"{name} {way}「{hint}」"

    def _is_full(self, phone: Phone, day: date) -> bool:
        """Whether a phone was shown so much that day that the rest goes into one digest, or the digest itself."""
        todays = [each for each in phone.notices() if each["sent_at"].startswith(str(day))]
        return len(todays) >= DIGEST_FROM or any(DIGEST in spoken(each) for each in todays)

    def _read(self, phone: Phone, day: date) -> list[dict[str, Any]]:
        """What the program's own inbox holds about the duty, of this day."""
        found = phone.get("/inbox", size=50).body["items"]
        mine = [each for each in found if each["page"].endswith(self.family.case_id)]
        return [each for each in mine if each["data"].get("what") == NAME and each["at"].startswith(str(day))]

    def _shown(self, phone: Phone, day: date, *about: str) -> list[dict[str, Any]]:
        """What WeChat shows of this family and this day, with these words in it."""
        mine = [each for each in phone.notices() if (each["page"] or "").endswith(self._page_of(phone))]
        todays = [each for each in mine if each["sent_at"].startswith(str(day))]
        return [each for each in todays if all(words in spoken(each) for words in about)]

    def _page_of(self, phone: Phone) -> str:
        return "" if phone is self.family.farmer else self.family.case_id

    def _wait_for(self, phone: Phone, day: date, about: str, expected: str) -> None:
        self.stage.eventually(lambda: self._shown(phone, day, about), expected)

    def _supervised(self) -> None:
        """The county's leader reads the draft, gives a reason and a new date, and signs."""
        leader = self._leaders_browser()
        drafts = leader.open("/console/supervisions/")
        pages = (leader.open(address) for address, said in drafts.links if said == "草稿")
        draft = next((page for page in pages if NAME in page.words), drafts)
        self.stage.must(draft is not drafts, f"a draft waits for a signature: {drafts.words[:300]}")
        issued = leader.press(draft, "签发督办单", reason=WHY)
        self.stage.must("已签发" in issued.words and WHY in issued.words, f"it is issued: {issued.words[:300]}")
        reviewer = self.crew.phone("reviewer")
        papers = [
            each for each in reviewer.get("/supervisions").body["items"] if each["case_id"] == self.family.case_id
        ]
        self.stage.must(len(papers) == 1, f"the desk has one paper about this family: {papers}")
        named, until = self.crew.names["county-lead"], self.family.due(KIND)
        self.stage.must(until > self.crew.today(), f"the duty has a new date: {until}")
        self.stage.must(WHY in str(papers) and named in str(papers), f"the desk reads reason and name: {papers}")
        self._wait_for(reviewer, self.crew.today(), "督办单", "the desk hears of the paper")
        self.stage.does(named, f"issues the 督办单 by name, with a reason and a new date: {in_words(until)}.")

    def _leaders_browser(self) -> Browser:
        """The leader sets a password with a link from the administrator, and signs in."""
        login, password = self.crew.logins["county-lead"], secrets.token_hex(8)
        page = self.crew.admin.open(f"/console/staff/?named={login}")
        link = PASSWORD_LINK.search(self.crew.admin.press(page, "密码链接", row=login).named.get("link", ""))
        browser = Browser(self.stage.web)
        browser.press(browser.open(link[0] if link else ""), "设", password=password, again=password)
        page = browser.press(browser.open("/console/"), "登录", login=login, password=password)
        self.stage.must(self.crew.names["county-lead"] in page.words, f"{login} is signed in at the console")
        return browser

    def _done(self, task: str) -> None:
        """The township looks at last, and the ladder is silent."""
        looked = self.family.departments_look()
        self.family.tells("The township", f"{'、'.join(looked)} looks at last.", self.crew.today())
        said = self.stage.flask("reminders", "explain", task)
        self.stage.must("不再提醒任何人" in said, f"nobody is reminded any more: {said}")
        self.stage.sees("flask reminders explain: 已经办结，不再提醒任何人。")
        self._show_the_phones()

    def _show_the_phones(self) -> None:
        """Take a picture of each phone's page, where somebody named a folder for them."""
        if self.stage.pictures is None:
            return
        pages = {f"phone-{who}": self.crew.phone(who).page for who in SUBSCRIBED}
        for made in take_pictures(self.stage.pictures, {**pages, "phone-farmer": self.family.farmer.page}):
            self.stage.sees(f"picture: {made}")


def _below(lines: Sequence[str]) -> list[str]:
    """The lines that belong to the rung above them."""
    end = next((number for number, line in enumerate(lines) if not line.startswith("    ")), len(lines))
    return list(lines[:end])
