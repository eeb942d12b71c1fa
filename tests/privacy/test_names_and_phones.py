"""Names as the village writes them, telephones as people type them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backend.errors import Invalid
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone


def _name_complaint(text: str) -> str:
    with pytest.raises(Invalid) as raised:
        clean_name(text, field="head_name")
    assert list(raised.value.fields) == ["head_name"]
    return raised.value.message


@pytest.mark.shows("story.bad.name_one_sign")
def test_a_name_of_one_sign_is_a_name() -> None:
    assert clean_name("兰") == "兰"


@pytest.mark.shows("story.bad.name_30_signs")
def test_a_name_of_thirty_signs_is_a_name() -> None:
    name = "阿卜杜热合曼·" * 4 + "吐尔"

    assert len(name) == 30
    assert clean_name(name) == name


@pytest.mark.shows("story.bad.name_rare")
@pytest.mark.parametrize(
    "name", ["𠮷野", "王㛃", "李𬸚", "张𰻞", "周\U00031350", "吴\U0002ebf0", "刘〇", "葛\U000e0100城"]
)
def test_a_rare_sign_stays_as_it_is(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.shows("story.bad.name_rare")
@pytest.mark.parametrize("dot", "·•‧・･∙⋅.。")
def test_every_keyboards_dot_becomes_the_dot_of_the_document(dot: str) -> None:
    assert clean_name(f"买买提{dot}吐尔逊") == "买买提·吐尔逊"
    assert clean_name(f" 买买提 {dot} 吐尔逊 ") == "买买提·吐尔逊"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("张　三", "张三"),
        ("张 三 丰", "张三丰"),
        ("Nguyễn  Thị Lan", "Nguyễn Thị Lan"),
        ("J. O’Brien-Smith", "J. O’Brien-Smith"),
        ("Ｌａｎ", "Lan"),
        ("⽅⼤", "方大"),
        ("张三\ufeff\u200b", "张三"),
        ("王小2", "王小2"),
        ("བསྟན་འཛིན".replace("་", " "), "བསྟན འཛིན"),
    ],
)
def test_a_name_is_tidied_and_not_changed(typed: str, stored: str) -> None:
    assert clean_name(typed) == stored
    assert clean_name(stored) == stored


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "请填写"),
        (" 　 ", "请填写"),
        ("13812345678", "真实的名字"),
        ("···", "真实的名字"),
        ("\u3164", "不能有"),
        ("张三😀", "不能有“😀”"),
        ("张三(小名)", "不能有“(”"),
        ("<b>张三</b>", "不能有“<”"),
        ("=张三", "不能有“=”"),
        ("张\n三", "看不见"),
        ("张\u202e三", "看不见"),
        ("张\ud800", "看不见"),
        ("张\ue000", "不能有"),
        ("三" * 51, "最多50个字"),
        ("三" * 100_000, "最多50个字"),
    ],
)
def test_what_is_no_name_gets_a_sentence(typed: str, word: str) -> None:
    assert word in _name_complaint(typed)


@pytest.mark.shows("story.bad.null_byte")
def test_a_name_with_a_null_byte_is_refused() -> None:
    assert "看不见的特殊符号" in _name_complaint("张\x00三")


@settings(deadline=None)
@given(text=some.text(some.characters(), max_size=60))
def test_a_clean_name_is_printable_and_stays_itself(text: str) -> None:
    try:
        name = clean_name(text)
    except Invalid:
        return

    assert clean_name(name) == name
    assert 1 <= len(name) <= 50
    name.encode()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13812345678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("19912345678", "19912345678"),
        ("0311-82520000", "031182520000"),
        ("(0311) 8252000", "03118252000"),
        ("010 62345678", "01062345678"),
        ("+86 0311 82520000", "031182520000"),
    ],
)
def test_a_telephone_is_read_however_it_was_typed(typed: str, stored: str) -> None:
    assert parse_phone(typed) == stored


@pytest.mark.shows("story.bad.phone_10")
def test_a_phone_of_ten_digits_is_counted_for_the_farmer() -> None:
    with pytest.raises(Invalid) as raised:
        parse_phone("1381234567", field="phone")

    assert raised.value.fields == {"phone": "手机号应该是11位，您填的是10位，请再看看。"}


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "请填写"),
        ("12012345678", "手机号"),
        ("82520000", "区号"),
        ("没有电话", "只能有数字"),
        ("13812345678\x00", "只能有数字"),
        ("\ud800", "只能有数字"),
        ("1" * 100_000, "11位"),
        ("00000000000", "手机号"),
    ],
)
def test_what_is_no_telephone_gets_a_sentence(typed: str, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        parse_phone(typed)
