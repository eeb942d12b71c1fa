"""Making the demonstration: by the services, resumable, quiet afterwards, and never beside real people."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from inspect import unwrap
from pathlib import Path
from typing import Any

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
from backend.workflow.history import kept_at
from backend.workflow.states import Kind, State
from jobs.notices import close_due
from tests.checks import following

HOUSEHOLDS = 40
OTHER = "340321"
REGIONS = Path(__file__).resolve().parents[2] / "backend" / "regions_data"


@pytest.fixture
def kind() -> str:
    return "sqlite"


class Interrupted(Exception):
    """Somebody pulled the plug."""


@pytest.fixture
def rules(app: Flask) -> Iterator[None]:
    """The demonstration follows the whole procedure, as every county does."""
    with following(app):
        yield


@pytest.fixture
def crowd(app: Flask, rules: None) -> Iterator[None]:
    with app.app_context():
        demo.make_accounts()
        demo_crowd.make(HOUSEHOLDS, report=demo_progress.note)
        db.session.remove()
        with as_system("a test looks"):
            yield


def lived() -> dict[datetime, set[datetime]]:
    """Return the instants at which something happened to each case, by the instant at which it began."""
    query = select(Case.entered_at, CaseEvent.happened_at).join(CaseEvent, CaseEvent.case_id == Case.id)
    found: dict[datetime, set[datetime]] = {}
    with as_system("a test looks"):
        for entered_at, happened_at in db.session.execute(query):
            found.setdefault(entered_at, set()).add(happened_at)
    return found


def planned() -> dict[datetime, set[datetime]]:
    crowd = lives(HOUSEHOLDS, demo.villages(), until=demo_crowd.first_day())
    return {
        life.declared_at: {life.declared_at, *(kept_at(step.do.action, step.at) for step in life.steps)}
        for life in crowd
    }


def all_was_lived() -> bool:
    """Say whether everything that was planned happened; what comes after inclusion comes on top."""
    happened = lived()
    return all(happened.get(began, set()) >= instants for began, instants in planned().items())


def how_often() -> list[int]:
    """Return how many events each case has: a step taken twice would show."""
    with as_system("a test looks"):
        return sorted(db.session.scalars(select(func.count(CaseEvent.id)).group_by(CaseEvent.case_id)))


@pytest.mark.shows("story.1", "procedure.2")
def test_every_household_lived_what_was_planned_and_some_things_are_overdue(crowd: None) -> None:
    states = set(db.session.scalars(select(Case.state)))
    overdue = db.session.scalar(select(func.count(Task.id)).where(Task.open_due < clock.today()))

    assert all_was_lived()
    assert len(states) >= 10
    assert db.session.scalar(select(func.count(Case.id)).where(Case.state == State.MONITORED)) > 0
    assert overdue
    assert demo_progress.noted() == Progress(HOUSEHOLDS, HOUSEHOLDS)


@pytest.mark.shows("story.1")
def test_the_past_sends_nothing_today_and_is_in_the_audit(crowd: None, app: Flask) -> None:
    audit.seal_new_rows()

    assert db.session.scalar(select(func.count(Message.id)).where(Message.state == "owed")) == 0
    assert reminders.sweep() == 0
    assert audit.verify(app.extensions["settings"].roots_path) == []


@pytest.mark.shows("story.1")
@pytest.mark.parametrize("after", [pytest.param(60, marks=pytest.mark.slow), 180])
def test_an_interrupted_making_goes_on_and_makes_nobody_twice(
    app: Flask, rules: None, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    steps = iter(range(after))
    leave_alone = demo_crowd._Crowd._leave_the_past_alone

    def interrupted(*args: Any) -> Any:
        if next(steps, None) is None:
            raise Interrupted
        return leave_alone(*args)

    with app.app_context():
        demo.make_accounts()
        monkeypatch.setattr(demo_crowd._Crowd, "_leave_the_past_alone", interrupted)
        with pytest.raises(Interrupted):
            demo_crowd.make(HOUSEHOLDS, report=demo_progress.note)
        monkeypatch.undo()
        assert not all_was_lived()
        demo_crowd.make(HOUSEHOLDS, report=demo_progress.note)
        assert all_was_lived()
        once = how_often()
        demo_crowd.make(HOUSEHOLDS, report=demo_progress.note)

        assert how_often() == once


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


@pytest.mark.shows("story.1")
def test_a_county_for_demonstration_is_made_in_a_demonstration_only(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["county", "init", OTHER, "--regions", str(REGIONS / f"{OTHER}.csv"), "--preset", "ANHUI_2022", "--demo"]
    with app.app_context():
        with monkeypatch.context() as real:
            real.setitem(app.extensions, "settings", replace(app.extensions["settings"], demo=False))
            refused = app.test_cli_runner().invoke(args=words)
        assert db.session.get(County, OTHER) is None
        made = app.test_cli_runner().invoke(args=words)
        county = db.session.get(County, OTHER)

    assert refused.exit_code == 1
    assert "演示" in refused.output
    assert made.exit_code == 0
    assert county is not None
    assert county.is_demo
    assert county.preset == "ANHUI_2022"


@pytest.mark.shows("story.1")
def test_a_notice_of_the_past_is_not_closed_today_while_the_past_is_being_made(crowd: None, app: Flask) -> None:
    watched = select(func.count(Task.id)).where(Task.kind == Kind.WATCH_NOTICE, Task.open_due.is_not(None))
    with clock.at(clock.now() + timedelta(days=10)):
        before = db.session.scalar(watched)
        demo_progress.note(Progress(HOUSEHOLDS - 1, HOUSEHOLDS))
        assert unwrap(close_due)() == 0
        demo_progress.note(Progress(HOUSEHOLDS, HOUSEHOLDS))
        assert 0 < unwrap(close_due)() <= (before or 0)
