"""What else a cadre does on the phone: file an office's look, read a manual without signal, note a card explained."""

from datetime import timedelta

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.models import DepartmentCheck, Leaflet, Watch
from backend.services import articles, checks
from backend.services.articles import ArticleForm
from backend.workflow.states import Kind
from tests.checks import following
from tests.e2e.cadre import SUBMIT, Hand, bound, pick, prepared, restart_without_signal, seen_at_both
from tests.people import Cast, Maker
from tests.services.desks import Desks
from tests.services.watching import Watched

pytestmark = pytest.mark.shows("client.3", "client.4")


@pytest.mark.shows("B39")
def test_an_office_looks_at_a_family_and_files_what_it_found_from_the_phone(
    app: Flask, handset: Hand, cast: Cast, make: Maker
) -> None:
    with following(app):
        desks = Desks(app, cast, make)
        desks.today = clock.today() - timedelta(days=20)
        with clock.at(desks.now):
            desks.go_to(make.case())
        desks.village()
        desks.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
        phone = bound(handset, cast, "reviewer")
        phone.tap("张三　归口核查", exact=False)
        phone.sees("说了什么难处")
        phone.tap("归口核查")
        phone.sees("核查意见")
        phone.tap(SUBMIT)
        phone.sees("有的还没填")
        wrong = seen_at_both(phone, "office")
        pick(phone, "核查意见", "困难属实")
        phone.type("看到了什么、建议怎么帮", "墙体开裂，可以申请危房改造")
        phone.type("同去的另一位", "吴研判")
        phone.tap(SUBMIT)
        phone.sees("✓ 已送到")

    assert wrong == []
    [kept] = make.rows(DepartmentCheck)
    assert (kept.department, kept.opinion, kept.checker_name, kept.second_name) == (
        "housing",
        "confirmed",
        "周研判",
        "吴研判",
    )
    with app.app_context():
        assert checks.findings_of(kept) == "墙体开裂，可以申请危房改造"
    assert desks.duties(Kind.DEPARTMENT_CHECK) == []


@pytest.mark.shows("B68", "monitoring.7")
def test_a_village_reads_its_manual_without_signal_and_notes_a_card_that_it_explained(
    app: Flask, handset: Hand, cast: Cast, make: Maker
) -> None:
    with cast.acting("county_op") as by:
        articles.publish(ArticleForm("guide", "识别流程", "先走访，再评议。\n最后公示。"), by=by)
        card = articles.publish(ArticleForm("help_card", "帮扶明白卡", "谁来帮，帮什么。"), by=by)
    with following(app):
        Watched(app, cast, make).include()
    [watch] = make.rows(Watch)
    phone = bound(handset, cast)
    prepared(phone)
    phone.tap("知识手册、讲明白卡")
    phone.sees("识别流程")
    phone.tap("登记：给农户讲了明白卡")
    phone.sees("第 1 步，共 2 步")
    restart_without_signal(phone, "cadre/guides/guides")
    phone.sees("现在没有网络")
    phone.tap("识别流程")
    phone.sees("最后公示。")
    wrong = seen_at_both(phone, "guides")
    phone.tap("登记：给农户讲了明白卡")
    phone.tap("下一步")
    phone.tap(SUBMIT)
    phone.sees("请选一项。")
    wrong += seen_at_both(phone, "leaflet")
    phone.tap("张三家", exact=False)
    phone.tap(SUBMIT)
    phone.sees("等着发的 1 件")
    assert make.rows(Leaflet) == []
    phone.context.set_offline(False)
    phone.sees("✓ 已送到")

    assert wrong == []
    [kept] = make.rows(Leaflet)
    assert (kept.article_id, kept.household_id, kept.way) == (card.id, watch.household_id, "in_person")
