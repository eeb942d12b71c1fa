"""What is personal lies sealed, is shown masked, is opened one field at a time for a reason, and is in no log."""

import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import inspect

from backend.db import db
from backend.models import AuditRow, PersonDigest
from backend.privacy.blind_index import digest
from backend.privacy.current import keys
from backend.privacy.redaction import leaks
from backend.services import audit
from backend.services.known import known_person
from tests.api.photos import photo, sent
from tests.people import COUNTY, FORM, Cast, Maker, id_number

pytestmark = pytest.mark.shows("story.5")
OUR_DIGITS = 18
"""The ids of rows are that long: among so many of them some hold the digits of somebody's telephone by chance."""
HARDSHIP = "白血病化疗第{}次"


def dump(app: Flask) -> str:
    """Return every column of every table as text, the way a stolen backup would hold it."""
    with app.app_context(), db.engine.connect() as connection:
        quote = connection.dialect.identifier_preparer.quote
        tables = inspect(connection).get_table_names()
        found = [list(connection.exec_driver_sql(f"SELECT * FROM {quote(name)}")) for name in tables]  # noqa: S608
    return repr(found)


def planted(serial: int) -> dict[str, str]:
    return {"id_number": id_number(serial), "phone": f"139{serial:08d}", "hardship": HARDSHIP.format(serial)}


@pytest.mark.shows("story.bad.reliability_41")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_dump_holds_nobodys_number_and_the_blind_index_finds_them(
    make: Maker, cast: Cast, app: Flask, kind: str, count: int
) -> None:
    phones = [cast.farmer(f"of-{number}") for number in range(count // 5)]
    for serial in range(count - 1):
        assert phones[serial % len(phones)].post("/declarations", **(FORM | planted(serial))).status_code == 201
    case_id = make.case("accept", "visit", openid="x", **(planted(count - 1) | {"hardship": "尿毒症透析"}))
    reviewer = cast.phone("reviewer")
    version = make.duty(case_id).version
    words = {"reasons": [], "words": f"请{planted(7)['id_number']}家补充化疗单"}
    reasons = cast.app.test_client().get("/api/v1/dictionaries", query_string={"county_code": COUNTY}).json
    words["reasons"] = [next(iter(reasons["dictionaries"]["return_reasons"]))]
    assert reviewer.post(f"/cases/{case_id}/decisions", version=version, action="send_back", **words).status_code == 201
    reviewer.post(f"/cases/{case_id}/reveals", field="phone", reason=f"核对 {planted(3)['phone']} 与 {id_number(3)}")

    text = dump(app)
    numbers = " ".join(each for each in re.findall(r"\d+", text) if len(each) < OUR_DIGITS)

    for serial in range(count):
        number, phone, _ = planted(serial).values()
        assert number not in text
        assert phone not in numbers
        assert digest(number, keys=keys(), kind="id_number") in text
    assert "白血病" not in text
    assert "化疗" not in text
    assert "透析" not in text
    with app.app_context():
        index = {row.digest for row in make.rows(PersonDigest)}
        found = known_person(COUNTY, (digest(id_number(42), keys=keys(), kind="id_number"),), name=FORM["head_name"])
    assert len(index) == count
    assert found is not None


NOT_PERSONAL = {"id", "before", "receipt_no", "receipt_spoken", "number", "page", "call"}
"""Our own numbers, and the office's telephone."""


def is_personal(name: str) -> bool:
    """Whether a text may be somebody's number: a row's own, of 18 digits too, is one among eleven as valid."""
    return name not in NOT_PERSONAL and not name.endswith("_id")


def leaves(node: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an answer with the name it goes by."""
    if isinstance(node, dict):
        for key, below in node.items():
            yield from leaves(below, key)
    elif isinstance(node, list):
        for below in node:
            yield from leaves(below, name)
    else:
        yield name, str(node)


def test_every_answer_is_masked_by_default(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept", "visit", phone="13912345678")
    declaration_id = make.declaration(openid="second").id
    phones = [cast.farmer(), *(cast.phone(login) for login in ("village", "reviewer", "county_op"))]
    paths = ["/me", "/tasks", "/inbox", "/declarations", f"/cases/{case_id}", f"/declarations/{declaration_id}"]

    for path in paths:
        for phone in phones:
            answer = phone.get(path)
            assert not any(each in answer.get_data(as_text=True) for each in (id_number(1), "13912345678")), path
            assert [text for name, text in leaves(answer.json) if is_personal(name) and leaks(text)] == [], path
    masked = cast.phone("village").get(f"/cases/{case_id}").json["masked"]
    assert masked["phone"] == "139****5678"
    assert masked["id_number"].count("*") == 12


def test_one_field_is_opened_for_a_reason_that_the_audit_keeps(make: Maker, cast: Cast, app: Flask) -> None:
    case_id, village = make.case("accept"), cast.phone("village")

    refused = [village.post(f"/cases/{case_id}/reveals", field="phone", reason=why) for why in ("", "   ", "😀")]
    shown = village.post(f"/cases/{case_id}/reveals", field="phone", reason="约时间入户")
    both = village.post(f"/cases/{case_id}/reveals", field=["phone", "id_number"], reason="约时间入户")

    assert {each.status_code for each in (*refused, both)} == {422}
    assert shown.json == {"field": "phone", "value": FORM["phone"]}
    rows = [row for row in make.rows(AuditRow) if row.action == "reveal"]
    assert [(row.actor_name, row.detail) for row in rows] == [("王村干", {"field": "phone", "why": "约时间入户"})]
    assert FORM["phone"] not in repr([row.detail for row in make.rows(AuditRow)])
    with cast.acting("auditor") as auditor:
        assert next(row.action for row in audit.rows_about(f"case:{case_id}", by=auditor)) == "reveal"


def test_each_showing_is_on_record_also_with_the_same_key(make: Maker, cast: Cast) -> None:
    case_id, village = make.case("accept"), cast.phone("village")
    key = "6f0d8a52-4444-4000-8000-000000000001"

    for _ in range(2):
        village.post(f"/cases/{case_id}/reveals", key=key, field="id_number", reason="核对")

    assert len([row for row in make.rows(AuditRow) if row.action == "reveal"]) == 2


@pytest.mark.shows("story.7", "story.bad.reliability_39")
def test_a_thousand_requests_leave_nothing_personal_in_the_logs(
    make: Maker, cast: Cast, app: Flask, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    phones, village = [cast.farmer(f"of-{number}") for number in range(20)], cast.phone("village")
    case_id = make.case("accept", openid="x", id_number=id_number(900))
    answers = []
    for serial in range(100):
        secret, phone = planted(serial), phones[serial % 20]
        answers += [
            phone.post("/declarations", **(FORM | secret)),
            phone.post("/declarations", **(FORM | secret | {"id_number": secret["id_number"] + "0", "phone": "1"})),
            phone.get(f"/villages/{secret['id_number']}"),
            phone.get("/tasks", after=secret["phone"], whose=secret["id_number"]),
            *(
                phone.client.get(
                    f"/api/v1/{secret['id_number']}", headers={"Authorization": f"Bearer {secret['phone']}"}
                )
                for _ in range(6)
            ),
        ]
    village.post(f"/cases/{case_id}/reveals", field="phone", reason=f"打给 {planted(3)['phone']}")
    logged = "".join(capfd.readouterr()) + caplog.text

    assert len(answers) == 1000
    assert not any(each.status_code >= 500 for each in answers)
    assert "declarations" in logged
    pages = "".join(each.get_data(as_text=True) for each in answers)
    for serial in range(100):
        number, telephone, hardship = planted(serial).values()
        for value in (number, telephone, hardship):
            assert value not in logged
        assert number not in pages
        assert telephone not in pages
    assert sum(each.status_code == 201 for each in answers) >= 100
    assert not any(phone.token in logged for phone in phones)
    assert village.token not in logged


@pytest.mark.shows("story.7", "story.bad.reliability_39")
def test_an_error_of_ours_is_logged_without_what_was_written(
    make: Maker, cast: Cast, app: Flask, capfd: pytest.CaptureFixture[str]
) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE declarations RENAME TO declarations_away")
    try:
        answer = cast.farmer().post("/declarations", **(FORM | planted(5)))
    finally:
        with app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE declarations_away RENAME TO declarations")
    logged = "".join(capfd.readouterr())

    assert answer.status_code == 500
    assert set(answer.json) == {"code", "message", "fields"}
    for text in (logged, json.dumps(answer.json, ensure_ascii=False)):
        assert not any(value in text for value in (*planted(5).values(), FORM["head_name"], "Traceback (most"))


def test_nothing_of_a_photo_but_its_pixels_is_kept(make: Maker, cast: Cast) -> None:
    case_id, village = make.case("accept"), cast.phone("village")
    row = village.send(f"/cases/{case_id}/files", file=sent(photo())).json

    for variant in ("original", "thumbnail"):
        content = village.get(f"/files/{row['id']}", variant=variant).data
        assert content.startswith(b"\xff\xd8\xff")
        assert not any(trace in content for trace in (b"Exif", b"SECRET", b"xmp", b"GPS"))
