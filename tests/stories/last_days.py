"""NATIONAL, in sequence: every step on its last day, and still inside fifteen days."""

from datetime import date

from tests.stories.calendar import Way, in_words
from tests.stories.crew import Crew
from tests.stories.family import Family, after_full_days
from tests.stories.stage import Stage

MOST_DAYS = 15


def every_step_on_its_last_day(stage: Stage, crew: Crew, head_name: str, begins_on: date) -> Way:
    """Walk a family through the whole procedure, waiting each time until the last day."""
    yield begins_on
    family = Family(stage, crew, head_name)
    family.declare()
    family.tells(f"Day 0: {head_name}", f"declares; promised by {family.promised()}.", crew.today())
    yield family.due("accept")
    family.accept()
    family.tells("The village", f"accepts; the visit is due on {family.due('visit')}.", crew.today())
    yield family.due("visit")
    for line in family.check()["formula"]:
        stage.sees(line)
    family.tells("Two cadres", "file the home check, one confirms the other; both old people sign.", crew.today())
    yield family.due("compare")
    family.compare()
    family.tells("The county", "compares: no hit.", crew.today())
    yield family.due("consult")
    family.consult()
    family.tells("两委 and 工作队", "look at the findings and propose 边缘易致贫户.", crew.today())
    yield family.due("meeting")
    family.meet()
    family.tells("The representatives", "seven of nine agree, one of them by telephone.", crew.today())
    yield family.due("post_notice")
    family.post_notice()
    family.tells("The village", f"posts the notice; its last full day is {family.notice['until']}.", crew.today())
    yield from _township_and_county(stage, family, begins_on)


def _township_and_county(stage: Stage, family: Family, begins_on: date) -> Way:
    crew = family.crew
    yield after_full_days(family)
    family.notice_closes_by_itself()
    family.tells("The program", f"closes the notice by itself: {family.state}.", crew.today())
    family.take_down()
    yield family.due("town_review")
    looked = family.departments_look()
    family.pass_on()
    family.tells("The township", f"{'、'.join(looked)} looked; the case is passed on.", crew.today())
    yield family.due("county_decision")
    number = f"民振发〔{crew.today().year}〕{family.receipt['receipt_no'][-6:]}号"
    family.approve_by_batch(number, crew.today())
    family.tells("The county", f"decides by batch {number}.", crew.today())
    yield family.due("announce")
    text = family.announce(number)
    stage.sees(text)
    today = crew.today()
    days = (today - begins_on).days
    family.tells("The township", f"announces the decision on day {days}: {family.state}.", today)
    family.enter_national(today)
    stage.must(days <= MOST_DAYS, f"the whole takes at most {MOST_DAYS} days, not {days}")
    stage.must(today <= family.promised(), "the promise to the family is kept")
    stage.must(family.file()["state"] == "monitored", "the family is watched")
    receipt = family.read_receipt()
    stage.must(receipt["status"] == "已纳入", "the receipt says 已纳入")
    family.tells("The farmer", f"reads 「{receipt['status']}」; begun {in_words(begins_on)}.", today)
