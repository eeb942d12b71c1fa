"""What a family does on its phone: declare over a broken line, answer a return, take a consent back, complain."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from backend.access.scope import act_within
from backend.models import AccountHousehold, Case, CaseEvent, Complaint, ConsentChange, Declaration, StoredFile
from backend.policy.presets import load_preset
from backend.policy.values import as_values
from backend.privacy.receipts import spoken
from backend.services import declarations, sign_ins
from backend.services.declarations import DeclarationForm
from backend.wechat.emulator.config import DEMO_APP_ID
from tests.api.photos import photo
from tests.api.test_codes_to_the_number_on_file import deliver as deliver
from tests.api.test_codes_to_the_number_on_file import provider as provider
from tests.checks import following
from tests.e2e.phone import Handset, elder_faults
from tests.people import COUNTY, FORM, VILLAGE, Cast, Maker, id_number
from tests.sms.standin import StandIn
from tests.wechat.emulation import Emulator

Phones = Callable[..., Handset]
pytestmark = pytest.mark.shows("client.2", "client.6")
ID = id_number(7)
ALL_DAY = as_values(load_preset("NATIONAL"))["ladder"] | {
    "quiet_until": "00:00",
    "quiet_from": "23:59",
    "hours": {"sms": ["00:00", "23:59"]},
}
"""Text messages go out whatever the hour at which this test runs."""


def fill(phone: Handset, at_each: Callable[[int], None] = lambda step: None) -> None:
    """Go through the questions up to the last look, with slips that are mended; `at_each` sees every one."""
    phone.tap("我要申报")
    phone.tap("给自己家申报")
    at_each(1)
    phone.tap("下一步")
    phone.sees("这家人在哪个村")
    at_each(2)
    phone.tap("下一步")
    phone.sees("最主要的困难是哪一项")
    at_each(3)
    phone.touch("家里有人生病，看病花钱多", "下一步", "下一步")
    phone.sees("请说一说困难")
    at_each(4)
    phone.touch("每月都要吃药，药费负担重", "下一步")
    phone.type("户主姓名", "王秀兰")
    phone.type("电话", "1540000000")
    phone.type("身份证号", ID[:-1])
    phone.tap("下一步")
    phone.sees("手机号是 11 位，现在是 10 位。")
    phone.sees("身份证号是 18 位，现在是 17 位。")
    at_each(5)
    phone.type("电话", "15400000007")
    phone.type("身份证号", ID)
    phone.tap("下一步")
    phone.sees("最后看一遍")
    at_each(6)


def declared_on(app: Flask, phone: Handset) -> Declaration:
    """Declare from this phone's account, as its own mini-program would."""
    with app.app_context():
        ticket = sign_ins.open_phone(DEMO_APP_ID, phone.openid, COUNTY)
    with app.app_context():
        act_within(ticket.actor.scope)
        return declarations.declare(DeclarationForm(**(FORM | {"village_code": VILLAGE})), by=ticket.actor)


@pytest.mark.shows("client.4", "client.5")
def test_a_declaration_by_touch_alone_over_a_broken_line_becomes_one_case(
    handset: Phones, make: Maker, online: Emulator
) -> None:
    phone = handset(scale=1.4).open(scene=VILLAGE)
    fill(phone)
    phone.tap("同意使用家人的看病和残疾情况")
    phone.context.set_offline(True)
    phone.tap("提交申报")
    phone.answer("允许")
    phone.hears("没有网络")
    phone.picture("declare-offline")
    phone.answer("知道了")
    assert make.rows(Case) == []
    assert ID not in phone.stored()

    phone.context.set_offline(False)
    submit = phone.on_top.get_by_text("提交申报", exact=True)
    box = submit.bounding_box()
    assert box is not None
    for _ in range(2):  # a hand that shakes
        phone.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.answer("允许")
    phone.sees("您的申报已经收到")
    phone.sees("有了进展，微信会告诉您")
    phone.picture("done")

    [declared], [case] = make.rows(Declaration), make.rows(Case)
    phone.sees(spoken(declared.receipt_no))
    assert case.village_code == VILLAGE
    assert declared.consents == {"health": True, "assets": False, "minors": False}
    assert all(len(given["tmplIds"]) == 1 for given in phone.calls("requestSubscribeMessage"))
    assert online.messages(phone.openid) == []
    assert "draft" not in phone.stored()


@pytest.mark.shows("client.5")
def test_a_draft_outlives_a_restart_without_the_id_number_and_with_its_photo(handset: Phones, make: Maker) -> None:
    phone = handset().open(scene=VILLAGE)
    fill(phone)
    with phone.page.expect_file_chooser() as chooser:
        phone.tap("＋ 拍照或选照片")
        phone.sees("用到手机里的东西，先问您")
        phone.picture("privacy")
        phone.tap("同意，接着用")
    chooser.value.set_files({"name": "roof.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    phone.sees("不要这张")

    phone.open()
    phone.tap("我要申报")
    phone.sees("最后看一遍")
    phone.sees("不要这张")
    assert ID not in phone.stored()
    phone.tap("提交申报")
    phone.answer("取消")
    phone.sees("您没有让微信发消息")

    [declared], [stored] = make.rows(Declaration), make.rows(StoredFile)
    assert stored.case_id == declared.case_id
    assert phone.page.evaluate("wxrun.wx.getStorageSync('attachments')") == []


def test_a_declaration_whose_answer_was_lost_is_found_again_after_a_restart_and_not_sent_twice(
    handset: Phones, make: Maker
) -> None:
    phone = handset().open(scene=VILLAGE)
    fill(phone)
    with phone.page.expect_file_chooser() as chooser:
        phone.tap("＋ 拍照或选照片")
        phone.tap("同意，接着用")
    chooser.value.set_files({"name": "roof.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    phone.sees("不要这张")
    phone.loses_an_answer("**/declarations", status=0)
    phone.tap("提交申报")
    phone.answer("取消")
    phone.hears("没有网络")

    phone.open().tap("我要申报")  # without the ID number, which is only ever sent
    phone.sees("育才社区")
    phone.tap("提交申报")
    phone.answer("取消")
    phone.hears("申报已经收到了")
    phone.answer("知道了")
    phone.sees("回执号")

    [declared], [stored] = make.rows(Declaration), make.rows(StoredFile)
    assert stored.case_id == declared.case_id
    assert "draft" not in phone.stored()


def test_refusing_the_privacy_guide_still_lets_a_family_declare(handset: Phones, make: Maker) -> None:
    phone = handset().open(scene=VILLAGE)
    fill(phone)
    phone.tap("＋ 拍照或选照片")
    phone.tap("不同意，不用这些也能办")
    phone.tap("提交申报")
    phone.answer("取消")
    phone.sees("您的申报已经收到")

    assert len(make.rows(Declaration)) == 1


def test_a_farmer_answers_a_return_and_reads_that_it_went_on(
    handset: Phones, app: Flask, cast: Cast, make: Maker
) -> None:
    phone = handset()
    declared = declared_on(app, phone)
    body = {"action": "return_for_information", "reasons": ["papers"], "words": "请补上住院票据"}
    version = make.duty(declared.case_id).version
    sent = cast.phone("village").post(f"/cases/{declared.case_id}/decisions", version=version, **body)
    assert sent.status_code == 201, sent.json

    phone.open("pages/progress/progress", id=str(declared.id))
    phone.sees("还差一点，请您补充")
    phone.sees("请补上住院票据")
    phone.tap("交给村里")
    phone.sees("请写几个字，说清楚就行。")
    phone.type("您的回答", "票据在医院，麻烦村里帮我取")
    phone.picture("answering")
    phone.tap("交给村里")
    phone.sees("补充的内容已经交给村里。")
    expect(phone.on_top.get_by_text("还差一点，请您补充")).to_have_count(0)

    answers = [each for each in make.rows(CaseEvent) if each.action == "supplement"]
    assert len(answers) == 1


def test_a_consent_is_taken_back_only_after_reading_what_follows(
    handset: Phones, app: Flask, cast: Cast, make: Maker
) -> None:
    phone = handset()
    declared = declared_on(app, phone)
    phone.open("pages/mydata/mydata")
    phone.sees("请村干部上门确认")
    sent = cast.phone("village").post(f"/cases/{declared.case_id}/phones", declaration_id=str(declared.id))
    assert sent.status_code == 201, sent.json

    phone.open("pages/mydata/mydata")
    phone.tap("同意处理家人的健康信息")
    phone.hears("要收回同意吗")
    phone.answer("收回")
    expect(phone.on_top.locator('[aria-label="同意处理家人的健康信息"]')).to_be_visible()

    assert [(each.consent, each.is_given) for each in make.rows(ConsentChange)] == [("health", False)]


def test_an_answer_whose_receipt_was_lost_on_the_way_is_handed_in_once(
    handset: Phones, app: Flask, cast: Cast, make: Maker
) -> None:
    phone = handset()
    declared = declared_on(app, phone)
    body = {"action": "return_for_information", "reasons": ["papers"], "words": "请补上住院票据"}
    version = make.duty(declared.case_id).version
    cast.phone("village").post(f"/cases/{declared.case_id}/decisions", version=version, **body)
    phone.open("pages/detail/detail", id=str(declared.id))
    phone.type("您的回答", "票据在医院")
    phone.loses_an_answer("**/supplements")

    phone.tap("交给村里")
    phone.hears("服务器暂时不能办理")
    phone.answer("知道了")
    phone.tap("交给村里")
    phone.sees("补充的内容已经交给村里。")

    assert len([each for each in make.rows(CaseEvent) if each.action == "supplement"]) == 1


@pytest.mark.shows("client.5")
def test_a_phone_is_let_in_by_a_code_to_the_number_on_file_and_takes_itself_off_again(
    app: Flask, handset: Phones, cast: Cast, make: Maker, provider: StandIn, deliver: Callable[[], int]
) -> None:
    with following(app, ladder=ALL_DAY):
        with cast.acting("village") as village:  # on paper, with the telephone that the family gave
            declarations.declare(DeclarationForm(**(FORM | {"phone": "13911112222"})), by=village)
        phone = handset().open("pages/mydata/mydata")
        phone.tap("用短信验证码，确认这是我家的手机")
        phone.type("身份证号", FORM["id_number"][:-1])
        phone.tap("发验证码")
        phone.sees("身份证号是 18 位，现在是 17 位。")
        phone.sees("请填姓名。")
        phone.type("身份证号", FORM["id_number"])
        phone.type("姓名", "张三")
        phone.tap("发验证码")
        phone.sees("验证码会发到那个号码上")
        phone.picture("phone-code")
        assert elder_faults(phone, "phone-code") == []
        deliver()
        phone.type("短信里的验证码", str(provider.received[-1]["code"]))
        phone.tap("确认")
        phone.sees("张三家：申请更正")
    assert [each.withdrawn_at for each in make.rows(AccountHousehold)] == [None]

    phone.tap("注销这部手机上的账号")
    phone.hears("已经交的申报照常办")
    phone.answer("注销")
    phone.sees("家里有难处，请告诉我们")
    assert None not in [each.withdrawn_at for each in make.rows(AccountHousehold)]
    assert "ticket" not in phone.stored()
    assert [each.state for each in make.rows(Case)] == ["declared"]


def test_a_complaint_without_a_name_is_found_again_by_its_number(handset: Phones, make: Maker) -> None:
    phone = handset().open(scene=VILLAGE)
    phone.tap("投诉和建议")
    phone.touch("办理慢、没有人答复", "村里")
    phone.type("说一说", "去了三趟没人办")
    phone.tap("交上去")
    phone.sees("请记下这个号")

    [complaint] = make.rows(Complaint)
    phone.sees(spoken(complaint.receipt_no))
    phone.type("没有留姓名的", complaint.receipt_no)
    phone.tap("查一查")
    phone.sees("办理慢、没有人答复　" + complaint.receipt_no)


def test_a_complaint_whose_answer_was_lost_on_the_way_counts_once(handset: Phones, make: Maker) -> None:
    phone = handset().open(scene=VILLAGE)
    phone.tap("投诉和建议")
    phone.touch("办理慢、没有人答复", "村里")
    phone.type("说一说", "去了三趟没人办")
    phone.loses_an_answer("**/complaints")

    phone.tap("交上去")
    phone.hears("服务器暂时不能办理")
    phone.answer("知道了")
    phone.tap("交上去")
    phone.sees("请记下这个号")

    assert len(make.rows(Complaint)) == 1
