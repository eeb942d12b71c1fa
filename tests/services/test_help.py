"""一户一方案、一人一措施: what is planned for a watched family, who gives it, and whether it arrived."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.access.permissions import Action
from backend.db import db, in_transaction
from backend.errors import Invalid, NotAllowed, NotPossibleNow, OutOfDate
from backend.models import (
    Declaration,
    InsuranceYear,
    Measure,
    MeasureLine,
    Offer,
    Pairing,
    Person,
    Plan,
    ReceiptLine,
    ReliefClaim,
)
from backend.services import care, family_phones, insurance, measures, offers, paired, plans, relief, watches
from backend.services.measures import Progress
from backend.services.offers import OfferForm
from backend.services.paired import PairForm
from backend.services.plans import PlanForm
from backend.services.relief import ClaimForm
from backend.workflow.states import Kind, State
from backend.workflow.watching import Standing
from tests.people import Cast, Maker, id_number
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.watching import Watched

pytestmark = pytest.mark.shows("monitoring.1")


@pytest.fixture
def family(app: Flask, cast: Cast, make: Maker, preset: Any) -> Watched:  # noqa: F811
    preset("NATIONAL")
    watched = Watched(app, cast, make)
    watched.include()
    return watched


def told(family: Watched) -> list[str]:
    return [row.kind for row in family.make.rows(ReceiptLine)]


@pytest.mark.shows("B50", "B67", "D33")
def test_whoever_is_included_needs_a_plan_and_somebody_who_answers_for_it(family: Watched) -> None:
    watch = family.watch()

    assert watch.standing == Standing.PLAN_PENDING
    assert watch.began_on == family.today
    duties = {Kind(task.kind): task for task in family.owed()}
    assert set(duties) >= {Kind.PLAN, Kind.PAIR, Kind.ENTER_NATIONAL}
    assert duties[Kind.PLAN].due_on == family.today + timedelta(days=10)
    assert duties[Kind.PAIR].role == "TOWN_REVIEW"


def test_whoever_is_included_a_second_time_goes_on_with_the_plan_and_the_helper_there_are(
    app: Flask, cast: Cast, make: Maker, family: Watched
) -> None:
    again = Watched(app, cast, make)
    again.include("李四", id_number=id_number(1))
    first = again.case_id

    again.include("李四", id_number=id_number(1))

    assert again.case_id != first
    assert again.watch().case_id == first
    assert {Kind(task.kind) for task in again.duties()} == {Kind.ENTER_NATIONAL, Kind.TAKE_DOWN_NOTICE}
    assert len(again.owed(Kind.PLAN)) == len(again.owed(Kind.PAIR)) == 1
    again.plan("housing")
    assert again.watch().standing == Standing.ASSISTED


@pytest.mark.shows("A15", "A16", "B43", "D27", "C25")
def test_a_plan_opens_a_duty_for_each_measure_by_its_own_day(family: Watched) -> None:
    person = family.person()
    forms = (
        family.measure(person_id=person.id, planned_fen=3_000_00),
        family.measure("industry", department="agriculture", due_on=family.today + timedelta(days=40)),
    )
    form = PlanForm(("housing",), "able", "head", needs=("housing", "industry"), wishes="想学养羊", measures=forms)

    with family.cast.acting("village") as by, clock.at(family.now):
        plans.make_plan(family.watch_id, form, by=by)

    assert family.watch().standing == Standing.ASSISTED
    assert [task.due_on for task in family.owed(Kind.MEASURE)] == [each.due_on for each in forms]
    assert [each.person_name for each in family.measures()] == ["张三", ""]
    assert family.owed(Kind.PLAN) == []
    assert "planned" in told(family)
    [plan] = family.make.rows(Plan)
    with family.app.app_context():
        assert plans.wishes_of(plan) == "想学养羊"
    assert "养羊" not in (plan.wishes_sealed or "")


def test_a_plan_says_everything_that_is_wrong_with_it_at_once(family: Watched) -> None:
    wrong = (family.measure("magic", what="", department="nobody", due_on=date(2020, 1, 1), person_id=4711),)
    with family.cast.acting("village") as by, pytest.raises(Invalid) as refused, clock.at(family.now):
        plans.make_plan(family.watch_id, PlanForm(("housing",), "able", "head", measures=wrong), by=by)
    assert set(refused.value.fields) == {
        f"measures.0.{name}" for name in ("category", "what", "department", "due_on", "person_id")
    }

    with family.cast.acting("village") as by, pytest.raises(Invalid) as refused:
        plans.make_plan(family.watch_id, PlanForm((), "strong", "nobody", needs=("magic",)), by=by)
    assert set(refused.value.fields) == {"risks", "labour", "heard_whom", "needs"}


@pytest.mark.shows("B47", "B48")
def test_a_family_that_cannot_work_is_held_and_referred_and_cared_for(family: Watched) -> None:
    family.plan("security", labour="none", risks=("no_labour",), needs_care=True)

    assert family.watch().standing == Standing.HELD
    [net], [looking] = family.owed(Kind.SAFETY_NET), family.owed(Kind.CARE)
    with family.cast.acting("town_op") as by, clock.at(family.now):
        care.take(family.case_id, Action.ANSWER_SAFETY_NET, by=by, version=net.version, words="民政局：已纳入低保")
    with family.cast.acting("village") as by, clock.at(family.now):
        care.take(family.case_id, Action.GIVE_CARE, by=by, version=looking.version, words="送饭，量了血压")
    [again] = family.owed(Kind.CARE)
    assert again.id != looking.id
    assert again.due_on == family.today + timedelta(days=30)
    with family.cast.acting("village") as by, clock.at(family.now):
        care.take(family.case_id, Action.END_CARE, by=by, version=again.version, words="女儿接走了")
    assert family.owed(Kind.CARE, Kind.SAFETY_NET) == []


@pytest.mark.shows("B44", "B45", "B46", "A16", "B43")
def test_the_rules_warn_and_never_decide(family: Watched) -> None:
    def warned() -> set[str]:
        with family.cast.acting("village") as by, clock.at(family.now):
            return {each.rule for each in plans.needs_card(family.watch_id, by=by)}

    family.plan("security", "social", "living", needs=("education",))
    assert warned() == {
        "risk_without_help",
        "need_without_help",
        "single_risk_many_measures",
        "able_without_developing",
    }
    family.plan("security", risks=("housing", "illness"))
    assert "able_with_security_only" not in warned()  # the earlier ones still run
    family.today += timedelta(days=181)
    assert "able_too_long_without" in warned()


@pytest.mark.shows("C33", "C34")
def test_no_measure_after_ten_days_and_after_thirty_warns(family: Watched) -> None:
    def warned(days: int) -> set[str]:
        with family.cast.acting("village") as by, clock.at(family.now + timedelta(days=days)):
            return {each.rule for each in plans.needs_card(family.watch_id, by=by)}

    assert not {"late_without_measure", "too_late_without_measure"} & warned(10)
    assert "late_without_measure" in warned(11)
    assert "too_late_without_measure" in warned(30)


@pytest.mark.shows("B54", "B65", "B35")
def test_a_village_picks_from_the_departments_menu_and_the_department_answers(family: Watched) -> None:
    dish = OfferForm("agriculture", "industry", "种羊补助", "有劳动能力的监测对象", 2026, "每户3000元", ("housing",))
    with family.cast.acting("county_op") as by, clock.at(family.now):
        offer_id = offers.put_on(dish, by=by).id
        offers.put_on(OfferForm("health", "health", "慢病签约", "慢病患者", 2026, risks=("illness",)), by=by)
    with family.cast.acting("village") as by:
        assert [each.name for each in offers.menu(by=by, risks=("housing",))] == ["种羊补助", "慢病签约"]
    family.plan()
    with family.cast.acting("village") as by, clock.at(family.now):
        form = family.measure("industry", department="agriculture", offer_id=offer_id)
        asked = plans.add_measure(family.watch_id, form, by=by)

    assert asked.progress == "asked"
    with family.cast.acting("county_op") as by, clock.at(family.now):
        assert [each.id for each in offers.asked_for(by=by)] == [asked.id]
        answered = measures.note(asked.id, Progress("planned", words="农业农村局同意"), by=by, version=asked.version)
        assert answered.progress == "planned"
        offers.take_off(offer_id, by=by)
    with family.cast.acting("village") as by, pytest.raises(Invalid), clock.at(family.now):
        plans.add_measure(family.watch_id, family.measure("industry", offer_id=offer_id), by=by)
    assert family.make.rows(Offer)[0].closed_at is not None


@pytest.mark.shows("A19", "D28", "D54", "C25", "D05")
def test_money_is_planned_paid_and_arrives_or_goes_wrong(family: Watched) -> None:
    family.plan()
    with family.cast.acting("village") as by, clock.at(family.now):
        row = plans.add_measure(family.watch_id, family.measure(planned_fen=3_000_00), by=by)

    def note(what: str, **more: Any) -> Measure:
        [now] = [each for each in family.measures() if each.id == row.id]
        with family.cast.acting("county_op") as by, clock.at(family.now):
            return measures.note(row.id, Progress(what, **more), by=by, version=now.version)

    with pytest.raises(NotPossibleNow):
        note("arrived")
    with pytest.raises(Invalid):
        note("paid")
    note("paid", paid_fen=3_000_00, words="凭证0317")
    with pytest.raises(Invalid):
        note("wrong")
    note("wrong", words="账号错了，退回")
    note("paid", paid_fen=3_000_00)
    done = note("arrived")

    assert (done.funds, done.paid_fen, done.arrived_on) == ("arrived", 3_000_00, family.today)
    assert [line.what for line in family.make.rows(MeasureLine)] == ["planned", "paid", "wrong", "paid", "arrived"]
    with pytest.raises(OutOfDate), family.cast.acting("county_op") as by:
        measures.note(row.id, Progress("underway"), by=by, version=1)


def test_a_delivered_measure_closes_its_duty_and_the_family_hears_which(family: Watched) -> None:
    family.plan("housing", "industry")
    first = family.measures()[0]

    with family.cast.acting("village") as by, clock.at(family.now):
        measures.note(first.id, Progress("delivered", words="屋顶修好了"), by=by, version=first.version)

    assert [task.detail["measure"] for task in family.owed(Kind.MEASURE)] == [str(family.measures()[1].id)]
    assert "help_delivered" in told(family)
    with family.cast.acting("village") as by, pytest.raises(NotPossibleNow):
        measures.note(first.id, Progress("underway"), by=by, version=family.measures()[0].version)


@pytest.mark.shows("A19", "D05")
def test_not_received_is_looked_into_by_the_township_and_the_giver_never_ticks_it(family: Watched) -> None:
    family.plan("housing")
    family.deliver()
    [measure] = family.measures()
    with family.cast.acting("village") as by, pytest.raises(NotAllowed):
        measures.family_says(measure.id, True, by=by)
    _give_phone(family)
    phone = family.cast.farmer("phone of 张三")

    with clock.at(family.now):
        [own] = phone.get("/help").json["items"]
        said = phone.post(f"/measures/{own['id']}/words", received=False, words="瓦还没有送来")

    assert said.status_code == 201, said.json
    [task] = family.owed(Kind.AID_MISSING)
    assert task.role == "TOWN_REVIEW"
    with family.cast.acting("town_op") as by, clock.at(family.now):
        measures.answer_missing(family.case_id, by=by, version=task.version, words="瓦在路上，后天送到")
    assert family.owed(Kind.AID_MISSING) == []
    assert {"missing_taken_up", "missing_answered"} <= set(told(family))
    assert family.measures()[0].progress == "delivered"


def test_a_stranger_reads_nobodys_help(family: Watched) -> None:
    family.plan("housing")
    [measure] = family.measures()
    phone = family.cast.farmer("a stranger")

    assert phone.get("/help").json == {"items": []}
    assert phone.post(f"/measures/{measure.id}/words", received=True).status_code == 404
    with family.cast.acting("next_village") as by, pytest.raises(Exception, match="没有找到"):
        watches.read_watch(family.watch_id, by=by)


@pytest.mark.shows("B42")
def test_what_prevents_and_what_helps_afterwards_are_told_apart(family: Watched) -> None:
    odd = PlanForm(("housing",), "able", "head", measures=(family.measure("industry", nature="later"),))
    with family.cast.acting("village") as by, clock.at(family.now), pytest.raises(Invalid) as refused:
        plans.make_plan(family.watch_id, odd, by=by)
    with family.cast.acting("village") as by, clock.at(family.now):
        forms = (family.measure("industry", nature="preventive"), family.measure("housing", nature="remedial"))
        plans.make_plan(family.watch_id, PlanForm(("housing",), "able", "head", measures=forms), by=by)

    assert [name.rpartition(".")[2] for name in refused.value.fields] == ["nature"]
    assert {row.category: row.nature for row in family.measures()} == {"industry": "preventive", "housing": "remedial"}


@pytest.mark.shows("B50", "B11")
def test_a_vacancy_is_a_duty_of_the_township(family: Watched) -> None:
    [task] = family.owed(Kind.PAIR)
    with family.cast.acting("town_op") as by, clock.at(family.now):
        with pytest.raises(Invalid) as refused:
            paired.pair(family.watch_id, PairForm("", "123", staff_id=4711), by=by)
        assert set(refused.value.fields) == {"name", "phone", "staff_id"}
        first = paired.pair(family.watch_id, PairForm("刘帮扶", "13900000001", "县住建局"), by=by, version=task.version)
    assert family.owed(Kind.PAIR) == []
    with family.cast.acting("village") as by:
        [(row, phone)] = paired.pairings_of(family.watch_id, by=by)
        assert (row.name, phone) == ("刘帮扶", "13900000001")
    with family.cast.acting("town_op") as by, clock.at(family.now):
        paired.end(family.watch_id, first.id, by=by, words="调走了")

    assert [task.role for task in family.owed(Kind.PAIR)] == ["TOWN_REVIEW"]
    assert [row.until_on for row in family.make.rows(Pairing)] == [family.today]


@pytest.mark.shows("D34", "D35", "D36")
def test_relief_is_for_the_three_categories_only_and_knows_no_fee(family: Watched) -> None:
    with family.cast.acting("village") as by, pytest.raises(NotPossibleNow, match="三类"):
        relief.claim(family.watch_id, ClaimForm("illness", "住院花了五万", 5_000_00), by=by)
    _categorise(family, "sudden_hardship")
    with family.cast.acting("village") as by, clock.at(family.now):
        claim = relief.claim(family.watch_id, ClaimForm("illness", "住院花了五万", 5_000_00), by=by)
    with family.cast.acting("county_op") as by, pytest.raises(NotAllowed):
        relief.decide(claim.id, 3_000_00, by=by, words="同意")
    with family.cast.acting("county_lead") as by, clock.at(family.now):
        relief.decide(claim.id, 3_000_00, by=by, words="按标准核定")
    with family.cast.acting("county_op") as by, clock.at(family.now):
        relief.pay(claim.id, by=by)

    [row] = family.make.rows(ReliefClaim)
    assert (row.outcome, row.granted_fen, row.paid_on) == ("paid", 3_000_00, family.today)
    assert not [name for name in ReliefClaim.__table__.columns if "fee" in name.key]
    assert {"relief_asked", "relief_decided"} <= set(told(family))
    assert family.owed(Kind.RELIEF) == []


@pytest.mark.shows("D31", "D32")
def test_everybody_of_the_three_categories_is_on_the_insurance_list_until_paid(family: Watched) -> None:
    with family.cast.acting("village") as by:
        assert insurance.subsidy_list(2026, by=by) == []
    _categorise(family, "marginal")
    with family.cast.acting("village") as by, clock.at(family.now):
        [line] = insurance.subsidy_list(2026, by=by, unpaid_only=True)
        insurance.note(line.person.id, 2026, True, by=by, subsidy_fen=200_00)
        insurance.note(line.person.id, 2026, True, by=by, subsidy_fen=220_00)
        assert insurance.subsidy_list(2026, by=by, unpaid_only=True) == []
        assert insurance.counted(2026, by=by) == (1, 1)
        table = insurance.as_csv(2026, by=by)

    assert "张三,边缘易致贫户,2026,已缴,220.00" in table
    assert [row.subsidy_fen for row in family.make.rows(InsuranceYear)] == [220_00]
    with family.cast.acting("next_village") as by:
        assert insurance.subsidy_list(2026, by=by) == []
        assert insurance.counted(2026, by=by) == (0, 0)
        with pytest.raises(Exception, match="没有找到"):
            insurance.note(line.person.id, 2026, False, by=by)


def test_whoever_has_left_a_family_is_on_its_insurance_list_no_more(family: Watched) -> None:
    _categorise(family, "marginal")
    with family.cast.acting("village") as by, clock.at(family.now):
        names = [line.person.name for line in insurance.subsidy_list(2026, by=by)]
        in_transaction(lambda: db.session.execute(update(Person).values(left_on=family.today)))

        assert (insurance.subsidy_list(2026, by=by), insurance.counted(2026, by=by)) == ([], (0, 0))
    assert names == ["张三"]


@pytest.mark.shows("monitoring.6", "B67")
def test_a_family_that_is_gone_or_was_included_by_mistake_keeps_its_history(family: Watched) -> None:
    family.plan("housing")
    with family.cast.acting("town_op") as by, pytest.raises(NotAllowed):
        watches.strike_off(family.watch_id, ("wrong_facts",), by=by, words="认定时情况不实")
    with family.cast.acting("county_lead") as by, clock.at(family.now):
        watches.strike_off(family.watch_id, ("wrong_facts",), by=by, words="认定时情况不实")

    watch = family.watch()
    assert (watch.standing, watch.ended_on) == (Standing.ERROR_OFF, family.today)
    assert {Kind(task.kind) for task in family.owed()} == {Kind.ENTER_NATIONAL, Kind.TAKE_DOWN_NOTICE}
    assert family.case().state == State.MONITORED
    assert "struck_off" in told(family)
    with family.cast.acting("town_op") as by, pytest.raises(NotPossibleNow, match="误识别"):
        watches.end_naturally(family.watch_id, ("moved_away",), by=by, words="全家迁走")


def test_a_replaced_plan_stays_and_its_measures_go_on(family: Watched) -> None:
    family.plan("housing")
    family.plan("industry")

    first, second = family.make.rows(Plan)
    assert first.replaced_at is not None
    assert second.replaced_at is None
    assert {each.plan_id for each in family.measures()} == {second.id}
    assert len(family.owed(Kind.MEASURE)) == 2


def _give_phone(family: Watched) -> None:
    [declaration] = family.make.rows(Declaration)
    with family.cast.acting("village") as by:
        family_phones.confirm(family.case_id, declaration.id, by=by)


def _categorise(family: Watched, category: str) -> None:
    from sqlalchemy import update

    from backend.access.scope import as_system
    from backend.db import db
    from backend.models import Watch

    with family.app.app_context(), as_system("a test makes"):
        db.session.execute(update(Watch).values(category=category))
        db.session.commit()
