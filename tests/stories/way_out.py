"""The way out of being watched, and the way back: as the village, the township and the county walk it."""

from datetime import timedelta
from typing import Any

from tests.stories.family import Family, after_full_days
from tests.stories.watched_family import WatchedFamily

RICH = {"wages": 4_000_000, "business": 1_000_000, "costs": 200_000}
CHECKED: dict[str, Any] = {
    "mode": "assisted",
    "met": dict.fromkeys(("income", "expense", "safety", "risk", "measures"), True),
    "safety": dict.fromkeys(("food", "clothing", "education", "medical", "housing", "water"), "safe"),
    "income": RICH,
    "heads": 2,
    "view": "agrees",
    "heard_whom": "head",
}


def way_out(watched: WatchedFamily) -> Family:
    """The program lists the family; it is heard, checked, posted, judged and announced, as on the way in."""
    stage, family = watched.stage, watched.family
    stage.chapter("The way out (风险消除)")
    listed = watched.listed()
    stage.must(listed["in_the_way"], f"the roof stands in the ledger of dangers: {listed}")
    stage.sees(f"The program lists {family.head_name}, but: {'；'.join(listed['in_the_way'])}")
    reviewer = watched.hands.crew.phone("reviewer")
    for hazard in reviewer.get("/hazards").body["items"]:
        if hazard["head_name"] == family.head_name:
            path = f"/hazards/{hazard['id']}/closing"
            watched.does("reviewer", path, version=hazard["version"], words="屋顶翻修好了，上门看过，不漏了。")
    listed = watched.listed()
    stage.must(listed["is_ready"], f"nothing stands in the way any more: {listed}")
    watched.tells(
        "The program", f"lists {family.head_name}: watched for {listed['months']} months, nothing in the way."
    )
    begun = watched.does("village", f"/watches/{watched.watch_id}/removals", words="房子修好了，收入稳定了")
    leaving = Family(stage, watched.hands.crew, family.head_name)
    leaving._case_id = begun["id"]
    form = CHECKED | {"second_name": watched.hands.crew.names["head"]}
    duty = leaving.duty("removal_check")["version"]
    path = f"/cases/{leaving.case_id}/removal-check"
    unmet = watched.hands.cadre.post(path, version=duty, **(form | {"met": form["met"] | {"expense": False}}))
    stage.must(unmet.status == 422, f"an item that is not met stops it: {unmet.body}")
    stage.sees(f"With one item not met: {'；'.join(str(each) for each in unmet.body['fields'].values())}")
    watched.does("village", path, version=duty, **form)
    watched.tells("Two cadres", f"check at home, and the family agrees: {leaving.state}.")
    leaving.meet()
    leaving.post_notice()
    watched.calendar.go_to(after_full_days(leaving))
    leaving.notice_closes_by_itself()
    leaving.take_down()
    leaving._decide("reviewer", "town_review", action="pass_on")
    number = f"民振发〔{watched.calendar.today().year}〕{leaving.case_id[-6:]}消号"
    leaving.approve_by_batch(number, watched.calendar.today())
    stage.sees(leaving.announce(number))
    leaving.enter_national(watched.calendar.today())
    stage.must(watched.standing() == "removed", "the family is watched no more")
    watched.tells("Village, township and county", f"meet, post, judge and announce: {leaving.state}.")
    return leaving


def way_back(watched: WatchedFamily, leaving: Family) -> None:
    """It was too early: the county takes it back, and the village plans anew."""
    stage, path = watched.stage, f"/cases/{leaving.case_id}/rollback"
    denied = watched.hands.cadre.post(path, reasons=["relapse"], words="房顶又漏了")
    stage.must(denied.status == 403, f"the village cannot take it back: {denied.status}")
    watched.calendar.go_to(watched.calendar.today() + timedelta(days=7))
    watched.does("county-op", path, reasons=["relapse"], words="连着下雨，房顶又漏了，老两口住到亲戚家。")
    stage.must(watched.standing() == "assisted", "the family is watched again")
    stage.must(watched.family.owes("plan"), "the village owes a plan again")
    watched.tells("The county", f"takes the removal back: {leaving.state}; the village owes a plan again.")
