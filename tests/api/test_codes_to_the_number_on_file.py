"""A phone reaches a household's file by a code sent to the number on it, and by asking nobody learns anything."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import event, update
from werkzeug.test import TestResponse

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.models import AccountHousehold, CaseEvent, Household, Message, Person, PhoneCode, Throttle
from backend.privacy import codes
from backend.privacy.current import keys
from backend.services import declarations, outbox, phone_codes, phones
from backend.services.channels.sms import TextMessage
from backend.services.declarations import DeclarationForm
from backend.sms.aliyun import Aliyun
from backend.sms.signing import Key
from tests.at_once import at_once
from tests.people import FORM, Cast, Maker, Phone, id_number
from tests.sms.standin import KEY_ID, SECRET, SIGN_NAME, StandIn, running

pytestmark = pytest.mark.shows("story.4")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
ON_FILE = "13911112222"
ASKED = {"id_number": id_number(1), "name": FORM["head_name"]}
KINDS = ("known", "another name", "nobody", "no number on file", "a number that only a phone declared")


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def provider(app: Flask) -> Iterator[StandIn]:
    """A provider of text messages that the application is told to use."""
    before = app.extensions["settings"]
    with running() as standin:
        app.extensions["settings"] = replace(before, sms_provider="aliyun", sms_base_url=standin.url)
        yield standin
    app.extensions["settings"] = before


@pytest.fixture
def deliver(app: Flask, provider: StandIn) -> Iterator[Callable[[], int]]:
    sms = Aliyun(Key(KEY_ID, SECRET), SIGN_NAME, base_url=provider.url, guard=phones.refuse_inside_a_transaction)

    def run() -> int:
        with app.app_context():
            return outbox.deliver_due({"sms": TextMessage(sms)})

    yield run
    sms.close()


@pytest.fixture
def family(cast: Cast, make: Maker) -> int:
    """A case that the village wrote down on paper, with the telephone that the family gave it."""
    with cast.acting("village") as village:
        return declarations.declare(DeclarationForm(**(FORM | {"phone": ON_FILE})), by=village).case_id


def ask(phone: Phone, /, **changes: str) -> TestResponse:
    return phone.post("/phone-codes", **(ASKED | changes))


def confirm(phone: Phone, code: str) -> TestResponse:
    return phone.post("/phone-codes/confirmations", code=code)


def code_in(provider: StandIn) -> str:
    return str(provider.received[-1]["code"])


def later(app: Flask, **change: timedelta) -> None:
    """Let the asked codes have been asked so much earlier."""
    with app.app_context():
        moved = {name: getattr(PhoneCode, name) for name in ("asked_at", "expires_at")}
        for row in db.session.query(PhoneCode):
            for name in moved:
                setattr(row, name, getattr(row, name) - timedelta(**change))
        db.session.commit()


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_the_code_goes_to_the_number_on_file_and_opens_the_file(
    cast: Cast, make: Maker, provider: StandIn, deliver: Callable[[], int], family: int, kind: str
) -> None:
    son = cast.farmer("son")
    before = son.get(f"/cases/{family}").status_code

    asked = ask(son)
    sent = deliver()
    confirmed = confirm(son, f" {code_in(provider)} ")

    assert (asked.status_code, asked.json["minutes"], sent, confirmed.status_code) == (200, 10, 1, 200)
    assert [each["phone"] for each in provider.received] == [ON_FILE]
    assert (before, son.get(f"/cases/{family}").status_code) == (404, 200)
    assert [each["id"] for each in son.get("/me").json["cases"]] == [str(family)]
    [link] = make.rows(AccountHousehold)
    assert link.confirmed_by is None
    assert "confirm_phone_by_code" in [each.action for each in make.rows(CaseEvent)]
    assert ON_FILE not in son.get(f"/cases/{family}").get_data(as_text=True)


def test_the_village_sees_how_each_phone_was_confirmed_and_takes_one_back(
    cast: Cast, make: Maker, provider: StandIn, deliver: Callable[[], int], family: int
) -> None:
    son, village = cast.farmer("son"), cast.phone("village")
    ask(son)
    deliver()
    confirm(son, code_in(provider))
    [listed] = village.get(f"/cases/{family}/phones").json["items"]

    taken = village.post(f"/cases/{family}/phones/{listed['id']}/withdrawals")

    assert listed["how"] == "code"
    assert taken.status_code == 201
    assert son.get(f"/cases/{family}").status_code == 404
    assert village.get(f"/cases/{family}/phones").json["items"] == []
    assert village.post(f"/cases/{family}/phones/{listed['id']}/withdrawals").status_code == 404
    assert cast.phone("next_village").get(f"/cases/{family}/phones").status_code == 404


def test_whoever_sells_their_phone_lets_go_of_the_file(
    cast: Cast, make: Maker, provider: StandIn, deliver: Callable[[], int], family: int
) -> None:
    son = cast.farmer("son")
    ask(son)
    deliver()
    confirm(son, code_in(provider))

    assert son.post(f"/cases/{family}/phones/leavings").status_code == 201

    assert son.get(f"/cases/{family}").status_code == 404
    assert "let_go_phone" in [each.action for each in make.rows(CaseEvent)]


def test_a_code_works_once_and_not_for_long(
    app: Flask, cast: Cast, provider: StandIn, deliver: Callable[[], int], family: int
) -> None:
    son, friend = cast.farmer("son"), cast.farmer("friend")
    ask(son)
    deliver()
    first = code_in(provider)
    foreign = confirm(friend, first).status_code
    later(app, minutes=11)

    late = confirm(son, first)
    ask(son)
    deliver()
    used = [confirm(son, code_in(provider)).status_code for _ in range(2)]

    assert (foreign, late.status_code, used) == (422, 422, [200, 422])
    assert "验证码不对、已用过或已过期" in late.json["message"]


def test_a_newer_code_ends_the_older_one(
    app: Flask, cast: Cast, provider: StandIn, deliver: Callable[[], int], family: int
) -> None:
    son = cast.farmer("son")
    ask(son)
    deliver()
    first = code_in(provider)
    later(app, minutes=2)
    ask(son)
    deliver()

    assert confirm(son, first).status_code == 422
    assert confirm(son, code_in(provider)).status_code == 200


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_five_wrong_guesses_end_a_code_and_more_slow_down(
    cast: Cast, make: Maker, provider: StandIn, deliver: Callable[[], int], family: int, kind: str
) -> None:
    son = cast.farmer("son")
    ask(son)
    deliver()
    right = code_in(provider)
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    answers = [confirm(son, wrong).status_code for _ in range(5)]
    too_late = confirm(son, right).status_code
    answers += [confirm(son, each).status_code for each in ("", "六位数字", "１２３", "\U00020b9f", wrong)]

    assert answers == [422] * 9 + [429]
    assert too_late == 422
    assert make.rows(AccountHousehold) == []
    assert [row.key.split(":")[0] for row in make.rows(Throttle)] == ["code"]


def _people(make: Maker, cast: Cast, family: int) -> dict[str, dict[str, str]]:
    """What a stranger types: somebody known with a number on file, and everything that leads nowhere."""
    make.declaration(openid="other", id_number=id_number(3), phone="13811113333")
    with cast.acting("village") as village:
        declarations.declare(
            DeclarationForm(**(FORM | {"id_number": id_number(4), "phone": "13811114444"})), by=village
        )
        rows = db.session.query(Person).filter_by(name=FORM["head_name"]).all()
        household = max(row.household_id for row in rows)
        db.session.execute(update(Household).where(Household.id == household).values(phone_sealed=None))
        db.session.commit()
    return {
        "known": ASKED,
        "another name": ASKED | {"name": "李四"},
        "nobody": ASKED | {"id_number": id_number(9)},
        "no number on file": ASKED | {"id_number": id_number(4)},
        "a number that only a phone declared": ASKED | {"id_number": id_number(3)},
    }


def test_whoever_asks_learns_nothing_and_only_a_number_that_staff_wrote_down_is_sent_to(
    cast: Cast, make: Maker, provider: StandIn, deliver: Callable[[], int], family: int
) -> None:
    people = _people(make, cast, family)
    strangers = {kind: cast.farmer(f"stranger {kind}") for kind in KINDS}

    asked = {kind: strangers[kind].post("/phone-codes", **people[kind]) for kind in KINDS}
    calls = deliver()
    guessed = {kind: confirm(strangers[kind], "000000") for kind in KINDS}

    assert {(each.status_code, each.get_data(as_text=True)) for each in asked.values()} == {
        (200, asked["nobody"].get_data(as_text=True))
    }
    assert {(each.status_code, each.get_data(as_text=True)) for each in guessed.values()} == {
        (422, guessed["nobody"].get_data(as_text=True))
    }
    assert (calls, [each["phone"] for each in provider.received]) == (1, [ON_FILE])
    assert {phone.get("/inbox").get_data(as_text=True) for phone in strangers.values()} == {
        strangers["nobody"].get("/inbox").get_data(as_text=True)
    }
    states = {row.recipient: row.state for row in make.rows(Message) if row.kind == "code"}
    assert sorted(states.values()) == ["cancelled"] * 4 + ["sent"]


def test_asking_for_somebody_does_the_same_work_as_asking_for_nobody(
    app: Flask, cast: Cast, make: Maker, provider: StandIn, family: int
) -> None:
    """The same statements, with as many rows: there is nothing that could take longer."""
    said: dict[str, list[str]] = {}
    with app.app_context():
        engine = db.engine
    for kind, form in _people(make, cast, family).items():
        phone, script = cast.farmer(f"stranger {kind}"), said.setdefault(kind, [])

        def listen(_c: object, _cursor: object, statement: str, *_rest: object, script: list[str] = script) -> None:
            script.append(statement)

        event.listen(engine, "before_cursor_execute", listen)
        assert phone.post("/phone-codes", **form).status_code == 200
        event.remove(engine, "before_cursor_execute", listen)

    assert len({tuple(script) for script in said.values()}) == 1
    assert not any("person_digests" in statement for statement in said["known"])


def test_a_code_lies_nowhere_not_even_on_its_way(
    app: Flask, cast: Cast, make: Maker, provider: StandIn, deliver: Callable[[], int], family: int
) -> None:
    from tests.api.test_privacy import dump

    ask(cast.farmer("son"))
    before = dump(app)
    deliver()
    after = dump(app)

    [row] = make.rows(PhoneCode)
    code = code_in(provider)
    assert code == codes.code_of(row.id, keys=keys())
    assert f"'{code}'" not in before + after
    assert id_number(1) not in before + after
    assert (row.id_sealed, row.name) == (None, "")
    assert [each.data["code"] for each in make.messages(kind="code")] == ["●●●●●●"]


def test_an_account_and_a_number_have_their_share_a_day(
    app: Flask, cast: Cast, make: Maker, provider: StandIn, deliver: Callable[[], int], family: int
) -> None:
    son, sent = cast.farmer("son"), []
    for _ in range(5):
        sent.append(ask(son).status_code)
        hasty = ask(son)
        deliver()
        later(app, minutes=2)

    too_often = ask(son)
    others = [ask(cast.farmer(f"helper-{number}")).status_code for number in range(3)]
    deliver()

    assert sent == [200] * 5
    assert (hasty.status_code, too_often.status_code) == (429, 429)
    assert hasty.headers["Retry-After"]
    assert others == [200] * 3  # whoever asks must not learn that somebody else has asked
    assert len(provider.received) == 5


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_ten_askings_at_once_are_one(cast: Cast, make: Maker, provider: StandIn, family: int, kind: str) -> None:
    son = [cast.farmer("son") for _ in range(10)]

    def asks(phone: Phone) -> TestResponse:
        with clock.at(NOON):  # each hand has a clock of its own
            return ask(phone)

    answers = at_once([partial(asks, phone) for phone in son])

    assert sorted(each.status_code for each in answers) == [200] + [429] * 9
    assert len(make.rows(PhoneCode)) == len(make.messages(kind="code")) == 1


def test_where_no_texts_are_sent_a_cadre_confirms_at_the_door(cast: Cast, make: Maker, family: int) -> None:
    answer = ask(cast.farmer("son"))

    assert (answer.status_code, answer.json["code"]) == (409, "not_possible_now")
    assert "村干部上门" in answer.json["message"]
    assert make.rows(PhoneCode) == []


def test_nobody_is_woken_by_a_code(cast: Cast, make: Maker, provider: StandIn, family: int) -> None:
    with clock.at(NOON.replace(hour=19)):  # three in the morning in China
        answer = ask(cast.farmer("son"))

    assert answer.status_code == 409
    assert "请白天再来" in answer.json["message"]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"id_number": id_number(1)[:17]}, "id_number"),
        ({"id_number": "\0"}, "id_number"),
        ({"name": ""}, "name"),
        ({"phone": ON_FILE}, "phone"),
    ],
)
def test_what_cannot_be_a_number_or_a_name_is_named(
    cast: Cast, provider: StandIn, form: dict[str, str], field: str
) -> None:
    answer = ask(cast.farmer("son"), **form)

    assert answer.status_code == 422
    assert field in answer.json["fields"]


@pytest.mark.parametrize("gone", ["died_on", "left_on"])
def test_a_code_for_somebody_who_is_of_the_family_no_more_goes_nowhere(
    app: Flask, cast: Cast, make: Maker, provider: StandIn, deliver: Callable[[], int], family: int, gone: str
) -> None:
    with app.app_context(), as_system("a test writes down who is gone"):
        db.session.execute(update(Person).values({gone: NOON.date()}))
        db.session.commit()

    ask(cast.farmer("son"))

    assert deliver() == 0
    assert json.dumps(provider.received) == "[]"


def test_what_was_asked_a_week_ago_is_forgotten(app: Flask, cast: Cast, make: Maker, provider: StandIn) -> None:
    ask(cast.farmer("long ago"))
    later(app, days=8)
    ask(cast.farmer("today"))

    with app.app_context():
        assert (phone_codes.forget_old(), phone_codes.forget_old()) == (1, 0)
    assert len(make.rows(PhoneCode)) == 1
