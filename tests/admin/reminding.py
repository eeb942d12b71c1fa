"""What tests of the console do behind everybody's back about reminders."""

from typing import Any

from flask import Flask

from backend.access.scope import as_system
from backend.db import db
from backend.services import reminders


def behind(app: Flask, *statements: Any) -> None:
    """Change rows behind everybody's back."""
    with app.app_context(), as_system("a test acts"):
        for each in statements:
            db.session.execute(each)
        db.session.commit()


def sweep(app: Flask) -> None:
    with app.app_context():
        reminders.sweep()
