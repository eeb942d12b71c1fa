"""A practice county (P50): the same screens, marked, nothing ever sent, begun anew without touching the real one."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from backend.access.scope import as_system
from backend.db import db
from backend.models import Case, County, Declaration, Identity, Message, Office, Region
from backend.services import audit, outbox, practice
from backend.workflow.outbox import owe
from tests.admin.desk import Desk
from tests.people import COUNTY, Cast, Maker

Enter = Callable[[str], Desk]
pytestmark = [pytest.mark.shows("console.6")]
HERE = f"99{COUNTY[2:]}"


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def _places_as_they_were(app: Flask) -> Iterator[None]:
    """Regions are kept between tests: those of the practice county go again."""
    yield
    with app.app_context():
        for table in (Office, Region):
            db.session.execute(db.delete(table).where(table.code.startswith(HERE)))
        db.session.commit()


def families(app: Flask, county: str) -> int:
    with app.app_context(), as_system("a test counts"):
        return len(db.session.scalars(db.select(Case.id).where(Case.county_code == county)).all())


def test_people_practise_in_a_hat_of_their_own_and_nothing_of_it_is_sent(
    console: Enter, app: Flask, cast: Cast, make: Maker
) -> None:
    make.case("accept")
    for login in ("reviewer", "village"):
        cast.staff_id(login)
    admin = console("admin")

    admin.press(admin.get("/console/practice/"), "/practice/", do="fill")
    with app.app_context():
        worked, idle = practice.carry_on(), practice.carry_on()
    ready = admin.get("/console/practice/")
    desk = console("reviewer")
    with app.app_context():
        query = db.select(Identity.id).where(Identity.staff_id == cast.staff_id("reviewer"))
        hat = db.session.scalars(query.where(Identity.region_code.startswith(HERE))).one()
    before = desk.get("/console/cases/")
    desk.press(desk.get("/console/me/"), "/me/identity", identity=hat)
    after = desk.get("/console/cases/")
    with app.app_context():
        query = db.update(Message).where(Message.county_code == COUNTY).values(state="inbox")
        db.session.execute(query)
        owe(
            kind="duty",
            subject="practice",
            recipient=f"staff:{cast.staff_id('reviewer')}",
            county_code=HERE,
            data={"what": "练习", "where": "村", "due": "2026年3月5日", "hint": "练习"},
        )
        db.session.commit()
    with app.app_context():
        calls = outbox.deliver_due({})

    assert (worked, idle) == (1, 0)
    assert "可以练习" in ready.text
    assert "练习县" not in before.text
    assert "不会给任何人发消息" in after.text
    assert families(app, HERE) == practice.FAMILIES
    assert calls == 0
    held = make.messages(county_code=HERE)
    assert {each.state for each in held} == {"inbox"}
    assert {each.why for each in held} <= {"", "练习县的消息不往外发"}


def test_beginning_anew_takes_what_was_practised_and_leaves_the_real_county_and_the_trail(
    app: Flask, make: Maker, cast: Cast
) -> None:
    make.case("accept")
    with app.app_context():
        made = practice.set_up(COUNTY)
        practice.fill(made.code)
    runner = app.test_cli_runner()
    first = {each.id for each in make.rows(Case) if each.county_code == HERE}

    done = runner.invoke(args=["county", "practice", COUNTY, "--reset"])
    again = {each.id for each in make.rows(Case) if each.county_code == HERE}

    assert done.exit_code == 0, done.output
    assert "（练习）" in done.output
    assert len(first) == len(again) == practice.FAMILIES
    assert not first & again
    assert families(app, COUNTY) == 1
    assert len([each for each in make.rows(Declaration) if each.county_code == COUNTY]) == 1
    with app.app_context():
        assert audit.verify(app.extensions["settings"].roots_path) == []
        assert db.session.get_one(County, HERE).practice_of == COUNTY
    assert runner.invoke(args=["county", "practice", HERE]).exit_code != 0
    assert cast.farmer().get("/village-codes").status_code == 404
