"""A flood: help on the first day, and the papers made up by day fifteen."""

import secrets
from datetime import date, timedelta

from backend import clock
from tests.stories.calendar import Way, in_words
from tests.stories.crew import Crew
from tests.stories.family import Family, after_full_days
from tests.stories.stage import Stage

BACKFILL_DAYS = 15


def help_first(stage: Stage, crew: Crew, head_name: str, begins_on: date) -> Way:
    """Walk a family whose house was flooded through the green channel."""
    yield begins_on
    run = secrets.token_hex(3)
    clerk = crew.phone("county-op")
    event = clerk.post(
        "/disasters", name="山洪", number=f"应急〔{begins_on.year}〕{run}号", kind="natural", area=[crew.village]
    )
    stage.must(event.status == 201, f"the county opens the event: {event.body}")
    stage.does(f"{in_words(begins_on)}  The county", f"opens 「{event.body['name']}」, {event.body['number']}.")
    family = Family(stage, crew, head_name, risk="disaster", hardship="山洪进了屋，粮食被褥都没了，住不了人。")
    family.declare()
    stage.must(family.duty("accept")["is_pressing"], "what comes from the flooded village presses")
    family.accept()
    family.check()
    family.tells(f"Day 0: {head_name}", "declares; accepted, visited and confirmed on the same day.", crew.today())
    _helped(stage, family)
    ended = clerk.post(f"/disasters/{event.body['id']}/endings", number=f"应急〔{begins_on.year}〕{run}止号")
    stage.must(ended.status == 201, f"the event is closed: {ended.body}")
    by = begins_on + timedelta(days=BACKFILL_DAYS)
    yield from _made_up(stage, family, by)


def _helped(stage: Stage, family: Family) -> None:
    crew = family.crew
    family.post("village", "green-channel", cause="disaster", studied="两委研究，人没地方住，先安置再补手续。")
    version = family.duty("green_town")["version"]
    family.post("town-lead", "green-channel/opinions", version=version, agrees=True)
    version = family.duty("green_county")["version"]
    called = {"leader": crew.names["county-lead"], "at": _a_minute_ago(stage, crew)}
    family.post("county-op", "green-channel/opinions", version=version, agrees=True, phoned=called)
    family.tells("Township and county", "agree, the county's leader by telephone.", crew.today())
    family.post(
        "village",
        "green-channel/aid",
        version=family.duty("deliver_aid")["version"],
        what="安置到村小学，棉被两床、大米两袋",
        how_much="两人",
        family_confirmed=True,
    )
    family.tells("The village", "brings them to the school, with quilts and rice: help on day 0.", crew.today())
    stage.must("棉被" in str(family.read_receipt()["timeline"]), "the family reads of the help")
    family.post("county-lead", "green-channel/signatures", version=family.duty("sign_later")["version"])
    family.tells("The county's leader", "signs what was agreed by telephone.", crew.today())


def _made_up(stage: Stage, family: Family, by: date) -> Way:
    crew = family.crew
    yield family.due("compare")
    family.compare()
    yield family.due("consult")
    family.consult()
    yield family.due("meeting")
    family.meet()
    yield family.due("post_notice")
    family.post_notice()
    family.tells("The village", "makes up comparison, 会商, meeting and notice, each on its last day.", crew.today())
    yield after_full_days(family)
    family.notice_closes_by_itself()
    family.take_down()
    yield family.due("town_review")
    family.departments_look()
    family.pass_on()
    yield family.due("county_decision")
    number = f"民振发〔{crew.today().year}〕{family.receipt['receipt_no'][-6:]}灾号"
    family.approve_by_batch(number, crew.today())
    yield family.due("announce")
    family.announce(number)
    today = crew.today()
    family.tells("The township", f"announces; the papers are made up, {by} was the last day: {family.state}.", today)
    family.enter_national(today)
    stage.must(family.file()["state"] == "monitored" and today <= by, f"made up by {by}")


def _a_minute_ago(stage: Stage, crew: Crew) -> str:
    now = stage.business_time(crew.admin).astimezone(clock.SHANGHAI)
    return (now - timedelta(minutes=1)).isoformat()
