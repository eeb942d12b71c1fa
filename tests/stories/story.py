"""The story of one village: a family that is helped, one that is refused, and one that waits too long."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.workdays import Workdays
from tests.stories.hands import Hands, fresh_photo, spoken
from tests.stories.phones import Answer
from tests.stories.stage import DAY, Stage

DUTY, PROGRESS = "TPL-DUTY", "TPL-PROGRESS"
MANY = 60
"""So many reminders are allowed that other duties of a village with a crowd do not use them up."""


@dataclass
class Story:
    """Who is in it, and what they hold in their hands."""

    stage: Stage

    def __post_init__(self) -> None:
        self.stage.wait_until_it_answers()
        self.hands = Hands(self.stage)

    def play(self) -> None:
        """Play it from the beginning to the end."""
        stage = self.stage
        stage.chapter("Before it begins")
        stage.wait_for_daytime(self.hands.browser("admin"))
        own, other = self.declare_for_oneself(), self.declare_for_a_neighbour()
        self.township_sees(own, other)
        self.bind_the_cadre()
        self.accept_and_visit(own)
        self.photo_arrives(own)
        self.farmer_reads_the_file(own, other)
        self.two_reviewers(own)
        self.sent_back_and_refused(other)
        self.county_decides(own)
        self.left_alone()
        stage.tell("\nThe story is over; everything happened as it was told.")

    def declare_for_oneself(self) -> dict[str, Any]:
        """A farmer opens the mini-program, scans the village's code and declares."""
        stage, farmer = self.stage, self.hands.farmer
        stage.chapter("A farmer declares (农户自主申报)")
        opened = farmer.open_mini_program()
        stage.must(opened.status == 200 and opened.body["role"] == "FARMER", "wx.login's code gives a farmer's session")
        stage.does("The farmer", "opens the mini-program: wx.login gives a code, the code a session.")
        village = farmer.get(f"/villages/{stage.poster}").body
        stage.does("The farmer", "scans the code on the village's board.")
        stage.sees(f"{village['county_name']} {village['township_name']} {village['name']}，电话 {village['phone']}")
        stage.must(village["name"] and village["phone"], "the village has its name and a telephone")
        farmer.allow(PROGRESS, 10)
        receipt = self.hands.declare("田", consents={"health": True, "assets": True, "minors": False})
        stage.does("The farmer", "fills in name, phone, hardship, risk and village; the ID number waits for the visit;")
        stage.sees("ticks two of the three consents (健康、财产) and leaves the third (未成年人): none is a gate.")
        self.hands.show(receipt)
        stage.must(receipt["receipt_no"] and receipt["promised_on"], "a receipt number and a promised date")
        stage.must(receipt["timeline"][0]["kind"] == "received", "a timeline that begins with 已收到")
        return receipt

    def declare_for_a_neighbour(self) -> dict[str, Any]:
        """The same phone serves another household."""
        stage = self.stage
        stage.chapter("A relative declares for another household, on the same phone (代申报)")
        receipt = self.hands.declare("梁", relation="relative", declarer_name="田大爷")
        stage.does("The farmer", f"declares for the household of {receipt['head_name']}, as a relative.")
        self.hands.show(receipt)
        stage.must(receipt["declarer_name"] == "田大爷", "the receipt says who declared for them")
        mine = [each["head_name"] for each in self.hands.farmer.get("/declarations").body["items"]]
        stage.does("The farmer", f"looks at 我的申报: {'、'.join(mine)}.")
        stage.must(len(mine) == 2, "one phone holds the receipts of two households")
        return receipt

    def township_sees(self, *receipts: dict[str, Any]) -> None:
        """The township sees every declaration in the same second."""
        stage, reviewer = self.stage, self.hands.browser("reviewer")
        stage.chapter("The township sees both at once")
        for receipt in receipts:
            page, _ = self.hands.in_queue(reviewer, "all", receipt["head_name"])
            stage.must(page, f"{receipt['head_name']} stands in the township's queue")
            stage.sees(f"待办 · 本辖区全部: {receipt['head_name']}，受理申报")

    def bind_the_cadre(self) -> None:
        """The administrator makes a one-time code; the cadre binds a phone with it, and allows reminders."""
        stage, cadre = self.stage, self.hands.cadre
        member = stage.members["village"]
        stage.chapter("The village cadre binds a phone")
        page = self.hands.browser("admin").open("/console/staff/?named=village")
        page = self.hands.browser("admin").press(page, "微信绑定码", row="village")
        code = page.named.get("code", "")
        stage.does("The administrator", f"makes a one-time code for {member.name}: it is shown once.")
        stage.must(len(code) >= 8, "the console shows a code")
        cadre.open_mini_program()
        bound = cadre.bind(code)
        stage.must(bound.status == 201 and bound.body["role"] == "VILLAGE", f"the code binds the phone: {bound.body}")
        stage.must(cadre.get("/me").body["name"] == member.name, "the phone knows whose it is")
        stage.does(f"{member.title} {member.name}", "types it into the mini-program, and is known.")
        used = stage.phone("陌生人")
        used.open_mini_program()
        again = used.post("/bindings", code=code)
        stage.must(again.status == 422, "a code works once")
        stage.sees(f"The same code on another phone: {again.body['message']}")
        stage.must(cadre.allow(DUTY, MANY) == MANY, "WeChat tells the program what the cadre allowed")
        stage.does(f"{member.title} {member.name}", "allows reminders (订阅消息).")

    def accept_and_visit(self, receipt: dict[str, Any]) -> None:
        """The cadre accepts, visits, and sends the visit twice because the network was slow."""
        stage, head = self.stage, receipt["head_name"]
        stage.chapter("The cadre accepts and goes there")
        task = self.hands.task(head)
        stage.does("The cadre", f"sees the task 「{task['kind_name']}」 {head}, due {task['due_on']}.")
        stage.must(task["kind"] == "accept" and task["due_on"], "the task has its due date")
        stage.must(self.hands.move(head, action="accept").status == 201, "the cadre accepts")
        task = self.hands.task(head)
        stage.does("The cadre", f"accepts; now owes 「{task['kind_name']}」 by {task['due_on']}.")
        self.case_id, self.photo = task["case_id"], fresh_photo()
        first, body, key = self.hands.visit(head, self.photo)
        stage.must(first.status == 201, f"the visit is filed: {first.body}")
        stage.does("The cadre", "files the home visit at the door and announces one photo.")
        before = self._file().body["version"]
        again = self.hands.cadre.post(f"/cases/{self.case_id}/visits", key=key, **body)
        is_same = (again.status, again.body) == (first.status, first.body)
        stage.must(again.replayed and is_same, "the repeat is replayed")
        file = self._file().body
        stage.must(file["version"] == before and len(file["visits"]) == 1, "the repeat changes nothing")
        stage.sees("Sent again with the same Idempotency-Key: the same answer, Idempotency-Replayed: true, one visit.")

    def _file(self) -> Answer:
        return self.hands.cadre.get(f"/cases/{self.case_id}")

    def photo_arrives(self, receipt: dict[str, Any]) -> None:
        """The photo comes later, twice; until then the case says that something is missing."""
        stage, reviewer = self.stage, self.hands.browser("reviewer")
        stage.chapter("The photo comes later")
        _, address = self.hands.in_queue(reviewer, "all", receipt["head_name"])
        stage.must("附件未齐" in reviewer.open(address).words, "the console shows 附件未齐 until the photo is there")
        stage.sees("The reviewer's page: 附件未齐，还差1张")
        sent = [self.hands.cadre.upload(f"/cases/{self.case_id}/files", self.photo) for _ in range(2)]
        stage.must([each.status for each in sent] == [201, 201], f"the photo is taken: {sent[0].body}")
        file = self._file().body
        same = sent[0].body["id"] == sent[1].body["id"] and len(file["files"]) == 1
        stage.must(same, "the same photo twice is one photo")
        stage.must(file["missing_photos"] == 0, "nothing is missing any more")
        stage.must("附件未齐" not in reviewer.open(address).words, "附件未齐 is gone")
        stage.does("The cadre", "uploads it twice, for the network was slow: one photo, and 附件未齐 is gone.")

    def farmer_reads_the_file(self, own: dict[str, Any], other: dict[str, Any]) -> None:
        """Only after the cadre confirmed the phone at the door does it reach the household's file."""
        stage, farmer = self.stage, self.hands.farmer
        stage.chapter("Whose phone is it?")
        stage.must(farmer.get(f"/cases/{self.case_id}").status == 404, "an unconfirmed phone reaches no file")
        [declaration] = self._file().body["declarations"]
        done = self.hands.cadre.post(f"/cases/{self.case_id}/phones", declaration_id=declaration["id"])
        stage.must(done.status == 201, f"the cadre confirms the phone: {done.body}")
        stage.does("The cadre", "asks at the door and confirms that this phone is the family's own.")
        reached = farmer.get("/me").body["cases"]
        stage.must([each["id"] for each in reached] == [self.case_id], "the phone reaches this household, and no other")
        file = farmer.get(f"/cases/{self.case_id}")
        stage.must(file.status == 200, "the farmer reads the household's file")
        stage.does("The farmer", f"now reads the file of {own['head_name']} ({file.body['state_name']}),")
        stage.sees(f"and still only the receipt of {other['head_name']}.")

    def two_reviewers(self, receipt: dict[str, Any]) -> None:
        """Two reviewers open the same case; whoever comes second is told clearly."""
        stage, head = self.stage, receipt["head_name"]
        first, second = self.hands.browser("reviewer"), self.hands.browser("reviewer2")
        stage.chapter("Two reviewers open the same case")
        _, address = self.hands.in_queue(first, "mine", head)
        stage.must(address, f"{head} stands in the reviewers' own queue")
        seen, seen_too = first.open(address), second.open(address)
        stage.does("Both reviewers", f"open {head}家 from 我的待办.")
        done = first.press(seen, "审核通过，报县")
        stage.must(done.status == 200 and "已办好" in done.words, "the first reviewer passes the case on")
        stage.does(stage.members["reviewer"].name, "passes it on: 已办好：审核通过，报县。")
        late = second.press(seen_too, "审核通过，报县")
        who = stage.members["reviewer"].name
        stage.must(late.status == 409 and f"{who}已于" in late.words, f"the second one is told who was quicker: {late}")
        told = late.words[late.words.index(f"{who}已于") :].split("。")[0]
        stage.does(stage.members["reviewer2"].name, "presses the same button a moment later.")
        stage.sees(f"{told}。")

    def sent_back_and_refused(self, receipt: dict[str, Any]) -> None:
        """The other case is sent back with a list, visited again, and refused with a reason that is read."""
        stage, head, reviewer = self.stage, receipt["head_name"], self.hands.browser("reviewer")
        stage.chapter("The other household: sent back, then refused with a reason")
        stage.must(self.hands.move(head, action="accept").status == 201, "the cadre accepts")
        stage.must(self.hands.visit(head)[0].status == 201, "the cadre visits")
        _, address = self.hands.in_queue(reviewer, "mine", head)
        page = reviewer.press(reviewer.open(address), "退回再核实", reasons=["members", "signature"], words="请核对。")
        stage.must("已办好" in page.words, "the reviewer sends it back")
        stage.does(stage.members["reviewer"].name, "sends it back with a list of what is missing.")
        asked = self.hands.task(head)["asked"]
        stage.does("The cadre", f"reads on the task: {'、'.join(asked)}.")
        stage.must(len(asked) == 2, "the cadre sees the list")
        stage.must(self.hands.visit(head)[0].status == 201, "the cadre visits again")
        why = "两个儿子都在县里上班，房子村里已经帮着修好了。"
        page = reviewer.press(reviewer.open(address), "不纳入", reasons=["can_cope"], words=why)
        stage.must("已办好" in page.words, f"the reviewer refuses: {page.words[:300]}")
        stage.does(stage.members["reviewer"].name, "refuses, and says why.")
        seen = self.hands.farmer.get(f"/declarations/{receipt['id']}").body
        last = seen["timeline"][-1]
        stage.must(seen["status"] == "未纳入" and why in last["detail"], "the applicant reads the reason")
        stage.does("The farmer", f"reads on the receipt: {seen['status']}")
        stage.sees(f"· {last['sentence']}", *last["detail"].splitlines())

    def county_decides(self, receipt: dict[str, Any]) -> None:
        """The county approves; the farmer reads it, and hears of it on the phone."""
        stage, lead = self.stage, self.hands.browser("county-lead")
        stage.chapter("The county decides")
        _, address = self.hands.in_queue(lead, "mine", receipt["head_name"])
        stage.must(address, "the case stands in the county's queue")
        page = lead.press(lead.open(address), "同意纳入")
        stage.must("已办好" in page.words, "the county approves")
        seen = self.hands.farmer.get(f"/declarations/{receipt['id']}").body
        stage.must(seen["status"] == "已纳入", "the farmer's receipt says 已纳入")
        stage.does(stage.members["county-lead"].name, "approves: 同意纳入.")
        stage.does("The farmer", "reads the whole timeline:")
        self.hands.show(seen)
        stage.eventually(lambda: self.hands.farmer.notices(), "WeChat tells the farmer's phone that there is news")
        stage.sees(f"On the phone: {spoken(self.hands.farmer.notices()[0])}")

    def left_alone(self) -> None:
        """Nobody takes a third case up; time goes by, and the program speaks."""
        stage, admin = self.stage, self.hands.browser("admin")
        stage.chapter("A third case is left alone")
        receipt = self.hands.declare("石")
        head = receipt["head_name"]
        task = self.hands.task(head)
        stage.does("The farmer", f"declares for {head}; the cadre owes 「{task['kind_name']}」 by {task['due_on']}.")
        # The first working day after the due date: nobody is reminded on a rest day, and later it is old news.
        days = (Workdays().next_workday(date.fromisoformat(task["due_on"])) - stage.business_time(admin).date()).days
        stage.move_time(admin, days * DAY)
        stage.does("The administrator", f"moves the demonstration's time on by {days} days,")
        stage.sees(f"to {stage.business_time(admin):%Y-%m-%d %H:%M}, a working day after the due date.")
        stage.eventually(lambda: self.hands.reminders(task["case_id"]), "the sweep speaks and the phone hears it")
        notice = self.hands.reminders(task["case_id"])[0]
        stage.does("The sweep", "finds the duty, the outbox owes a message, an RQ job sends it through WeChat:")
        stage.sees(spoken(notice))
        screen = self.hands.cadre.screen().words
        stage.must("待办提醒" in screen and "已超期" in screen, "the phone's page shows it as the cadre sees it")
        stage.does("The cadre", "sees it on the phone's page under 服务通知 (the emulator).")
        _, address = self.hands.in_queue(self.hands.browser("reviewer"), "late", head)
        stage.must(address, "the township's queue shows it overdue")
        stage.must(self.hands.task(head)["is_overdue"], "the cadre's task list shows it overdue")
        stage.sees(f"待办 · 本辖区已超期: {head}")
