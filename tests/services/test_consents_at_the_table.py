"""What a family does not allow is not asked, not kept and not shown; the case goes on all the same."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from backend.demo.people import check_digit
from backend.errors import Invalid
from backend.models import HomeCheck, Person, Task
from backend.policy.assessment import Member
from backend.privacy.current import keys
from backend.privacy.seal import Place, unseal
from backend.services import check_drafts, check_review, home_checks
from backend.workflow.states import Kind, State
from tests.checks import FORM, HEAD, WIFE, following, morning
from tests.people import Cast, Maker

pytestmark = pytest.mark.shows("procedure.7", "procedure.4")
DAY = date(2026, 3, 9)
NUMBER = "13719920160301123" + check_digit("13719920160301123")
CHILD = Member(
    name="张小三",
    relation="son",
    sex="male",
    id_number=NUMBER,
    birth_on=date(2016, 3, 1),
    student="primary",
    health=("disabled",),
    medical_insurance="resident",
    pension="none",
)


@pytest.fixture(autouse=True)
def in_march(app: Flask) -> Iterator[None]:
    with following(app), morning(DAY):
        yield


def family(make: Maker, **consents: bool) -> int:
    """Declare for oneself with these consents, and be accepted."""
    said = {"health": True, "assets": True, "minors": True, **consents}
    return make.case("accept", consents=said)


def take(make: Maker, cast: Cast, case_id: int, **changes: Any) -> HomeCheck:
    [task] = [each for each in make.rows(Task) if each.kind == Kind.VISIT and each.case_id == case_id]
    with cast.acting("village") as by:
        form = replace(FORM, **{"consents": {}, **changes})
        return home_checks.file_check(case_id, by=by, version=task.version, form=form)


def kept(app: Flask, check: HomeCheck) -> list[dict[str, Any]]:
    """Return the members as they lie sealed."""
    with app.app_context():
        place = Place("home_checks", "content_sealed", check.id)
        members: list[dict[str, Any]] = json.loads(unseal(check.content_sealed, keys=keys(), place=place))["members"]
        return members


def shown(app: Flask, check: HomeCheck) -> list[dict[str, Any]]:
    with app.app_context():
        members: list[dict[str, Any]] = check_drafts.content_of(check)["members"]
        return members


def test_without_the_consent_nothing_of_anybodys_health_is_kept_and_the_case_goes_on(
    app: Flask, make: Maker, cast: Cast
) -> None:
    case_id = family(make, health=False)
    wife = replace(WIFE, allowances=("disability", "old_age"))
    check = take(make, cast, case_id, members=(HEAD, wife))

    assert [each["health"] for each in kept(app, check)] == [[], []]
    assert [each["allowances"] for each in kept(app, check)] == [[], ["old_age"]]
    assert make.state(case_id) == State.FOUND
    assert "ill_risk_without_ill" not in {each["rule"] for each in check.warnings}
    with cast.acting("village") as by:
        assert check_drafts.prefill(case_id, by=by)["consents"] == {"health": False, "minors": True}


def test_with_it_they_are_kept(app: Flask, make: Maker, cast: Cast) -> None:
    check = take(make, cast, family(make))

    assert kept(app, check)[0]["health"] == ["serious_illness"]


def test_a_child_is_counted_and_nothing_more_is_known_of_it(app: Flask, make: Maker, cast: Cast) -> None:
    check = take(make, cast, family(make, minors=False), members=(HEAD, WIFE, CHILD))

    child = kept(app, check)[2]
    assert (check.heads, child["name"], child["relation"]) == (3, "张小三", "son")
    assert (child["id_number"], child["birth_on"], child["student"], child["health"]) == ("", None, "", [])
    [person] = [each for each in make.rows(Person) if each.name == "张小三"]
    assert person.id_sealed is None


@pytest.mark.parametrize(("born", "is_child"), [(date(2012, 3, 10), True), (date(2012, 3, 9), False)])
def test_a_child_is_one_until_the_day_before_it_turns_fourteen(
    born: date, is_child: bool, app: Flask, make: Maker, cast: Cast
) -> None:
    pupil = replace(CHILD, id_number="", no_document="not_registered", birth_on=born)
    check = take(make, cast, family(make, minors=False), members=(HEAD, WIFE, pupil))

    assert (kept(app, check)[2]["student"] == "") is is_child


def test_whoever_is_told_of_by_others_is_asked_at_the_table(app: Flask, make: Maker, cast: Cast) -> None:
    case_id = make.case("accept", relation="neighbour", declarer_name="王五", openid="neighbour")
    with pytest.raises(Invalid) as refused:
        take(make, cast, case_id, members=(HEAD, WIFE, CHILD))
    with cast.acting("village") as by, pytest.raises(Invalid):
        check_review.look_over(case_id, by=by, form=replace(FORM, consents={}))
    check = take(make, cast, case_id, members=(HEAD, WIFE, CHILD), consents={"health": True, "minors": False})

    assert set(refused.value.fields) == {"consents.health", "consents.minors"}
    assert "当面问清" in refused.value.message
    assert (kept(app, check)[0]["health"], kept(app, check)[2]["student"]) == (["serious_illness"], "")
    with cast.acting("village") as by:
        assert check_drafts.prefill(case_id, by=by)["consents"] == {"health": True, "minors": False}


def test_a_family_without_illness_and_children_need_not_be_asked(app: Flask, make: Maker, cast: Cast) -> None:
    case_id = make.case("accept", relation="neighbour", declarer_name="王五", openid="neighbour")
    well = tuple(replace(each, health=()) for each in (HEAD, WIFE))

    assert take(make, cast, case_id, members=well, risks=("housing",)).heads == 2


def test_taken_back_it_is_shown_to_nobody_and_filled_in_nowhere_until_it_is_given_again(
    app: Flask, make: Maker, cast: Cast
) -> None:
    case_id = family(make)
    check = take(make, cast, case_id, members=(HEAD, WIFE, CHILD))
    phone = cast.farmer()
    [receipt] = phone.get("/declarations").json["items"]
    cast.phone("village").post(f"/cases/{case_id}/phones", declaration_id=receipt["id"])

    def change(consent: str, *, is_given: bool) -> int:
        body = {"consent": consent, "is_given": is_given, "consequence_told": True}
        return int(phone.post(f"/declarations/{receipt['id']}/consents", **body).status_code)

    before = shown(app, check)
    assert change("health", is_given=False) < 300
    assert change("minors", is_given=False) < 300
    hidden = shown(app, check)
    with cast.acting("village") as by:
        filled_in = check_drafts.prefill(case_id, by=by)["members"]
    seen = cast.phone("reviewer").get(f"/cases/{case_id}/checks").json["items"][0]["content"]["members"]
    assert change("health", is_given=True) < 300
    again = shown(app, check)

    assert (before[0]["health"], before[2]["student"]) == (["serious_illness"], "primary")
    assert [each["health"] for each in hidden] == [[], [], []]
    assert (hidden[2]["student"], hidden[2]["id_masked"], hidden[2]["birth_on"]) == ("", "", None)
    assert [each["health"] for each in filled_in] == [[], [], []]
    assert [each["health"] for each in seen] == [[], [], []]
    assert again[0]["health"] == ["serious_illness"]
    assert make.state(case_id) == State.FOUND


def test_a_stranger_who_typed_the_number_consents_to_nothing(app: Flask, make: Maker, cast: Cast) -> None:
    case_id = family(make, health=False)
    stranger = make.declaration(openid="stranger", consents={"health": True, "assets": True, "minors": True})
    check = take(make, cast, case_id)

    assert (stranger.case_id, stranger.joined) == (case_id, True)
    assert kept(app, check)[0]["health"] == []


@pytest.mark.shows("procedure.8")
def test_on_the_wire(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept", relation="neighbour", declarer_name="王五", openid="neighbour")
    phone = cast.phone("village")
    member = {"name": "张三", "relation": "head", "health": ["serious_illness"]}
    body: dict[str, Any] = {
        "conclusion": "risk",
        "visited_on": "2026-03-09",
        "findings": "属实",
        "safety": {},
        "members": [member],
        "risks": ["illness"],
    }
    asked = phone.post(f"/cases/{case_id}/checks/review", **body)
    echoed = phone.post(f"/cases/{case_id}/checks/review", **body, consents={"health": None, "minors": None})
    odd = phone.post(f"/cases/{case_id}/checks/review", **body, consents={"assets": True})
    answered = phone.post(f"/cases/{case_id}/checks/review", **body, consents={"health": False})
    prefilled = phone.get(f"/cases/{case_id}/checks/prefill").json["content"]["consents"]

    assert (asked.status_code, list(asked.json["fields"])) == (422, ["consents.health"])
    assert (echoed.status_code, echoed.json) == (422, asked.json)
    assert (odd.status_code, answered.status_code) == (422, 200)
    assert prefilled == {"health": None, "minors": None}
