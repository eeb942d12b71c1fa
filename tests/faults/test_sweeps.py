"""Eight processes that sweep a hundred times at once say each thing once."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, inspect, select

from backend.access.scope import as_system
from backend.db import db, new_id
from backend.models import Task
from deploy.run.folder import CHECKOUT
from tests.jobs.conftest import NOON
from tests.jobs.ladder import set_task
from tests.people import Cast, Maker

pytestmark = [pytest.mark.shows("reminders.6", "reminders.4"), pytest.mark.timeout(900)]
PROCESSES, TIMES = 8, 13
DUTIES = 150
LATE = NOON + timedelta(days=5)


@pytest.fixture
def overdue(make: Maker, cast: Cast, app: Flask) -> int:
    """So many duties of one village that are due for the rung which five people hear."""
    for login in ("village", "head", "town_lead", "county_op", "county_lead"):
        cast.staff_id(login)
    task, due = make.duty(make.case()), NOON.date() - timedelta(days=4)
    with app.app_context(), as_system("a test makes many"):
        row = db.session.scalars(select(Task)).one()
        values = {each.key: getattr(row, each.key) for each in inspect(Task).column_attrs}
        values |= {"next_rung": "supervision", "next_rung_at": LATE, "due_on": due, "open_due": due}
        db.session.execute(insert(Task), [values | {"id": new_id()} for _ in range(DUTIES)])
        db.session.commit()
    set_task(app, task.id, next_rung_at=None, next_rung=None)
    return DUTIES


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_each_duty_is_told_once_to_each_who_hears(
    make: Maker, app: Flask, overdue: int, kind: str, note: Callable[..., None]
) -> None:
    """Reliability 11."""
    settings = app.extensions["settings"]
    words = [settings.database, str(settings.data_dir), LATE.isoformat(), str(TIMES)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sweeper", *words],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for each in processes:
        assert each.stdout
        while each.stdout.readline() != "ready\n":
            pass
    ended = [each.communicate("go\n", timeout=300)[0].splitlines()[-1] for each in processes]

    told = Counter((each.subject, each.recipient) for each in make.messages(kind="duty"))
    twice = sum(count > 1 for count in told.values())
    assert sum(map(int, ended)) == overdue
    assert (len(told), twice) == (5 * overdue, 0)
    note(f"{PROCESSES * TIMES} sweeps by {PROCESSES} processes, {kind}", messages=len(told), twice=twice, allowed=0)
