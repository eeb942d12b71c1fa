"""Whose phone holds a receipt."""

import pytest

from tests.people import Cast, Maker, id_number

LAST_FOUR = id_number(1)[-4:]


@pytest.mark.shows("story.4")
def test_a_lost_phones_receipt_moves_to_the_new_one_at_the_door(make: Maker, cast: Cast) -> None:
    declaration = make.declaration()
    cast.phone("village").post(f"/cases/{declaration.case_id}/receipts/releases", declaration_id=str(declaration.id))

    new = cast.farmer("new phone").post("/declarations/claims", receipt_no=declaration.receipt_no, last_four=LAST_FOUR)

    assert new.status_code == 200
    assert new.json["timeline"]
    assert cast.farmer().get(f"/declarations/{declaration.id}").status_code == 404


@pytest.mark.shows("story.4")
def test_a_held_receipt_a_wrong_number_and_wrong_digits_get_the_same_answer(make: Maker, cast: Cast) -> None:
    declaration = make.declaration()
    stranger = cast.farmer("stranger")

    held = stranger.post("/declarations/claims", receipt_no=declaration.receipt_no, last_four=LAST_FOUR)
    cast.farmer().post(f"/declarations/{declaration.id}/releases")
    wrong = stranger.post("/declarations/claims", receipt_no=declaration.receipt_no, last_four="0000")

    assert held.status_code == wrong.status_code == 422
    assert held.json == wrong.json


def test_guessing_digits_is_slowed_down(make: Maker, cast: Cast) -> None:
    declaration = make.declaration()
    stranger = cast.farmer("stranger")

    answers = [
        stranger.post("/declarations/claims", receipt_no=declaration.receipt_no, last_four="0000").status_code
        for _ in range(7)
    ]

    assert answers[:5] == [422] * 5
    assert answers[-1] == 429
