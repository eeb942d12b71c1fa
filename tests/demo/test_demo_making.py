"""Making the demonstration: by the services, resumable, quiet afterwards, and never beside real people."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.demo.lives import lives
from backend.errors import NotPossibleNow
from backend.models import Case, CaseEvent, County, Message, Task
from backend.services import audit, demo, demo_crowd, demo_progress, reminders
from backend.services.demo_progress import Progress

HOUSEHOLDS = 40


@pytest.fixture
def kind() -> str:
    return "sqlite"


class Interrupted(Exception):
    """Somebody pulled the plug."""


@pytest.fixture
def crowd(app: Flask) -> Iterator[None]:
    with app.app_context():
        demo.make_accounts()
        demo_crowd.make(HOUSEHOLDS, report=demo_progress.note)
        db.session.remove()
        with as_system("a test looks"):
            yield


def events_of_each_case() -> list[int]:
    query = select(func.count(CaseEvent.id)).group_by(CaseEvent.case_id)
    with as_system("a test looks"):
        return sorted(db.session.scalars(query))


def planned() -> list[int]:
    until = demo_crowd.first_day()
    return sorted(1 + len(life.steps) for life in lives(HOUSEHOLDS, demo.villages(), until=until))


@pytest.mark.shows("story.1")
def test_every_household_lived_what_was_planned_and_some_things_are_overdue(crowd: None) -> None:
    states = set(db.session.scalars(select(Case.state)))
    overdue = db.session.scalar(select(func.count(Task.id)).where(Task.open_due < clock.today()))

    assert events_of_each_case() == planned()
    assert len(states) >= 5
    assert overdue
    assert demo_progress.noted() == Progress(HOUSEHOLDS, HOUSEHOLDS)


@pytest.mark.shows("story.1")
def test_the_past_sends_nothing_today_and_is_in_the_audit(crowd: None, app: Flask) -> None:
    audit.seal_new_rows()

    assert db.session.scalar(select(func.count(Message.id)).where(Message.state == "owed")) == 0
    assert reminders.sweep() == 0
    assert audit.verify(app.extensions["settings"].roots_path) == []


@pytest.mark.shows("story.1")
def test_an_interrupted_making_goes_on_and_makes_nobody_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = iter(range(60))

    def interrupted(*args: object) -> None:
        if next(steps, None) is None:
            raise Interrupted

    with app.app_context():
        demo.make_accounts()
        monkeypatch.setattr(demo_crowd._Crowd, "_leave_the_past_alone", interrupted)
        with pytest.raises(Interrupted):
            demo_crowd.make(HOUSEHOLDS, report=demo_progress.note)
        monkeypatch.undo()
        assert len(events_of_each_case()) < HOUSEHOLDS
        demo_crowd.make(HOUSEHOLDS, report=demo_progress.note)

        assert events_of_each_case() == planned()


@pytest.mark.shows("story.1")
def test_the_accounts_are_written_for_their_owner_only_and_stay(app: Flask) -> None:
    with app.app_context():
        demo.make_accounts()
        path = demo.accounts_file()
        written = path.read_text(encoding="utf-8")
        demo.make_accounts()

        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_text(encoding="utf-8") == written
        assert "县分管负责人" in written


@pytest.mark.shows("story.1")
def test_nobody_is_invented_beside_a_real_county(app: Flask) -> None:
    with app.app_context():
        real = County(code="340321", name="怀远县", preset="NATIONAL", is_demo=False)
        db.session.add(real)
        db.session.commit()
        try:
            with pytest.raises(NotPossibleNow, match="正式的县"):
                demo.refuse_beside_real_people()
            said = app.test_cli_runner().invoke(args=["demo", "make"])
        finally:
            db.session.delete(real)
            db.session.commit()

    assert said.exit_code == 1
    assert "正式的县" in said.output
