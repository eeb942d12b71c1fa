"""What a phone reaches: first only what it sent itself; a household's file only once a cadre stood at the door."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from backend.db import db
from backend.models import Case
from tests.pairs import Act, compared
from tests.people import FORM, NEXT_VILLAGE, Cast, Maker, Phone, id_number

pytestmark = pytest.mark.shows("story.4", "story.bad.reliability_16")
NOISE = 0.15
"""Of what a declaration takes: a millisecond or two, of which a phone on a country road sees nothing."""


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Take down what is said to the database meanwhile."""
    said: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    yield said
    event.remove(engine, "before_cursor_execute", listen)


def confirm(cast: Cast, case_id: int, declaration_id: int, *, back: bool = False) -> None:
    path = f"/cases/{case_id}/phones" + ("/withdrawals" if back else "")
    answer = cast.phone("village").post(path, declaration_id=str(declaration_id))
    assert answer.status_code == 201, answer.json


def test_a_phone_reads_the_file_only_once_a_cadre_confirmed_it(make: Maker, cast: Cast) -> None:
    declaration = make.declaration(openid="family")
    before = cast.farmer("family").get(f"/cases/{declaration.case_id}")

    confirm(cast, declaration.case_id, declaration.id)
    after = cast.farmer("family").get(f"/cases/{declaration.case_id}")

    assert (before.status_code, after.status_code) == (404, 200)
    assert "王村干" not in after.get_data(as_text=True)
    assert [each["id"] for each in cast.farmer("family").get("/me").json["cases"]] == [str(declaration.case_id)]


def test_a_confirmation_reaches_a_session_that_is_open_already(make: Maker, cast: Cast) -> None:
    declaration = make.declaration(openid="family")
    phone = cast.farmer("family")
    reads = []

    for back in (False, True):
        reads.append(phone.get(f"/cases/{declaration.case_id}").status_code)
        confirm(cast, declaration.case_id, declaration.id, back=back)
    reads.append(phone.get(f"/cases/{declaration.case_id}").status_code)

    assert reads == [404, 200, 404]


def test_a_household_may_have_several_phones_and_each_goes_alone(make: Maker, cast: Cast) -> None:
    first, second = make.declaration(openid="mother"), make.declaration(openid="son")
    for each in (first, second):
        confirm(cast, first.case_id, each.id)

    confirm(cast, first.case_id, first.id, back=True)

    assert cast.farmer("mother").get(f"/cases/{first.case_id}").status_code == 404
    assert cast.farmer("son").get(f"/cases/{first.case_id}").status_code == 200


def test_one_phone_serves_several_households(make: Maker, cast: Cast) -> None:
    ids = [make.declaration(openid="neighbour", id_number=id_number(serial)).id for serial in range(3)]

    assert {row["id"] for row in cast.farmer("neighbour").get("/declarations").json["items"]} == {str(i) for i in ids}


KINDS = ("unknown", "open", "closed", "open elsewhere", "another name")


def _numbers(make: Maker, cast: Cast) -> dict[str, dict[str, str]]:
    """Return what a stranger types: numbers nobody knows, and numbers in every state that the county knows."""
    make.case(openid="a", id_number=id_number(1))
    withdrawn = make.declaration(openid="b", id_number=id_number(2))
    assert cast.farmer("b").post(f"/declarations/{withdrawn.id}/withdrawals").status_code == 201
    make.case(openid="c", id_number=id_number(3), village_code=NEXT_VILLAGE)
    make.case(openid="d", id_number=id_number(4), head_name="李四")
    return {kind: FORM | {"id_number": id_number(serial)} for serial, kind in enumerate(KINDS)}


def _face(answer: dict[str, object]) -> str:
    """Return all that a receipt shows, but for what is random or the time of day."""
    shown = {**answer, "id": 0, "receipt_no": 0, "receipt_spoken": 0, "declared_at": 0}
    shown["timeline"] = [{**line, "at": 0} for line in shown["timeline"]]
    return json.dumps(shown, ensure_ascii=False, sort_keys=True)


def test_typing_somebodys_number_shows_nothing(make: Maker, cast: Cast) -> None:
    numbers, stranger = _numbers(make, cast), cast.farmer("stranger")

    answers = {kind: stranger.post("/declarations", **form) for kind, form in numbers.items()}

    assert {each.status_code for each in answers.values()} == {201}
    assert {_face(each.json) for each in answers.values()} == {_face(answers["unknown"].json)}
    read = {_face(stranger.get(f"/declarations/{each.json['id']}").json) for each in answers.values()}
    assert read == {_face(answers["unknown"].json)}
    assert all("case" not in key for each in answers.values() for key in each.json)


def test_what_a_stranger_does_next_shows_nothing_either(make: Maker, cast: Cast) -> None:
    numbers, stranger = _numbers(make, cast), cast.farmer("stranger")
    ids = [stranger.post("/declarations", **form).json["id"] for form in numbers.values()]

    supplements = [stranger.post(f"/declarations/{each}/supplements", words="再补一点") for each in ids]
    files = [stranger.get(f"/declarations/{each}/files").status_code for each in ids]
    withdrawals = [stranger.post(f"/declarations/{each}/withdrawals", words="不报了") for each in ids]
    again = [stranger.post(f"/declarations/{each}/withdrawals") for each in ids]
    inbox = stranger.get("/inbox").json["items"]

    assert len({(each.status_code, each.get_data(as_text=True)) for each in supplements}) == 1
    assert len(set(files)) == 1
    assert {each.status_code for each in withdrawals} == {201}
    assert len({_face(each.json) for each in withdrawals}) == 1
    assert len({(each.status_code, each.get_data(as_text=True)) for each in again}) == 1
    assert inbox == []


def test_a_stranger_who_withdraws_ends_nobodys_case(make: Maker, cast: Cast) -> None:
    case_id = make.case(openid="family")
    stranger = cast.farmer("stranger")
    mine = stranger.post("/declarations", **FORM).json["id"]

    stranger.post(f"/declarations/{mine}/withdrawals")

    assert make.state(case_id) == "declared"
    assert len(make.rows(Case)) == 1


def _typed(make: Maker, cast: Cast, turn: int) -> tuple[Act, Act]:
    """Prepare two declarations: of somebody whose case is open, and of nobody, each on a phone of its own."""
    make.case(openid=f"family-{turn}", id_number=id_number(500 + turn))
    forms = [FORM | {"id_number": id_number(500 + turn)}, FORM | {"id_number": id_number(100 + turn)}]
    phones = [cast.farmer(f"known-{turn}"), cast.farmer(f"unknown-{turn}")]

    def declares(phone: Phone, form: dict[str, Any]) -> None:
        assert phone.post("/declarations", **form).status_code == 201

    return partial(declares, phones[0], forms[0]), partial(declares, phones[1], forms[1])


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_typing_somebodys_number_takes_as_long_as_typing_nobodys(make: Maker, cast: Cast, kind: str) -> None:
    for turn in range(10):  # whatever is slow the first time
        for act in _typed(make, cast, 300 + turn):
            act()

    found = compared(partial(_typed, make, cast), fits=lambda pairs: abs(pairs.share) < NOISE, least=40, most=200)

    assert abs(found.share) < NOISE, (found.share, found.difference)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_typing_somebodys_number_asks_the_database_no_more_than_typing_nobodys(
    app: Flask, make: Maker, cast: Cast, kind: str
) -> None:
    """Counted, not timed: so many things said to the database, and so many rows written."""
    for act in _typed(make, cast, 1):
        act()
    said = {True: 0, False: 0}
    for turn in (2, 3):
        for known, act in zip((True, False), _typed(make, cast, turn), strict=True):
            with counted(app) as statements:
                act()
            said[known] += len(statements)

    assert 0 <= said[False] - said[True] <= 2 * 2
