"""After inclusion the demonstration lives on: help, visits, ways out and back, deliveries; quiet, and made once."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from backend.access.scope import as_system
from backend.db import db
from backend.demo.afterwards import ENDS
from backend.models import (
    Alert,
    AlertBatch,
    Article,
    Campaign,
    Case,
    CaseEvent,
    Grid,
    GroupMeeting,
    Inspected,
    JudgingMember,
    Measure,
    Message,
    OfficeMeeting,
    RegularVisit,
    Station,
    StationMember,
    Watch,
)
from backend.services import alert_schedule, demo, demo_crowd, demo_progress, reminders
from backend.workflow.duties import REMOVAL, WARNING
from backend.workflow.watching import Standing
from tests.checks import following

FEW = 20


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def county(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A few families, half of whom were included long ago."""
    monkeypatch.setattr(demo_crowd, "LONG_AGO_ONE_IN", FEW // len(ENDS))
    with following(app), app.app_context():
        demo.make_accounts()
        demo_crowd.make(FEW, report=demo_progress.note)
        db.session.remove()
        with as_system("a test looks"):
            yield


def counted() -> dict[str, int]:
    tables = (Case, CaseEvent, RegularVisit, Measure, AlertBatch, Alert, OfficeMeeting, Inspected, Campaign, Message)
    tables += (Station, StationMember, JudgingMember, Grid, Article, GroupMeeting)
    return {table.__name__: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.mark.shows("story.1", "monitoring.1", "monitoring.2", "monitoring.6")
def test_what_comes_after_inclusion_is_to_be_seen_and_reminds_nobody_today(county: None) -> None:
    watches = db.session.scalars(select(Watch)).all()
    ways = {(each.procedure, each.state) for each in db.session.scalars(select(Case)) if each.procedure != "full"}
    batches = db.session.scalars(select(AlertBatch)).all()

    assert any(each.standing == Standing.REMOVED for each in watches)
    assert any(each.rolled_back_on for each in watches)
    assert {procedure for procedure, _ in ways} == {REMOVAL, WARNING}
    assert len(ways) >= 4
    assert {alert_schedule.EMPTY, alert_schedule.FILED, alert_schedule.OWED} <= {each.standing for each in batches}
    assert any(alert_schedule.is_late(each) and each.filed_on for each in batches)
    assert {each.funds for each in db.session.scalars(select(Measure))} >= {"arrived"}
    assert all(counted().values())
    assert db.session.scalar(select(func.count(Message.id)).where(Message.state == "owed")) == 0
    assert reminders.sweep() == 0

    before, began = counted(), demo_crowd.first_day()
    demo_crowd.make(FEW, report=demo_progress.note)
    with as_system("a test looks again"):
        assert counted() == before
        assert demo_crowd.first_day() == began
