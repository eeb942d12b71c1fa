"""What those do on the phone who answer for families, head a station, or owe a village's small duties."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.models import CampaignFamily, CaseEvent, HomeCheck, Measure, Nudge, RegularVisit, Task
from backend.services import campaigns, home_checks, paired
from backend.services.campaigns import CampaignForm
from backend.services.paired import PairForm
from backend.workflow.states import Kind
from tests.checks import FORM, following
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


def test_a_villages_small_duties_are_done_on_the_phone(app: Flask, handset: Hand, cast: Cast, make: Maker) -> None:
    with following(app):
        declared = make.declaration()
        case_id = declared.case_id
        phone = bound(handset, cast)
        wrong: list[str] = []

        def on_the_card(deed: str, *, answers: tuple[tuple[str, str], ...] = (), said: tuple[str, str] | None = None,
                        submit: str = SUBMIT) -> None:  # fmt: skip
            phone.open("cadre/case/case", case_id=str(case_id)).tap(deed)
            phone.sees("张三家")
            wrong.extend(seen_at_both(phone, f"deed-{deed[:4]}"))
            for question, answer in answers:
                pick(phone, question, answer)
            if said:
                phone.type(*said)
            phone.tap(submit)
            phone.page.wait_for_function("() => !/正在发|等着发的/.test(document.body.innerText)")

        lacking = (("缺什么", "缺证明材料"),)
        on_the_card("还差材料，请农户补充", answers=lacking, said=("写给这家人", "请补住院票据"), submit="发给这家")
        on_the_card("协助补齐材料", said=("补来了什么", "票据已代取"))
        phone.open("cadre/case/case", case_id=str(case_id)).tap("受理")
        phone.answer("确定")
        phone.sees("已经存在手机里")
        on_the_card("约上门时间", answers=(("什么时候", "上午"),), submit="告诉这家")
        on_the_card("家里没人，另约时间", said=("写一句当时", "敲门没有人应"), submit="记下来")
        on_the_card("记一次联系", answers=(("怎样联系的", "电话"),), said=("说了什么", "约好明天去"))
        on_the_card("确认这家的手机", submit="就是这家的")
        with cast.acting("head") as by:
            version = next(each.version for each in open_duties(make, case_id) if each.kind == Kind.VISIT)
            form = replace(FORM, visited_on=clock.today(), companion="王村干")
            home_checks.file_check(case_id, by=by, version=version, form=form)
        on_the_card("同行人确认核实", answers=(("和您看到的一样吗", "一样"),), submit="确认")

    assert wrong == []
    done = {each.action for each in make.rows(CaseEvent) if each.case_id == case_id}
    assert {
        Action.RETURN_FOR_INFORMATION, Action.SUPPLEMENT, Action.RESCHEDULE, "appoint_visit", "talk",
        "confirm_phone", Action.CONFIRM_CHECK,
    } <= done  # fmt: skip
    assert [each.agrees for each in make.rows(HomeCheck)] == [True]


def open_duties(make: Maker, case_id: int) -> list[Task]:
    return [each for each in make.rows(Task) if each.case_id == case_id and each.open_due is not None]
