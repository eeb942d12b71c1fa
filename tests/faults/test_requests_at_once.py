"""The same thing sent by many at the same moment to a web of several processes: one effect, one answer."""

import time
import uuid
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.models import AuditRow, Case, CaseEvent, Declaration, Household, IdempotencyKey, PersonDigest, ReceiptLine
from backend.services import audit
from bench.invariants import broken
from bench.requests import id_number
from tests.api.test_idempotency import without_what_differs
from tests.at_once import at_once
from tests.faults.serving import Answer, Server
from tests.people import FORM, Cast, Maker, Phone

pytestmark = [pytest.mark.shows("scale.6"), pytest.mark.timeout(3000)]
SENT, HANDS, ACCOUNTS = 100, 20, 10
MOST_TRIES = 60
SHORT_AND_FULL = pytest.mark.parametrize("size", ["web", pytest.param("wide_web", marks=pytest.mark.slow)])


def _declared(server: Server, phone: Phone, key: str) -> Answer:
    """Declare as our client does: again with the same key when told that it is too busy, or still at it."""
    for _ in range(MOST_TRIES):
        answer = server.post(phone, "/declarations", key=key, **FORM)
        if answer.status not in {409, 503}:
            break
        time.sleep(0.5)
    return answer


def _is_whole(app: Flask, make: Maker) -> bool:
    with app.app_context():
        halves = broken([case.id for case in make.rows(Case)])
        return halves + audit.verify(app.extensions["settings"].data_dir / "no-roots") == []


@pytest.mark.shows("story.bad.reliability_15")
@SHORT_AND_FULL
def test_a_hundred_repeats_of_one_key_make_one_case(app: Flask, make: Maker, cast: Cast, server: Server) -> None:
    """Reliability 15."""
    phones, key = [cast.farmer() for _ in range(SENT)], str(uuid.uuid4())

    answers = at_once([partial(_declared, server, phone, key) for phone in phones])

    told = Counter((each.status, each.headers.get("Idempotency-Replayed")) for each in answers)
    assert told == {(201, None): 1, (201, "true"): SENT - 1}
    assert len({each.json["id"] for each in answers}) == 1
    assert len(make.rows(Case)) == len(make.rows(Declaration)) == len(make.rows(IdempotencyKey)) == 1
    assert _is_whole(app, make)


@pytest.mark.shows("story.bad.reliability_16")
@SHORT_AND_FULL
def test_one_person_under_a_hundred_keys_has_one_open_case(app: Flask, make: Maker, cast: Cast, server: Server) -> None:
    """Reliability 16."""
    phones = [cast.farmer(f"stranger-{number}") for number in range(ACCOUNTS)]

    work = [partial(server.post, phones[number % ACCOUNTS], "/declarations", **FORM) for number in range(SENT)]
    answers = at_once(work, hands=HANDS)

    assert Counter(each.status for each in answers) == {201: SENT}
    assert len({without_what_differs(each.json) for each in answers}) == 1
    assert len(make.rows(Case)) == len(make.rows(Household)) == len(make.rows(PersonDigest)) == 1
    assert len(make.rows(Declaration)) == len({each.json["id"] for each in answers}) == SENT
    assert _is_whole(app, make)


@pytest.mark.shows("story.bad.reliability_17")
@SHORT_AND_FULL
def test_of_two_bodies_under_one_key_one_is_taken_and_the_other_writes_nothing(
    app: Flask, make: Maker, cast: Cast, server: Server
) -> None:
    """Reliability 17."""
    phone, keys, bodies = cast.farmer(), [str(uuid.uuid4()) for _ in range(5)], []
    for key in keys:
        mine, other = (FORM | {"id_number": id_number()} for _ in range(2))
        bodies += [(key, body) for body in (mine, other) for _ in range(HANDS // 2)]

    answers = at_once(
        [partial(server.post, phone, "/declarations", key=key, **body) for key, body in bodies], hands=HANDS
    )

    for key in keys:
        under = [(body["id_number"], each) for (own, body), each in zip(bodies, answers, strict=True) if own == key]
        taken = {number for number, each in under if each.status == 201}
        assert len(taken) == 1
        assert {each.json["id"] for _, each in under if each.status == 201} <= {
            str(r.id) for r in make.rows(Declaration)
        }
        assert {(each.status, each.json["code"]) for number, each in under if number not in taken} == {
            (422, "key_reused")
        }
    assert len(make.rows(Declaration)) == len(make.rows(Case)) == len(make.rows(IdempotencyKey)) == len(keys)
    assert _is_whole(app, make)


def _visited(make: Maker, village: Phone, serial: int) -> int:
    """Return a case that waits for the township, as quickly as it may be made."""
    case_id = make.declaration(openid=f"of-{serial}", id_number=id_number()).case_id
    for what, body in (
        ("decisions", {"action": "accept"}),
        ("visits", {"findings": "房顶漏雨，情况属实", "conclusion": "risk"}),
    ):
        answer = village.post(f"/cases/{case_id}/{what}", version=make.duty(case_id).version, **body)
        assert answer.status_code == 201, answer.json
    return case_id


@pytest.mark.shows("story.bad.two_deciders", "story.bad.reliability_18")
@pytest.mark.parametrize(("size", "pairs"), [("web", 10), pytest.param("wide_web", 1000, marks=pytest.mark.slow)])
def test_of_two_who_decide_at_once_one_wins_and_the_other_reads_who_when_and_where_it_stands(
    app: Flask, make: Maker, cast: Cast, server: Server, note: Callable[..., None], pairs: int
) -> None:
    """Reliability 18."""
    village, desks = cast.phone("village"), {login: cast.phone(login) for login in ("reviewer", "second_reviewer")}
    named = {login: cast.LOGINS[login][2] for login in desks}
    won: dict[int, str] = {}
    for serial in range(pairs):
        case_id = _visited(make, village, serial)
        body = {"action": "pass_on", "version": make.duty(case_id).version}
        path = f"/cases/{case_id}/decisions"

        answers = at_once([partial(server.post, desk, path, **body) for desk in desks.values()])

        assert sorted(each.status for each in answers) == [201, 409]
        (winner, first), (_, second) = sorted(zip(desks, answers, strict=True), key=lambda pair: pair[1].status)
        won[case_id] = named[winner]
        now = server.ask("GET", f"/api/v1/cases/{case_id}", Authorization=f"Bearer {desks[winner].token}").json
        assert (now["state"], now["version"]) == (first.json["state"], first.json["version"])
        when = clock.local(_passed_on(app, case_id).happened_at).strftime("%m月%d日 %H:%M")
        words = f"{named[winner]}已于{when}办理“{now['events'][-1]['action_name']}”，现在是“{now['state_name']}”。"
        assert second.json == {"code": "out_of_date", "message": words, "fields": {}}

    _each_was_decided_once(app, make, won)
    note(f"{pairs} pairs decide at once", messages=2 * pairs, received=len(won), twice=0, allowed=0)


def _passed_on(app: Flask, case_id: int) -> CaseEvent:
    with app.app_context(), as_system("a test looks"):
        query = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.action == "pass_on")
        return db.session.scalars(query).one()


def _each_was_decided_once(app: Flask, make: Maker, won: dict[int, str]) -> None:
    """One audit row in the winner's name, one line on the receipt and one message for each."""
    audited = [(row.chain, row.actor_name) for row in make.rows(AuditRow) if row.action == "pass_on"]
    assert sorted(audited) == sorted((f"case:{case_id}", name) for case_id, name in won.items())
    case_of = {row.id: row.case_id for row in make.rows(Declaration)}
    lines = {f"receipt:{row.declaration_id}:{row.id}": row for row in make.rows(ReceiptLine) if row.kind == "passed"}
    assert sorted(case_of[row.declaration_id] for row in lines.values()) == sorted(won)
    assert sorted(row.subject for row in make.messages(kind="progress") if row.subject in lines) == sorted(lines)
    assert _is_whole(app, make)
