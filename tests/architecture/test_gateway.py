"""Nobody talks to the outside while a transaction is open."""

import pytest
from flask import Flask
from sqlalchemy import select

from backend.db import db
from backend.models import County
from backend.services import phones


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.mark.shows("story.3")
def test_the_gateway_refuses_while_a_transaction_is_open(app: Flask) -> None:
    with app.app_context():
        db.session.scalar(select(County.code))

        with pytest.raises(phones.TalkedInsideATransaction):
            phones.refuse_inside_a_transaction()


@pytest.mark.shows("story.3")
def test_the_gateway_speaks_once_the_transaction_is_over(app: Flask) -> None:
    with app.app_context():
        db.session.scalar(select(County.code))
        db.session.rollback()

        phones.refuse_inside_a_transaction()
