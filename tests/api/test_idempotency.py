"""A request sent again has one effect and one answer, however many times, however close together."""

import json
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend import clock
from backend.access.permissions import Role
from backend.access.scope import as_system
from backend.db import db, new_id
from backend.errors import DomainError, NotAllowed, NotFound, NotPossibleNow
from backend.models import Account, Case, CaseEvent, Declaration, Household, IdempotencyKey, Identity, PersonDigest
from backend.services import idempotency
from backend.services.idempotency import Answer
from tests.api.photos import photo, sent
from tests.architecture.reading import ROOT
from tests.architecture.test_openapi import WITHOUT_A_KEY
from tests.at_once import at_once
from tests.people import FORM, Cast, Maker, Phone, id_number
from tests.wechat.emulation import Emulator

pytestmark = pytest.mark.shows("story.6")
PAIRS = 100
MOST_RETRIES = 60
HOLDS = """
import sys, time
from pathlib import Path
from backend.app import create_bare_app
from backend.services import in_flight
from backend.settings import Settings
app = create_bare_app(Settings(data_dir=Path(sys.argv[1])))
with app.app_context(), in_flight.alone(int(sys.argv[2]), sys.argv[3]):
    print("held", flush=True)
    time.sleep(60)
"""
"""A process that is in the middle of a request."""
KEY = "6f0d8a52-1111-4000-8000-000000000001"


def test_the_same_request_again_replays_status_and_body(make: Maker, cast: Cast) -> None:
    phone = cast.farmer()

    first, second = (phone.post("/declarations", key=KEY, **FORM) for _ in range(2))

    assert (second.status_code, second.json) == (first.status_code, first.json) == (201, first.json)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(make.rows(Case)) == 1


@pytest.mark.shows("story.bad.reliability_17")
def test_a_key_with_another_body_writes_nothing(make: Maker, cast: Cast) -> None:
    phone = cast.farmer()
    first = phone.post("/declarations", key=KEY, **FORM)

    other = phone.post("/declarations", key=KEY.upper(), **(FORM | {"id_number": id_number(2)}))

    assert (other.status_code, other.json["code"], other.json["done_id"]) == (422, "key_reused", first.json["id"])
    assert "已经收到" in other.json["message"]
    assert len(make.rows(Declaration)) == len(make.rows(IdempotencyKey)) == 1


def test_a_key_whose_first_request_was_refused_leads_nowhere(make: Maker, cast: Cast) -> None:
    phone = cast.farmer()
    refused = phone.post("/declarations", key=KEY, **(FORM | {"risk": "nonsense"}))

    other = phone.post("/declarations", key=KEY, **FORM)

    assert (refused.status_code, other.json["code"]) == (422, "key_reused")
    assert "done_id" not in other.json
    assert make.rows(Declaration) == []


def test_a_key_belongs_to_one_account_and_one_address(make: Maker, cast: Cast) -> None:
    ours = cast.farmer("one").post("/declarations", key=KEY, **FORM)
    theirs = cast.farmer("two").post("/declarations", key=KEY, **(FORM | {"id_number": id_number(2)}))
    elsewhere = cast.farmer("one").post(f"/declarations/{ours.json['id']}/withdrawals", key=KEY)

    assert (ours.status_code, theirs.status_code, elsewhere.status_code) == (201, 201, 422)
    assert ours.json["id"] != theirs.json["id"]


@pytest.mark.parametrize("key", ["", "1", "not-a-uuid", KEY + "0"])
def test_a_missing_or_odd_key_is_refused(make: Maker, cast: Cast, key: str) -> None:
    phone = cast.farmer()
    headers = phone._headers() | {"Idempotency-Key": key}

    answer = phone.client.post("/api/v1/declarations", json=FORM, headers=headers)

    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json["fields"]
    assert make.rows(Case) == []


def test_every_post_that_changes_a_case_asks_for_a_key_and_no_login_does(app: Flask, cast: Cast) -> None:
    described = app.test_client().get("/api/v1/openapi.json").json["paths"]
    asked = {
        about["post"]["operationId"]
        for about in described.values()
        if "post" in about
        and any(each.get("name") == "Idempotency-Key" for each in about["post"].get("parameters", []))
    }
    others = {about["post"]["operationId"] for about in described.values() if "post" in about} - asked

    # Files are the same by their hash, and a showing must be on record each time: each has its reason in that list.
    assert others == set(WITHOUT_A_KEY)
    assert {"declare", "supplement", "withdraw", "file_visit", "decide", "join_declaration"} <= asked


def test_a_login_ignores_a_key(app: Flask, cast: Cast, online: Emulator) -> None:
    client, openid = app.test_client(), online.phone()["openid"]

    tokens = {
        client.post("/api/v1/login", json={"code": online.code(openid)}, headers={"Idempotency-Key": KEY}).json["token"]
        for _ in range(2)
    }

    assert len(tokens) == 2


def test_a_lasting_refusal_is_kept_and_out_of_date_is_not(make: Maker, cast: Cast) -> None:
    case_id, village = make.case(), cast.phone("village")
    version = make.duty(case_id).version
    early = {"action": "refuse_formally", "version": version, "reasons": ["nonsense"], "words": "不行"}

    stale = village.post(f"/cases/{case_id}/decisions", key=KEY, action="accept", version=version + 9)
    fresh = village.post(f"/cases/{case_id}/decisions", key=KEY, action="accept", version=version)
    refusals = [cast.farmer("x").post("/declarations", key=KEY, **(FORM | {"risk": "nonsense"})) for _ in range(2)]

    assert (stale.status_code, fresh.status_code) == (409, 201)
    assert [each.status_code for each in refusals] == [422, 422]
    assert refusals[1].headers["Idempotency-Replayed"] == "true"
    assert village.post(f"/cases/{case_id}/decisions", **early).status_code == 403


def test_work_refused_to_the_wrong_hat_is_taken_from_the_right_one_under_the_same_key(make: Maker, cast: Cast) -> None:
    case_id, phone = make.case(), cast.phone("next_village")
    accept = {"action": "accept", "version": make.duty(case_id).version}
    with cast.app.app_context():
        member = cast.staff_id("next_village")
        right = Identity(id=new_id(), staff_id=member, role=Role.VILLAGE, region_code=FORM["village_code"])
        db.session.add(right)
        db.session.commit()
        hat = str(right.id)

    refused = phone.post(f"/cases/{case_id}/decisions", key=KEY, **accept)
    phone.token = phone.post("/me/identity", identity_id=hat).json["token"]
    taken = phone.post(f"/cases/{case_id}/decisions", key=KEY, **accept)

    assert (refused.status_code, taken.status_code) == (404, 201)


@pytest.mark.parametrize("refusal", [NotAllowed(), NotFound(), NotPossibleNow("公示还没有到期。")])
def test_what_another_day_or_another_hat_may_change_is_no_lasting_refusal(refusal: DomainError) -> None:
    assert not idempotency.is_lasting(refusal)


def test_nothing_of_an_answer_lies_in_clear(make: Maker, cast: Cast) -> None:
    case_id, village = make.case(), cast.phone("village")
    words = "请补充病历照片和诊断证明"
    returned = {"action": "return_for_information", "reasons": ["papers_missing"], "words": words}
    policy = cast.app.test_client().get("/api/v1/dictionaries", query_string={"county_code": "130126"}).json
    returned["reasons"] = [next(iter(policy["dictionaries"]["return_reasons"]))]
    assert (
        village.post(f"/cases/{case_id}/decisions", version=make.duty(case_id).version, **returned).status_code == 201
    )
    [receipt] = cast.farmer().get("/declarations").json["items"]
    farmer = cast.farmer()

    answers = [farmer.post(f"/declarations/{receipt['id']}/supplements", key=KEY, words="病历带来了") for _ in range(2)]

    assert words in json.dumps(answers[0].json, ensure_ascii=False)
    assert answers[0].json == answers[1].json
    for row in make.rows(IdempotencyKey):
        kept = repr(vars(row))
        assert not any(clear in kept for clear in (words, "病历", "张三", receipt["receipt_no"]))


def test_old_keys_are_forgotten_after_ninety_days(make: Maker, cast: Cast, app: Flask) -> None:
    cast.farmer().post("/declarations", key=KEY, **FORM)
    with app.app_context():
        [row] = db.session.scalars(select(IdempotencyKey))
        row.made_at = row.made_at.replace(year=2020)
        db.session.commit()

        assert idempotency.forget_old() == 1


@contextmanager
def first_one_running(app: Flask, account: int, seconds: float) -> Iterator[threading.Thread]:
    """A request under the key that takes so long in another thread, as a slow disk or a long queue would make it."""
    begun, ended = threading.Event(), threading.Event()

    def work() -> Answer:
        begun.set()
        ended.wait(seconds)
        return Answer(201, {"id": "of the first one"})

    def run() -> None:
        with app.app_context():
            digest = idempotency.digest_of("POST /api/v1/declarations", json.dumps(FORM).encode())
            idempotency.once(account, KEY, digest, work)

    first = threading.Thread(target=run)
    first.start()
    begun.wait()
    yield first
    ended.set()
    first.join()


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_repeat_waits_five_seconds_for_the_first_one_and_then_says_that_it_still_runs(
    make: Maker, cast: Cast, app: Flask, kind: str
) -> None:
    phone = cast.farmer()
    with first_one_running(app, phone.account_id, 30):
        began = clock.monotonic()
        answer = phone.client.post("/api/v1/declarations", data=json.dumps(FORM), **_as_json(phone))
        waited = clock.monotonic() - began

    assert (answer.status_code, answer.json["code"]) == (409, "still_running")
    assert 4 < waited < 8
    again = phone.client.post("/api/v1/declarations", data=json.dumps(FORM), **_as_json(phone))
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_repeat_that_need_not_wait_long_replays_the_first_ones_answer(
    make: Maker, cast: Cast, app: Flask, kind: str
) -> None:
    phone = cast.farmer()
    with first_one_running(app, phone.account_id, 1):
        answer = phone.client.post("/api/v1/declarations", data=json.dumps(FORM), **_as_json(phone))

    assert (answer.status_code, answer.json) == (201, {"id": "of the first one"})
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert make.rows(Case) == []


def _as_json(phone: Phone) -> dict[str, Any]:
    return {"headers": phone._headers(KEY), "content_type": "application/json"}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_first_one_that_died_leaves_nobody_waiting(app: Flask, cast: Cast, kind: str) -> None:
    """SQLite: what says that a request runs goes with its process, so that a repeat after a crash is simply done."""
    phone = cast.farmer()
    folder = app.extensions["settings"].data_dir
    holding = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder), str(phone.account_id), KEY], stdout=subprocess.PIPE, cwd=ROOT
    )
    with holding:
        assert holding.stdout
        assert holding.stdout.readline() == b"held\n"
        began = clock.monotonic()
        held = phone.post("/declarations", key=KEY, **FORM).status_code
        holding.kill()

    assert (held, phone.post("/declarations", key=KEY, **FORM).status_code) == (409, 201)
    assert clock.monotonic() - began < 8


@pytest.mark.shows("story.bad.hundred_times", "story.bad.reliability_15")
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_hundred_repeats_at_once_make_one_case(make: Maker, cast: Cast, kind: str) -> None:
    phones = [cast.farmer() for _ in range(100)]

    def declares(phone: Phone) -> TestResponse:
        """Do as our client does: try again with the same key when told that it is too busy, or still at it."""
        answer = phone.post("/declarations", key=KEY, **FORM)
        for _ in range(MOST_RETRIES):
            if answer.status_code not in {409, 503}:
                break
            time.sleep(0.5)
            answer = phone.post("/declarations", key=KEY, **FORM)
        return answer

    answers = at_once([lambda phone=phone: declares(phone) for phone in phones])

    statuses = Counter((each.status_code, each.headers.get("Idempotency-Replayed")) for each in answers)
    assert statuses[201, None] == 1
    assert set(statuses) == {(201, None), (201, "true")}
    assert len({each.json["id"] for each in answers if each.status_code == 201}) == 1
    assert len(make.rows(Case)) == len(make.rows(Declaration)) == 1


@pytest.mark.shows("story.bad.reliability_16")
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_one_person_under_a_hundred_keys_has_one_open_case(make: Maker, cast: Cast, kind: str) -> None:
    phones = [cast.farmer(f"stranger-{number % 10}") for number in range(100)]

    answers = at_once([lambda phone=phone: phone.post("/declarations", **FORM) for phone in phones], hands=8)

    assert Counter(each.status_code for each in answers) == {201: 100}
    assert len(make.rows(Case)) == len(make.rows(Household)) == len(make.rows(PersonDigest)) == 1
    assert len(make.rows(Declaration)) == 100
    shapes = {without_what_differs(each.json) for each in answers}
    assert len(shapes) == 1


def without_what_differs(receipt: dict[str, object]) -> str:
    receipt = {**receipt, "id": 0, "receipt_no": 0, "receipt_spoken": 0, "declared_at": 0}
    receipt["timeline"] = [{**line, "at": 0} for line in receipt["timeline"]]
    return json.dumps(receipt, sort_keys=True)


@pytest.mark.shows("story.bad.two_deciders", "story.bad.reliability_18")
def test_of_two_who_decide_at_once_one_wins_and_the_other_reads_who_was_quicker(make: Maker, cast: Cast) -> None:
    desks = [cast.phone("reviewer"), cast.phone("second_reviewer")]
    for serial in range(PAIRS):
        case_id = make.case("accept", "visit", openid=f"farmer-{serial}", id_number=id_number(serial))
        path, decision = f"/cases/{case_id}/decisions", {"action": "pass_on", "version": make.duty(case_id).version}

        answers = at_once([partial(desk.post, path, **decision) for desk in desks])

        loser = next(each for each in answers if each.status_code == 409)
        assert sorted(each.status_code for each in answers) == [201, 409]
        assert loser.json["code"] == "out_of_date"
        assert "研判已于" in loser.json["message"]
        assert "待县级审定" in loser.json["message"]
    with cast.app.app_context(), as_system("a test looks"):
        passed = db.session.scalars(select(CaseEvent.case_id).where(CaseEvent.action == "pass_on")).all()
    assert len(passed) == len(set(passed)) == PAIRS
    assert len([each for each in make.messages(kind="progress") if each.data["status"] == "审核中"]) == 2 * PAIRS


def test_the_same_visit_again_changes_nothing(make: Maker, cast: Cast) -> None:
    case_id, village = make.case("accept"), cast.phone("village")
    visit = {"version": make.duty(case_id).version, "findings": "屋顶确实漏雨", "conclusion": "risk"}

    first, second = (village.post(f"/cases/{case_id}/visits", key=KEY, **visit) for _ in range(2))

    assert first.json == second.json
    assert len(village.get(f"/cases/{case_id}").json["visits"]) == 1


def test_five_declarations_for_others_a_day_also_when_all_come_at_once(make: Maker, cast: Cast) -> None:
    phones = [cast.farmer("helper") for _ in range(12)]
    form = FORM | {"relation": "relative", "declarer_name": "热心人"}
    policy = cast.app.test_client().get("/api/v1/dictionaries", query_string={"county_code": "130126"}).json
    form["relation"] = next(iter(policy["dictionaries"]["relations_for_others"]))

    answers = at_once(
        [
            lambda phone=phone, serial=serial: phone.post("/declarations", **(form | {"id_number": id_number(serial)}))
            for serial, phone in enumerate(phones)
        ]
    )

    assert Counter(each.status_code for each in answers) == {201: 5, 429: 7}
    assert next(each for each in answers if each.status_code == 429).headers["Retry-After"]
    assert len(make.rows(Account)) == 1


def test_the_same_photo_needs_no_key(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")

    answers = [cast.phone("village").send(f"/cases/{case_id}/files", file=sent(photo())) for _ in range(3)]

    assert {each.status_code for each in answers} == {201}
    assert len({each.json["id"] for each in answers}) == 1


def test_keys_are_free_for_each_new_intention(cast: Cast) -> None:
    phone = cast.farmer()

    ids = {phone.post("/declarations", key=str(uuid.uuid4()), **FORM).json["id"] for _ in range(3)}

    assert len(ids) == 3
