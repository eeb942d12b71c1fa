"""Posts change hands on their day (换届, practice P43): by list, looked at before, called off, a village at a time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Role
from backend.db import db
from backend.models import CaseEvent, Handover, Identity, Message, Pairing, Staff
from backend.services import absences, deputies, handover_days, handovers
from backend.services.deputies import NewDeputy
from backend.services.handovers import HandoverForm
from backend.services.hearers import Desks
from tests.imports.files import ZHANG, Office, as_csv, rows
from tests.jobs.ladder import signed_in
from tests.people import COUNTY, NEXT_VILLAGE, VILLAGE, Cast, Maker

HEADING = ["地方", "岗位", "原任", "新任姓名", "新任用户名", "新任职务", "交接日期"]
DAY = date(2027, 1, 15)
FIVE_DAYS = timedelta(days=5)
THAT_MORNING = datetime(2027, 1, 15, 1, tzinfo=UTC)
pytestmark = [pytest.mark.shows("console.6")]


@pytest.fixture
def kind() -> str:
    return "sqlite"


def all_of(app: Flask, table: type) -> list:
    with app.app_context():
        return list(db.session.scalars(db.select(table).order_by(table.id)))


def hats(app: Flask, code: str) -> dict[str, bool]:
    """Return who has a village's hat, by name, and whether it is still on."""
    with app.app_context():
        query = db.select(Staff.name, Identity.ended_at).join(Identity).where(Identity.region_code == code)
        return {name: ended is None for name, ended in db.session.execute(query)}


def carry_out(app: Flask) -> int:
    with app.app_context():
        return handover_days.carry_out()


@pytest.mark.shows("console.5", "console.6", "B07")
def test_a_list_moves_posts_families_and_duties_on_its_day_and_not_before(app: Flask, cast: Cast, make: Maker) -> None:
    for login in ("village", "next_village", "town_op", "head"):
        cast.staff_id(login)
    Office(app, cast).take(as_csv(ZHANG))
    pair = [VILLAGE, "张三", "", "帮扶责任人", "王村干", "", "", "village"]
    head = ["村", "户主姓名", "户主身份证号", "帮扶身份", "帮扶人姓名", "帮扶人单位", "开始日期", "帮扶人用户名"]
    Office(app, cast).take(as_csv([pair], head), "pairings")
    case_id = make.case("accept", head_name="李四", id_number=None)
    lines = [
        [VILLAGE, "村干部", "王村干", "马新来", "maxinlai", "村委会主任", "2027-01-15"],
        [NEXT_VILLAGE, "村干部", "赵邻村", "李站长", "head", "", "2027-01-15"],
        [NEXT_VILLAGE, "村干部", "不在册", "马新来", "maxinlai", "", "2027-01-15"],
    ]
    office = Office(app, cast, "town_op")

    seen = office.look(as_csv(lines, HEADING), "handovers")
    assert all_of(app, Handover) == []
    office.accept(seen.id)
    again = office.look(as_csv(lines[:2], HEADING), "handovers")
    early = carry_out(app)
    with clock.at(THAT_MORNING):
        done, twice = carry_out(app), carry_out(app)

    assert seen.counts == {"new": 2, "wrong": 1}
    assert "1件待办、1户结对" in seen.found["C2"]
    assert "不在这个岗位上" in seen.found["C4"]
    assert again.counts == {"same": 2}
    assert (early, done, twice) == (0, 2, 0)
    assert hats(app, VILLAGE) == {"王村干": False, "李站长": True, "马新来": True}
    assert hats(app, NEXT_VILLAGE) == {"赵邻村": False, "李站长": True}
    assert [(each.name, each.until_on) for each in rows(app, Pairing)] == [("王村干", DAY), ("马新来", None)]
    assert {each.actor_name for each in rows(app, CaseEvent) if each.actor_role == "VILLAGE"} == {"王村干"}
    first = all_of(app, Handover)[0]
    assert (first.standing, first.moved["families"], first.moved["duties"]) == ("done", 1, 1)
    asked = {each.recipient: each.data["hint"] for each in all_of(app, Message) if each.subject.startswith("handover")}
    assert asked[f"staff:{first.to_id}"] == "有1件待办，请打开并允许提醒"
    assert make.duty(case_id).owner_region == VILLAGE


def test_what_is_called_off_does_not_happen_and_what_cannot_says_why_without_harm_to_others(
    app: Flask, cast: Cast
) -> None:
    for login in ("village", "next_village", "head", "town_op"):
        cast.staff_id(login)
    with cast.acting("town_op") as by:
        off = handovers.plan(_form(cast, VILLAGE, "village"), by=by)
        handovers.call_off(off.id, by=by)
        handovers.plan(_form(cast, VILLAGE, "village"), by=by)
        handovers.plan(_form(cast, NEXT_VILLAGE, "next_village"), by=by)
    with app.app_context():
        db.session.execute(
            db.update(Identity).where(Identity.staff_id == cast.staff_id("village")).values(ended_at=clock.now())
        )
        db.session.commit()

    with clock.at(THAT_MORNING):
        done = carry_out(app)

    assert done == 1
    assert [(each.standing, each.said) for each in all_of(app, Handover)] == [
        ("called_off", ""),
        ("refused", "王村干已经不在这个岗位上，没有东西可交。"),
        ("done", ""),
    ]


def test_a_deputy_who_gets_the_post_keeps_it_when_the_loan_would_have_ended(app: Flask, cast: Cast) -> None:
    for login in ("head", "town_op"):
        cast.staff_id(login)
    with signed_in(cast, "town_lead") as lead:
        lent = NewDeputy(Role.VILLAGE, NEXT_VILLAGE, cast.staff_id("head"), clock.today(), DAY + FIVE_DAYS, "空岗")
        deputies.name_deputy(lent, by=lead)
    with cast.acting("town_op") as by:
        handovers.plan(HandoverForm(Role.VILLAGE, NEXT_VILLAGE, cast.staff_id("head"), DAY, "换届"), by=by)

    with clock.at(THAT_MORNING):
        carry_out(app)
    with clock.at(THAT_MORNING + 2 * FIVE_DAYS), app.app_context():
        deputies.turn()

    assert hats(app, NEXT_VILLAGE) == {"李站长": True}


def test_no_post_goes_to_somebody_who_became_an_inspector_meanwhile(app: Flask, cast: Cast) -> None:
    for login in ("village", "next_village", "town_op"):
        cast.staff_id(login)
    with cast.acting("town_op") as by:
        handovers.plan(replace(_form(cast, VILLAGE, "village"), to_id=cast.staff_id("next_village")), by=by)
    with app.app_context():
        mine = db.select(Identity).where(Identity.staff_id == cast.staff_id("next_village"))
        hat = db.session.scalars(mine).one()
        hat.role, hat.region_code = Role.AUDIT, COUNTY
        db.session.commit()

    with clock.at(THAT_MORNING):
        done = carry_out(app)

    assert done == 0
    assert "请另排一个人接任" in all_of(app, Handover)[0].said
    assert hats(app, VILLAGE) == {"王村干": True, "李站长": True}


def _form(cast: Cast, village: str, login: str) -> HandoverForm:
    return HandoverForm(Role.VILLAGE, village, cast.staff_id("head"), DAY, "换届", cast.staff_id(login))


def test_whoever_leaves_hands_everything_to_one_person_and_the_account_closes(
    app: Flask, cast: Cast, console: Callable
) -> None:
    for login in ("village", "head"):
        cast.staff_id(login)
    desk = console("admin")
    page = desk.get(f"/console/handovers/of/{cast.staff_id('village')}")
    form = {"to_id": cast.staff_id("head"), "on_day": "2027-01-15", "why": "调走", "closes_account": "yes"}

    wrong = desk.press(page, f"/of/{cast.staff_id('village')}", **{**form, "on_day": "2020-01-01"})
    planned = desk.press(page, f"/of/{cast.staff_id('village')}", **form)
    with clock.at(THAT_MORNING):
        carry_out(app)

    assert wrong.status == 422
    assert "交接日期从今天起" in wrong.text
    assert "排好了1个岗位的交接" in planned.text
    assert hats(app, VILLAGE) == {"王村干": False, "李站长": True}
    assert not next(each for each in all_of(app, Staff) if each.name == "王村干").is_active
    assert console("reviewer").get("/console/handovers/").status == 403


def test_somebody_away_hears_nothing_their_deputy_does_and_it_is_over_by_itself(
    app: Flask, cast: Cast, console: Callable
) -> None:
    for login in ("village", "head", "reviewer"):
        cast.staff_id(login)
    desk = console("town_lead")
    form = {"staff_id": cast.staff_id("village"), "from_on": "2027-01-14", "until_on": "2027-01-20"}

    said = desk.press(desk.get("/console/absences/"), "/absences/", **form, deputy_id=cast.staff_id("reviewer"))
    twice = desk.press(desk.get("/console/absences/"), "/absences/", **form)
    own = console("head")
    alone = own.press(own.get("/console/absences/"), "/absences/", from_on="2027-01-14", until_on="2027-01-15")
    foreign = own.send("/console/absences/", **{**form, "staff_id": cast.staff_id("reviewer")})
    during = heard_at(app, cast, 15)
    with clock.at(THAT_MORNING), app.app_context():
        note = absences.at_desk(by=cast.actor("head"))
    later = heard_at(app, cast, 21)

    assert "登记好了" in said.text
    assert twice.status == 422
    assert "已经登记过" in twice.text
    assert "登记好了" in alone.text
    assert foreign.status_code == 422
    assert during == {"周研判"}
    assert later == {"王村干", "李站长"}
    assert [(each.name, list(each.deputies)) for each in note] == [("王村干", ["周研判"]), ("李站长", [])]


def heard_at(app: Flask, cast: Cast, day: int) -> set[str]:
    """Return who hears of a village's duty on a morning of that January."""
    with clock.at(datetime(2027, 1, day, 1, tzinfo=UTC)), app.app_context():
        deputies.turn()
        ids = [each.staff_id for each in Desks().responsible(Role.VILLAGE, VILLAGE)]
        return set(db.session.scalars(db.select(Staff.name).where(Staff.id.in_(ids))))
