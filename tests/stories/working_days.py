"""安徽 2022: working days, the comparison beside the notice, and an objection that is upheld."""

from datetime import date

from backend.workdays import Workdays
from tests.stories.calendar import Way
from tests.stories.crew import Crew
from tests.stories.family import Family
from tests.stories.phones import Phone
from tests.stories.stage import Stage

WORKING_DAYS = 20
ANOTHER_WAY = "请民政按临时救助帮一次，村里帮着联系零工。"


def an_objection_is_upheld(stage: Stage, crew: Crew, head_name: str, begins_on: date) -> Way:
    """Walk a family whose neighbour knows better, and help it another way."""
    yield begins_on
    family = Family(stage, crew, head_name)
    family.declare()
    counted = _working_days(begins_on, family.promised())
    stage.must(counted == WORKING_DAYS, f"the promise is {WORKING_DAYS} working days away, not {counted}")
    family.tells(f"Day 0: {head_name}", f"declares; promised by {family.promised()}: 20 working days.", crew.today())
    family.accept()
    yield family.due("visit")
    family.check()
    family.tells("Two cadres", "file the home check on the second working day.", crew.today())
    yield family.due("consult")
    family.consult()
    family.meet()
    family.post_notice()
    stage.must(family.owes("compare"), "the comparison runs beside the notice")
    family.tells(
        "The village", f"consults, meets and posts; compared meanwhile by {family.due('compare')}.", crew.today()
    )
    family.compare()
    objector = _objects(stage, family)
    yield family.due("objection")
    yield from _upheld(stage, family, *objector)


def _objects(stage: Stage, family: Family) -> tuple[Phone, str]:
    """A neighbour scans the sheet's code, sees no name there, and objects without a name."""
    token = family.notice["page"].rpartition("/")[2]
    neighbour = stage.phone("邻居")
    neighbour.open_mini_program(family.crew.county)
    page = neighbour.get(f"/public-notices/{token}")
    stage.must(page.status == 200, "the code on the sheet leads to its page")
    stage.must(family.head_name not in str(page.body), "the page behind the code holds no name")
    answer = neighbour.post(
        "/objections", token=token, number=1, ground="income", text="他家还有二十亩果园，一年不少收。"
    )
    stage.must(answer.status == 201, f"the objection is taken: {answer.body}")
    number = str(answer.body["receipt_no"])
    family.tells(
        "A neighbour", f"scans the sheet and objects without a name; the receipt is {number}.", family.crew.today()
    )
    heard = family.crew.phone("village").get(f"/cases/{family.case_id}/objections").body
    stage.sees(f"The village learns only: {heard['sentence']}")
    stage.must(heard["open"] and "果园" not in str(family.file()), "the village reads neither who nor what")
    return neighbour, number


def _upheld(stage: Stage, family: Family, neighbour: Phone, number: str) -> Way:
    crew = family.crew
    lead = crew.phone("town-lead")
    found = [each for each in lead.get("/objections", size=100).body["items"] if each["case_id"] == family.case_id]
    stage.must(found, "the township's leader sees the objection")
    opened = lead.get(f"/objections/{found[0]['id']}").body
    stage.sees(f"The township reads: {opened['text']}")
    answer = lead.post(
        f"/objections/{found[0]['id']}/answers",
        action="uphold_objection",
        version=found[0]["version"],
        words="果园的收入没有申报，重新计算后高于监测线。",
        answer="您反映的情况属实，这一户这次不纳入。",
        reasons=["above_line"],
        alternative=ANOTHER_WAY,
        transfer="civil_affairs",
    )
    stage.must(answer.status == 201, f"the leader upholds it: {answer.body}")
    family.tells("The township's leader", "upholds it on its last day, and names another way.", crew.today())
    receipt = family.read_receipt()
    stage.must(receipt["status"] == "未纳入" and ANOTHER_WAY in str(receipt["timeline"]), "the family reads both")
    family.tells("The farmer", f"reads 「{receipt['status']}」 and: {ANOTHER_WAY}", crew.today())
    stage.must(family.owes("referral") and family.owes("take_down_notice"), "the help and the sheet are duties")
    told = neighbour.post("/objections/lookups", receipt_no=number)
    stage.sees(f"The neighbour asks with the receipt: {told.body['status']}，{told.body['answer']}")
    stage.must(told.body["answer"], "the objector is answered")
    family.take_down()
    yield family.due("referral")
    version = family.duty("referral")["version"]
    done = "一次性救助金已发放"
    family.post("reviewer", "referrals/answers", version=version, office="民政局", words=done)
    family.tells("民政局", f"answers: {done}; the family reads it.", crew.today())
    stage.must(done in str(family.read_receipt()["timeline"]), "the answer is on the receipt")


def _working_days(begins_on: date, until: date) -> int:
    day, counted, workdays = begins_on, 0, Workdays()
    while day < until:
        day = workdays.next_workday(day)
        counted += 1
    return counted
