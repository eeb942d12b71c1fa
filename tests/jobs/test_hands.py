"""Several calls at once: a silent one holds nobody up, nobody is called twice at once, and no answer is thrown away."""

import threading
from collections.abc import Callable
from typing import cast

import pytest
from flask import Flask

from backend import clock
from backend.db import db
from backend.services.channels.contract import Channel, Outcome, Taken
from backend.services.hands import Call, Hands
from tests.jobs.conftest import NOON

pytestmark = [pytest.mark.shows("reminders.4"), pytest.mark.parametrize("kind", ["sqlite"])]


class Provider:
    """A channel whose failures have no words."""

    name = "provider"

    def failure(self, error: Exception) -> None:
        """Know no word for anything."""


def call(number: int, send: Callable[[], Outcome], *, recipient: str = "") -> Call:
    return Call(number, recipient or f"account:{number}", number, cast("Channel", Provider()), send)


def taken() -> Outcome:
    return Taken("1")


def test_a_silent_provider_keeps_one_hand_busy_and_the_others_go_on(app: Flask, kind: str) -> None:
    speak = threading.Event()

    def silent() -> Outcome:
        assert speak.wait(30)
        return taken()

    with app.app_context(), Hands(2) as hands:
        hands.begin([call(0, silent)])
        for number in range(1, 5):
            hands.begin([call(number, taken)])
            assert [done.message_id for done, _ in hands.answered()] == [number]
        assert hands.are_busy
        speak.set()
        assert [done.message_id for done, _ in hands.answered()] == [0]
        assert not hands.are_busy


def test_a_person_is_written_to_once_at_a_time(app: Flask, kind: str) -> None:
    speak = threading.Event()

    def silent() -> Outcome:
        assert speak.wait(30)
        return taken()

    waiting = [(1, "account:a"), (2, "account:b"), (3, "account:b"), (4, "account:c")]
    with app.app_context(), Hands(3) as hands:
        hands.begin([call(0, silent, recipient="account:a")])
        assert hands.choose(waiting) == [2, 4]
        speak.set()
        hands.answered()
        assert hands.choose(waiting) == [1, 2, 4]


def test_a_fault_of_ours_is_raised_and_the_answers_beside_it_are_kept(app: Flask, kind: str) -> None:
    def faulty() -> Outcome:
        raise ZeroDivisionError

    with app.app_context(), Hands(3) as hands:
        hands.begin([call(0, faulty), call(1, taken), call(2, taken)])
        kept = list[int]()
        while hands.are_busy:
            kept += [done.message_id for done, _ in hands.answered()]
        assert sorted(kept) == [1, 2]
        with pytest.raises(ZeroDivisionError):
            hands.complain()


def test_a_hand_has_the_run_s_time_and_a_session_of_its_own(app: Flask, kind: str) -> None:
    seen = list[object]()

    def look() -> Outcome:
        seen.extend((clock.now(), db.session()))
        return taken()

    with app.app_context(), clock.at(NOON), Hands(1) as hands:
        hands.begin([call(0, look)])
        hands.answered()
        assert seen[0] == NOON
        assert seen[1] is not db.session()
