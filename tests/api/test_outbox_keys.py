"""The keys of work that a phone could not send yet, and taking a phone off one's name."""

import pytest

from tests.people import Cast


@pytest.mark.shows("client.3", "client.5")
def test_the_keys_of_unsent_work_are_their_authors_alone_and_the_same_after_a_new_binding(cast: Cast) -> None:
    mine = cast.phone("village").get("/me/outbox-keys").json["items"]

    assert [len(bytes.fromhex(each["key"])) for each in mine] == [32]
    assert cast.phone("village").get("/me/outbox-keys").json["items"] == mine
    assert cast.phone("head").get("/me/outbox-keys").json["items"][0]["key"] != mine[0]["key"]
    assert cast.farmer().get("/me/outbox-keys").status_code == 403


@pytest.mark.shows("client.3")
def test_a_phone_taken_off_its_name_is_like_any_other(cast: Cast) -> None:
    phone = cast.phone("village")

    assert phone.post("/bindings/endings").status_code == 204

    assert phone.get("/tasks").status_code == 401
    assert cast.farmer("phone-of-village").get("/me").json["role"] == "FARMER"
    assert cast.farmer().post("/bindings/endings").status_code == 403
