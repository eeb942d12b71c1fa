"""One phone speaks for a few neighbours a day, whatever it calls itself: judged by who is spoken of."""

from collections import Counter
from datetime import timedelta

import pytest

from backend import clock
from backend.models import Declaration
from tests.at_once import at_once
from tests.people import FORM, NEXT_VILLAGE, Cast, Maker, Phone, id_number

pytestmark = pytest.mark.shows("story.4")
HELPER = {"relation": "neighbour", "declarer_name": "热心人"}


def declare(phone: Phone, serial: int | None = None, **changes: object) -> int:
    form = FORM | {"id_number": id_number(serial) if serial is not None else None} | changes
    return phone.post("/declarations", **form).status_code


def test_claiming_to_be_the_head_again_and_again_is_speaking_for_others(make: Maker, cast: Cast) -> None:
    phone = cast.farmer()

    answers = [declare(phone, serial) for serial in range(8)]

    assert answers == [201] * 6 + [429] * 2  # oneself, and five others
    assert len(make.rows(Declaration)) == 6


def test_the_two_ways_of_speaking_for_others_are_counted_together(cast: Cast) -> None:
    phone = cast.farmer()

    answers = [declare(phone, serial, **(HELPER if serial % 2 else {})) for serial in range(9)]

    assert answers == [201] * 6 + [429] * 3


def test_declaring_again_for_oneself_is_free_on_any_day(cast: Cast) -> None:
    phone = cast.farmer()
    for serial in range(6):
        declare(phone, serial)

    assert [declare(phone, serial) for serial in (0, 3, 0)] == [201] * 3
    assert [declare(phone, 99), declare(phone, 99, **HELPER)] == [429, 429]


def test_other_names_without_a_number_are_other_people_and_another_village_makes_another_one(cast: Cast) -> None:
    phone = cast.farmer()

    names = [declare(phone, head_name=name) for name in ("张三", "李四", "王五", "赵六")]
    village = [declare(phone, head_name="张三", village_code=NEXT_VILLAGE), declare(phone, head_name="孙七")]

    assert (names, village) == ([201] * 4, [201, 201])
    assert declare(phone, head_name="周八") == 429
    assert declare(phone, head_name="张三") == 201


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_twelve_heads_at_once_are_counted_one_after_the_other(make: Maker, cast: Cast, kind: str) -> None:
    phones = [cast.farmer("one and the same") for _ in range(12)]

    answers = at_once([lambda phone=phone, n=n: declare(phone, n) for n, phone in enumerate(phones)])

    assert Counter(answers) == {201: 6, 429: 6}


def test_the_next_day_is_a_new_day_and_the_sentence_says_so(cast: Cast) -> None:
    phone = cast.farmer()
    for serial in range(6):
        declare(phone, serial)
    refused = phone.post("/declarations", **(FORM | {"id_number": id_number(7)}))

    with clock.at(clock.now() + timedelta(days=1)):
        tomorrow = declare(phone, 7)

    assert "替别人申报" in refused.json["message"]
    assert "村里" in refused.json["message"]
    assert refused.headers["Retry-After"]
    assert tomorrow == 201


def test_an_office_that_writes_down_what_people_say_is_not_counted(cast: Cast) -> None:
    village = cast.phone("village")

    assert [declare(village, serial) for serial in range(8)] == [201] * 8
