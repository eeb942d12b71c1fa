"""What is true of every case is true of those that the services make and of those that the bench loads."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, update

from backend.access.actor import Actor
from backend.access.permissions import Role
from backend.access.scope import Region, as_system
from backend.db import db
from backend.models import Case, CaseEvent, Household, PersonDigest, Task
from backend.services import cases, counties
from backend.workflow.states import State
from bench.copies import SHARES, Desks, Stencil, copies
from bench.invariants import broken
from bench.load import load
from tests.conftest import REGIONS
from tests.people import NEXT_VILLAGE, VILLAGE, Maker, id_number

UNTIL = datetime(2026, 6, 1, tzinfo=UTC)
LEAD = Actor(role=Role.COUNTY_LEAD, id=1, county_code=VILLAGE[:6], scope=Region(VILLAGE[:6]), region_code=VILLAGE[:6])
WAYS = [(), ("accept",), ("accept", "visit"), ("accept", "visit", "pass_on")]


@pytest.mark.shows("story.9")
def test_what_the_services_make_keeps_the_invariants(app: Flask, make: Maker) -> None:
    made = [make.case(*way, id_number=id_number(serial)) for serial, way in enumerate(WAYS, start=1)]
    ended = make.case("accept", "visit", "pass_on", id_number=id_number(9))
    make._post("county_lead", ended, "decisions", action="county_approve")

    with app.app_context():
        assert broken([*made, ended]) == []


@pytest.mark.shows("story.9")
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_what_the_bench_loads_keeps_the_invariants(app: Flask, stencils: list[Stencil], desks: Desks) -> None:
    villages = [row["code"] for row in counties.read_regions(REGIONS) if row["level"] == "village"]
    loaded = list(copies(900, stencils, villages, until=UNTIL))
    with app.app_context():
        load(str(db.engine.url), loaded, desks)

    assert {case.state for case in loaded} == set(SHARES)
    with app.app_context():
        assert broken([case.id for case in loaded]) == []


@pytest.mark.shows("story.9")
def test_a_copy_is_another_family_elsewhere_and_its_texts_open_there(
    app: Flask, stencils: list[Stencil], desks: Desks
) -> None:
    both = list(copies(2, stencils, [VILLAGE, NEXT_VILLAGE], until=UNTIL, shares={State.MONITORED: 1}))
    with app.app_context():
        load(str(db.engine.url), both, desks)

    with app.app_context(), as_system("a test looks"):
        files = [cases.read_case(case.id, by=LEAD) for case in both]
        texts = [cases.words_of(file) for file in files]
        people = db.session.scalars(select(PersonDigest.digest)).all()
    assert all(file.events and file.visits and words for file, words in zip(files, texts, strict=True))
    assert len(set(people)) == len(both)


@pytest.mark.shows("story.9")
@pytest.mark.parametrize(
    ("model", "values", "complaint"),
    [
        (Task, {"open_due": None}, "it is open and nobody owes anything"),
        (Task, {"owner_region": "130126101001"}, "duty accept is owed by another place"),
        (Task, {"village_code": "130126101001"}, "a row of tasks lies elsewhere"),
        (CaseEvent, {"to_state": "passed"}, "its history ends at passed, and it stands at declared"),
        (Case, {"audit_head": "0" * 64}, "the end of its audit chain is missing"),
        (Household, {"open_case_id": None}, "its household does not know whether it is open"),
    ],
)
def test_a_broken_case_is_named(
    app: Flask, make: Maker, model: type[Case], values: dict[str, object], complaint: str
) -> None:
    case_id = make.case()
    with app.app_context(), as_system("a test breaks something"):
        db.session.execute(update(model).values(**values))
        db.session.commit()

    with app.app_context():
        assert f"case {case_id}: {complaint}" in broken([case_id])
