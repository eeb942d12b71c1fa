"""The three consents are given later or withdrawn by whoever gave them: the use stops, the case goes on."""

from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.models import ConsentChange
from backend.services import authorizations, family_phones
from backend.workflow.states import Kind
from tests.people import Cast, Maker
from tests.services.desks import Desks
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.7")


class Consenting(Desks):
    """A family whose phone was confirmed at the door."""

    def phone(self, openid: str = "phone of 张三") -> Any:
        return self.cast.farmer(openid)

    def confirm(self) -> None:
        [receipt] = self.phone().get("/declarations").json["items"]
        with self.as_("village") as by:
            family_phones.confirm(self.case_id, int(receipt["id"]), by=by)

    def change(self, consent: str, *, is_given: bool, openid: str = "phone of 张三", **more: Any) -> Any:
        with clock.at(self.now):
            [receipt] = self.phone(openid).get("/declarations").json["items"]
            body = {"consent": consent, "is_given": is_given, "consequence_told": True, **more}
            return self.phone(openid).post(f"/declarations/{receipt['id']}/consents", **body)

    def data(self, openid: str = "phone of 张三") -> Any:
        with clock.at(self.now):
            return self.phone(openid).get("/me/data").json["items"]


@pytest.fixture
def family(app: Flask, cast: Cast, make: Maker, preset: Any) -> Consenting:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    family = Consenting(app, cast, make)
    family.family()
    family.to_the_visit()
    return family


def test_consents_are_withdrawn_and_given_again_each_with_its_date(family: Consenting) -> None:
    family.confirm()
    family.change("health", is_given=False)
    family.days_later(1)
    family.change("health", is_given=True)
    family.change("minors", is_given=True)

    [mine] = family.data()
    assert mine["may_change"]
    found = {each["code"]: each for each in mine["consents"]}
    assert [each["is_given"] for each in found["health"]["history"]] == [False, True]
    assert {code: each["is_given"] for code, each in found.items()} == {"health": True, "assets": True, "minors": True}
    assert len({each["changed_on"] for each in found["health"]["history"]}) == 2


def test_without_the_consent_to_look_at_assets_the_person_is_not_compared_any_more(family: Consenting) -> None:
    family.confirm()
    family.sign(family.members()[0])
    with family.as_("county_op"):
        assert [each.is_valid for each in authorizations.members_of(family.case())] == [True]

    family.change("assets", is_given=False)

    with family.as_("county_op"):
        [member] = authorizations.members_of(family.case())
        assert (member.is_valid, member.why_not) == (False, "withdrawn")
    family.compare()  # nobody waits for the person: the comparison is filed without them
    assert family.duties(Kind.COMPARE) == []


def test_withdrawing_neither_ends_nor_delays_the_case(family: Consenting) -> None:
    family.confirm()
    before = {(task.kind, task.due_on) for task in family.duties()}
    state, promised = family.case().state, family.case().promised_on

    for consent in ("health", "assets", "minors"):
        family.change(consent, is_given=False)

    assert {(task.kind, task.due_on) for task in family.duties()} == before
    assert (family.case().state, family.case().promised_on) == (state, promised)


def test_whoever_judges_sees_it_on_the_case(family: Consenting, cast: Cast) -> None:
    family.confirm()
    family.change("health", is_given=False)

    with clock.at(family.now):
        file = cast.phone("reviewer").get(f"/cases/{family.case_id}").json
    assert file["declarations"][0]["consents"]["health"] is False
    assert file["events"][-1]["action_name"] == "改变单独同意"
    assert file["events"][-1]["words"] == "收回：同意处理家人的健康信息"


def test_an_unconfirmed_phone_and_a_helper_change_nothing(family: Consenting, make: Maker) -> None:
    assert family.change("assets", is_given=False).status_code == 409
    assert family.data()[0]["may_change"] is False
    with clock.at(family.now):
        make.declaration(openid="helper", head_name="李四", id_number=None, relation="neighbour", declarer_name="王五")
    assert family.change("assets", is_given=False, openid="helper").status_code == 409
    assert family.data("helper") == []
    assert make.rows(ConsentChange) == []


def test_nobody_withdraws_without_having_read_what_follows(family: Consenting) -> None:
    family.confirm()

    answer = family.change("assets", is_given=False, consequence_told=False)

    assert answer.status_code == 422
    assert "收回以后" in family.data()[0]["consequence"]


def test_saying_the_same_again_is_no_change(family: Consenting, make: Maker) -> None:
    family.confirm()
    family.change("assets", is_given=True)

    assert make.rows(ConsentChange) == []


def test_a_strangers_receipt_does_not_exist(family: Consenting, cast: Cast) -> None:
    [receipt] = family.phone().get("/declarations").json["items"]

    answer = cast.farmer("a stranger").post(
        f"/declarations/{receipt['id']}/consents", consent="assets", is_given=False, consequence_told=True
    )

    assert answer.status_code == 404
