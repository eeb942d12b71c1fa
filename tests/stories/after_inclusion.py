"""After inclusion: a department's alert, a family watched for half a year, its way out, and the way back."""

from dataclasses import dataclass
from datetime import timedelta

from backend.demo.people import id_number, phone
from tests.stories.browser import Browser, Page
from tests.stories.family import COUNTRY_CHILD, COUNTRY_ELDER, after_full_days
from tests.stories.offices import HEADING, Program, as_csv, day_not_over, first_of_next_month, owed_on, program_of
from tests.stories.watched_family import WatchedFamily
from tests.stories.way_out import way_back, way_out

LONGEST_RHYTHM = 31
"""Days within which the next delivery of any topic of this office is owed."""
LIAISON, TOPIC = "liaison", "医疗费用负担过高（脱贫人口、监测对象）"
ROSTER = (
    "村",
    "村民小组",
    "户主姓名",
    "户主身份证号",
    "户类型",
    "联系电话",
    "姓名",
    "与户主关系",
    "证件号码",
    "健康状况",
)
MONTHS = 6
"""So many visits, a month apart, before the family may leave."""

FEN = {"planned": 1_500_000, "paid": 1_480_000}


@dataclass
class AfterInclusion(WatchedFamily):
    """One family, its neighbours, and the offices that owe them something."""

    delivery_id: str = ""

    def play(self) -> None:
        """Play it from the roster to the roll-back."""
        self.neighbour = self.hands.name("石")
        self.county = self.hands.browser("county-op")
        self.roster()
        self.alert()
        self.included()
        self.help()
        self.months()
        self.on_time_late_and_empty()
        way_back(self, way_out(self))

    def roster(self) -> None:
        """The county hands in a roster; what is in it is shown before it counts."""
        stage, serial = self.stage, self.family._serial
        stage.chapter("The roster, and what a department knows (花名册、部门预警)")
        head, wife = (id_number(serial, COUNTRY_CHILD, "male"), id_number(serial + 1, COUNTRY_ELDER, "female"))
        next_door = id_number(serial + 500_001, COUNTRY_ELDER, "male")
        name, other = self.family.head_name, self.neighbour
        begin = (self.hands.crew.village, "第二组", name, head, "一般农户", phone(serial))
        file = as_csv(
            ROSTER,
            (*begin, name, "户主", head, "长期慢性病"),
            (*begin, "许秀珍", "配偶", wife, "健康"),
            (self.hands.crew.village, "第二组", other, next_door, "一般农户", "", other, "户主", next_door, "健康"),
        )
        page = self.county.press(
            self.county.open("/console/imports/"), "上传并检查", upload=("花名册.csv", file), kind="households"
        )
        stage.must("新增" in page.words, f"the file is looked over first: {page.words[:400]}")
        done = self.county.press(page, "确认，导入")
        stage.eventually(lambda: "导入完了" in self.county.open(done.url).words, "the roster is in")
        self.tells("The county", f"hands in a roster with {name} and {other}: looked over first, then taken in.")

    def alert(self) -> None:
        """The housing office's program pushes a row; the family becomes a clue of its village."""
        stage = self.stage
        self.program: Program = program_of(stage, self.county, "住建局")
        sent = self.program.push(
            "housing",
            {"name": self.family.head_name, "id_number": id_number(self.family._serial, COUNTRY_CHILD, "male")},
            {"name": "赵外", "id_number": id_number(self.family._serial + 700_001, COUNTRY_CHILD, "male")},
        )
        stage.must(sent.status == 201, f"the alert is taken: {sent.body}")
        self.delivery_id = sent.body["id"]
        stage.eventually(self._village_is_asked, "the rows are matched, and the village is asked")
        self.tells("住建局's program", "pushes two rows: one is of this county, and its village is asked.")
        stage.sees(*(f"第{row['row_no']}行：{row['words']}" for row in self.program.verdicts(self.delivery_id)))
        stage.must(self.family.file()["channel"] == "dept_alert", "the village sees that a department said so")

    def _village_is_asked(self) -> bool:
        tasks = self.hands.cadre.get("/tasks", size=100).body["items"]
        return any(each["head_name"] == self.family.head_name and each["case_id"] for each in tasks)

    def included(self) -> None:
        """The village's verdict is that there is a risk, and the family goes the whole way in."""
        family, stage = self.family, self.stage
        family.accept()
        family.check()
        self.tells("The village", f"goes there: there is a risk. {family.head_name}: {family.state}.")
        stage.eventually(
            lambda: all(row["verdict"] for row in self.program.verdicts(self.delivery_id)), "the verdict goes back"
        )
        told = self.program.verdicts(self.delivery_id)
        stage.sees(*(f"住建局 reads: 第{row['row_no']}行 {row['words']}，{row['on']}" for row in told))
        family.compare()
        family.consult()
        family.meet()
        family.post_notice()
        self.calendar.go_to(after_full_days(family))
        family.notice_closes_by_itself()
        family.take_down()
        family.departments_look()
        family.pass_on()
        number = f"民振发〔{self.calendar.today().year}〕{family.case_id[-6:]}号"
        family.approve_by_batch(number, self.calendar.today())
        family.announce(number)
        family.enter_national(self.calendar.today())
        self.tells("Village, township and county", f"take the family in: {family.state}.")
        [found] = [each for each in self.read("/watches")["items"] if each["case_id"] == family.case_id]
        self.watch_id, self.household_id = found["id"], found["household_id"]
        stage.must(found["standing"] == "plan_pending", f"the family waits for its plan: {found}")

    def help(self) -> None:
        """A plan with the family, a measure whose money is followed, and the family's own word."""
        family, stage, today = self.family, self.stage, self.calendar.today()
        stage.chapter("Help: a plan, a measure, its money, and the family's word (一户一方案)")
        self.does(
            "reviewer",
            f"/watches/{self.watch_id}/pairings",
            version=family.duty("pair")["version"],
            name="刘帮扶",
            phone=phone(family._serial + 1),
            unit="县住建局",
        )
        self.does(
            "village",
            f"/watches/{self.watch_id}/plans",
            version=family.duty("plan")["version"],
            risks=["housing"],
            labour="weak",
            heard_whom="head",
            needs=["housing"],
            wishes="想把房顶修好再过年。",
            measures=[
                {
                    "category": "housing",
                    "what": "翻修堂屋屋顶",
                    "department": "housing",
                    "responsible": "赵工",
                    "due_on": (today + timedelta(days=25)).isoformat(),
                    "planned_fen": FEN["planned"],
                }
            ],
        )
        self.tells("The village", "plans with the family: 翻修堂屋屋顶, 住建局 赵工, 15000元; 刘帮扶 answers for it.")
        for who, what, words, more in (
            ("village", "underway", "工匠进场", {}),
            ("county-op", "paid", "", {"paid_fen": FEN["paid"]}),
            ("county-op", "arrived", "", {}),
            ("village", "delivered", "屋顶翻修好了，不漏了", {}),
        ):
            measure = self.measure()
            self.does(
                who, f"/measures/{measure['id']}/progress", version=measure["version"], what=what, words=words, **more
            )
            measure = self.measure()
            stage.sees(f"{measure['progress_name']}，资金{measure['funds_name']}")
        giver = self.hands.cadre.post(f"/measures/{self.measure()['id']}/words", received=True)
        stage.must(giver.status == 403, f"whoever gave it does not say for the family that it came: {giver.status}")
        self.does("head", f"/measures/{self.measure()['id']}/words", received=True, words="当面看了，家里人说收到了")
        stage.must(self.measure()["family_says"] == "received", "the family's word is kept")
        self.tells("The family", f"says to {self.hands.crew.names['head']} that it came; the giver could not say so.")

    def months(self) -> None:
        """Half a year: each month one visit, mostly one tap; next door something is wrong, and is a clue at once."""
        stage = self.stage
        stage.chapter("Half a year of visits (日常走访)")
        for month in range(MONTHS):
            self.calendar.go_to(first_of_next_month(self.calendar.today(), place=3))
            stage.eventually(lambda: self.due(self.family.head_name), "the month's visit is a duty")
            done = self.visited(self.household_id, conclusion="fine")
            stage.must(done["closed"] and not done["changed"], f"one tap closes the duty: {done}")
            if month == 0:
                again = self.visited(self.household_id, conclusion="fine")
                stage.must(not again["closed"], "a second visit closes nothing a second time")
                self._next_door()
            self.tells("The village", f"visits, nothing changed, one tap: {'、'.join(done['closed'])} done.")
        self.calendar.go_to(first_of_next_month(self.calendar.today(), place=9))

    def _next_door(self) -> None:
        [due] = self.due(self.neighbour)
        changes = {"medical": {"state": "worse", "words": "查出重病，住院花了三万多"}}
        seen = self.visited(due["household_id"], conclusion="risk", reports=True, risk="illness", changes=changes)
        self.stage.must(seen["clue_id"], f"what was seen is a clue: {seen}")
        self.tells("The village", f"finds {self.neighbour} ill next door; one tap more, and it is a clue.")

    def on_time_late_and_empty(self) -> None:
        """A liaison reports that there is nothing, in time; another delivery comes late, and others never came."""
        stage, liaison = self.stage, self.hands.browser(LIAISON)
        stage.chapter("A batch that is empty, and one that is late (零报告、迟报)")
        page = liaison.open("/console/alerts/")
        stage.must(owed_on(page, TOPIC), "the liaison owes a delivery")
        late = as_csv(
            HEADING, ("赵外", id_number(self.family._serial + 700_001, COUNTRY_CHILD, "male"), "", "30000", "", "")
        )
        done = liaison.press(page, "推送", row=TOPIC, upload=("预警.csv", late))
        stage.must("迟报" in done.words, f"what comes after its day is late: {done.words[:300]}")
        self.tells("医保局's liaison", "hands in an old delivery at the console: 迟报.")
        page = self._with_one_in_time(liaison)
        liaison.press(page, "确认本期无预警", row=day_not_over(page, TOPIC))
        self.tells("医保局's liaison", "says before the day that there is nothing this time: that is a report.")
        self.calendar.go_to(self.calendar.today() + timedelta(days=3))
        counted = next(words for words in self._counted() if "医保局" in words)
        stage.sees(f"The county counts (应推送、按时、迟报、无预警、没有报): {counted}")

    def _with_one_in_time(self, liaison: Browser) -> Page:
        """Wait for the next delivery that is not late yet: they come every few days."""
        for _ in range(LONGEST_RHYTHM):
            page = liaison.open("/console/alerts/")
            if day_not_over(page, TOPIC):
                return page
            self.calendar.go_to(self.calendar.today() + timedelta(days=1))
        rows = [form.row for form in page.forms]
        self.stage.must(day_not_over(page, TOPIC), f"a delivery is owed and not late: {rows}")
        return page

    def _counted(self) -> list[str]:
        page = self.county.open("/console/alerts/")
        _, _, table = page.words.partition("近三个月各部门推送")
        self.stage.must("没有报" in table, "the county counts deliveries by department")
        rows = table.split("没有报")[-1].split()
        return [" ".join(rows[place : place + 6]) for place in range(0, len(rows) - 5, 6)]
