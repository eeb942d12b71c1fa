"""Whatever is made to fit is accepted by a check that was written apart from it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.wechat.emulator.fieldcheck import complaint
from backend.wechat.fields import Unfit, check, fit
from backend.wechat.limits import LIMITS, kind_of

pytestmark = pytest.mark.shows("story.3")
TOTAL = [kind for kind, limit in LIMITS.items() if limit.placeholder is not None]
"""The types for which there is always something true to say."""
DIGITS = st.text("0123456789 -:/年月日~.,¥元+*、()１２", max_size=40)
NAMES = st.text("王秀兰买提·𬱖 abcXYZ09-'😀", max_size=30)
ANYTHING = st.one_of(st.text(), DIGITS, NAMES)


@pytest.mark.parametrize("kind", TOTAL)
@given(value=ANYTHING)
@settings(deadline=None, max_examples=150)
def test_what_is_fitted_is_accepted(kind: str, value: str) -> None:
    fitted = fit(f"{kind}1", value)

    assert complaint(f"{kind}1", fitted) is None
    assert fit(f"{kind}1", fitted) == fitted


@pytest.mark.parametrize("kind", sorted(set(LIMITS) - set(TOTAL)))
@given(value=ANYTHING)
@settings(deadline=None, max_examples=150)
def test_what_cannot_be_said_truly_is_not_said(kind: str, value: str) -> None:
    try:
        fitted = fit(f"{kind}1", value)
    except Unfit:
        return

    assert complaint(f"{kind}1", fitted) is None


@pytest.mark.parametrize("kind", sorted(LIMITS))
@given(value=ANYTHING)
@settings(deadline=None, max_examples=150)
def test_our_check_lets_nothing_through_that_wechat_refuses(kind: str, value: str) -> None:
    if check(f"{kind}1", value) is None:
        assert complaint(f"{kind}1", value) is None


@pytest.mark.parametrize(
    ("key", "value", "fitted"),
    [
        ("thing1", "屋顶漏雨\n两间房不能住", "屋顶漏雨 两间房不能住"),
        ("thing1", "事" * 25, "事" * 19 + "…"),
        ("thing1", "  ", "无"),
        ("thing1", "补充\u200b病历", "补充病历"),
        ("name1", "买买提·吐尔逊江·阿布都热合曼", "买买提·吐尔逊江·阿"),
        ("name1", "王𬱖", "王𬱖"),
        ("name1", "Alexander Pushkin", "Alexander Pushkin"),
        ("name1", "", "无"),
        ("phrase1", "已逾期 3 天", "已逾期天"),
        ("character_string1", "LS-2026 0001", "LS-2026-0001"),
        ("character_string1", "ＬＳ２０２６", "LS2026"),
        ("number1", "1,234.50", "1234.50"),
        ("amount1", "￥1,200.5元", "¥1200.5元"),
        ("phone_number1", "138 0013 8000", "13800138000"),
        ("phone_number1", "13800138000、13900139000", "13800138000"),
        ("car_number1", "冀A 12345", "冀A12345"),
        ("car_number1", "冀A123456789", "冀A123456"),
        ("date1", "2026年11月30日", "2026年11月30日"),
        ("time1", "2026-11-30 17：00", "2026-11-30 17:00"),
        ("time1", "15:01～16:00", "15:01~16:00"),
    ],
)
def test_values_are_shaped_by_their_type(key: str, value: str, fitted: str) -> None:
    assert fit(key, value) == fitted
    assert complaint(key, fitted) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("number1", "3 天"),
        ("number1", ""),
        ("number1", "1" * 33),
        ("amount1", "12345678901元"),
        ("date1", "2026年2月30日"),
        ("time1", "25:00"),
        ("phone_number1", "1" * 18),
        ("letter1", "王"),
        ("nothing1", "x"),
        ("thing", "x"),
    ],
)
def test_no_filler_stands_for_a_number_a_date_or_a_phone(key: str, value: str) -> None:
    with pytest.raises(Unfit) as caught:
        fit(key, value)

    assert str(caught.value) == f"no acceptable value for {key}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "事" * 21),
        ("thing1", "一\n二"),
        ("thing1", ""),
        ("name1", "王3"),
        ("name1", "王" * 11),
        ("phrase1", "ok"),
        ("phrase1", "一二三四五六"),
        ("character_string1", "编号"),
        ("symbol1", "a"),
        ("number1", "-1"),
        ("amount1", "一百元"),
        ("car_number1", "冀A冀12345"),
        ("date1", "2026-13-01"),
        ("time1", "24:01"),
        ("time1", "1:00~2:00~3:00"),
        ("phone_number1", "电话"),
        ("unknown1", "x"),
    ],
)
def test_both_readings_refuse_the_same(key: str, value: str) -> None:
    assert check(key, value)
    assert complaint(key, value)


def test_a_key_says_its_type() -> None:
    assert kind_of("character_string12") == "character_string"
    assert kind_of("thing") is None
    assert kind_of("const1") is None
