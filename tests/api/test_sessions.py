"""Who is signed in, and for how long; and what somebody learns who only guesses."""

import statistics
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.access.permissions import Role
from backend.db import db, new_id
from backend.errors import DomainError, Invalid, SignInFirst, TooMany
from backend.models import Identity, SignIn, Staff, Throttle
from backend.services import sign_ins, staff, throttles
from tests.people import NEXT_VILLAGE, Cast, Maker

pytestmark = pytest.mark.shows("story.4", "story.bad.reliability_37")


def outcome(app: Flask, login: str, word: str, address: str = "10.0.0.1") -> type[DomainError] | None:
    with app.app_context():
        try:
            sign_ins.sign_in(login, word, address=address)
        except DomainError as error:
            return type(error)
        return None


def test_a_token_of_one_edge_is_nothing_at_the_other(cast: Cast, app: Flask) -> None:
    word, phone = cast.password("reviewer"), cast.phone("reviewer")
    with app.app_context():
        ticket = sign_ins.sign_in("reviewer", word, address="10.0.0.1")
        with pytest.raises(SignInFirst):
            sign_ins.who(phone.token, sign_ins.CONSOLE)
        assert sign_ins.who(ticket.token, sign_ins.CONSOLE).role == Role.TOWN_REVIEW
    phone.token = ticket.token

    assert phone.get("/me").status_code == 401


def test_leaving_ends_a_session_at_once(cast: Cast) -> None:
    phone = cast.farmer()

    assert phone.client.post("/api/v1/logout", headers=phone._headers()).status_code == 204
    assert phone.get("/me").status_code == 401


def test_whoever_is_let_go_is_out_with_the_next_request(cast: Cast, app: Flask) -> None:
    phone, word = cast.phone("village"), cast.password("village")
    staff_id = cast.staff_id("village")
    assert phone.get("/tasks").status_code == 200
    with app.app_context():
        staff.deactivate(staff_id, by=cast.actor("admin"))

    assert phone.get("/tasks").status_code == 401
    assert outcome(app, "village", word) is Invalid


def test_the_phone_of_somebody_who_left_is_a_phone_like_any_other(cast: Cast, app: Flask) -> None:
    cast.phone("village")
    with app.app_context():
        staff.deactivate(cast.staff_id("village"), by=cast.actor("admin"))

    again = cast.farmer("phone-of-village")

    assert again.get("/me").json["is_staff"] is False
    assert again.get("/tasks").status_code == 403


def test_an_ended_hat_is_off_at_once(cast: Cast, app: Flask) -> None:
    phone = cast.phone("village")
    with app.app_context():
        db.session.execute(update(Identity).values(ended_at=clock.now()))
        db.session.commit()

    assert phone.get("/me").status_code == 401


def test_somebody_with_two_hats_wears_one_at_a_time(cast: Cast, app: Flask) -> None:
    phone = cast.phone("village")
    with app.app_context():
        second = Identity(id=new_id(), staff_id=cast.staff_id("village"), role=Role.VILLAGE, region_code=NEXT_VILLAGE)
        db.session.add(second)
        db.session.commit()
        other, foreign = second.id, cast.staff_id("reviewer")

    refused = phone.post("/me/identity", identity_id=str(foreign))
    ticket = phone.post("/me/identity", identity_id=str(other)).json

    assert refused.status_code == 422
    assert phone.get("/me").status_code == 401
    phone.token = ticket["token"]
    assert phone.get("/me").json["region_code"] == NEXT_VILLAGE


def test_no_token_lies_in_the_database(cast: Cast, make: Maker) -> None:
    tokens = [cast.farmer().token, cast.phone("village").token]

    kept = repr([vars(row) for row in make.rows(SignIn)])
    assert not any(token in kept for token in tokens)


def test_a_console_session_is_new_at_each_sign_in_and_ends_when_nobody_is_there(cast: Cast, app: Flask) -> None:
    word = cast.password("reviewer")
    with app.app_context():
        first, second = (sign_ins.sign_in("reviewer", word, address="10.0.0.1").token for _ in range(2))
        db.session.execute(update(SignIn).values(seen_at=clock.real_now() - timedelta(minutes=31)))
        db.session.commit()

        assert first != second
        with pytest.raises(SignInFirst):
            sign_ins.who(second, sign_ins.CONSOLE)


@pytest.mark.parametrize("login", ["reviewer", "nobody-by-this-name"])
def test_a_name_is_locked_after_five_failures_and_longer_each_time(cast: Cast, app: Flask, login: str) -> None:
    cast.password("reviewer")

    answers = [outcome(app, login, "wrong", address=f"10.0.0.{number}") for number in range(7)]

    assert answers == [Invalid] * 5 + [TooMany] * 2
    assert [throttles.delay_after(extra).total_seconds() for extra in (0, 1, 2, 9)] == [30, 60, 120, 3600]


def test_the_right_word_does_not_help_while_a_name_is_locked(cast: Cast, app: Flask) -> None:
    word = cast.password("reviewer")
    for _ in range(5):
        outcome(app, "reviewer", "wrong")

    assert outcome(app, "reviewer", word) is TooMany
    with app.app_context():
        db.session.execute(update(Staff).values(locked_until=clock.real_now()))
        db.session.commit()
    assert outcome(app, "reviewer", word) is None


def test_an_address_that_guesses_at_many_names_has_to_wait_for_known_and_unknown_alike(cast: Cast, app: Flask) -> None:
    cast.password("reviewer")

    answers = [outcome(app, f"guess-{number}", "wrong") for number in range(22)]

    assert answers == [Invalid] * 20 + [TooMany] * 2
    assert outcome(app, "reviewer", "wrong") is TooMany
    assert outcome(app, "reviewer", "wrong", address="10.9.9.9") is Invalid


def test_a_colleague_who_signs_in_frees_the_office_s_address(cast: Cast, app: Flask) -> None:
    word = cast.password("reviewer")
    for number in range(19):
        outcome(app, f"slip-{number}", "wrong")

    assert outcome(app, "reviewer", word) is None
    assert outcome(app, "slip-again", "wrong") is Invalid
    assert outcome(app, "slip-again", "wrong") is Invalid


def test_failures_are_forgotten_after_a_day(cast: Cast, app: Flask) -> None:
    for _ in range(6):
        outcome(app, "nobody", "wrong")
    with app.app_context():
        yesterday = clock.real_now() - timedelta(hours=25)
        db.session.execute(update(Throttle).values(changed_at=yesterday, until_at=yesterday))
        db.session.commit()

    assert [outcome(app, "nobody", "wrong") for _ in range(2)] == [Invalid, Invalid]


def test_the_time_of_an_answer_does_not_tell_who_exists(cast: Cast, app: Flask) -> None:
    cast.password("reviewer")
    took: dict[str, list[float]] = {"reviewer": [], "nobody": []}
    for _ in range(20):
        with app.app_context():
            db.session.execute(update(Staff).values(failed_sign_ins=0, locked_until=None))
            db.session.query(Throttle).delete()
            db.session.commit()
        for login, seconds in took.items():
            began = clock.monotonic()
            outcome(app, login, "wrong")
            seconds.append(clock.monotonic() - began)

    known, unknown = (statistics.median(each) for each in took.values())
    assert abs(known - unknown) < 0.020


def test_guessing_at_binding_codes_slows_down(cast: Cast) -> None:
    phone = cast.farmer()

    answers = [phone.post("/bindings", code=f"ABCDEFGH{number}").status_code for number in range(7)]

    assert answers == [422] * 5 + [429] * 2


def test_a_password_link_works_once_and_ends_every_session(cast: Cast, app: Flask) -> None:
    with app.app_context():
        _, code = staff.add_staff(staff.NewStaff("new", "新同事", Role.VILLAGE, NEXT_VILLAGE))
        with pytest.raises(Invalid):
            sign_ins.set_password(code, "short")
        sign_ins.set_password(code, "long enough to remember")
        with pytest.raises(Invalid):
            sign_ins.set_password(code, "long enough to remember")

    assert outcome(app, "new", "long enough to remember") is None
    with app.app_context():
        assert "$argon2id$" in db.session.query(Staff).filter_by(login="new").one().password_hash
