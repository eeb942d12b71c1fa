"""Who hears at which distance, when, and who hears instead where nobody is there."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.access.permissions import Role
from backend.db import in_transaction
from backend.errors import Invalid, NotAllowed
from backend.models import Deputy, Identity, Message
from backend.services import absences, alert_schedule, deputies, explanations, reminders
from backend.services.deputies import NewDeputy
from backend.services.hearers import Desks
from backend.workflow.outbox import URGENT, owe
from tests.jobs.conftest import NOON
from tests.jobs.ladder import due_now, make_urgent, rules, set_task, signed_in
from tests.people import COUNTY, NEXT_VILLAGE, VILLAGE, Cast, Maker, id_number

pytestmark = [pytest.mark.shows("reminders.2"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]
Run = Callable[..., int]
MONDAY = NOON + timedelta(days=3)
TODAY = clock.local(NOON).date()


def heard(make: Maker, level: str) -> dict[str, Message]:
    """Who heard of this rung, by recipient."""
    found = [each for each in make.messages(kind="duty") if each.subject.endswith(f":{level}")]
    return {each.recipient: each for each in found}


def staff(cast: Cast, *logins: str) -> set[str]:
    return {f"staff:{cast.staff_id(login)}" for login in logins}


@pytest.mark.parametrize(
    ("level", "logins", "state"),
    [
        ("blue", ("village", "head"), "inbox"),
        ("yellow", ("village", "head"), "owed"),
        ("orange", ("village", "head"), "owed"),
        ("red", ("village", "head", "town_lead", "county_op"), "owed"),
        ("supervision", ("village", "head", "town_lead", "county_op", "county_lead"), "owed"),
    ],
)
def test_each_rung_is_heard_by_whom_the_rules_name(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str, level: str, logins: tuple[str, ...], state: str
) -> None:
    everybody = staff(cast, "village", "head", "town_lead", "county_op", "county_lead", "next_village", "reviewer")
    case_id = make.case()
    due_now(app, make.duty(case_id).id, level, MONDAY)

    sweep(MONDAY)

    spoken = heard(make, level)
    assert spoken.keys() == staff(cast, *logins)
    assert spoken.keys() <= everybody
    assert {each.state for each in spoken.values()} == {state}


def test_an_urgent_duty_is_told_at_night_and_goes_first(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    cast.staff_id("village")
    night = NOON + timedelta(hours=11)
    with clock.at(night):
        make_urgent(app, make.duty(make.case()).id)

    sweep(night)

    [message] = make.messages(kind="duty")
    assert (message.priority, message.not_before) == (URGENT, night)


def test_what_is_not_due_yet_waits_over_a_rest_day_and_what_is_due_does_not(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    cast.staff_id("village")
    saturday = NOON + timedelta(days=1)
    with clock.at(saturday):
        soon, later = make.duty(make.case()), make.duty(make.case(openid="b", id_number=id_number(2)))
    set_task(app, soon.id, due_on=date(2026, 11, 22), open_due=date(2026, 11, 22))
    set_task(app, later.id, due_on=date(2026, 11, 27), open_due=date(2026, 11, 27))

    sweep(saturday)

    told = {each.task_id: clock.local(each.not_before).isoformat() for each in make.messages(kind="duty")}
    assert told[soon.id] == "2026-11-21T12:00:00+08:00"
    assert told[later.id] == "2026-11-23T08:30:00+08:00"


def test_beyond_the_threshold_one_digest_speaks_for_the_rest(
    make: Maker,
    cast: Cast,
    app: Flask,
    sweep: Run,
    deliver: Run,
    phone_shop: Callable[..., str],
    emulator: "object",
    kind: str,
) -> None:
    rules(app, digest_from=2)
    openid = phone_shop("phone-of-village", allows=20)
    cast.phone("village")
    for serial in range(5):
        make.case(openid=f"of-{serial}", id_number=id_number(serial))

    sweep()
    calls = deliver() + deliver(NOON + timedelta(hours=1))

    states = sorted(each.state for each in make.messages(kind="duty"))
    assert states == ["inbox"] * 3 + ["sent"] * 2
    [digest] = make.messages(kind="digest")
    assert (digest.state, calls) == ("sent", 3)
    shown = emulator.messages(openid)  # type: ignore[attr-defined]
    assert "今天另有3件待办" in str(shown[0]["lines"])
    assert {each.digest_id for each in make.messages(kind="duty", state="inbox")} == {digest.id}


def test_a_batch_that_is_done_again_counts_its_messages_once(
    make: Maker, cast: Cast, app: Flask, sweep: Run, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A deadlock undoes what was written, and so must it what was counted."""
    rules(app, digest_from=2)
    cast.phone("village")
    for serial in range(2):
        make.case(openid=f"of-{serial}", id_number=id_number(serial))
    tries, tell = list[int](), reminders.delays.tell_late_steps

    def undone_twice(tasks: Sequence[Any]) -> int:
        tries.append(len(tasks))
        if len(tries) < 3:
            raise IntegrityError("a step of somebody else's", {}, Exception())
        return tell(tasks)

    monkeypatch.setattr(reminders.delays, "tell_late_steps", undone_twice)
    sweep()

    assert len(tries) >= 3
    assert {each.state for each in make.messages(kind="duty")} == {"owed"}
    assert not make.messages(kind="digest")


def test_a_county_without_liaisons_hears_of_the_lists_that_are_owed_once_a_day(
    app: Flask, make: Maker, cast: Cast, sweep: Run, kind: str
) -> None:
    clerk = f"staff:{cast.staff_id('county_op')}"
    with clock.at(NOON), app.app_context():
        alert_schedule.open_due()

    for days in range(9):
        sweep(NOON + timedelta(days=days))

    spoken = [each for each in make.messages(kind="duty") if each.recipient == clerk and each.state != "inbox"]
    folded = [each for each in make.messages(kind="duty", state="inbox") if each.recipient == clerk and each.digest_id]
    assert len(folded) > 10
    assert max(Counter(each.day for each in spoken).values()) == 1
    digests = [each.day for each in make.messages(kind="digest") if each.recipient == clerk]
    assert len(digests) == len(set(digests)) > 0


def test_a_digest_of_what_is_done_meanwhile_is_not_sent(
    make: Maker, cast: Cast, app: Flask, sweep: Run, deliver: Run, phone_shop: Callable[..., str], kind: str
) -> None:
    rules(app, digest_from=1)
    phone_shop("phone-of-village", allows=20)
    cast.phone("village")
    cases = [make.case(openid=f"of-{serial}", id_number=id_number(serial)) for serial in range(2)]
    sweep()
    for case_id in cases:
        make._accept(case_id)

    deliver(NOON + timedelta(hours=1))

    [digest] = make.messages(kind="digest")
    assert (digest.state, digest.why) == ("cancelled", "里面的事情都已经办完")


def test_what_comes_after_the_digest_went_out_is_told_tomorrow(
    make: Maker, cast: Cast, app: Flask, sweep: Run, deliver: Run, phone_shop: Callable[..., str], kind: str
) -> None:
    rules(app, digest_from=1)
    phone_shop("phone-of-village", allows=20)
    cast.phone("village")
    for serial in range(2):
        make.case(openid=f"of-{serial}", id_number=id_number(serial))
    sweep()
    deliver(NOON + timedelta(hours=1))
    with clock.at(NOON + timedelta(hours=2)):
        make.case(openid="late", id_number=id_number(7))

    sweep(NOON + timedelta(hours=2))

    days = {each.day.isoformat(): each.state for each in make.messages(kind="digest")}
    assert days == {"2026-11-20": "sent", "2026-11-23": "owed"}, "on the day on which it speaks"


def test_nobody_is_sent_more_than_the_days_cap(
    make: Maker, cast: Cast, app: Flask, sweep: Run, deliver: Run, phone_shop: Callable[..., str], kind: str
) -> None:
    rules(app, digest_from=9, messages_a_day=2)
    phone_shop("phone-of-village", allows=20)
    cast.phone("village")
    for serial in range(4):
        make.case(openid=f"of-{serial}", id_number=id_number(serial))
    sweep()

    assert deliver() == 2

    assert sorted(each.state for each in make.messages(kind="duty")) == ["inbox", "inbox", "sent", "sent"]


def test_a_digest_speaks_though_the_days_cap_is_reached(
    make: Maker, cast: Cast, app: Flask, sweep: Run, deliver: Run, phone_shop: Callable[..., str], kind: str
) -> None:
    rules(app, digest_from=2, messages_a_day=2)
    phone_shop("phone-of-village", allows=20)
    cast.phone("village")
    for serial in range(4):
        make.case(openid=f"of-{serial}", id_number=id_number(serial))
    sweep()

    assert deliver() == 2
    assert deliver(NOON + timedelta(hours=1)) == 1

    [digest] = make.messages(kind="digest")
    assert digest.state == "sent"


@pytest.mark.parametrize("named", ["nudge", "supervision"])
def test_what_a_person_of_rank_has_said_knows_no_cap(
    make: Maker, cast: Cast, app: Flask, deliver: Run, phone_shop: Callable[..., str], kind: str, named: str
) -> None:
    rules(app, messages_a_day=0)
    phone_shop("phone-of-village", allows=20)
    village = cast.phone("village")
    data = {"what": "入户核实", "where": "某村", "due": "2026年11月23日", "hint": "请尽快办理"}

    def work() -> None:
        for each in (named, "duty"):
            about = {"kind": each, "template": "duty", "subject": each, "county_code": COUNTY, "data": data}
            owe(recipient=f"account:{village.account_id}", **about)

    with clock.at(NOON), app.app_context():
        in_transaction(work)

    assert deliver() == 1
    assert make.messages(kind=named)[0].state == "sent"


def test_what_days_of_rest_hold_back_is_one_mornings_digest(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    rules(app, digest_from=2)
    cast.staff_id("village")
    for days in (1, 2):
        rest_day = NOON + timedelta(days=days)
        for serial in range(2):
            with clock.at(rest_day):
                case_id = make.case(openid=f"of-{days}-{serial}", id_number=id_number(10 * days + serial))
                duty = make.duty(case_id)
            set_task(app, duty.id, due_on=date(2026, 11, 27), open_due=date(2026, 11, 27))
        sweep(rest_day)

    monday = [each for each in make.messages(kind="duty") if clock.local(each.not_before).day == 23]
    assert sorted(each.state for each in monday) == ["inbox", "inbox", "owed", "owed"]
    [digest] = make.messages(kind="digest")
    assert clock.local(digest.not_before).isoformat() == "2026-11-23T09:00:00+08:00"


def deputy(cast: Cast, **changes: object) -> NewDeputy:
    given = {
        "role": Role.VILLAGE,
        "region_code": VILLAGE,
        "deputy_id": cast.staff_id("next_village"),
        "from_on": TODAY,
        "until_on": TODAY + timedelta(days=10),
        "why": "到县里培训",
        "stands_for": None,
    }
    return NewDeputy(**{**given, **changes})  # type: ignore[arg-type]


def test_a_deputy_hears_in_place_of_whoever_is_away_and_before_the_level_above(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    away, above = cast.staff_id("village"), cast.staff_id("town_op")
    with clock.at(NOON), signed_in(cast, "town_lead") as lead:
        deputies.name_deputy(deputy(cast, stands_for=away), by=lead)
    make.case()

    sweep()

    spoken = heard(make, "new")
    assert spoken.keys() == staff(cast, "next_village")
    assert f"staff:{above}" not in spoken
    assert "B角" in next(iter(spoken.values())).data["hint"]


@pytest.mark.parametrize(
    ("level", "there", "instead"),
    [
        ("orange", ("village", "town_op"), ("town_op",)),
        ("red", ("village", "head", "county_op"), ("county_op",)),
        ("red", ("village", "head", "town_lead", "county_lead"), ("county_lead",)),
        ("supervision", ("village", "head", "town_lead", "county_op"), ("county_op",)),
    ],
)
def test_where_a_named_post_is_vacant_the_level_above_hears(
    make: Maker,
    cast: Cast,
    app: Flask,
    sweep: Run,
    kind: str,
    level: str,
    there: tuple[str, ...],
    instead: tuple[str, ...],
) -> None:
    everybody = staff(cast, *there)
    due_now(app, make.duty(make.case()).id, level, MONDAY)

    sweep(MONDAY)

    spoken = heard(make, level)
    assert staff(cast, *instead) <= spoken.keys() <= everybody


def test_a_deputy_on_leave_stands_in_for_nobody(make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str) -> None:
    with clock.at(NOON), signed_in(cast, "town_lead") as lead:
        deputies.name_deputy(deputy(cast, stands_for=cast.staff_id("village")), by=lead)
    for login in ("village", "next_village"):
        with clock.at(NOON), signed_in(cast, login) as leaving:
            absences.say(leaving.id, TODAY, TODAY + timedelta(days=5), by=leaving)
    make.case()

    sweep()

    assert heard(make, "new").keys() == staff(cast, "town_lead")


def test_a_deputy_has_the_tasks_of_the_post_for_that_time_only(make: Maker, cast: Cast, app: Flask, kind: str) -> None:
    def hats() -> list[bool]:
        rows = [each for each in make.rows(Identity) if each.staff_id == cast.staff_id("next_village")]
        return [each.ended_at is None for each in sorted(rows, key=lambda row: row.region_code)]

    with clock.at(NOON), signed_in(cast, "town_lead") as lead:
        deputies.name_deputy(deputy(cast), by=lead)
    assert hats() == [True, True]

    with clock.at(NOON + timedelta(days=11)), app.app_context():
        assert deputies.turn() == 1
        assert deputies.turn() == 0

    assert hats() == [False, True]
    [row] = make.rows(Deputy)
    assert row.ended_at is not None


def test_a_deputy_for_an_empty_post_does_not_hear_while_somebody_holds_it(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    cast.staff_id("village")
    with clock.at(NOON), signed_in(cast, "town_lead") as lead:
        deputies.name_deputy(deputy(cast), by=lead)
    make.case()

    sweep()

    assert heard(make, "new").keys() == staff(cast, "village")


def test_whoever_is_lent_one_hat_of_a_desk_hears_on_by_the_other_that_is_theirs(
    cast: Cast, app: Flask, kind: str
) -> None:
    both = {cast.staff_id("village")}
    with clock.at(NOON), signed_in(cast, "town_lead") as lead:
        deputies.name_deputy(deputy(cast, role=Role.HEAD, deputy_id=cast.staff_id("village")), by=lead)
    both.add(cast.staff_id("head"))

    with clock.at(NOON), app.app_context():
        hears = {each.staff_id for each in Desks().responsible(Role.VILLAGE, VILLAGE)}

    assert hears == both


def test_a_deputy_is_named_only_within_ones_own_place_and_with_sound_dates(cast: Cast, app: Flask, kind: str) -> None:
    wrong = [{"until_on": TODAY - timedelta(days=1)}, {"deputy_id": 1}, {"why": " "}, {"region_code": VILLAGE[:9]}]
    with clock.at(NOON), cast.acting("town_lead") as lead:
        for change in wrong:
            with pytest.raises(Invalid):
                deputies.name_deputy(deputy(cast, **change), by=lead)
        with pytest.raises(NotAllowed):
            deputies.name_deputy(deputy(cast, region_code="130126101201"), by=lead)
    assert cast.app is app


def test_where_a_village_and_its_township_are_empty_the_county_hears_why(
    make: Maker, cast: Cast, sweep: Run, kind: str
) -> None:
    cast.staff_id("county_op")
    make.case(village_code=NEXT_VILLAGE)

    sweep()

    [message] = make.messages(kind="duty")
    assert message.recipient == f"staff:{cast.staff_id('county_op')}"
    assert "暂无村干部" in message.data["hint"]


def test_whoever_asks_is_told_who_will_hear_what_and_when_and_why(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    for login in ("village", "head", "town_lead", "county_op", "county_lead"):
        cast.staff_id(login)
    with clock.at(NOON):
        task = make.duty(make.case())
    sweep()

    with clock.at(NOON), app.app_context():
        said = "\n".join(explanations.explain(task.id))

    assert "受理申报" in said
    assert "橙色预警" in said
    assert "王村干（承办），站内，并依次试：小程序订阅消息、公众号模板消息" in said
    assert "褚县长（上级）" in said
    assert "起草督办单" in said
    assert "新任务 → 王村干：等待发送" in said
    assert "21:00到08:00不打扰" in said
    assert "张三" not in said


def test_a_deputy_of_an_empty_post_hears_beside_the_station_head_who_shares_the_desk(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    cast.staff_id("head")
    with clock.at(NOON), signed_in(cast, "town_lead") as lead:
        deputies.name_deputy(deputy(cast), by=lead)
    make.case()

    sweep()

    assert heard(make, "new").keys() == staff(cast, "head", "next_village")


def test_after_an_outage_nobody_is_told_on_a_rest_day_of_what_can_wait(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    cast.staff_id("village")
    saturday = NOON + timedelta(days=1)
    late, urgent = make.duty(make.case()), make.duty(make.case(openid="b", id_number=id_number(2)))
    for duty in (late, urgent):
        set_task(app, duty.id, due_on=TODAY, open_due=TODAY)
        due_now(app, duty.id, "orange", saturday)
    make_urgent(app, urgent.id)

    sweep(saturday)

    told = {each.task_id: clock.local(each.not_before).isoformat() for each in make.messages(kind="duty")}
    assert told[late.id] == "2026-11-23T08:30:00+08:00"
    assert told[urgent.id] == "2026-11-21T12:00:00+08:00"


def test_a_digest_waits_over_a_rest_day_with_what_it_speaks_for(
    make: Maker, cast: Cast, app: Flask, sweep: Run, kind: str
) -> None:
    rules(app, digest_from=1)
    cast.staff_id("village")
    saturday = NOON + timedelta(days=1)
    for serial in range(3):
        with clock.at(saturday):
            duty = make.duty(make.case(openid=f"of-{serial}", id_number=id_number(serial)))
        set_task(app, duty.id, due_on=date(2026, 11, 27), open_due=date(2026, 11, 27))

    sweep(saturday)

    [digest] = make.messages(kind="digest")
    assert clock.local(digest.not_before).isoformat() == "2026-11-23T09:00:00+08:00"
