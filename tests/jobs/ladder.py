"""What the tests of reminders share: a county's ladder changed, and a duty moved to where its rung is due."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from backend.access.actor import Actor
from backend.access.scope import act_within, as_system
from backend.db import db
from backend.models import PolicyVersion, Task
from backend.policy import county as county_policy
from backend.services import sign_ins
from backend.workflow.tasks import PRESSING
from tests.people import Cast


def rules(app: Flask, **numbers: int) -> None:
    """Let the county's numbers be these from the beginning."""
    with app.app_context():
        version = db.session.scalars(select(PolicyVersion)).one()
        version.changes = {**version.changes, "numbers": numbers}
        db.session.commit()
    county_policy.forget()


def set_task(app: Flask, task_id: int, **values: Any) -> None:
    """Change a duty's columns behind everybody's back."""
    with app.app_context(), as_system("a test looks"):
        db.session.execute(update(Task).where(Task.id == task_id).values(**values))
        db.session.commit()


def make_urgent(app: Flask, task_id: int) -> None:
    set_task(app, task_id, pressing=PRESSING["critical"])


def due_now(app: Flask, task_id: int, level: str, at: datetime) -> None:
    """Let a duty's next rung be this one, at this instant."""
    set_task(app, task_id, next_rung=level, next_rung_at=at)


@contextmanager
def signed_in(cast: Cast, login: str) -> Iterator[Actor]:
    """Run services as somebody at the console, so that the audit has a session to chain on."""
    word = cast.password(login)
    with cast.app.app_context():
        actor = sign_ins.sign_in(login, word, address="127.0.0.1").actor
    with cast.app.app_context():
        act_within(actor.scope)
        yield actor
