"""A village sits: who counts, who steps aside, what a second empty evening allows, several families in one go."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from backend.errors import Invalid, KeyReused, NotAllowed
from backend.models import CaseEvent, Meeting, MeetingItem
from backend.services import meetings
from backend.workflow.states import State
from backend.workflow.voting import Attendee, Votes, house
from tests.people import Cast, Maker
from tests.services.sitting import SUPERVISOR, Village, representatives, sitting
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.2", "procedure.8", "A12", "B32", "B33", "C16")


@pytest.fixture
def village(app: Flask, cast: Cast, make: Maker, preset: Any) -> Village:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    return Village(app, cast, make)


@pytest.fixture
def family(village: Village) -> int:
    """A family whose 会商 was held: it waits for its meeting."""
    case_id = village.family()
    village.consult(case_id)
    return case_id


@pytest.mark.parametrize(
    ("asked", "came", "agree", "enough", "agreed"),
    [
        (9, 6, 4, True, True),
        (9, 6, 3, True, False),  # half is not more than half
        (9, 5, 5, False, True),
        (10, 7, 4, True, True),
        (10, 6, 6, False, True),  # 6 of 10 is less than two thirds
        (3, 2, 2, True, True),
        (1, 0, 0, False, False),
    ],
)
def test_two_thirds_come_and_more_than_half_of_them_agree(
    asked: int, came: int, agree: int, enough: bool, agreed: bool
) -> None:
    counted = house("representatives", representatives(asked, came), (), thirds=2, remote_counts=True)

    assert counted.has_quorum is enough
    assert counted.agrees(Votes(agree=agree, against=came - agree)) is agreed


@pytest.mark.parametrize(
    ("came", "agree", "enough", "agreed"), [(3, 3, True, True), (2, 2, False, False), (5, 2, True, False)]
)
def test_a_small_body_decides_with_more_than_half_of_its_members(
    came: int, agree: int, enough: bool, agreed: bool
) -> None:
    members = [Attendee(f"委员{n}", "committee", "present" if n < came else "away") for n in range(5)]

    counted = house("committees", members, (), thirds=2, remote_counts=True)

    assert counted.has_quorum is enough
    assert counted.agrees(Votes(agree=agree, against=came - agree)) is agreed


def test_voices_by_telephone_count_only_where_the_rules_say_so() -> None:
    asked = representatives(9, 6, remote=2)

    assert house("representatives", asked, (), thirds=2, remote_counts=True).present == 6
    assert house("representatives", asked, (), thirds=2, remote_counts=False).present == 4


def test_observers_are_asked_and_do_not_vote() -> None:
    counted = house(
        "representatives", [SUPERVISOR, Attendee("队员", "team", "present")], (), thirds=2, remote_counts=True
    )

    assert (counted.voters, counted.present) == (0, 0)


@pytest.mark.shows("A33")
def test_kin_who_step_aside_are_not_present_for_that_family(village: Village) -> None:
    first, second = village.family("张三"), village.family("李四")
    village.consult(first, second)
    items = [
        village.item(first, votes=Votes(agree=6)),
        village.item(second, votes=Votes(agree=5), recused=("代表0",)),
    ]

    held = village.run(meetings.hold_meeting, sitting(representatives(9, 6)), items)

    assert [each.outcome for each in held.results] == ["agreed", ""]
    assert "人数不够" in held.results[1].message
    assert village.case(first).state == State.REVIEWED
    assert village.case(second).state == State.CONSULTED


def test_several_families_are_decided_in_one_sitting_each_for_itself(village: Village, make: Maker) -> None:
    families = [village.family(name) for name in ("张三", "李四", "王五")]
    village.consult(*families)
    votes = [Votes(agree=9), Votes(agree=4, against=5), Votes(agree=9, against=1)]
    items = [village.item(each, votes=vote, words="有人不同意") for each, vote in zip(families, votes, strict=True)]

    held = village.run(meetings.hold_meeting, sitting(representatives(9, 9)), items)

    assert [each.outcome for each in held.results] == ["agreed", "refused", ""]
    assert "票数" in held.results[2].message
    states = [village.case(each).state for each in families]
    assert states == [State.REVIEWED, State.VISITED, State.CONSULTED]
    assert len([row for row in make.rows(Meeting) if row.kind == "meeting"]) == 1


@pytest.mark.shows("procedure.8")
def test_a_sitting_sent_again_goes_on_where_it_stopped(village: Village, make: Maker) -> None:
    first, second = village.family("张三"), village.family("李四")
    village.consult(first, second)
    form = sitting(representatives(9, 9))
    good, wrong = village.item(first, votes=Votes(agree=9)), village.item(second, votes=Votes(agree=3))
    mended = village.item(second, votes=Votes(agree=9))
    village.run(meetings.hold_meeting, form, [good, wrong])

    held = village.run(meetings.hold_meeting, form, [good, mended])

    assert [each.outcome for each in held.results] == ["agreed", "agreed"]
    assert len([row for row in make.rows(MeetingItem) if row.kind == "meeting"]) == 2
    assert len([row for row in make.rows(CaseEvent) if row.action == "hold_meeting"]) == 2
    with pytest.raises(KeyReused):
        village.run(meetings.hold_meeting, sitting(representatives(9, 8), key=form.key), [good])


def test_somebody_elses_step_meanwhile_is_told_for_that_family_only(village: Village) -> None:
    first, second = village.family("张三"), village.family("李四")
    village.consult(first, second)
    stale = village.item(first, votes=Votes(agree=9))
    fresh = village.item(second, votes=Votes(agree=9))
    village.meet(first)

    held = village.run(meetings.hold_meeting, sitting(representatives(9, 9)), [stale, fresh])

    assert [each.code for each in held.results] == ["out_of_date", ""]
    assert held.results[1].outcome == "agreed"


@pytest.mark.shows("procedure.2")
def test_after_the_second_empty_evening_the_other_form_may_decide(village: Village, family: int) -> None:
    committee = [*(Attendee(f"委员{n}", "committee", "present") for n in range(5)), SUPERVISOR]

    def committees(on: int) -> meetings.ItemResult:
        form = sitting(committee, form="committees", held_on=village.today + timedelta(days=on))
        village.today += timedelta(days=on)
        items = [village.item(family, votes=Votes(agree=4, against=1))]
        return village.run(meetings.hold_meeting, form, items).results[0]

    def nobody_comes() -> meetings.ItemResult:
        form = sitting(representatives(9, 3), held_on=village.today)
        return village.run(meetings.record_failed_meeting, form, [village.item(family)]).results[0]

    assert committees(0).code == "not_possible_now"
    assert nobody_comes().outcome == "failed"
    assert "只算一次" in nobody_comes().message  # the same day again
    assert committees(0).code == "not_possible_now"
    village.today += timedelta(days=1)
    assert nobody_comes().outcome == "failed"

    assert committees(0).outcome == "agreed"
    assert village.case(family).marks["failed_meetings"] == 2


def test_a_full_house_is_no_failed_meeting(village: Village, family: int) -> None:
    held = village.run(meetings.record_failed_meeting, sitting(representatives(9, 9)), [village.item(family)])

    assert "人数够了" in held.results[0].message
    assert "failed_meetings" not in village.case(family).marks


def test_the_agenda_is_every_family_that_waits(village: Village) -> None:
    first, second = village.family("张三"), village.family("李四")
    village.declare("王五")
    village.consult(second)

    lines = village.run(meetings.agenda)

    assert {(line.case.id, line.duty.kind) for line in lines} == {(first, "consult"), (second, "meeting")}
    proposal = next(line.proposal for line in lines if line.case.id == second)
    assert proposal is not None
    assert proposal.category == "marginal"
    assert next(line.forms for line in lines) == ("representatives",)


def test_what_was_said_of_a_family_is_sealed(village: Village, family: int, make: Maker) -> None:
    said = "他家老人常年卧床"
    village.run(
        meetings.hold_meeting,
        sitting(representatives(9, 9), minutes=said),
        [village.item(family, votes=Votes(agree=9), words=said, help="申请临时救助")],
    )

    rows = [*make.rows(Meeting), *make.rows(MeetingItem)]
    kept = str([vars(row) for row in rows])
    assert said not in kept
    assert "临时救助" not in kept


def test_a_sitting_without_the_supervisors_or_from_tomorrow_is_refused_with_every_complaint(village: Village) -> None:
    tomorrow = village.today + timedelta(days=1)
    form = sitting(representatives(3, 3)[:-1], held_on=tomorrow, chair="", form="shout")

    with pytest.raises(Invalid) as refused:
        village.run(meetings.hold_meeting, form, [village.item(village.family())])

    assert set(refused.value.fields) == {"chair", "attendance", "held_on", "form"}


def test_only_the_village_sits(village: Village, family: int) -> None:
    items = [village.item(family)]
    with pytest.raises(NotAllowed):
        village.run(meetings.hold_meeting, sitting(representatives(9, 9)), items, login="reviewer")

    held = village.run(meetings.hold_meeting, sitting(representatives(9, 9)), items, login="next_village")
    assert held.results[0].code == "not_found"


@pytest.mark.shows("procedure.8")
def test_a_phone_records_a_meeting_and_reads_it_again(village: Village, cast: Cast, family: int) -> None:
    from backend import clock

    item = village.item(family)
    with clock.at(village.now):
        phone = cast.phone("village")
        [line] = phone.get("/meetings/agenda").json["items"]
        body = {
            "sitting": {
                "held_on": village.today.isoformat(),
                "place": "村委会",
                "chair": "李站长",
                "recorder": "王村干",
                "form": line["forms"][0],
                "attendance": [vars(each) for each in representatives(9, 9)],
                "minutes": "大家都同意",
            },
            "items": [
                {
                    "case_id": str(family),
                    "version": item.version,
                    "votes": {"agree": 8, "against": 0, "abstained": 1},
                    "risks": ["housing"],
                }
            ],
        }
        answer = phone.post("/meetings", **body)
        read = phone.get(f"/meetings/{answer.json['meeting_id']}")

    assert answer.status_code == 201, answer.json
    assert answer.json["results"][0]["outcome"] == "agreed"
    assert read.json["minutes"] == "大家都同意"
    assert read.json["items"][0]["votes_for"] == 8
    with clock.at(village.now):
        assert cast.phone("next_village").get(f"/meetings/{read.json['id']}").status_code == 404
        assert cast.farmer().get("/meetings/agenda").status_code == 403
