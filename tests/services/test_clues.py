"""Every channel into one stream of clues, and each clue to a verdict."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.access.permissions import Action, Role
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow
from backend.models import Case, CaseEvent, Clue, Declaration, Household, ReceiptLine, Task
from backend.policy import load_preset
from backend.services import cases, clues, home_checks, talks, tasks
from backend.services.cases import Seen
from backend.services.clues import BY_FAMILY, ClueForm
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from backend.workflow.tasks import CALM
from tests.checks import following, form, morning
from tests.people import NEXT_VILLAGE, VILLAGE, Cast, Maker, id_number

DAY = date(2026, 3, 9)
CHANNELS = load_preset("NATIONAL").dictionaries["channels"]


@pytest.fixture(autouse=True)
def in_march(app: Flask) -> Iterator[None]:
    with following(app), morning(DAY):
        yield


def clue_form(**changes: Any) -> ClueForm:
    plain = {
        "channel": "visit_find",
        "village_code": VILLAGE,
        "head_name": "张三",
        "what": "门口看见老人没有柴烧",
        "phone": "13800000000",
    }
    return ClueForm(**{**plain, **changes})


def enter(cast: Cast, login: str = "village", **changes: Any) -> Clue:
    with cast.acting(login) as by:
        return clues.report(clue_form(**changes), by=by)


def open_tasks(make: Maker, case_id: int) -> dict[str, Task]:
    return {each.kind: each for each in make.rows(Task) if each.case_id == case_id and each.open_due}


def verdict(make: Maker, clue: Clue) -> str | None:
    [row] = [each for each in make.rows(Clue) if each.id == clue.id]
    return row.verdict


@pytest.mark.shows("procedure.1", "A08", "A11", "B22", "B27", "C10")
@pytest.mark.parametrize("channel", [each for each in CHANNELS if each != "self_mp"])
def test_every_channel_opens_a_case_and_gives_a_number(make: Maker, cast: Cast, channel: str) -> None:
    clue = enter(cast, "town_op", channel=channel)

    [case] = make.rows(Case)
    assert (case.channel, case.id) == (channel, clue.case_id)
    assert len(clue.receipt_no) == 12
    assert open_tasks(make, case.id)[Kind.ACCEPT].role == Role.VILLAGE
    assert bool(make.rows(Declaration)) == (channel in BY_FAMILY)


@pytest.mark.shows("procedure.1")
def test_a_declaration_on_the_phone_is_a_clue_too(make: Maker) -> None:
    declaration = make.declaration()

    [clue] = make.rows(Clue)
    assert (clue.channel, clue.declaration_id, clue.verdict) == ("self_mp", declaration.id, None)


@pytest.mark.shows("procedure.1")
def test_the_farmer_uses_the_number_of_a_declaration_that_staff_entered(make: Maker, cast: Cast) -> None:
    clue = enter(cast, channel="self_oral", id_number=id_number(1))

    taken = cast.farmer("own phone").post(
        "/declarations/claims", receipt_no=clue.receipt_no, last_four=id_number(1)[-4:]
    )

    assert taken.status_code in {200, 201}
    assert taken.json["receipt_no"] == clue.receipt_no


@pytest.mark.shows("procedure.1", "procedure.6", "A30")
def test_day_zero_is_the_day_of_the_paper_and_the_promise_counts_from_it(make: Maker, cast: Cast) -> None:
    with pytest.raises(Invalid, match="为什么"):
        enter(cast, channel="self_paper", discovered_on=date(2026, 3, 3))
    enter(cast, channel="self_paper", discovered_on=date(2026, 3, 3), late_because="村里停电三天")

    [case], [declaration] = make.rows(Case), make.rows(Declaration)
    assert (case.discovered_on, case.promised_on) == (date(2026, 3, 3), date(2026, 3, 18))
    assert declaration.promised_on == case.promised_on
    assert case.entered_at.date() == DAY


@pytest.mark.shows("procedure.1", "procedure.6")
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(days=st.integers(1, 400))
def test_however_late_it_is_entered_it_is_never_blocked(make: Maker, cast: Cast, days: int) -> None:
    found = date.fromordinal(DAY.toordinal() - days)

    clue = enter(cast, discovered_on=found, late_because="补录")

    task = open_tasks(make, clue.case_id)[Kind.ACCEPT]
    assert task.due_on >= DAY


def test_nothing_is_found_tomorrow(cast: Cast) -> None:
    with pytest.raises(Invalid, match="不能晚于今天"):
        enter(cast, discovered_on=date(2026, 3, 10))


@pytest.mark.shows("procedure.1")
def test_a_second_clue_joins_the_households_open_case(make: Maker, cast: Cast) -> None:
    first = make.declaration()
    second = enter(cast, "town_op", channel="petition", id_number=id_number(1), urgency="urgent")

    [case] = make.rows(Case)
    assert (second.case_id, second.joined) == (first.case_id, True)
    assert case.urgency == "urgent"
    task = open_tasks(make, case.id)[Kind.JOIN]
    with cast.acting("village") as by:
        clues.join(case.id, second.id, by=by, version=task.version)
    assert verdict(make, second) == "joined"
    assert clues.read_by_reporter(second) == clues.REPORTER_READS[None]


@pytest.mark.shows("procedure.1")
def test_accepting_and_joining_settle_the_clues_of_declarations(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    later = make.declaration(openid="neighbour", relation="neighbour", declarer_name="老邻居")
    task = open_tasks(make, case_id)[Kind.JOIN]
    with cast.acting("village") as by:
        cases.join_declaration(case_id, later.id, by=by, version=task.version)

    assert [each.verdict for each in make.rows(Clue)] == ["case", "joined"]


@pytest.mark.shows("procedure.1")
def test_one_household_never_has_two_open_cases(make: Maker, cast: Cast) -> None:
    for channel in ("visit_find", "dept_alert", "media"):
        enter(cast, "county_op", channel=channel, id_number=id_number(3))

    assert len(make.rows(Case)) == 1
    assert len({each.open_case_id for each in make.rows(Household)}) == 1


@pytest.mark.shows("procedure.1", "A29")
def test_urgency_shortens_the_first_limits_and_leads_the_queue(make: Maker, cast: Cast) -> None:
    for serial in (4, 5):
        enter(cast, head_name=f"张{serial}", id_number=id_number(serial))
    late = enter(cast, head_name="张三三", urgency="critical")
    with cast.acting("village") as by:
        first = tasks.queue(by=by, size=2)
        rest = tasks.queue(by=by, size=2, after=first.after)

    assert first.items[0].case_id == late.case_id
    assert first.items[0].due_on == DAY
    assert len({each.id for each in (*first.items, *rest.items)}) == 3
    assert rest.after is None


@pytest.mark.shows("procedure.1", "A29")
def test_pages_of_pressing_duties_follow_one_another(make: Maker, cast: Cast) -> None:
    wanted = ["critical", "critical", "urgent", "urgent", "normal"]
    for index, urgency in enumerate(reversed(wanted)):
        enter(cast, head_name=f"张{index}甲", urgency=urgency)

    seen, after = [], None
    with cast.acting("village") as by:
        while True:
            page = tasks.queue(by=by, size=1, after=after)
            seen += [each.pressing for each in page.items]
            if page.after is None:
                break
            after = tasks.Cursor.parse(str(page.after))

    assert seen == [0, 0, 1, 1, 2]


def test_a_duty_asked_anew_is_the_same_duty_and_says_whose_desk_owes_it(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    [before] = cast.phone("village").get(f"/cases/{case_id}").json["duties"]

    cast.phone("town_op").post(f"/cases/{case_id}/urgency", urgency="critical", words="房子塌了，没处住")

    [after] = cast.phone("village").get(f"/cases/{case_id}").json["duties"]
    [elsewhere] = cast.phone("town_op").get(f"/cases/{case_id}").json["duties"]
    assert after["id"] == before["id"]
    assert after["version"] > before["version"]
    assert (after["is_own"], elsewhere["is_own"]) == (True, False)


@pytest.mark.shows("procedure.1", "A29")
def test_the_receiver_raises_urgency_with_a_word(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    before = open_tasks(make, case_id)[Kind.VISIT].due_on
    with cast.acting("village") as by:
        talks.set_urgency(case_id, "critical", by=by, words="房子塌了，一家人没处住")

    task = open_tasks(make, case_id)[Kind.VISIT]
    assert (before, task.due_on, task.limit_key) == (date(2026, 3, 11), DAY, "T_VISIT.critical")
    with cast.acting("village") as by:
        talks.set_urgency(case_id, "normal", by=by, words="已安置到村部")
    task = open_tasks(make, case_id)[Kind.VISIT]
    assert (task.pressing, task.due_on) == (CALM, DAY)


@pytest.mark.shows("procedure.1", "procedure.2")
def test_the_village_alone_closes_no_clue(make: Maker, cast: Cast) -> None:
    clue = enter(cast)
    version = open_tasks(make, clue.case_id)[Kind.ACCEPT].version
    why = Reason(("not_found",), "村里没有这户人")
    with cast.acting("village") as by, pytest.raises(NotAllowed):
        clues.close(clue.case_id, by=by, version=version, reason=why)
    with cast.acting("village") as by:
        clues.hand_up(clue.case_id, by=by, version=version, reason=why)

    task = open_tasks(make, clue.case_id)[Kind.CLUE_VERDICT]
    assert (task.role, verdict(make, clue)) == (Role.TOWN_REVIEW, None)
    with cast.acting("reviewer") as by:
        clues.close(clue.case_id, by=by, version=task.version, reason=why)
    assert (make.state(clue.case_id), verdict(make, clue)) == (State.TERMINATED, "not_found")


@pytest.mark.shows("procedure.1", "procedure.2")
def test_the_township_may_have_a_handed_up_clue_visited(make: Maker, cast: Cast) -> None:
    clue = enter(cast)
    version = open_tasks(make, clue.case_id)[Kind.ACCEPT].version
    with cast.acting("village") as by:
        clues.hand_up(clue.case_id, by=by, version=version, reason=Reason(("no_risk",), "看着还行"))
    task = open_tasks(make, clue.case_id)[Kind.CLUE_VERDICT]
    with cast.acting("town_op") as by:
        cases.decide(clue.case_id, Action.ACCEPT, by=by, seen=Seen(task.version))

    assert (make.state(clue.case_id), verdict(make, clue)) == (State.ACCEPTED, "case")


@pytest.mark.shows("procedure.1", "procedure.2")
def test_who_applied_himself_is_visited_whatever_the_desk_thinks(make: Maker, cast: Cast) -> None:
    case_id = make.case()
    version = open_tasks(make, case_id)[Kind.ACCEPT].version

    with cast.acting("village") as by, pytest.raises(NotPossibleNow, match="上门"):
        clues.hand_up(case_id, by=by, version=version, reason=Reason(("no_risk",), "看着还行"))


@pytest.mark.shows("procedure.1", "A31")
def test_what_is_not_ours_is_handed_on_with_a_receipt_and_stays_open(make: Maker, cast: Cast) -> None:
    clue = enter(cast, channel="self_oral", what="邻居占了我家的地")
    version = open_tasks(make, clue.case_id)[Kind.ACCEPT].version
    with cast.acting("town_op") as by, pytest.raises(NotPossibleNow, match="转办"):
        clues.close(clue.case_id, by=by, version=version, reason=Reason(("not_ours",), "土地纠纷"))
    with cast.acting("town_op") as by, pytest.raises(Invalid):
        clues.transfer(clue.case_id, "nowhere", by=by, version=version, words="土地纠纷")
    with cast.acting("town_op") as by:
        clues.transfer(clue.case_id, "petitions", by=by, version=version, words="转信访局，电话 0311-0000000")

    [row] = make.rows(Clue)
    assert (make.state(clue.case_id), row.verdict, row.transfer) == (State.TRANSFERRED, "transferred", "petitions")
    assert set(open_tasks(make, clue.case_id)) == {Kind.REFERRAL}
    assert make.rows(ReceiptLine)[-1].kind == "transferred"
    assert make.rows(Declaration)[0].status == "已转办"


@pytest.mark.shows("procedure.1")
def test_a_clue_without_a_verdict_is_always_somebodys_duty(make: Maker, cast: Cast) -> None:
    make.declaration()
    enter(cast, "town_op", channel="petition", id_number=id_number(1))
    enter(cast, head_name="王二麻", channel="media")

    for clue in make.rows(Clue):
        assert clue.verdict is None
        assert open_tasks(make, clue.case_id)


@pytest.mark.shows("procedure.1", "A31", "B25")
def test_each_talk_is_one_line_of_the_history(make: Maker, cast: Cast) -> None:
    case_id = make.case()
    with cast.acting("village") as by:
        talks.note_talk(case_id, "phone", by=by, words="电话里说好周三上门", talked_on=date(2026, 3, 8))
        with pytest.raises(Invalid):
            talks.note_talk(case_id, "telepathy", by=by, words="说好了")

    line = make.rows(CaseEvent)[-1]
    assert (line.action, line.detail, line.from_state) == ("talk", {"way": "phone", "on": "2026-03-08"}, line.to_state)
    assert "周三" not in str(line.reason_sealed)


@pytest.mark.shows("procedure.1", "A24", "B24")
def test_an_authorised_villager_sees_only_their_own_reports(make: Maker, cast: Cast) -> None:
    villager, elder = cast.farmer("villager"), cast.farmer("elder")
    body = {"village_code": VILLAGE, "head_name": "赵老四", "what": "家里断粮了"}
    assert villager.post("/clues", **body).status_code == 403

    code = cast.phone("village").post("/reporters", name="孙乡贤", standing="elder").json["code"]
    assert elder.post("/reporters/acceptances", code="WRONG").status_code == 422
    assert elder.post("/reporters/acceptances", code=code).status_code == 200
    assert villager.post("/reporters/acceptances", code=code).status_code == 422
    told = elder.post("/clues", **body, urgency="critical", channel="petition")

    assert told.status_code == 201
    [clue] = make.rows(Clue)
    assert (clue.channel, clue.urgency, clue.reporter_id is not None) == ("grid_find", "normal", True)
    assert [each["receipt_no"] for each in elder.get("/clues/mine").json["items"]] == [told.json["receipt_no"]]
    assert villager.get("/clues/mine").json["items"] == []
    assert elder.get("/clues").status_code == 403
    assert elder.get(f"/cases/{clue.case_id}").status_code == 404


@pytest.mark.shows("procedure.1", "A24")
def test_an_authorisation_ends(make: Maker, cast: Cast) -> None:
    elder, village = cast.farmer("elder"), cast.phone("village")
    invited = village.post("/reporters", name="孙乡贤", standing="elder").json
    elder.post("/reporters/acceptances", code=invited["code"])
    assert [each["name"] for each in village.get("/reporters").json["items"]] == ["孙乡贤"]

    assert village.post(f"/reporters/{invited['id']}/endings").status_code == 201
    answer = elder.post("/clues", village_code=VILLAGE, head_name="赵老四", what="家里断粮了")

    assert answer.status_code == 403


@pytest.mark.shows("procedure.1")
def test_a_neighbour_villages_clues_are_not_in_the_stream(make: Maker, cast: Cast) -> None:
    enter(cast)
    enter(cast, head_name="李四四", village_code=NEXT_VILLAGE)
    stream = cast.phone("village").get("/clues").json["items"]
    all_of_town = cast.phone("town_op").get("/clues", without_verdict="true").json["items"]

    assert [each["head_name"] for each in stream] == ["张三"]
    assert stream[0]["what"] == "门口看见老人没有柴烧"
    assert len(all_of_town) == 2


def test_staff_cannot_name_a_household_out_of_reach(make: Maker, cast: Cast) -> None:
    clue = enter(cast, "next_village", village_code=NEXT_VILLAGE)

    with pytest.raises((Invalid, NotFound)):
        enter(cast, household_id=clue.household_id)


@pytest.mark.shows("procedure.1", "B22")
def test_a_grid_member_reports_and_sees_what_became_of_it(
    make: Maker, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Cast.LOGINS, "grid", (Role.GRID, VILLAGE + "001", "冯网格"))
    clue = enter(cast, "grid", channel="grid_find")

    with pytest.raises(Invalid):
        enter(cast, "grid", channel="petition")
    with cast.acting("grid") as by:
        assert [each.id for each in clues.reports_of(by)] == [clue.id]
        with pytest.raises(NotAllowed):
            clues.stream(by=by)


@pytest.mark.shows("procedure.1", "procedure.2", "procedure.4")
def test_a_clue_without_risk_at_the_door_is_the_townships_to_judge(make: Maker, cast: Cast) -> None:
    clue = enter(cast)
    with cast.acting("village") as by:
        cases.decide(clue.case_id, Action.ACCEPT, by=by, seen=Seen(open_tasks(make, clue.case_id)[Kind.ACCEPT].version))
    well = form(conclusion="no_risk", category="", risks=(), income=replace(form().income, wages=90_000_00))
    with cast.acting("village") as by:
        version = open_tasks(make, clue.case_id)[Kind.VISIT].version
        home_checks.file_check(clue.case_id, by=by, version=version, form=well)

    assert make.state(clue.case_id) == State.VISITED
    assert open_tasks(make, clue.case_id)[Kind.TOWN_REVIEW].detail == {"village_says_no": True}
