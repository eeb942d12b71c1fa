"""Who is signed in, and for how long; and what somebody learns who only guesses."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.access.permissions import Role
from backend.db import db, new_id
from backend.errors import DomainError, Invalid, SignInFirst, TooMany
from backend.models import IdempotencyKey, Identity, OneTimeCode, PolicyVersion, SignIn, Staff, Throttle
from backend.policy import county as county_policy
from backend.services import idempotency, sign_ins, staff, throttles
from tests.pairs import Act, compared
from tests.people import FORM, NEXT_VILLAGE, VILLAGE, Cast, Maker

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


def test_a_phone_that_signs_in_again_by_itself_wears_the_hat_that_was_chosen(cast: Cast, app: Flask) -> None:
    phone = cast.phone("village")
    with app.app_context():
        second = Identity(id=new_id(), staff_id=cast.staff_id("village"), role=Role.VILLAGE, region_code=NEXT_VILLAGE)
        db.session.add(second)
        db.session.commit()
        other = second.id
    phone.post("/me/identity", identity_id=str(other))

    renewed = cast.farmer("phone-of-village").get("/me").json["region_code"]
    with app.app_context():
        db.session.execute(update(Identity).where(Identity.id == other).values(ended_at=clock.now()))
        db.session.commit()
    without = cast.farmer("phone-of-village").get("/me").json["region_code"]

    assert (renewed, without) == (NEXT_VILLAGE, VILLAGE)


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


@pytest.mark.usefixtures("real_passwords")
def test_the_time_of_an_answer_does_not_tell_who_exists(cast: Cast, app: Flask) -> None:
    """Reliability test 37: less than 20 ms apart, over up to 200 tries of each."""
    cast.password("reviewer")

    def both(turn: int) -> tuple[Act, Act]:
        with app.app_context():
            db.session.execute(update(Staff).values(failed_sign_ins=0, locked_until=None))
            db.session.query(Throttle).delete()
            db.session.commit()
        address = f"10.1.{turn // 250}.{turn % 250}"
        return partial(outcome, app, "reviewer", "wrong", address), partial(outcome, app, "nobody", "wrong", address)

    found = compared(both, fits=lambda pairs: abs(pairs.difference) < 0.010, least=20, most=200)

    assert abs(found.difference) < 0.020, found.difference


RULES = {"console_idle_minutes": 12, "phone_token_minutes": 25, "staff_code_minutes": 7, "receipts_kept_days": 3}


@pytest.fixture
def strict(app: Flask) -> None:
    """A county with rules of its own for how long somebody stays signed in."""
    with app.app_context():
        db.session.execute(update(PolicyVersion).values(changes={"flags": {"procedure": "short"}, "numbers": RULES}))
        db.session.commit()
    county_policy.forget()


def _moved(app: Flask, minutes: int) -> None:
    with app.app_context():
        past = clock.real_now() - timedelta(minutes=minutes)
        db.session.execute(update(SignIn).values(seen_at=past))
        db.session.commit()


@pytest.mark.shows("procedure.5")
@pytest.mark.parametrize(("minutes", "is_in"), [(11, True), (13, False)])
def test_the_county_says_when_an_idle_console_is_over(
    cast: Cast, app: Flask, strict: None, minutes: int, is_in: bool
) -> None:
    word = cast.password("reviewer")
    with app.app_context():
        ticket = sign_ins.sign_in("reviewer", word, address="10.0.0.1")
    _moved(app, minutes)

    with app.app_context():
        if is_in:
            assert sign_ins.who(ticket.token, sign_ins.CONSOLE).role == Role.TOWN_REVIEW
        else:
            with pytest.raises(SignInFirst):
                sign_ins.who(ticket.token, sign_ins.CONSOLE)


@pytest.mark.shows("procedure.5")
def test_the_county_says_how_long_a_phone_is_signed_in_and_a_binding_code_holds(
    cast: Cast, app: Flask, make: Maker, strict: None
) -> None:
    phone = cast.farmer()
    with app.app_context():
        staff.make_bind_code(cast.staff_id("village"), by=cast.actor("village"))
    [session], [code] = make.rows(SignIn), [row for row in make.rows(OneTimeCode) if row.purpose == sign_ins.BIND]

    lasts = (session.expires_at - session.started_at, code.expires_at - clock.real_now())

    assert lasts[0] == timedelta(minutes=25)
    assert timedelta(minutes=6) < lasts[1] <= timedelta(minutes=7)
    _moved(app, 26)
    assert phone.get("/me").status_code == 401


@pytest.mark.shows("story.6", "procedure.5")
def test_the_county_says_how_long_answers_are_kept(cast: Cast, app: Flask, make: Maker, strict: None) -> None:
    for days in (2, 4):
        cast.farmer().post("/declarations", **FORM)
        with app.app_context():
            mine = update(IdempotencyKey).where(IdempotencyKey.made_at > clock.real_now() - timedelta(hours=1))
            db.session.execute(mine.values(made_at=clock.real_now() - timedelta(days=days)))
            db.session.commit()

    with app.app_context():
        assert (idempotency.forget_old(), idempotency.forget_old()) == (1, 0)


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


def test_passwords_are_kept_under_argon2id_as_owasp_asks_and_a_guess_at_nobody_costs_the_same() -> None:
    assert sign_ins._NOBODYS_HASH.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
