"""灵寿 2022: the departments look while the notice hangs, and the leader lets part of the comparison go."""

from datetime import date, timedelta

from tests.stories.calendar import Way
from tests.stories.crew import Crew
from tests.stories.family import Family, after_full_days
from tests.stories.stage import Stage

LET_GO = ("vehicles", "property", "deposits")
MOST_DAYS = 15


def everything_side_by_side(stage: Stage, crew: Crew, head_name: str, begins_on: date) -> Way:
    """Walk a family under the rules of 灵寿, where nothing waits that need not wait."""
    yield begins_on
    family = Family(stage, crew, head_name, risk="housing", hardship="堂屋塌了一角，下雨不敢住，没钱修。")
    family.declare()
    family.tells(f"Day 0: {head_name}", f"declares; promised by {family.promised()}.", crew.today())
    family.accept()
    yield begins_on + timedelta(days=1)
    family.check()
    stage.must(family.owes("department_check") and family.owes("consult"), "township and village begin together")
    family.tells(
        "Two cadres", "file the home check. 会商 and the township's 归口核查 are open side by side.", crew.today()
    )
    family.consult()
    family.meet()
    family.post_notice()
    family.tells(
        "The village", f"consults, meets and posts; the notice hangs until {family.notice['until']}.", crew.today()
    )
    yield begins_on + timedelta(days=3)
    looked = family.departments_look()
    stage.must(family.file()["state"] == "public" and looked, "the department looks while the notice hangs")
    family.tells("The township", f"{'、'.join(looked)} looks while the notice hangs: {family.state}.", crew.today())
    yield after_full_days(family)
    family.notice_closes_by_itself()
    family.take_down()
    family.pass_on()
    family.tells("The township", "passes the case on, on the day the notice is over.", crew.today())
    stage.must(not family.owes("county_decision"), "the county does not decide before its comparison")
    why = "老两口名下情况清楚，公示没有异议。"
    family.skip(*LET_GO, words=why)
    family.tells("The county's leader", f"lets 车辆、房产、存款 go, in writing: {why}", crew.today())
    family.compare(without=LET_GO)
    family.tells(
        "The county", "compares the other registers: no hit. The decision itself is never skipped.", crew.today()
    )
    yield family.due("county_decision")
    number = f"灵振发〔{crew.today().year}〕{family.receipt['receipt_no'][-6:]}号"
    family.approve_by_batch(number, crew.today())
    stage.sees(family.announce(number))
    today = crew.today()
    days = (today - begins_on).days
    family.tells("The county", f"decides and the township announces on day {days}: {family.state}.", today)
    family.enter_national(today)
    stage.must(days <= MOST_DAYS and today <= family.promised(), f"the whole takes at most {MOST_DAYS} days")
    stage.must(family.file()["state"] == "monitored", "the family is watched")
