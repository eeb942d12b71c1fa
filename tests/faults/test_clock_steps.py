"""Somebody sets the machine's clock back two hours and on by twenty-six: nothing twice, nothing in the night."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from backend import clock
from backend.db import db
from backend.models import Attempt, Message
from backend.workflow.deadlines import on_the_day
from deploy.run.folder import CHECKOUT
from tests.faults.people import asked, cadres_phone, phone
from tests.faults.stack import eventually
from tests.faults.town import Town, fresh_database, town
from tests.people import FORM

pytestmark = [pytest.mark.shows("reminders.2", "reminders.6"), pytest.mark.timeout(900)]
HOURS = 3600
WORKERS, HANDS, PEOPLE = 2, 2, 24
BEGINS, ENDS = time(8), time(21)
SOON = 60.0


class Clock:
    """The clock of the stack's machine."""

    def __init__(self, file: Path) -> None:
        self.file, self.seconds = file, 0.0
        self.step(0)

    def step(self, hours: float) -> None:
        """Set it."""
        self.seconds += hours * HOURS
        draft = self.file.with_suffix(".new")
        draft.write_text(str(self.seconds))
        draft.replace(self.file)


@pytest.fixture
def machine(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "steps")


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, machine: Clock, tmp_path: Path) -> Iterator[Town]:
    url = fresh_database(request.getfixturevalue("mariadb_url"), "steps") if request.param == "mariadb" else ""
    stepped = os.pathsep.join([str(Path(__file__).parent / "stepped"), str(CHECKOUT)])
    given = {"PYTHONPATH": stepped, "CLOCK_STEPS": str(machine.file), "SEND_WORKERS": str(WORKERS)}
    with town(tmp_path / "var", url, **given, SEND_HANDS=str(HANDS)) as found:
        found.order(kind="latency", milliseconds=300, count=None)
        yield found


def step_in_the_middle(place: Town, machine: Clock, subject: str, hours: float) -> Counter[str]:
    """Owe everybody a message, set the clock while they go out, and say how they stand when all is quiet again."""
    place.settle(PEOPLE, subject)
    with place.app.app_context():
        now = clock.now()
    place.owe_each(subject, subject, not_before=now - timedelta(hours=4), not_after=now + timedelta(days=4))
    eventually(lambda: place.sent(subject) >= WORKERS * HANDS, within=SOON)
    machine.step(hours)
    eventually(lambda: not place.states(subject)["claimed"] and _all_wait(place, subject), within=SOON)
    eventually(lambda: not _under_way(place), within=SOON)  # found over by the new hour, a call may still be answered
    return place.states(subject)


def _under_way(place: Town) -> int:
    """How many calls have no answer yet."""
    with place.app.app_context():
        query = select(func.count()).select_from(Attempt).where(Attempt.answered_at.is_(None))
        return db.session.scalar(query) or 0


def _all_wait(place: Town, subject: str) -> bool:
    """Whether what is not sent waits for the morning."""
    waiting = [each for each in place.messages(subject) if each.state == "owed"]
    return all(clock.local(each.not_before).time() == BEGINS for each in waiting)


def hours_of(place: Town, prefix: str) -> list[datetime]:
    """When everybody's messages arrived, by the emulator's own stamp."""
    found = []
    for openid in (each for each in place.accounts if each.startswith(f"{prefix}-")):
        answer = requests.get(f"{place.stack.wechat}/_emulator/phones/{openid}/messages", timeout=30)
        found += [datetime.fromisoformat(each["sent_at"]) for each in answer.json()]
    return found


def test_a_clock_that_is_set_repeats_nothing_and_wakes_nobody(
    place: Town, machine: Clock, note: Callable[..., None]
) -> None:
    """Reliability 13. What is in flight while the clock is set arrives under the new hour, and that alone."""
    place.settle(1, "cadre")
    cadres_phone(place, "cadre-0")
    sent = asked(
        place, "POST", "/declarations", phone(place, "farmer-0"), "6f0d8a52-5555-4000-8000-000000000013", **FORM
    )
    assert sent.status_code == 201
    with place.app.app_context():
        place.move_to(on_the_day(clock.today() + timedelta(days=1), time(9, 30)))

    early = step_in_the_middle(place, machine, "back", -2)
    machine.step(+1)
    place.await_over("back", within=SOON)
    machine.step(+11)
    late = step_in_the_middle(place, machine, "on", +26)
    machine.step(-2)
    eventually(lambda: not place.states("on")["claimed"], within=SOON)
    assert place.states("on") == late
    machine.step(+13)
    place.await_over("on", within=SOON)

    for subject, seen in (("back", early), ("on", late)):
        assert seen["owed"] > 0, "the clock was set too late for anything to wait"
        # A lease is told by the clock: a call under way while it is set on may be found over, and is then uncertain.
        ended = place.states(subject)
        assert ended["sent"] + ended["uncertain"] == PEOPLE
        assert ended["uncertain"] <= WORKERS * HANDS
        arrived = hours_of(place, subject)
        outside = [each for each in arrived if not BEGINS <= each.time() < ENDS]
        note(f"the clock set, {subject}", messages=PEOPLE, received=len(arrived), twice=len(arrived) - PEOPLE)
        assert len(arrived) == PEOPLE
        assert len(outside) <= WORKERS * HANDS
    eventually(lambda: len(_rungs_told(place)) > 1, within=SOON)
    assert set(_rungs_told(place).values()) == {1}


def _rungs_told(place: Town) -> Counter[tuple[str, str]]:
    """How often each person was told of each rung."""
    with place.app.app_context():
        told = db.session.scalars(select(Message).where(Message.task_id.is_not(None))).all()
    return Counter((each.subject, each.recipient) for each in told)
