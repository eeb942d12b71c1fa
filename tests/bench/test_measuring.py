"""The bench is honest: the floor says what the real request says, and a figure that was not measured is not kept."""

import uuid

import pytest
from flask import Flask

from bench.capture import Recipe, Said, listening, recipe, statements
from bench.catalogue import FIGURES
from bench.figures import HIGHER, LOWER, Figure
from tests.people import FORM, Cast, Maker, id_number

ID, OTHER_ID = 382763952948218787, 382763952955586794


@pytest.mark.shows("story.9")
def test_the_floor_says_the_statements_of_the_real_request_with_fresh_values(app: Flask, cast: Cast) -> None:
    farmer, taken = cast.farmer(), []
    for serial in (1, 2, 3):
        with listening(app) as script:
            answer = farmer.post("/declarations", **(FORM | {"id_number": id_number(serial)}))
        assert answer.status_code == 201
        taken.append(script)

    learnt = Recipe.from_json(recipe(*taken[1:]).as_json())

    said = list(learnt.serve())
    assert [statement for statement, _ in said] == [each.statement for each in taken[2]]
    [made] = [rows[0]["id"] for statement, rows in said if statement.startswith("INSERT INTO cases")]
    assert made not in {row.get("id") for each in taken[1] for row in each.parameters}
    [opened] = [rows[0]["case_id"] for statement, rows in said if statement.startswith("INSERT INTO tasks")]
    assert opened == made


@pytest.mark.shows("story.9")
def test_a_declaration_says_few_statements(app: Flask, cast: Cast) -> None:
    farmer = cast.farmer()
    farmer.post("/declarations", **FORM)

    with listening(app) as script:
        farmer.post("/declarations", **(FORM | {"id_number": id_number(2)}))

    assert statements(script) <= FIGURES["declare statements"].aim


@pytest.mark.shows("story.9")
def test_a_decision_and_the_page_of_duties_say_few_statements(app: Flask, cast: Cast, make: Maker) -> None:
    [warm, measured] = [make.case("accept", "visit", id_number=id_number(serial)) for serial in (1, 2)]
    seen = {each: make.duty(each).version for each in (warm, measured)}
    reviewer = cast.phone("reviewer")
    reviewer.post(f"/cases/{warm}/decisions", action="pass_on", version=seen[warm])

    with listening(app) as page:
        reviewer.get("/tasks")
    with listening(app) as decision:
        answer = reviewer.post(f"/cases/{measured}/decisions", action="pass_on", version=seen[measured])

    assert answer.status_code == 201
    assert statements(page) <= FIGURES["tasks statements"].aim
    assert statements(decision) <= FIGURES["decide statements"].aim


def test_the_rows_of_the_case_that_a_request_is_about_move_with_it() -> None:
    first = [Said("UPDATE tasks", [{"id": ID + 10, "key": str(uuid.uuid4())}])]
    second = [Said("UPDATE tasks", [{"id": OTHER_ID + 10, "key": str(uuid.uuid4())}])]

    [(_, [row])] = recipe(first, second, case_id=ID).serve(OTHER_ID)

    assert row["id"] == OTHER_ID + 10


def test_a_figure_is_judged_by_its_ratio_and_one_not_measured_is_not_kept() -> None:
    missed = Figure("a", "req/s", HIGHER, 0.4, values=[30.0, 31.0, 90.0], floors=[100.0])
    kept = Figure("b", "ms", LOWER, 1.3, values=[12.0], floors=[10.0])

    assert (missed.value, missed.is_ok, kept.is_ok) == (31.0, False, True)
    assert Figure("c", "req/s", HIGHER, 0.4).as_json()["value"] is None
    assert not Figure("c", "req/s", HIGHER, 0.4).is_ok
