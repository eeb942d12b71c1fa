"""Masked values show little, whatever is given to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.privacy.mask import HIDDEN, mask_id, mask_name, mask_phone, mask_text

pytestmark = pytest.mark.shows("story.5")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13012619491231123X", "1301************3X"),
        ("130126491231002", "1301*********02"),
        ("1234567", "*******"),
        ("", ""),
    ],
)
def test_an_id_number_shows_eight_signs_at_most(number: str, shown: str) -> None:
    assert mask_id(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13812345678", "138****5678"), ("031182520000", "031*******00"), ("01082520000", "010******00"), ("110", "***")],
)
def test_a_phone_shows_its_ends(number: str, shown: str) -> None:
    assert mask_phone(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张", "*"),
        ("张三", "张*"),
        ("张小三", "张*三"),
        ("欧阳小三", "欧**三"),
        ("买买提·吐尔逊", "买*****逊"),
        ("𠮷三", "𠮷*"),
        ("葛\U000e0100三", "葛*"),
        ("", ""),
    ],
)
def test_a_name_shows_its_ends(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_a_text_about_health_shows_only_that_there_is_one() -> None:
    assert mask_text("尿毒症") == mask_text("慢性病，需要长期吃药") == HIDDEN
    assert mask_text("") == ""


@given(text=some.text(some.characters(exclude_characters="*"), min_size=1, max_size=30))
def test_a_mask_never_fails_and_never_shows_the_whole(text: str) -> None:
    for mask in (mask_id, mask_phone, mask_name):
        assert mask(text) != text
