"""What those do on the phone who answer for families, head a station, or owe a village's small duties."""

from datetime import timedelta

import pytest
from flask import Flask

from backend import clock
from backend.models import CampaignFamily, Measure, Nudge, RegularVisit
from backend.services import campaigns, paired
from backend.services.campaigns import CampaignForm
from backend.services.paired import PairForm
from tests.checks import following
from tests.e2e.cadre import SUBMIT, Hand, arrived, bound, pick, restart_without_signal, seen_at_both
from tests.people import Cast, Maker
from tests.services.watching import Watched

pytestmark = pytest.mark.shows("client.3", "client.4")


def paired_with(app: Flask, cast: Cast, make: Maker) -> Watched:
    """A watched family with a plan for its roof, for whom the village's cadre answers, in a campaign that runs."""
    family = Watched(app, cast, make)
    family.include()
    family.plan("housing")
    with clock.at(family.now), cast.acting("town_op") as by:
        paired.pair(family.watch_id, PairForm("", "13900000001", staff_id=cast.staff_id("village")), by=by)
    with cast.acting("county_op") as by:
        day = clock.today()
        order = CampaignForm("秋季回头看", "灵防〔2026〕9号", "look_back", "watched", day, day, ("有没有新车",))
        campaigns.begin(order, by=by)
    return family


@pytest.mark.shows("monitoring.1", "monitoring.8")
def test_a_helper_visits_delivers_and_answers_a_campaign_without_signal_and_another_asks_the_family(
    app: Flask, handset: Hand, cast: Cast, make: Maker
) -> None:
    with following(app):
        paired_with(app, cast, make)
        phone = bound(handset, cast)
        phone.tap("专项排查")
        phone.sees("秋季回头看")
        wrong = seen_at_both(phone, "campaigns")
        phone.tap("看要去哪几户")
        phone.sees("还要去 1 户，去过 0 户")
        phone.open("cadre/families/families").sees("我结对的户")
        wrong += seen_at_both(phone, "families")
        phone.tap("张三家")
        phone.sees("翻修屋顶")
        wrong += seen_at_both(phone, "family")
        phone.page.wait_for_function("wx => Object.keys(localStorage).some(name => name.includes('cache:picture'))")

        restart_without_signal(phone, "cadre/families/families")
        phone.sees("现在没有网络")
        phone.tap("张三家")
        phone.tap("登记进展")
        phone.sees("翻修屋顶")
        wrong += seen_at_both(phone, "deed-measure")
        pick(phone, "到了哪一步", "已落实")
        phone.type("写一句情况", "房顶换了新瓦")
        phone.tap(SUBMIT)
        phone.sees("等着发的 1 件")
        phone.touch("回到我的待办", "专项排查")
        phone.tap("看要去哪几户")
        phone.tap("张三家")
        for _ in range(3):
            phone.tap("下一步")
        pick(phone, "看下来怎样", "没有异常")
        phone.tap("下一步")
        phone.tap("有没有新车")
        wrong += seen_at_both(phone, "campaign-questions")
        phone.tap(SUBMIT)
        phone.sees("等着发的 3 件")
        assert make.rows(RegularVisit) == []
        phone.context.set_offline(False)
        arrived(phone, 3)

        phone.open("cadre/families/families").tap("张三家")
        phone.tap("问过了，登记收没收到")
        pick(phone, "家里人说", "收到了")
        phone.tap(SUBMIT)
        phone.sees("收没收到，要由农户自己说")
        head = bound(handset, cast, "head")
        head.tap("帮扶的户")
        head.sees("还没有和您结对的户")
        head.tap("张三家")
        head.tap("问过了，登记收没收到")
        pick(head, "家里人说", "收到了")
        head.tap(SUBMIT)
        arrived(head, 1)

    assert wrong == []
    [measure], [row] = make.rows(Measure), make.rows(CampaignFamily)
    assert (measure.progress, measure.family_says) == ("delivered", "received")
    assert (len(make.rows(RegularVisit)), row.is_so) == (1, [0])


def test_the_head_of_a_station_sees_what_is_late_in_the_village_and_presses_for_it_once(
    handset: Hand, cast: Cast, make: Maker
) -> None:
    with clock.at(clock.now() - timedelta(days=20)):
        make.case()
    phone = bound(handset, cast, "head")
    phone.tap("站里的事、催办")
    phone.sees("已超期 1 件")
    wrong = seen_at_both(phone, "station")
    phone.tap("催一下")
    phone.sees("已经催了")
    phone.open("cadre/station/station").tap("催一下")
    phone.sees("今天")
    phone.sees("已经催办过")

    assert wrong == []
    assert [each.nudged_by_name for each in make.rows(Nudge)] == ["李站长"]
