"""Watched families at the desks: planned for, helped, visited, warned about and on their way out, through forms."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.models import (
    Assignment,
    Campaign,
    CampaignFamily,
    Case,
    Hazard,
    Inspected,
    Measure,
    MemberChange,
    Offer,
    Pairing,
    Plan,
    RegularVisit,
    ReliefClaim,
    Watch,
)
from backend.workflow.states import Kind, State
from tests.admin.desk import Desk
from tests.people import TOWNSHIP, Cast, Maker, id_number
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.test_removals import AUTUMN, WayOut
from tests.services.watching import MET, SAFE

Enter = Callable[[str], Desk]
pytestmark = pytest.mark.shows("monitoring.1")


@pytest.fixture
def family(app: Flask, cast: Cast, make: Maker, preset: Any) -> Iterator[WayOut]:  # noqa: F811
    preset("NATIONAL")
    way = WayOut(app, cast, make)
    way.include(id_number=id_number(1))
    with clock.at(way.now):
        yield way


def at(family: WayOut) -> str:
    return f"/console/watches/{family.watch_id}"


def press(desk: Desk, path: str, deed: str, row: str = "", **typed: Any) -> Any:
    """Fill in one of the declared forms of a page."""
    page = desk.get(path)
    [form] = [each for each in page.forms if each.values.get("form") == (f"{deed}.{row}" if row else deed)]
    answer = desk.client.post(form.action, data={**form.values, **typed}, follow_redirects=True)
    from tests.admin.pages import read

    return read(answer)


@pytest.mark.shows("A15", "A19", "B50", "B54")
def test_a_family_is_planned_for_helped_and_answered_for(family: WayOut, console: Enter) -> None:
    village, township, county = console("village"), console("town_op"), console("county_op")
    assert "张三" in village.get("/console/watches/").text

    refused = press(village, at(family), "plan", labour="strong")
    assert "请选择家里的劳动能力" in refused.text
    press(village, at(family), "plan", risks=["housing"], labour="able", heard_whom="head", wishes="想修房")
    press(
        county,
        "/console/resources/",
        "put_on",
        department="housing",
        category="housing",
        name="危房改造",
        who="住危房的",
    )
    [offer] = family.make.rows(Offer)
    page = press(
        village,
        at(family),
        "measure",
        category="housing",
        what="翻修屋顶",
        department="housing",
        responsible="赵工",
        due_on="2026-12-01",
        planned="3000",
        offer_id=str(offer.id),
    )
    assert "已点单" in page.text
    assert "翻修屋顶" in county.get("/console/resources/").text
    [measure] = family.make.rows(Measure)
    for what, more in (("planned", {}), ("paid", {"paid": "3000"}), ("delivered", {})):
        press(county, at(family), "progress", str(measure.id), what=what, **more)
    press(township, at(family), "pair", name="刘帮扶", phone="13900000001", unit="住建局")
    page = press(village, at(family), "family_says", str(measure.id), received="not_received", words="没见到")

    assert "没有收到" in page.text
    assert family.owed(Kind.AID_MISSING) != []
    [measure] = family.make.rows(Measure)
    assert (measure.progress, measure.funds, measure.paid_fen) == ("delivered", "paid", 3000_00)
    assert len(family.make.rows(Plan)) == len(family.make.rows(Pairing)) == 1
    assert "刘帮扶" in village.get(at(family)).text
    assert len(family.owed(Kind.AID_MISSING)) == 1
    township.press(
        township.get(f"/console/cases/{family.case_id}"), "/decisions", action="answer_missing", words="已送到"
    )
    assert family.owed(Kind.AID_MISSING) == []


@pytest.mark.shows("D34", "D35", "D31", "D32")
def test_relief_and_insurance_are_one_page(family: WayOut, console: Enter) -> None:
    from tests.services.test_help import _categorise

    _categorise(family, "marginal")
    village, lead, clerk = console("village"), console("county_lead"), console("county_op")
    press(village, at(family), "claim", cause="illness", words="住院", asked="5000")
    [claim] = family.make.rows(ReliefClaim)
    press(lead, "/console/resources/", "decide", str(claim.id), granted="3000", words="按标准")
    page = press(clerk, "/console/resources/", "pay", str(claim.id))
    assert "已发放" in page.text
    assert "未缴1人" in page.text
    [form] = [each for each in page.forms if each.values.get("deed") == "insured"]
    clerk.client.post(form.action, data={**form.values, "subsidy": "220"})
    assert "未缴0人" in clerk.get("/console/resources/").text
    assert "张三" in clerk.client.get("/console/resources/insurance.csv?year=2026").get_data(as_text=True)


@pytest.mark.shows("monitoring.2", "A18", "B59", "B29")
def test_a_visit_is_filed_with_what_changed_only(family: WayOut, console: Enter) -> None:
    village, township = console("village"), console("town_op")
    household = family.watch().household_id
    path = f"/console/rounds/{household}"
    refused = village.press(
        village.get(path), f"/rounds/{household}", **{"way": "home", "conclusion": "concern", "state.housing": "unsafe"}
    )
    assert "请写一句是什么变化" in refused.text
    village.press(
        village.get(path),
        f"/rounds/{household}",
        **{"way": "home", "conclusion": "concern", "state.housing": "unsafe", "words.housing": "后墙裂了"},
    )
    page = village.press(village.get(path), f"/rounds/{household}", way="phone", conclusion="fine")

    assert "已登记走访" in page.text
    assert [row.changed for row in family.make.rows(RegularVisit)] == [["housing"], []]
    [hazard] = family.make.rows(Hazard)
    press(township, "/console/rounds/", "close_hazard", str(hazard.id), words="加固了，看过")
    assert family.make.rows(Hazard)[0].closed_on is not None
    press(township, path, "tell", kind="birth", name="张小宝", relation="son", happened_on="2026-03-01")
    [change] = family.make.rows(MemberChange)
    press(village, "/console/rounds/", "settle", str(change.id), so="yes")
    assert family.make.rows(MemberChange)[0].outcome == "confirmed"
    press(village, path, "traits", tags=["disabled"], best_time="evening")
    assert "村里确认" in township.get(path).text


@pytest.mark.shows("monitoring.6", "C22", "C23", "C24", "C27", "C28", "C29")
def test_a_warning_walks_over_the_desks(family: WayOut, console: Enter) -> None:
    family.plan("housing")
    village, township, county, lead = (console(login) for login in ("village", "town_op", "county_op", "county_lead"))
    press(village, at(family), "warn", items=["water"], words="井干了")
    [case] = [each for each in family.make.rows(Case) if each.procedure == "warning"]
    path = f"/console/cases/{case.id}"
    township.press(township.get(path), "/decisions", action="check_warning", words="属实")
    county.press(county.get(path), "/decisions", action="confirm_warning", words="请水利局解决", department="water")
    county.press(county.get(path), "/decisions", action="ask_to_close_warning", words="打了新井")
    family.visit()
    lead.press(lead.get(path), "/decisions", action="close_warning", words="看过了，有水")
    page = county.press(county.get(path), "/decisions", action="update_office", words="已更新")

    assert family.case_of(case.id).state == State.WARNING_CLOSED
    assert "已销号" in page.text


@pytest.mark.shows("monitoring.6", "A20")
def test_a_removal_walks_over_the_desks_and_back(family: WayOut, console: Enter, cast: Cast) -> None:
    family.ready()
    with clock.at(family.now):
        head, village, reviewer = console("head"), console("village"), console("reviewer")
        assert "可以提" in reviewer.get("/console/watches/candidates").text
        press(head, at(family), "propose", words="房子修好，收入稳定")
        [case] = [each for each in family.make.rows(Case) if each.procedure == "removal"]
        path = f"/console/watches/removal-check/{case.id}"
        typed: dict[str, Any] = {
            "mode": "assisted",
            "met": list(MET),
            **{f"safety.{item}": state for item, state in SAFE.items()},
            "wages": "40000",
            "heads": "3",
            "view": "agrees",
            "heard_whom": "head",
            "second_name": "李站长",
        }
        looked = village.press(village.get(path), f"/{case.id}", **{**typed, "met": [], "do": "look"})
        assert "下面这些要先解决" in looked.text
        page = village.press(village.get(path), f"/{case.id}", **typed, do="file")
        assert "消除核实已填报" in page.text
        family.case_id = case.id
        assert "风险消除" in village.get("/console/queue/").text
        family.meet()
        family.post()
    family.close_notice()
    with clock.at(family.now):
        reviewer = console("reviewer")
        reviewer.press(reviewer.get(f"/console/cases/{case.id}"), "/decisions", action="pass_on")
        lead = console("county_lead")
        lead.press(lead.get(f"/console/cases/{case.id}"), "/decisions", action="county_approve")
        clerk = console("town_op")
        page = clerk.press(clerk.get(f"/console/cases/{case.id}"), "/decisions", action="announce", number="9号")
        assert family.case().state == State.REMOVED
        county = console("county_op")
        page = county.press(
            county.get(f"/console/cases/{case.id}"),
            "/decisions",
            action="roll_back",
            reasons=["unstable"],
            words="又困难了",
        )

    assert "继续监测" in page.text
    assert [row.standing for row in family.make.rows(Watch)] == ["assisted"]
    assert family.today >= AUTUMN


@pytest.mark.shows("monitoring.7", "A27", "B52", "A26")
def test_meetings_inspections_and_publicity_are_one_page(family: WayOut, console: Enter) -> None:
    county, township = console("county_op"), console("town_op")
    page = press(
        county,
        "/console/supervising/",
        "record",
        kind="monthly",
        subject="研判认定结果",
        attended="民政局、医保局",
        what="核实三户的措施",
        owner=TOWNSHIP,
        due_on="2026-12-01",
    )
    assert "研判认定结果" in page.text
    [row] = family.make.rows(Assignment)
    press(township, "/console/supervising/", "answer", str(row.id), words="三户都看过")
    page = press(county, "/console/supervising/", "accept", str(row.id), so="yes")
    assert "没有在办的交办和整改" in page.text
    assert "种子" in press(township, "/console/supervising/", "draw", villages="1", households="1").text
    [drawn] = family.make.rows(Inspected)
    press(township, "/console/supervising/", "found", str(drawn.id), outcome="good", words="都好")
    page = press(township, "/console/supervising/", "publicity", kind="sample", subject="知晓率", asked="20", knew="17")
    assert "抽问20人，17人知道" in page.text


@pytest.mark.shows("monitoring.8", "monitoring.9", "monitoring.5")
def test_campaigns_and_the_national_files_have_pages(family: WayOut, console: Enter) -> None:
    county, township = console("county_op"), console("town_op")
    page = press(
        county,
        "/console/campaigns/",
        "begin",
        name="集中排查",
        number="3号",
        kind="screening",
        whom="everybody",
        from_on="2026-03-01",
        until_on="2026-12-31",
        questions="有没有新欠债\n房子漏不漏",
    )
    assert "还没走到的户" in page.text
    [campaign] = family.make.rows(Campaign)
    assert "张三户" in township.get(f"/console/campaigns/{campaign.id}/papers").text
    family.visit()
    results, asked = f"/console/campaigns/{campaign.id}", family.make.rows(CampaignFamily)[0].household_id
    put_right = {"goes_on": "rectification", "words": "西屋漏水", "put_right_by": clock.today().isoformat()}
    village = console("village")
    unfit = press(village, results, "answer", family=str(asked), is_so="1", goes_on="rectification", words="西屋漏水")
    found = press(village, results, "answer", family=str(asked), is_so="1", **put_right)
    assert "请定整改的期限" in unfit.text
    assert "房子漏不漏" in found.text.partition("发现了情况的户")[2]
    press(county, "/console/campaigns/", "close", str(campaign.id))
    after = county.get(results)
    assert results in county.get("/console/campaigns/").links
    assert "已结束" in after.text
    assert "西屋漏水" in after.text
    assert "正在整改" in after.text
    assert "登记一户的回答" not in village.get(results).text
    page = township.press(township.get("/console/national/"), "/national/", lines="乱写的一行")
    assert "一行要有" in page.text
    assert "张三" in township.client.get("/console/national/families.csv?only=waiting").get_data(as_text=True)
    assert "现在没有集中出现的风险" in county.get("/console/mass-risk/").text
