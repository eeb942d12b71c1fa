"""A day that the county gives its people off moves what rests on working days: duties, complaints and promises."""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask

from backend.access.scope import act_within
from backend.errors import NotPossibleNow
from backend.models import Case, CaseEvent, Declaration, Notice, ReceiptLine, Task
from backend.services import calendars, disasters, notice_ends, rechecks, redating, sign_ins, talks
from backend.services.disasters import EventForm
from backend.workflow.states import Kind, State
from tests.checks import following, morning
from tests.people import TOWNSHIP, VILLAGE, Cast, Maker
from tests.services.desks import FRIDAY, Desks
from tests.services.sitting import Village

pytestmark = pytest.mark.shows("procedure.6", "D22")
MONDAY = date(2026, 3, 9)
WORKING = {"T_TOTAL": "10wd", "GC_BACKFILL": "15wd", "T_COMPLAINT": "10wd"}


@pytest.fixture
def working(app: Flask) -> Iterator[None]:
    with following(app, limits=WORKING):
        yield


def give_off(app: Flask, cast: Cast, day: date, *, on: date = FRIDAY, is_workday: bool = False) -> int:
    """Let the county rest (or work) on a day, and move what rests on it."""
    password = cast.password("county_op")
    with morning(on):
        with app.app_context():
            by = sign_ins.sign_in("county_op", password, address="127.0.0.1").actor
        with app.app_context():
            act_within(by.scope)
            calendars.change_day(day, is_workday=is_workday, source="县政府通知", by=by)
        with app.app_context():
            return redating.recompute_all_dates()


def only(make: Maker, table: type[Any]) -> Any:
    [row] = make.rows(table)
    return row


def test_a_promise_that_moves_is_told_with_the_day_it_had(app: Flask, cast: Cast, make: Maker, working: None) -> None:
    with morning(FRIDAY):
        make.declaration()
    before, told = only(make, Case).promised_on, len(make.messages(kind="progress"))
    give_off(app, cast, MONDAY)

    case, line = only(make, Case), make.rows(ReceiptLine)[-1]
    assert (before, case.promised_on) == (date(2026, 3, 20), date(2026, 3, 23))
    assert (line.kind, "3月23日" in line.sentence) == ("promise_moved", True)
    with morning(FRIDAY):
        [receipt] = cast.farmer().get("/declarations").json["items"]
        shown = cast.farmer().get(f"/declarations/{receipt['id']}").json
    assert (receipt["promised_on"], shown["timeline"][-1]["detail"]) == ("2026-03-23", "原来定的是3月20日。")
    [event] = [each for each in make.rows(CaseEvent) if each.action == "promise_moved"]
    assert event.detail == {"from": "2026-03-20", "to": "2026-03-23"}
    assert len(make.messages(kind="progress")) == told + 1
    with app.app_context(), morning(FRIDAY):
        assert redating.recompute_all_dates() == 0


def test_a_declaration_that_joined_hears_of_it_as_any_other(app: Flask, cast: Cast, make: Maker, working: None) -> None:
    with morning(FRIDAY):
        make.declaration(openid="first")
    with morning(MONDAY):
        make.declaration(openid="second")
    give_off(app, cast, date(2026, 3, 10), on=MONDAY)

    first, second = sorted(make.rows(Declaration), key=lambda each: each.id)
    assert (first.joined, second.joined) == (False, True)
    assert (first.promised_on, second.promised_on) == (date(2026, 3, 23), date(2026, 3, 24))
    moved = [each.declaration_id for each in make.rows(ReceiptLine) if each.kind == "promise_moved"]
    assert sorted(moved) == [first.id, second.id]


def test_what_a_recheck_promised_counts_from_its_own_day(app: Flask, cast: Cast, make: Maker, working: None) -> None:
    desks = Desks(app, cast, make)
    desks.family()
    desks.to_the_township()
    desks.refuse()
    with desks.as_("village") as by:
        rechecks.ask(desks.case_id, by=by, words="请复核")
    [duty] = desks.duties(Kind.RECHECK)
    with desks.as_("town_lead") as by:
        rechecks.answer(desks.case_id, by=by, version=duty.version, overturn=True, words="重新核实")
    promised = desks.case().promised_on
    day_off = desks.today + (MONDAY - FRIDAY)
    while day_off.weekday() > 4:
        day_off += MONDAY - FRIDAY
    give_off(app, cast, day_off, on=desks.today)

    assert desks.case().marks["promised_from"] == desks.today.isoformat()
    assert desks.case().promised_on > promised


def test_a_complaint_is_answered_a_day_later_and_keeps_the_day_it_had(
    app: Flask, cast: Cast, make: Maker, working: None
) -> None:
    complaint = {"kind": "fees", "target": "village", "said_place": VILLAGE, "text": "村里让我交钱", "phone": ""}
    with morning(FRIDAY):
        assert cast.farmer().post("/complaints", key=str(uuid.uuid4()), **complaint).status_code == 201
    before = only(make, Task)
    assert give_off(app, cast, MONDAY) == 1

    after = only(make, Task)
    assert (before.kind, before.case_id, before.due_on) == (Kind.COMPLAINT, None, date(2026, 3, 20))
    assert (after.due_on, after.open_due) == (date(2026, 3, 23), date(2026, 3, 23))
    assert after.detail["was_due"] == ["2026-03-20"]
    assert after.next_rung_at is not None
    assert after.next_rung_at > before.next_rung_at


@pytest.mark.shows("procedure.9", "B34")
def test_a_notice_of_five_working_days_hangs_a_day_longer_for_a_day_off_and_no_shorter_for_a_day_of_work(
    app: Flask, cast: Cast, make: Maker
) -> None:
    with following(app, limits={"T_PUBLIC": "5wd"}):
        village = Village(app, cast, make)
        [family] = village.agreed("张三")
        village.posted(family)
        before, due = village.case(family).marks["notice_until"], village.duty(family, Kind.WATCH_NOTICE).due_on
        give_off(app, cast, MONDAY)
        longer = village.case(family)
        give_off(app, cast, date(2026, 3, 7), is_workday=True)
        village.today = date(2026, 3, 14)
        with pytest.raises(NotPossibleNow, match="2026-03-16"):
            village.run(notice_ends.close, family, version=village.duty(family, Kind.WATCH_NOTICE).version)
        village.today = date(2026, 3, 17)
        closed = village.the_program_closes()

    assert (before, due) == ("2026-03-13", date(2026, 3, 14))
    assert longer.marks["notice_until"] == "2026-03-16"
    assert village.case(family).marks["notice_until"] == "2026-03-16", "the sheet on the wall names that day at least"
    assert only(make, Notice).until == date(2026, 3, 16)
    [event] = [each for each in make.rows(CaseEvent) if each.action == "notice_moved"]
    assert event.detail == {"from": "2026-03-13", "to": "2026-03-16"}
    assert (closed, village.case(family).state) == (1, State.VISITED)


@pytest.mark.shows("procedure.10", "D29")
def test_what_was_owed_before_a_disaster_gets_its_longer_term_and_keeps_the_old_day(
    app: Flask, cast: Cast, make: Maker
) -> None:
    with following(app, limits={"T_ACCEPT.disaster": "3d", "T_VISIT.disaster": "5d"}):
        desks = Desks(app, cast, make)
        desks.family("张三")
        [before] = desks.duties(Kind.ACCEPT)
        with desks.as_("county_op") as by:
            form = EventForm("七月特大暴雨", "灵政〔2026〕7号", "natural", (TOWNSHIP,))
            disasters.open_event(form, by=by)
        with app.app_context(), morning(FRIDAY):
            moved = redating.recompute_all_dates()
            again = redating.recompute_all_dates()
        [after] = desks.duties(Kind.ACCEPT)

    assert (moved, again) == (1, 0)
    assert (before.due_on.day, after.due_on.day) == (7, 9)
    assert (after.limit_key, after.detail["extended_by"]) == ("T_ACCEPT.disaster", "灵政〔2026〕7号")
    assert after.detail["was_due"] == ["2026-03-07"]
    assert (after.next_rung, after.version > before.version) == ("new", True)


@pytest.mark.shows("procedure.10", "D29")
@pytest.mark.parametrize("why", ["urgent", "elsewhere"])
def test_nobody_else_is_put_off_by_a_disaster(why: str, app: Flask, cast: Cast, make: Maker) -> None:
    with following(app, limits={"T_ACCEPT.disaster": "3d"}):
        desks = Desks(app, cast, make)
        desks.family("张三")
        if why == "urgent":
            with desks.as_("village") as by:
                talks.set_urgency(desks.case_id, "urgent", by=by, words="没有地方住")
        [before] = desks.duties(Kind.ACCEPT)
        with desks.as_("county_op") as by:
            area = (TOWNSHIP,) if why == "urgent" else ("130126101",)
            disasters.open_event(EventForm("七月特大暴雨", "灵政〔2026〕7号", "natural", area), by=by)
        with app.app_context(), morning(FRIDAY):
            assert redating.recompute_all_dates() == 0
        [after] = desks.duties(Kind.ACCEPT)

    assert (after.due_on, after.limit_key) == (before.due_on, before.limit_key)
