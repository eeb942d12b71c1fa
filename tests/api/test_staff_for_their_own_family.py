"""Staff declare for their own family as anybody does, and others handle what they declared."""

import pytest

from backend.access.permissions import Role
from backend.models import Case, Declaration
from tests.api.photos import photo, sent
from tests.people import FORM, VILLAGE, Cast, Maker

pytestmark = pytest.mark.shows("story.4")


@pytest.fixture(autouse=True)
def grid_member(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Cast.LOGINS, "grid", (Role.GRID, VILLAGE + "001", "冯网格"))


@pytest.mark.parametrize("login", ["grid", "village", "other_village", "reviewer"])
def test_whoever_is_bound_holds_the_receipt_of_their_own_family_wherever_it_lives(cast: Cast, login: str) -> None:
    phone = cast.phone(login)
    receipt = phone.post("/declarations", **FORM).json
    here = f"/declarations/{receipt['id']}"

    seen, listed = phone.get(here), phone.get("/declarations").json["items"]
    uploaded = phone.send(here + "/files", file=sent(photo()), kind="picture")

    assert seen.status_code == 200, seen.json
    assert [line["kind"] for line in seen.json["timeline"]] == ["received"]
    assert "withdraw" not in seen.json["actions"]
    assert [each["id"] for each in listed] == [receipt["id"]]
    assert uploaded.status_code == 201, uploaded.json


def test_what_staff_declare_for_others_is_on_no_phone(make: Maker, cast: Cast) -> None:
    phone = cast.phone("village")
    receipt = phone.post("/declarations", **FORM, relation="village_cadre").json

    assert phone.get(f"/declarations/{receipt['id']}").status_code == 404
    assert [row.account_id for row in make.rows(Declaration)] == [None]
    assert [case.channel for case in make.rows(Case)] == ["self_paper"]


def test_nobody_handles_what_they_declared_for_their_own_family(make: Maker, cast: Cast) -> None:
    phone, other = cast.phone("village"), cast.phone("head")
    phone.post("/declarations", **FORM)
    [case] = make.rows(Case)
    accept = {"action": "accept", "version": make.duty(case.id).version}

    own = phone.post(f"/cases/{case.id}/decisions", **accept)
    colleagues = other.post(f"/cases/{case.id}/decisions", **accept)

    assert case.channel == "self_mp"
    assert (own.status_code, colleagues.status_code) == (403, 201)
    assert "自己家" in own.json["message"]
    assert phone.get("/declarations").json["items"][0]["status"] == "已受理"
