"""What a family does after it has declared: ask again, say how it was, say that help came, object, read up."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect

from backend import clock
from backend.models import Measure, Objection, Satisfaction, StoredFile, Task
from backend.services import articles, notices
from backend.services.articles import ArticleForm
from backend.workflow.states import Kind
from tests.api.photos import photo
from tests.checks import following
from tests.e2e.phone import Handset, elder_faults
from tests.e2e.test_farmer import declared_on
from tests.people import VILLAGE, Cast, Maker
from tests.services.desks import Desks
from tests.services.sitting import Village
from tests.services.watching import Watched

Phones = Callable[..., Handset]
pytestmark = pytest.mark.shows("client.2", "client.6")


def duties(make: Maker, kind: Kind) -> list[Task]:
    return [each for each in make.rows(Task) if each.kind == kind and each.open_due is not None]


@pytest.mark.shows("D53", "A34")
def test_a_farmer_who_was_refused_asks_for_a_recheck_and_says_how_it_was(
    handset: Phones, app: Flask, cast: Cast, make: Maker
) -> None:
    phone = handset()
    with following(app):
        desks = Desks(app, cast, make)
        desks.today = clock.today() - timedelta(days=20)
        with clock.at(desks.now):
            declared = declared_on(app, phone)
        desks.go_to(declared.case_id)
        desks.to_the_township()
        desks.refuse()

        phone.open("pages/detail/detail", id=str(declared.id))
        phone.sees("家里能应付")
        phone.tap("交评价")
        phone.sees("请先点一项。")
        phone.tap("不满意")
        phone.type("想说的话", "来了三次都没人接")
        phone.tap("交评价")
        phone.sees("您的评价已经收到")
        phone.tap("对结果不服，申请复核")
        phone.on_top.get_by_text("申请复核", exact=True).last.tap()
        phone.sees("请写几个字，说清楚就行。")
        phone.type("为什么要复核", "住院的钱没有算进去")
        phone.picture("recheck")
        assert phone.on_top.locator('textarea[aria-label^="想说的话"]').input_value() == ""
        phone.on_top.get_by_text("申请复核", exact=True).last.tap()
        phone.sees("复核申请已经收到。")
        phone.sees("复核中")

    assert [each.mark for each in make.rows(Satisfaction)] == ["dissatisfied"]
    assert [each.role for each in duties(make, Kind.RECHECK)] == ["TOWN_REVIEW"]


@pytest.mark.shows("monitoring.1")
def test_a_farmer_says_on_the_own_phone_that_one_help_came_and_another_did_not(
    handset: Phones, app: Flask, cast: Cast, make: Maker
) -> None:
    phone = handset()
    with following(app):
        family = Watched(app, cast, make)
        with clock.at(family.now):
            declared = declared_on(app, phone)
        family.case_id = declared.case_id
        family.village()
        family.township_and_county()
        family.watch_id = family.watch().id
        family.plan("housing", "industry")
        sent = cast.phone("village").post(f"/cases/{family.case_id}/phones", declaration_id=str(declared.id))
        assert sent.status_code == 201, sent.json

        phone.open("pages/mydata/mydata")
        phone.sees("给我家的帮扶")
        phone.picture("help")
        phone.tap("收到了")
        phone.hears("这项帮扶就记为已收到")
        phone.answer("收到了")
        phone.page.wait_for_function("() => document.body.innerText.split('没有收到').length === 2")
        phone.tap("没有收到")
        phone.hears("村里会去查")
        phone.answer("没收到")
        phone.page.wait_for_function("() => !document.body.innerText.includes('没有收到')")

    assert sorted(each.family_says for each in make.rows(Measure)) == ["not_received", "received"]
    assert [each.role for each in duties(make, Kind.AID_MISSING)] == ["TOWN_REVIEW"]


@pytest.mark.shows("procedure.8")
def test_whoever_scans_the_sheet_on_the_wall_objects_without_a_name_and_finds_the_answer(
    handset: Phones, app: Flask, cast: Cast, make: Maker
) -> None:
    with following(app):
        village = Village(app, cast, make)
        village.today = clock.today()
        [case_id] = village.agreed("张三")
        village.read_out(case_id)
        notice = village.run(notices.prepare, [case_id])
        phone = handset().open(scene=VILLAGE)
        phone.tap("对村里的公示有意见")
        scan(phone, "https://shouwang.example/notice/nosuchsheet")
        phone.hears("没有找到这张公示")
        phone.answer("知道了")
        scan(phone, f"https://shouwang.example/notice/{notice.token}")
        phone.hears("还没有登记张贴")
        phone.answer("知道了")
        village.run(notices.post, notice.id, form=village.posting(case_id))
        scan(phone, f"https://shouwang.example/notice/{notice.token}")
        phone.sees("村委会公示栏")
        phone.tap("交上去")
        phone.sees("请点公示单上的哪一户。")
        phone.tap("第 1 户")
        phone.on_top.locator("[role=radio]").nth(1).tap()
        phone.type("说一说", "他家去年买了货车")
        phone.picture("objecting")
        phone.tap("交上去")
        phone.sees("您的意见已经收到")

    [objection] = make.rows(Objection)
    assert objection.case_id == case_id
    assert [each.role for each in duties(make, Kind.OBJECTION)] == ["TOWN_REVIEW"]


def test_a_photo_that_the_county_will_not_have_says_why_and_is_taken_off_the_phone(
    handset: Phones, app: Flask, make: Maker
) -> None:
    phone = handset()
    declared = declared_on(app, phone)
    phone.open("pages/detail/detail", id=str(declared.id))
    phone.tap("再交几张照片")
    with phone.page.expect_file_chooser() as chooser:
        phone.tap("＋ 拍照或选照片")
        phone.tap("同意，接着用")
    chooser.value.set_files({"name": "roof.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    phone.sees("不要这张")
    phone.context.route("**/files", lambda route: route.abort(), times=1)
    phone.tap("把照片交上去")
    phone.sees("照片：还没有传上去，有网时再传。")
    phone.tap("撤回这次申报")
    phone.answer("撤回")
    phone.sees("已经撤回")

    phone.tap("再传一次")
    phone.sees("照片：这次申报已经办结，不能再补照片")
    expect(phone.on_top.get_by_text("再传一次")).to_have_count(0)
    assert elder_faults(phone, "refused-photo") == []
    phone.tap("不传这一个了")
    phone.answer("不传了")

    expect(phone.on_top.get_by_text("没有传上去")).to_have_count(0)
    assert phone.page.evaluate("wxrun.wx.getStorageSync('attachments')") == []
    assert make.rows(StoredFile) == []


def scan(phone: Handset, found: str) -> None:
    """Hold the camera over a code."""
    phone.tap("扫公示单上的码")
    phone.page.locator(".wxrun-sheet textarea").fill(found)
    phone.answer("确定")


@pytest.mark.shows("A05")
def test_a_farmer_reads_what_the_county_published_one_article_a_page(handset: Phones, cast: Cast, make: Maker) -> None:
    with cast.acting("county_op") as by:
        articles.publish(ArticleForm("guide", "网格员手册", "只给干部看。"), by=by)
        articles.publish(ArticleForm("declare_card", "申报明白卡", "谁都可以申报。"), by=by)
        old = articles.publish(ArticleForm("policy", "看病报销", "住院先报销。\n再说困难。"), by=by)
    phone = handset().open(scene=VILLAGE)
    phone.tap("政策和明白卡")
    phone.sees("申报明白卡")
    phone.picture("articles")
    assert "网格员手册" not in phone.on_top.inner_text()
    phone.tap("看病报销")
    phone.sees("再说困难。")
    phone.picture("article")

    with cast.acting("county_op") as by:
        articles.withdraw(old.series_id, by=by)
    phone.open("pages/article/article", id=str(old.id))
    phone.sees("这份材料已经更新或撤下")
