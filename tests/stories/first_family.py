"""One village: a family that is watched in the end, one that is refused and helped another way, one that waits."""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from backend.workdays import Workdays
from tests.stories import sittings
from tests.stories.calendar import Calendar, in_words
from tests.stories.family import Family, after_full_days
from tests.stories.hands import Hands, fresh_photo, spoken
from tests.stories.stage import Stage

DUTY, PROGRESS = "TPL-DUTY", "TPL-PROGRESS"
MANY = 60
"""So many reminders are allowed that other duties of a village with a crowd do not use them up."""

OPINION = "核实、评议、公示齐全，困难属实，建议纳入。"
ANOTHER_WAY = "请民政看看能不能办临时救助，村里帮着修房。"


@dataclass
class FirstFamily:
    """Who is in it, and what they hold in their hands."""

    stage: Stage
    hands: Hands
    calendar: Calendar
    photo: bytes = field(default_factory=fresh_photo)

    def play(self) -> None:
        """Play it from the beginning to the end."""
        self.own = self._family("田")
        self.other = self._family("梁")
        self.declare_for_oneself()
        self.declare_for_a_neighbour()
        self.township_sees()
        self.bind_the_cadre()
        self.accept_and_check()
        self.photo_arrives()
        self.farmer_reads_the_file()
        self.second_visitor_and_comparison()
        self.village_sits()
        self.notice_hangs()
        self.two_reviewers()
        self.sent_back_and_refused()
        self.county_decides()
        self.announced()
        self.left_alone()

    def _family(self, surname: str) -> Family:
        hardship = "前几天下大雨，堂屋的房顶塌了一角，没钱修。"
        return Family(
            self.stage,
            self.hands.crew,
            self.hands.name(surname),
            risk="housing",
            hardship=hardship,
            owner=self.hands.farmer,
        )

    def declare_for_oneself(self) -> None:
        """A farmer opens the mini-program, scans the village's code and declares."""
        stage, farmer = self.stage, self.hands.farmer
        stage.chapter("A farmer declares (农户自主申报)")
        opened = farmer.open_mini_program(stage.poster[:6])
        stage.must(opened.status == 200 and opened.body["role"] == "FARMER", "wx.login's code gives a farmer's session")
        stage.does("The farmer", "opens the mini-program: wx.login gives a code, the code a session.")
        village = farmer.get(f"/villages/{stage.poster}").body
        stage.does("The farmer", "scans the code on the village's board.")
        stage.sees(f"{village['county_name']} {village['township_name']} {village['name']}，电话 {village['phone']}")
        stage.must(village["name"] and village["phone"], "the village has its name and a telephone")
        farmer.allow(PROGRESS, 10)
        self.own.declare()
        receipt = self.own.receipt
        stage.does("The farmer", "fills in name, phone, hardship, risk and village; the ID number waits for the visit;")
        stage.sees("ticks two of the three consents (健康、财产) and leaves the third (未成年人): none is a gate.")
        self.hands.show(receipt)
        stage.must(receipt["receipt_no"] and receipt["promised_on"], "a receipt number and a promised date")
        stage.must(receipt["timeline"][0]["kind"] == "received", "a timeline that begins with 已收到")

    def declare_for_a_neighbour(self) -> None:
        """The same phone serves another household."""
        stage = self.stage
        stage.chapter("A relative declares for another household, on the same phone (代申报)")
        self.other.declare(relation="relative", declarer_name="田大爷")
        receipt = self.other.receipt
        stage.does("The farmer", f"declares for the household of {receipt['head_name']}, as a relative.")
        self.hands.show(receipt)
        stage.must(receipt["declarer_name"] == "田大爷", "the receipt says who declared for them")
        mine = [each["head_name"] for each in self.hands.farmer.get("/declarations").body["items"]]
        stage.does("The farmer", f"looks at 我的申报: {'、'.join(mine)}.")
        stage.must(len(mine) == 2, "one phone holds the receipts of two households")

    def township_sees(self) -> None:
        """The township sees every declaration in the same second."""
        stage, reviewer = self.stage, self.hands.browser("reviewer")
        stage.chapter("The township sees both at once")
        for family in (self.own, self.other):
            page, _ = self.hands.in_queue(reviewer, "all", family.head_name)
            stage.must(page, f"{family.head_name} stands in the township's queue")
            stage.sees(f"待办 · 本辖区全部: {family.head_name}，受理申报")

    def bind_the_cadre(self) -> None:
        """The administrator makes a one-time code; the cadre binds a phone with it, and allows reminders."""
        stage = self.stage
        member = stage.members["village"]
        stage.chapter("The village cadre binds a phone")
        cadre, code = self.hands.crew.bind("village")
        stage.does("The administrator", f"makes a one-time code for {member.name}: it is shown once.")
        stage.must(len(code) >= 8, "the console shows a code")
        known = cadre.get("/me").body
        stage.must(known["name"] == member.name and known["role"] == "VILLAGE", "the phone knows whose it is")
        stage.does(f"{member.title} {member.name}", "types it into the mini-program, and is known.")
        used = stage.phone("陌生人")
        used.open_mini_program(stage.poster[:6])
        again = used.post("/bindings", code=code)
        stage.must(again.status == 422, "a code works once")
        stage.sees(f"The same code on another phone: {again.body['message']}")
        stage.must(cadre.allow(DUTY, MANY) == MANY, "WeChat tells the program what the cadre allowed")
        stage.does(f"{member.title} {member.name}", "allows reminders (订阅消息).")

    def accept_and_check(self) -> None:
        """The cadre accepts, checks at home, and sends the form twice because the network was slow."""
        stage, own = self.stage, self.own
        stage.chapter("The cadre accepts and goes there")
        task = own.duty("accept")
        stage.does("The cadre", f"sees the task 「{task['kind_name']}」 {own.head_name}, due {task['due_on']}.")
        own.accept()
        task = own.duty("visit")
        stage.does("The cadre", f"accepts; now owes 「{task['kind_name']}」 by {task['due_on']}.")
        form = {**own.form(), "photos": [hashlib.sha256(self.photo).hexdigest()]}
        reviewed = self.hands.cadre.post(f"/cases/{own.case_id}/checks/review", **form)
        stage.must(reviewed.status == 200, f"the program looks the form over: {reviewed.body}")
        stage.does("The cadre", "fills in the home check; the program adds it up before it is filed:")
        stage.sees(*reviewed.body["formula"])
        key = str(uuid.uuid4())
        body = {"version": task["version"], "form": form}
        first = self.hands.cadre.post(f"/cases/{own.case_id}/checks", key=key, **body)
        stage.must(first.status == 201, f"the home check is filed: {first.body}")
        stage.does("The cadre", "files the home check at the door and announces one photo.")
        before = own.file()["version"]
        again = self.hands.cadre.post(f"/cases/{own.case_id}/checks", key=key, **body)
        is_same = (again.status, again.body) == (first.status, first.body)
        stage.must(again.replayed and is_same, "the repeat is replayed")
        stage.must(own.file()["version"] == before and len(own.file()["visits"]) == 1, "the repeat changes nothing")
        stage.sees("Sent again with the same Idempotency-Key: the same answer, Idempotency-Replayed: true, one visit.")

    def photo_arrives(self) -> None:
        """The photo comes later, twice; until then the case says that something is missing."""
        stage, reviewer = self.stage, self.hands.browser("reviewer")
        stage.chapter("The photo comes later")
        _, address = self.hands.in_queue(reviewer, "all", self.own.head_name)
        page = reviewer.open(address)
        seen = f"{page.url} ({page.status}): {page.words[:300]}"
        stage.must("附件未齐" in page.words, f"the console shows 附件未齐 until the photo is there, not {seen}")
        stage.sees("The reviewer's page: 附件未齐，还差1张")
        sent = [self.hands.cadre.upload(f"/cases/{self.own.case_id}/files", self.photo) for _ in range(2)]
        stage.must([each.status for each in sent] == [201, 201], f"the photo is taken: {sent[0].body}")
        file = self.own.file()
        same = sent[0].body["id"] == sent[1].body["id"] and len(file["files"]) == 1
        stage.must(same, "the same photo twice is one photo")
        stage.must(file["missing_photos"] == 0, "nothing is missing any more")
        stage.must("附件未齐" not in reviewer.open(address).words, "附件未齐 is gone")
        stage.does("The cadre", "uploads it twice, for the network was slow: one photo, and 附件未齐 is gone.")

    def farmer_reads_the_file(self) -> None:
        """Only after the cadre confirmed the phone at the door does it reach the household's file."""
        stage, farmer, case_id = self.stage, self.hands.farmer, self.own.case_id
        stage.chapter("Whose phone is it?")
        stage.must(farmer.get(f"/cases/{case_id}").status == 404, "an unconfirmed phone reaches no file")
        [declaration] = self.own.file()["declarations"]
        self.own.post("village", "phones", declaration_id=declaration["id"])
        stage.does("The cadre", "asks at the door and confirms that this phone is the family's own.")
        reached = farmer.get("/me").body["cases"]
        stage.must([each["id"] for each in reached] == [case_id], "the phone reaches this household, and no other")
        file = farmer.get(f"/cases/{case_id}")
        stage.must(file.status == 200, "the farmer reads the household's file")
        stage.does("The farmer", f"now reads the file of {self.own.head_name} ({file.body['state_name']}),")
        stage.sees(f"and still only the receipt of {self.other.head_name}.")

    def second_visitor_and_comparison(self) -> None:
        """Two people saw the family, both members sign, and the county compares; the neighbour's family likewise."""
        stage = self.stage
        stage.chapter("The second visitor, the signatures, the comparison")
        self.own.confirm_and_sign()
        stage.does(self.hands.crew.names["head"], "was there too, and confirms what was written down.")
        stage.does("Both old people", "sign on paper that the county may compare (承诺授权书).")
        self.other.accept()
        self.other.check()
        for family in (self.own, self.other):
            family.compare()
        stage.does("The county", f"compares both families with seven registers: {self.own.state}.")

    def village_sits(self) -> None:
        """One 会商 and one meeting treat both families; one sheet names them, and neither says why."""
        stage = self.stage
        stage.chapter("The village sits, once for both")
        sittings.consult(self.own, self.other)
        stage.does("两委 and 工作队", "look at both findings in one sitting.")
        sittings.meet(self.own, self.other)
        stage.does("The representatives", f"seven of nine came, all agree on both: {self.own.state}.")
        sittings.post(self.own, self.other)
        stage.does("The village", f"hangs one sheet before a witness; it hangs until {self.own.notice['until']}.")

    def notice_hangs(self) -> None:
        """The full days go by; nobody can close it early; then the program closes it by itself."""
        stage, own = self.stage, self.own
        stage.chapter("The notice hangs its full days")
        early = self.hands.cadre.post(
            f"/cases/{own.case_id}/notice-closings", version=own.duty("watch_notice")["version"]
        )
        stage.must(early.status == 409, f"no notice is closed early: {early.status}")
        stage.sees(f"The cadre tries to close it at once: {early.body['message']}")
        self.calendar.go_to(after_full_days(own))
        for family in (own, self.other):
            family.notice_closes_by_itself()
        stage.does("The program", f"closes it on {in_words(self.calendar.today())}: {own.state}.")
        own.take_down()
        looked = own.departments_look()
        self.other.departments_look()
        stage.does("The township's departments", f"look: {'、'.join(looked)}.")

    def two_reviewers(self) -> None:
        """Two reviewers open the same case; whoever comes second is told clearly."""
        stage, head = self.stage, self.own.head_name
        first, second = self.hands.browser("reviewer"), self.hands.browser("reviewer2")
        stage.chapter("Two reviewers open the same case")
        _, address = self.hands.in_queue(first, "mine", head)
        stage.must(address, f"{head} stands in the reviewers' own queue")
        seen, seen_too = first.open(address), second.open(address)
        stage.does("Both reviewers", f"open {head}家 from 我的待办.")
        said = {"opinion": OPINION, "category": "marginal"}
        done = first.press(seen, "审核通过，报县", **said)
        stage.must(
            done.status == 200 and "已办好" in done.words, f"the first reviewer passes it on: {done.words[:500]}"
        )
        stage.does(stage.members["reviewer"].name, "writes an opinion, keeps the category and passes it on: 已办好。")
        late = second.press(seen_too, "审核通过，报县", **said)
        who = stage.members["reviewer"].name
        stage.must(late.status == 409 and f"{who}已于" in late.words, f"the second one is told who was quicker: {late}")
        told = late.words[late.words.index(f"{who}已于") :].split("。")[0]
        stage.does(stage.members["reviewer2"].name, "presses the same button a moment later.")
        stage.sees(f"{told}。")

    def sent_back_and_refused(self) -> None:
        """The other case is sent back with a list, checked again, and refused with a reason and another way."""
        stage, other, reviewer = self.stage, self.other, self.hands.browser("reviewer")
        stage.chapter("The other household: sent back, then refused, with another way")
        _, address = self.hands.in_queue(reviewer, "mine", other.head_name)
        page = reviewer.press(reviewer.open(address), "退回再核实", reasons=["members", "signature"], words="请核对。")
        stage.must("已办好" in page.words, f"the reviewer sends it back: {page.words[:300]}")
        stage.does(stage.members["reviewer"].name, "sends it back with a list of what is missing.")
        asked = other.duty("visit")["asked"]
        stage.does("The cadre", f"reads on the task: {'、'.join(asked)}.")
        stage.must(len(asked) == 2, "the cadre sees the list")
        other.check()
        why = "两个儿子都在县里上班，房子村里已经帮着修好了。"
        page = reviewer.press(
            reviewer.open(address),
            "不纳入",
            reasons=["can_cope"],
            words=why,
            alternative=ANOTHER_WAY,
            transfer="civil_affairs",
        )
        stage.must("已办好" in page.words, f"the reviewer refuses: {page.words[:300]}")
        stage.does(stage.members["reviewer"].name, "refuses, says why, and names another way.")
        seen = other.read_receipt()
        last = seen["timeline"][-1]
        stage.must(seen["status"] == "未纳入" and why in last["detail"], "the applicant reads the reason")
        stage.must(ANOTHER_WAY in last["detail"], "the applicant reads what is done instead")
        stage.must(other.owes("referral"), "somebody sees to it that 民政 answers")
        stage.does("The farmer", f"reads on the receipt: {seen['status']}")
        stage.sees(f"· {last['sentence']}", *last["detail"].splitlines())

    def county_decides(self) -> None:
        """The county approves."""
        stage, lead = self.stage, self.hands.browser("county-lead")
        stage.chapter("The county decides")
        _, address = self.hands.in_queue(lead, "mine", self.own.head_name)
        stage.must(address, "the case stands in the county's queue")
        page = lead.press(lead.open(address), "同意纳入")
        stage.must("已办好" in page.words, f"the county approves: {page.words[:300]}")
        stage.does(stage.members["county-lead"].name, "approves: 同意纳入.")

    def announced(self) -> None:
        """The township announces; the farmer reads it, and hears of it on the phone; the entry runs beside."""
        stage, own = self.stage, self.own
        stage.chapter("The decision is announced")
        stage.sees(own.announce(f"灵农组〔{self.calendar.today().year}〕{own.receipt['receipt_no'][-6:]}号"))
        seen = own.read_receipt()
        stage.must(seen["status"] == "已纳入", "the farmer's receipt says 已纳入")
        stage.does("The farmer", "reads the whole timeline:")
        self.hands.show(seen)
        stage.eventually(lambda: self.hands.farmer.notices(), "WeChat tells the farmer's phone that there is news")
        stage.sees(f"On the phone: {spoken(self.hands.farmer.notices()[0])}")
        own.enter_national(self.calendar.today())
        stage.does("The township", "types the receipt of the national system: it ran beside and held nothing up.")

    def left_alone(self) -> None:
        """Nobody takes a third case up; time goes by, and the program speaks."""
        stage = self.stage
        stage.chapter("A third case is left alone")
        third = self._family("石")
        third.declare()
        task = third.duty("accept")
        stage.does(
            "The farmer", f"declares for {third.head_name}; the cadre owes 「{task['kind_name']}」 by {task['due_on']}."
        )
        # The first working day after the due date: nobody is reminded on a rest day, and later it is old news.
        self.calendar.go_to(Workdays().next_workday(date.fromisoformat(task["due_on"])))
        stage.does("The administrator", "moves the demonstration's time on")
        stage.sees(f"to {in_words(self.calendar.today())}, a working day after the due date.")
        stage.eventually(lambda: self._reminders(third), "the sweep speaks and the phone hears it")
        stage.does("The sweep", "finds the duty, the outbox owes a message, an RQ job sends it through WeChat:")
        stage.sees(spoken(self._reminders(third)[0]))
        screen = self.hands.cadre.screen().words
        stage.must("待办提醒" in screen and "已超期" in screen, "the phone's page shows it as the cadre sees it")
        stage.does("The cadre", "sees it on the phone's page under 服务通知 (the emulator).")
        _, address = self.hands.in_queue(self.hands.browser("reviewer"), "late", third.head_name)
        stage.must(address, "the township's queue shows it overdue")
        stage.must(third.duty("accept")["is_overdue"], "the cadre's task list shows it overdue")
        stage.sees(f"待办 · 本辖区已超期: {third.head_name}")

    def _reminders(self, family: Family) -> list[dict[str, Any]]:
        return self.hands.reminders(family.case_id)
