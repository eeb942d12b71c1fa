"""The sweep: whoever must hear of a duty hears of it once a rung, however many sweeps run, whatever was missed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.db import db
from backend.models import Case, Message, Staff, Task
from backend.services import reminders, talks
from backend.workflow.outbox import URGENT
from backend.workflow.tasks import NEW
from tests.at_once import at_once
from tests.jobs.conftest import NOON
from tests.jobs.ladder import due_now
from tests.people import NEXT_VILLAGE, Cast, Maker, id_number

pytestmark = pytest.mark.shows("story.2", "reminders.2")
Run = Callable[..., int]


def told(make: Maker) -> list[tuple[str, str]]:
    """Who was told what, and how pressing it is."""
    return sorted((each.recipient, each.subject.rsplit(":", 1)[1]) for each in make.messages(kind="duty"))


def test_a_new_duty_is_told_to_its_desk(make: Maker, cast: Cast, sweep: Run) -> None:
    ids = [cast.staff_id(login) for login in ("village", "head", "next_village", "reviewer")]
    make.case()

    assert (sweep(), sweep()) == (1, 0)

    assert told(make) == sorted([(f"staff:{ids[0]}", "new"), (f"staff:{ids[1]}", "new")])


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_what_becomes_urgent_the_same_night_is_told_at_once_and_once(
    make: Maker, cast: Cast, sweep: Run, kind: str
) -> None:
    cast.staff_id("village")
    at_ten = NOON + timedelta(hours=10)
    with clock.at(at_ten):
        case_id = make.case()
    sweep(at_ten)

    later = at_ten + timedelta(minutes=10)
    with clock.at(later), cast.acting("reviewer") as reviewer:
        talks.set_urgency(case_id, "critical", by=reviewer, words="老人独自在家，屋里进水")
    sweep(later)

    waited, urgent = make.messages(kind="duty")
    assert (waited.state, urgent.state) == ("cancelled", "owed")
    assert (urgent.priority, urgent.not_before) == (URGENT, later)
    due = make.duty(case_id).due_on
    assert urgent.data["due"] == f"{due.year}年{due.month}月{due.day}日"


def test_a_duty_that_is_asked_for_again_unchanged_says_nothing_twice(
    make: Maker, cast: Cast, app: Flask, sweep: Run
) -> None:
    cast.staff_id("village")
    task = make.duty(make.case())
    sweep()

    due_now(app, task.id, NEW, NOON)
    sweep()

    assert [(each.state, each.subject.rsplit(":", 1)[1]) for each in make.messages(kind="duty")] == [("owed", "new")]


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_eight_sweeps_at_once_owe_each_message_once(make: Maker, cast: Cast, app: Flask, kind: str) -> None:
    cast.staff_id("village")
    for serial in range(12):
        make.case(openid=f"of-{serial}", id_number=id_number(serial))

    def run() -> int:
        with clock.at(NOON), app.app_context():
            return reminders.sweep()

    assert sum(at_once([run] * 8)) == 12
    assert len(make.messages(kind="duty")) == 12


def test_after_an_outage_only_the_gravest_rung_speaks(make: Maker, cast: Cast, sweep: Run) -> None:
    cast.staff_id("village")
    cast.staff_id("town_lead")
    make.case()
    sweep()

    late = NOON + timedelta(days=8)
    assert (sweep(late), sweep(late)) == (1, 0)

    levels = [level for _, level in told(make)]
    assert "yellow" not in levels
    assert "orange" not in levels
    assert {"new", "red"} <= set(levels) or {"new", "supervision"} <= set(levels)
    assert any("已超期" in each.data["hint"] for each in make.messages(kind="duty"))


def test_an_empty_desk_is_told_to_the_level_above_which_hears_why(make: Maker, cast: Cast, sweep: Run) -> None:
    above = cast.staff_id("town_op")
    make.case(village_code=NEXT_VILLAGE)

    sweep()

    [message] = make.messages(kind="duty")
    assert message.recipient == f"staff:{above}"
    assert "暂无村干部" in message.data["hint"]


def test_whoever_left_is_told_nothing(make: Maker, cast: Cast, app: Flask, sweep: Run) -> None:
    village, above = cast.staff_id("village"), cast.staff_id("reviewer")
    with app.app_context():
        db.session.execute(update(Staff).where(Staff.id == village).values(is_active=False))
        db.session.commit()
    make.case()

    sweep()

    assert [recipient for recipient, _ in told(make)] == [f"staff:{above}"]


def test_a_closed_duty_is_swept_no_more(make: Maker, cast: Cast, sweep: Run) -> None:
    case_id = make.case("accept")
    [accepted] = [task for task in make.rows(Task) if task.open_due is None]

    sweep(NOON + timedelta(days=30))

    assert accepted.next_rung_at is None
    subjects = {each.subject for each in make.messages(kind="duty")}
    assert not any(str(accepted.id) in subject for subject in subjects)
    assert make.duty(case_id).next_rung_at is None or make.duty(case_id).open_due is not None


def test_a_message_names_no_family(make: Maker, cast: Cast, sweep: Run) -> None:
    cast.staff_id("village")
    make.case()

    sweep()

    kept = [repr((each.data, each.page)) for each in make.rows(Message)]
    assert kept
    assert not any("张三" in text or "屋顶" in text for text in kept)
    assert len(make.rows(Case)) == 1
