"""What must never hang on a wall is found however it got there, and an honest sheet passes."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backend.privacy.notice_check import Known, _illness_words, check_notice
from backend.privacy.notice_text import FamilyOnSheet, Sheet, Telephone, signature_of

pytestmark = pytest.mark.shows("procedure.9", "B34")

PHONES = (Telephone("灵寿镇", "0311-82520001"), Telephone("灵寿县", "12345"))


def sheet(*families: FamilyOnSheet, village: str = "东庄村") -> Sheet:
    return Sheet(
        village=village,
        households="监测对象",
        met_on=date(2026, 3, 6),
        posts_on=date(2026, 3, 7),
        until=date(2026, 3, 12),
        length="5 天",
        signature=signature_of(village),
        ends=False,
        telephones=PHONES,
        families=families,
    )


def family(**changes: object) -> FamilyOnSheet:
    return FamilyOnSheet(**{"group": "第三组", "head": "张三", "people": 4, "category": "突发严重困难户", **changes})


def found(made: Sheet, *, children: tuple[str, ...] = ()) -> set[str]:
    known = Known(
        telephones=[each.number for each in made.telephones],
        places=[made.village],
        heads=[each.head for each in made.families],
        children=children,
    )
    return {finding.kind for finding in check_notice(made.text, known)}


def test_an_honest_sheet_passes_with_its_published_telephones() -> None:
    families = [family(group=group) for group in ("第三组", "12组", "2号网格", "东庄村民小组", "")] * 10

    made = sheet(*families)

    assert found(made) == set()
    assert "0311-82520001" in made.text


def test_the_sheet_says_what_it_must_and_nothing_of_the_risk() -> None:
    text = sheet(family(), family(head="李四", people=None)).text

    assert "（1）第三组　张三　4口人　拟定类别：突发严重困难户" in text
    assert "（2）第三组　李四　拟定类别" in text
    assert "到2026年3月12日为止" in text
    assert "可以不留姓名" in text
    assert "风险" not in text


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ("13812345678", "证件、电话或银行卡号码"),
        ("138 1234 5678", "证件、电话或银行卡号码"),
        ("１３８１２３４５６７８", "证件、电话或银行卡号码"),
        ("138\u200b1234\u200b5678", "证件、电话或银行卡号码"),
        ("82520000", "证件、电话或银行卡号码"),
        ("11010519491231002X", "证件、电话或银行卡号码"),
        ("6222021234567890128", "证件、电话或银行卡号码"),
        ("一三八一二三四五六七八", "用汉字写的号码"),
        ("a@b.example", "邮箱"),
        ("3号楼", "详细住址"),
        ("二单元", "详细住址"),
        ("门牌17", "详细住址"),
        ("幸福路12号", "详细住址"),
        ("301室", "详细住址"),
        ("患尿毒症", "健康状况"),
        ("残疾", "健康状况"),
        ("癌", "健康状况"),
    ],
)
def test_whatever_must_not_be_public_is_found_in_any_field(planted: str, kind: str) -> None:
    assert kind in found(sheet(family(group=f"三组{planted}")))
    if kind != "邮箱":
        assert kind in found(sheet(family(head=f"张三{planted}")))


def test_an_official_name_may_sound_like_anything() -> None:
    assert found(sheet(family(), village="哑巴庄五单元社区居民委员会")) == set()


def test_a_name_may_hold_a_sign_of_the_list_only_if_people_are_called_so() -> None:
    assert found(sheet(family(head="霍去病"))) == set()
    assert found(sheet(family(group="霍去病"))) == {"健康状况"}


def test_a_childs_name_is_found_and_its_adult_namesake_is_not() -> None:
    assert found(sheet(family(group="小明组")), children=("小明",)) == {"未成年人姓名"}
    assert found(sheet(family(head="小明")), children=("小明",)) == set()


def test_what_was_found_is_told_without_repeating_it() -> None:
    [finding] = check_notice("张三13812345678", Known())

    assert "1234" not in str(finding)
    assert "13" in str(finding)


@settings(deadline=None, max_examples=150)
@given(
    before=some.text("东庄三组第，。 ", max_size=6),
    after=some.text("东庄三组第，。 ", max_size=6),
    planted=some.one_of(
        some.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
        some.from_regex(r"1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}", fullmatch=True),
        some.from_regex(r"[1-9][0-9]{5}19[0-9]{2}0[1-9][012][1-8][0-9]{3}[0-9X]", fullmatch=True),
        some.from_regex(r"62[0-9]{14,17}", fullmatch=True),
        some.sampled_from(_illness_words()),
    ),
    field=some.sampled_from(["group", "head", "category"]),
)
def test_no_planted_number_or_illness_ever_passes(before: str, after: str, planted: str, field: str) -> None:
    if field == "head" and planted == "病":
        return  # people are called 去病

    assert found(sheet(family(**{field: f"{before}{planted}{after}"})))
