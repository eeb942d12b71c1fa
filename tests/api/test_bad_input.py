"""What people and programs send by mistake or on purpose: a plain Chinese sentence each, and never a 500."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from backend import clock
from backend.db import db
from backend.models import Household, SignIn
from backend.privacy.mask import mask_name
from tests.api.photos import bomb, photo, sent
from tests.people import FORM, NEXT_VILLAGE, Cast, Maker, Phone, id_number
from tests.wechat.emulation import Emulator

RARE = "\U00020b9f\U0002a6a5·古丽"
"""Two signs of extensions B to G, a middle dot, and a name around it."""


def refused(answer: TestResponse, status: int = 422) -> dict[str, str]:
    """Return the fields of an answer that says no in the one shape and in Chinese."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert set(answer.json) == {"code", "message", "fields"}
    for sentence in (answer.json["message"], *answer.json["fields"].values()):
        assert re.search("[\u4e00-\u9fff]", sentence), sentence
    return answer.json["fields"]


def declare(phone: Phone, /, **changes: Any) -> TestResponse:
    return phone.post("/declarations", **(FORM | changes))


def raw(phone: Phone, content: bytes | str, content_type: str = "application/json") -> TestResponse:
    headers = phone._headers("6f0d8a52-0000-4000-8000-000000000001")
    return phone.client.post("/api/v1/declarations", data=content, headers=headers, content_type=content_type)


@pytest.fixture
def phone(cast: Cast) -> Phone:
    return cast.farmer()


@pytest.mark.shows("story.bad.other_county", "story.bad.other_county_village")
@pytest.mark.parametrize("village", ["340321100001", "130126999999", "999999999999", "1", ""])
def test_a_village_that_is_not_here_comes_with_a_number_to_call(phone: Phone, village: str) -> None:
    said = refused(declare(phone, village_code=village))["village_code"]

    assert "0311-82520000" in said
    assert "灵寿" in said


@pytest.mark.shows("story.bad.name_one_sign", "story.bad.name_30_signs")
@pytest.mark.parametrize("name", ["丁", "买买提" * 10])
def test_a_name_may_be_short_or_long(phone: Phone, name: str) -> None:
    answer = declare(phone, head_name=name)

    assert answer.status_code == 201
    assert answer.json["head_name"] == name


@pytest.mark.shows("story.bad.name_rare")
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_rare_signs_come_back_as_they_were_written(cast: Cast, kind: str) -> None:
    answer = declare(cast.farmer(), head_name=RARE)
    [task] = cast.phone("village").get("/tasks").json["items"]

    assert answer.json["head_name"] == task["head_name"] == RARE
    assert mask_name(RARE) == f"{RARE[0]}{'*' * (len(RARE) - 2)}{RARE[-1]}"
    assert cast.phone("village").get(f"/cases/{task['case_id']}").json["head_name"] == RARE


@pytest.mark.shows("story.bad.voice_alone")
def test_a_voice_note_alone_says_it_all(phone: Phone) -> None:
    assert declare(phone, hardship="", voice_sha256="a" * 64).status_code == 201
    assert "hardship" in refused(declare(phone, hardship=""))


@pytest.mark.shows("story.bad.check_digit")
def test_a_wrong_check_digit_is_named(phone: Phone) -> None:
    right = id_number(1)
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")

    assert "校验" in refused(declare(phone, id_number=wrong))["id_number"]


@pytest.mark.shows("story.bad.birth_date")
@pytest.mark.parametrize("birth", ["19990230", "18000101", "29990101"])
def test_nobody_is_born_on_that_day(phone: Phone, birth: str) -> None:
    assert "出生日期" in refused(declare(phone, id_number=f"130126{birth}0011"))["id_number"]


@pytest.mark.shows("story.bad.id_17")
def test_seventeen_digits_are_counted_for_whoever_typed_them(phone: Phone) -> None:
    assert "17位" in refused(declare(phone, id_number=id_number(1)[:17]))["id_number"]


@pytest.mark.shows("story.bad.phone_10")
def test_a_phone_of_ten_digits_is_one_short(phone: Phone) -> None:
    assert "10位" in refused(declare(phone, phone="1380000000"))["phone"]


@pytest.mark.shows("story.bad.long_text")
def test_ten_thousand_characters_are_too_many_and_one_thousand_are_not(phone: Phone) -> None:
    assert "1000" in refused(declare(phone, hardship="苦" * 10_000))["hardship"]
    assert declare(phone, hardship="苦" * 1000).status_code == 201


@pytest.mark.shows("story.bad.emoji_only")
def test_emojis_alone_are_not_understood_but_may_stand_beside_words(phone: Phone) -> None:
    assert "表情" in refused(declare(phone, hardship="😭😭🏚️"))["hardship"]
    assert declare(phone, hardship="房子塌了😭").status_code == 201


@pytest.mark.shows("story.bad.null_byte")
@pytest.mark.parametrize("field", ["village_code", "head_name", "phone", "hardship", "risk", "id_number", "relation"])
@pytest.mark.parametrize("sign", ["\0", "\ud800"])
def test_what_no_database_can_keep_is_refused_in_every_field(phone: Phone, field: str, sign: str) -> None:
    assert field in refused(raw(phone, json.dumps(FORM | {field: f"张{sign}三"})))
    refused(raw(phone, json.dumps(FORM | {f"{field}{sign}": "1"})))


@pytest.mark.shows("story.bad.deep_json")
@pytest.mark.parametrize("depth", [40, 5_000, 100_000])
def test_json_of_many_levels_is_refused_whole(phone: Phone, depth: int) -> None:
    refused(raw(phone, '{"head_name":' + "[" * depth + "]" * depth + "}"))
    refused(raw(phone, '{"consents":' * depth + "1" + "}" * depth))


@pytest.mark.shows("story.bad.deep_json")
@pytest.mark.parametrize(("body", "status"), [("{", 400), ("", 422), ("[]", 422), ("null", 422), ('"x"', 422)])
def test_what_is_no_json_object_is_said_to_be_unreadable(phone: Phone, body: str, status: int) -> None:
    refused(raw(phone, body), status)


@pytest.mark.shows("story.bad.content_type")
@pytest.mark.parametrize("named", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""])
def test_json_under_another_name_is_not_read(phone: Phone, named: str) -> None:
    refused(raw(phone, json.dumps(FORM), named), 415)


@pytest.mark.shows("story.bad.body_limit")
def test_a_body_over_the_limit_is_not_read(phone: Phone) -> None:
    refused(raw(phone, b'{"hardship": "' + b"x" * (12 * 1024 * 1024) + b'"}'), 413)


@pytest.mark.shows("story.bad.expired_token")
@pytest.mark.parametrize("column", ["expires_at", "ended_at", "seen_at"])
def test_an_old_token_opens_nothing(phone: Phone, app: Flask, column: str) -> None:
    with app.app_context():
        long_ago = clock.real_now().replace(year=2020)
        db.session.execute(update(SignIn).values({column: long_ago}))
        db.session.commit()

    refused(phone.get("/me"), 401)


@pytest.mark.shows("story.bad.forged_token")
@pytest.mark.parametrize("token", ["", "x", "eyJhbGciOiJub25lIn0.e30.", "' OR 1=1 --", "0" * 5000])
def test_a_forged_token_opens_nothing(phone: Phone, token: str) -> None:
    phone.token = token

    refused(phone.get("/me"), 401)
    refused(declare(phone), 401)


@pytest.mark.shows("story.bad.code_twice")
def test_a_login_code_works_once(app: Flask, cast: Cast, online: Emulator) -> None:
    code = online.code(online.phone()["openid"])
    client = app.test_client()

    assert client.post("/api/v1/login", json={"code": code}).status_code == 200
    assert "重新打开" in refused(client.post("/api/v1/login", json={"code": code}))["code"]


@pytest.mark.shows("story.bad.code_twice")
def test_a_binding_code_works_once(app: Flask, cast: Cast) -> None:
    from backend.services import staff

    staff_id, first, second = cast.staff_id("village"), cast.farmer("one"), cast.farmer("two")
    with app.app_context():
        code = staff.make_bind_code(staff_id, by=cast.actor("village"))

    assert first.post("/bindings", code=f" {code.lower()} ").status_code == 201
    refused(second.post("/bindings", code=code))


@pytest.mark.shows("story.bad.renamed_script")
@pytest.mark.parametrize(
    "content", [b"#!/bin/sh\nrm -rf /\n", b"MZ\x90\0", b"", b"<html>", photo() + b"<script >x</script>"]
)
def test_a_script_under_a_photos_name_is_no_photo(make: Maker, cast: Cast, content: bytes) -> None:
    case_id = make.case("accept")

    refused(cast.phone("village").send(f"/cases/{case_id}/files", file=sent(content)))


@pytest.mark.shows("story.bad.picture_bomb", "story.bad.reliability_36")
@pytest.mark.parametrize("side", [20_000, 50_000])
def test_a_picture_bomb_is_refused_before_it_is_opened(make: Maker, cast: Cast, side: int) -> None:
    case_id, village = make.case("accept"), cast.phone("village")
    began = clock.monotonic()

    assert "尺寸" in refused(village.send(f"/cases/{case_id}/files", file=sent(bomb(side))))["file"]
    assert clock.monotonic() - began < 1


@pytest.mark.shows("story.bad.unknown_field")
@pytest.mark.parametrize("field", ["status", "township_code", "version", "account_id", "case_id", "__class__"])
def test_a_field_that_nobody_knows_is_named_and_changes_nothing(phone: Phone, make: Maker, field: str) -> None:
    assert field in refused(declare(phone, **{field: "1"}))
    assert make.rows(Household) == []


@pytest.mark.shows("story.bad.foreign_case")
def test_somebody_elses_case_does_not_exist(make: Maker, cast: Cast) -> None:
    case_id, declaration = make.case("accept", openid="somebody"), make.declaration(id_number=id_number(9))
    neighbour, stranger = cast.phone("next_village"), cast.farmer("stranger")

    for answer in (
        neighbour.get(f"/cases/{case_id}"),
        neighbour.post(f"/cases/{case_id}/visits", version=1, findings="看过", conclusion="risk"),
        neighbour.send(f"/cases/{case_id}/files", file=sent(photo())),
        stranger.get(f"/cases/{case_id}"),
        stranger.get(f"/declarations/{declaration.id}"),
        stranger.post(f"/declarations/{declaration.id}/withdrawals"),
        neighbour.get("/cases/1"),
        neighbour.get("/cases/99999999999999999999999"),
    ):
        refused(answer, 404)


@pytest.mark.shows("story.6")
def test_whatever_is_out_of_range_is_named_in_chinese(make: Maker, cast: Cast) -> None:
    case_id, village = make.case("accept"), cast.phone("village")
    visit = {"version": make.duty(case_id).version, "findings": "属实", "conclusion": "risk"}
    decision = {"action": "accept", "version": 1}

    for query in ({"whose": "x"}, {"size": 0}, {"size": "x"}, {"after": "x"}, {"after": f"2026-01-01~{10**30}"}):
        refused(village.get("/tasks", **query))
    for change in ({"action": "fly"}, {"version": 1e400}, {"version": None}, {"reasons": "x"}, {"words": 5}):
        refused(village.post(f"/cases/{case_id}/decisions", **(decision | change)))
    for change in (
        {"spot": {"latitude": "NaN", "longitude": 0}},
        {"spot": {"latitude": 91, "longitude": 0}},
        {"visited_on": "0001-13-01"},
        {"visited_on": "9999-12-31"},
        {"photos": ["x"]},
        {"photos": ["a" * 64] * 10},
        {"companion": "王\0"},
        {"conclusion": "x"},
    ):
        refused(village.post(f"/cases/{case_id}/visits", **(visit | change)))
    refused(village.post(f"/cases/{case_id}/reveals", field="phone", reason=" "))
    for first, last in (("0001-01-01", "0001-01-02"), ("9999-12-01", "9999-12-31"), ("2026-03-05", "2026-03-01")):
        refused(village.get("/work-records", from_on=first, until_on=last))
    refused(village.get("/inbox", before="9" * 19))
    refused(village.client.put("/api/v1/tasks"), 405)


@pytest.mark.shows("story.bad.other_county_village")
def test_a_village_next_door_is_fine(phone: Phone, cast: Cast) -> None:
    declare(phone, village_code=NEXT_VILLAGE)

    assert len(cast.phone("next_village").get("/tasks").json["items"]) == 1


@pytest.mark.shows("story.bad.foreign_case")
def test_nothing_asked_for_is_found_by_an_id_of_another_table(make: Maker, cast: Cast, app: Flask) -> None:
    declaration = make.declaration()
    with app.app_context():
        session_id = db.session.scalars(select(SignIn.id).limit(1)).one()

    for foreign in (declaration.id, session_id):
        refused(cast.phone("village").get(f"/cases/{foreign}"), 404)
