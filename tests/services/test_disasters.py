"""A flood: lists, declarations and reports become one case a household, however they come and however often."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.actor import phone_actor
from backend.access.scope import act_within
from backend.errors import Invalid, NotAllowed, NotPossibleNow
from backend.models import Case, Clue, Declaration, DisasterHousehold, Household, Task
from backend.services import declarations, disasters
from backend.services.declarations import DeclarationForm
from backend.services.disasters import EventForm, Listed
from backend.services.tasks import Whose
from tests.bench.test_rows_read import cost
from tests.people import COUNTY, FORM, TOWNSHIP, VILLAGE, Cast, Maker, id_number

pytestmark = pytest.mark.shows("procedure.10")
DRY_VILLAGE = "130126101201"
HOUR = datetime(2026, 7, 20, 1, tzinfo=UTC)
FLOOD = EventForm("七月特大暴雨", "灵政〔2026〕7号", "natural", (TOWNSHIP,))


@pytest.fixture
def flood(app: Flask, cast: Cast) -> int:
    with cast.acting("county_op") as by:
        return disasters.open_event(FLOOD, by=by).id


def read_in(cast: Cast, event_id: int, *lines: Listed, login: str = "county_op") -> list[str]:
    with cast.acting(login) as by:
        return [each.outcome for each in disasters.import_list(event_id, lines, by=by)]


def family(number: int, **changes: Any) -> Listed:
    return Listed(**{"village": VILLAGE, "head_name": f"灾户{number:03d}", "phone": f"138{number:08d}", **changes})


def test_only_the_county_opens_an_event_and_only_over_its_own_places(cast: Cast) -> None:
    with cast.acting("town_lead") as by, pytest.raises(NotAllowed):
        disasters.open_event(FLOOD, by=by)
    with cast.acting("county_op") as by:
        with pytest.raises(Invalid) as refused:
            disasters.open_event(EventForm("暴雨", "", "volcano", ("110101001",)), by=by)
        assert set(refused.value.fields) == {"number", "kind", "area"}


def test_the_same_list_twice_changes_nothing(flood: int, cast: Cast, make: Maker) -> None:
    lines = [family(1), family(2, id_number=id_number(2)), family(3, village="130126100002")]

    first, second = read_in(cast, flood, *lines), read_in(cast, flood, *lines)

    assert first == ["new"] * 3
    assert second == ["known"] * 3
    assert len(make.rows(Case)) == len(make.rows(Household)) == len(make.rows(DisasterHousehold)) == 3


def test_a_list_and_a_declaration_of_one_family_make_one_case(flood: int, cast: Cast, make: Maker) -> None:
    read_in(cast, flood, family(1))
    joined = make.declaration(openid="a", head_name="灾户001", phone="13800000001", id_number=id_number(1))
    alone = make.declaration(openid="b", head_name="灾户002", phone="13800000002", id_number=id_number(2))
    again = read_in(cast, flood, family(2), family(3, id_number=id_number(2)), family(1, id_number=id_number(1)))

    assert joined.joined
    assert not alone.joined
    assert again == ["known", "known", "known"]
    assert len(make.rows(Case)) == 2
    assert {clue.channel for clue in make.rows(Clue)} == {"dept_alert", "self_mp"}


def test_what_comes_from_the_area_is_marked_and_presses(flood: int, make: Maker) -> None:
    make.declaration(openid="a", id_number=None)
    make.declaration(openid="b", id_number=None, village_code=DRY_VILLAGE, head_name="李四")

    inside, outside = sorted(make.rows(Case), key=lambda case: case.village_code)

    assert (inside.marks["disaster"], inside.urgency) == (str(flood), "urgent")
    assert ("disaster" in outside.marks, outside.urgency) == (False, "normal")


def test_a_closed_event_marks_nothing_and_takes_no_list(flood: int, cast: Cast, make: Maker) -> None:
    with cast.acting("county_lead") as by:
        disasters.close_event(flood, "灵政〔2026〕9号", by=by)
        with pytest.raises(NotPossibleNow):
            disasters.import_list(flood, [family(1)], by=by)

    make.declaration(id_number=None)

    assert "disaster" not in make.rows(Case)[0].marks


def test_a_line_that_cannot_be_read_stops_no_other(flood: int, cast: Cast, make: Maker) -> None:
    lines = [family(1, village="没有的村"), family(2, phone="12"), family(3, village=DRY_VILLAGE), family(4)]
    with cast.acting("county_op") as by:
        results = disasters.import_list(flood, lines, by=by)

    assert [each.outcome for each in results] == ["refused", "refused", "refused", "new"]
    assert "受灾范围" in results[0].said
    assert len(make.rows(Case)) == 1
    assert read_in(cast, flood, family(5), login="other_reviewer") == ["refused"]


def test_the_true_day_of_the_flood_is_day_zero(flood: int, cast: Cast, make: Maker) -> None:
    found_on = clock.today() - timedelta(days=3)
    read_in(cast, flood, family(1, found_on=found_on))

    [case] = make.rows(Case)
    assert case.discovered_on == found_on
    assert case.promised_on == found_on + timedelta(days=15)


def test_a_list_comes_in_by_the_api_and_again_after_a_broken_line(cast: Cast) -> None:
    phone = cast.phone("county_op")
    body = {"name": "冰雹", "number": "灵政〔2026〕8号", "kind": "natural", "area": [TOWNSHIP]}
    opened = phone.post("/disasters", **body)
    lines = [{"village": VILLAGE, "head_name": "灾户甲", "phone": "13811112222"}]

    first = phone.post(f"/disasters/{opened.json['id']}/lists", lines=lines)
    second = phone.post(f"/disasters/{opened.json['id']}/lists", lines=lines)

    assert opened.status_code == first.status_code == 201, (opened.json, first.json)
    assert [each["outcome"] for each in (*first.json["results"], *second.json["results"])] == ["new", "known"]
    assert phone.get("/disasters").json["items"][0]["name"] == "冰雹"
    assert cast.phone("village").post("/disasters", **body).status_code == 403


def burst(app: Flask, cast: Cast, make: Maker, flood: int, families: int) -> None:
    """Let every family of a flood declare twice, from several threads, while two officials read in the same list."""
    senders = [(f"phone {number}", number) for number in range(families)] * 2
    actors = {}
    for openid, _ in senders[:families]:
        actors[openid] = cast.farmer(openid).account_id
    county = cast.actor("county_op")

    def send(sender: tuple[str, int]) -> None:
        openid, number = sender
        by = phone_actor(account_id=actors[openid], county_code=COUNTY, session_id=1)
        with app.app_context():
            act_within(by.scope)
            form = FORM | {"head_name": f"灾户{number:03d}", "phone": f"138{number:08d}", "id_number": None}
            declarations.declare(DeclarationForm(**form), by=by)

    def read(_: int) -> list[str]:
        with app.app_context():
            act_within(county.scope)
            lines = [family(number) for number in range(0, families, 4)]
            return [each.outcome for each in disasters.import_list(flood, lines, by=county)]

    with ThreadPoolExecutor(6) as pool:
        lists = [pool.submit(read, number) for number in range(2)]
        sent = [pool.submit(send, sender) for sender in senders]
        for each in (*sent, *lists):
            each.result()

    cases = make.rows(Case)
    assert len(cases) == families
    assert {case.head_name for case in cases} == {f"灾户{number:03d}" for number in range(families)}
    assert len(make.rows(DisasterHousehold)) == families
    assert len([clue for clue in make.rows(Clue) if clue.channel == "self_mp"]) == 2 * families
    opened = [clue for clue in make.rows(Clue) if not clue.joined]
    assert len(opened) == families


def test_sixty_families_at_once_are_none_lost_and_none_twice(app: Flask, cast: Cast, make: Maker, flood: int) -> None:
    burst(app, cast, make, flood, families=60)


@pytest.mark.slow
def test_five_hundred_declarations_are_none_lost_and_none_twice(
    app: Flask, cast: Cast, make: Maker, flood: int
) -> None:
    burst(app, cast, make, flood, families=250)


def declare_by_phone(cast: Cast, numbers: range) -> list[str]:
    """Let these families declare through the API within an hour, from several threads; every fifth sends twice."""
    phones = {number: cast.farmer(f"phone {number}") for number in numbers}

    def send(number: int) -> str:
        form = FORM | {"head_name": f"灾户{number:03d}", "phone": f"138{number:08d}", "id_number": id_number(number)}
        key = str(uuid.uuid4())
        answers = [phones[number].post("/declarations", key=key, **form) for _ in range(2 if number % 5 == 0 else 1)]
        assert {answer.status_code for answer in answers} == {201}, answers[0].json
        assert len({answer.json["receipt_no"] for answer in answers}) == 1
        return str(answers[0].json["receipt_no"])

    def send_in_its_minute(number: int) -> str:
        with clock.at(HOUR + timedelta(seconds=7 * number)):
            return send(number)

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(send_in_its_minute, numbers))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_five_hundred_declare_in_an_hour_none_lost_none_twice_and_the_queue_costs_no_more(
    cast: Cast, make: Maker
) -> None:
    with clock.at(HOUR), cast.acting("county_op") as by:
        disasters.open_event(FLOOD, by=by)
    queues = (("village", Whose.MINE), ("reviewer", Whose.ALL), ("county_lead", Whose.ALL))
    receipts = declare_by_phone(cast, range(100))
    few = [cost(cast, login, whose) for login, whose in queues]

    receipts += declare_by_phone(cast, range(100, 500))
    many = [cost(cast, login, whose) for login, whose in queues]

    cases, declared = make.rows(Case), make.rows(Declaration)
    assert {each.receipt_no for each in declared} == set(receipts)
    assert len(declared) == len(cases) == len({each.household_id for each in cases}) == len(receipts) == 500
    assert max(each.declared_at for each in declared) - min(each.declared_at for each in declared) < timedelta(hours=1)
    assert len([each for each in make.rows(Task) if each.open_due]) == 500
    assert {case.urgency for case in cases} == {"urgent"}
    assert all(after <= before * 1.1 for before, after in zip(few, many, strict=True)), (few, many)
