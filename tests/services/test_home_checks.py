"""The full home check, filed by two visitors at a family's table."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db
from backend.errors import Invalid, NotAllowed, NotPossibleNow
from backend.models import Case, CaseEvent, HomeCheck, HomeCheckDraft, Person, Task, Visit
from backend.policy.assessment import HomeCheckForm, OffSite, SafetyItem
from backend.services import cases, check_drafts, check_review, finding, home_checks, kin
from backend.services.cases import Seen
from backend.services.kin import KinForm
from backend.workflow.states import Kind, State
from tests.checks import HEAD, SAFE, WIFE, following, form, members, morning
from tests.people import VILLAGE, Cast, Maker

DAY = date(2026, 3, 9)
AWAY = OffSite("全家在东莞务工", ("王五", "赵六"), "网格员孙七", back_on=date(2026, 6, 1))


@pytest.fixture(autouse=True)
def in_march(app: Flask) -> Iterator[None]:
    with following(app), morning(DAY):
        yield


def duty(make: Maker, case_id: int, kind: Kind) -> Task:
    [task] = [each for each in make.rows(Task) if each.case_id == case_id and each.kind == kind and each.open_due]
    return task


def kinds(make: Maker, case_id: int) -> set[str]:
    return {each.kind for each in make.rows(Task) if each.case_id == case_id and each.open_due}


def take(cast: Cast, make: Maker, case_id: int, checked: HomeCheckForm, login: str = "village") -> HomeCheck:
    version = duty(make, case_id, Kind.VISIT).version
    with cast.acting(login) as by:
        return home_checks.file_check(case_id, by=by, version=version, form=checked)


@pytest.mark.shows("procedure.4", "B28", "B29", "B30", "B31", "C14", "C18")
def test_a_check_is_filed_once_and_computes_what_it_shows(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")

    check = take(cast, make, case_id, form())

    assert make.state(case_id) == State.FOUND
    assert check.reference_per_head_fen == 6700_00
    assert (check.line_yuan, check.category_proposed, check.category) == (8500, "marginal", "marginal")
    assert (check.window_from, check.window_until) == (date(2025, 3, 1), date(2026, 2, 28))
    assert "6700.00" in check.formula[2]
    assert {person.name for person in make.rows(Person)} == {"张三", "李四"}
    assert Kind.VISIT not in kinds(make, case_id)


@pytest.mark.shows("procedure.4")
def test_illness_and_numbers_lie_sealed(make: Maker, cast: Cast) -> None:
    check = take(cast, make, make.case("accept"), form())

    plain = f"{check.safety}{check.warnings}{check.formula}{check.content_sealed}"
    assert not any(word in plain for word in (HEAD.id_number, "serious_illness", "住院", "张三"))
    opened = check_drafts.content_of
    with cast.app.app_context():
        content = opened(check)
    assert content["members"][0]["health"] == ["serious_illness"]
    assert content["members"][0]["id_number"] == ""
    assert content["members"][0]["id_masked"].count("*") == 12


@pytest.mark.shows("procedure.4", "console.2")
def test_a_family_is_found_by_the_telephone_it_gave_at_the_check_and_by_no_earlier_one(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept", phone="15400007777")

    take(cast, make, case_id, form(phone="13955556666"))

    with cast.acting("reviewer") as by:
        found = [len(finding.find(number, by=by).items) for number in ("13955556666", "15400007777")]
    assert found == [1, 0]


@pytest.mark.shows("procedure.4", "B31")
def test_errors_block_with_every_field_and_nothing_is_written(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")

    with pytest.raises(Invalid) as refused:
        take(cast, make, case_id, form(companion="", safety={}, risks=()))

    assert {"companion", "safety.water", "risks"} <= set(refused.value.fields)
    assert make.state(case_id) == State.ACCEPTED
    assert make.rows(HomeCheck) == []
    assert make.rows(Visit) == []


@pytest.mark.shows("procedure.4")
def test_warnings_are_shown_before_and_kept_after(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    odd = form(safety={**SAFE, "water": SafetyItem("unsafe", "井干了")})
    with cast.acting("village") as by:
        shown = check_review.look_over(case_id, by=by, form=odd)

    check = take(cast, make, case_id, odd)

    assert [each.rule for each in shown.warnings] == ["water_unsafe_without_risk"]
    assert check.warnings == [{"rule": "water_unsafe_without_risk", "field": "risks"}]


@pytest.mark.shows("procedure.4", "A36")
def test_another_category_needs_a_reason(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")

    with pytest.raises(Invalid, match="理由"):
        take(cast, make, case_id, form(category="sudden_hardship"))
    check = take(cast, make, case_id, form(category="sudden_hardship", category_reason="突发大病，刚出院"))

    assert (check.category_proposed, check.category) == ("marginal", "sudden_hardship")


@pytest.mark.shows("procedure.4", "procedure.8")
def test_a_draft_is_taken_up_again_and_gone_once_filed(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    with cast.acting("village") as by:
        check_drafts.save_draft(case_id, {"findings": "屋里"}, by=by, number=1)
        whole = {"findings": "屋里漏雨", "members": [{"name": "张三"}]}
        check_drafts.save_draft(case_id, whole, by=by, number=2)
    with cast.acting("village") as by:
        _, content = check_drafts.read_draft(case_id, by=by) or (None, {})
    with cast.acting("head") as by:
        assert check_drafts.read_draft(case_id, by=by) is None

    take(cast, make, case_id, form())

    assert content
    assert content["findings"] == "屋里漏雨"
    assert [row.content_sealed for row in make.rows(HomeCheckDraft)] == [None]


@pytest.mark.shows("procedure.8")
def test_a_save_that_comes_late_never_takes_the_place_of_a_newer_one(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    with cast.acting("village") as by:
        newer = check_drafts.save_draft(case_id, {"findings": "漏雨两处"}, by=by, number=2)
        late = check_drafts.save_draft(case_id, {"findings": "漏雨"}, by=by, number=1)
        again = check_drafts.save_draft(case_id, {"findings": "漏雨两处"}, by=by, number=2)
        other_phone = check_drafts.save_draft(case_id, {"findings": "墙裂"}, by=by, number=2)
        _, content = check_drafts.read_draft(case_id, by=by) or (None, None)

    assert content == {"findings": "漏雨两处"}
    assert [each.is_kept for each in (newer, late, again, other_phone)] == [True, False, True, False]
    assert late.said == "已有更新的草稿，这一份较早，没有保存。"
    assert late.draft
    assert late.draft.number == 2


@pytest.mark.shows("procedure.8")
def test_a_save_that_comes_after_the_filing_brings_nothing_back(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    with cast.acting("village") as by:
        check_drafts.save_draft(case_id, {"findings": "漏雨"}, by=by, number=4)
    take(cast, make, case_id, form())

    with cast.acting("village") as by:
        late = check_drafts.save_draft(case_id, {"findings": "漏"}, by=by, number=3)
        last = check_drafts.save_draft(case_id, {"findings": "漏雨了"}, by=by, number=5)
        found = check_drafts.read_draft(case_id, by=by)
    with cast.acting("head") as by:
        never = check_drafts.save_draft(case_id, {"findings": "漏"}, by=by, number=1)

    assert (late.is_kept, late.said) == (False, "核实表已经提交，这一份是以前的草稿，没有保存。")
    assert found
    assert (found[0].number, found[1]) == (4, None)
    assert not never.is_kept
    assert not last.is_kept
    assert len(make.rows(HomeCheckDraft)) == 1


@pytest.mark.shows("procedure.4")
def test_what_is_known_is_filled_in_without_numbers(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    with cast.acting("village") as by:
        before = check_drafts.prefill(case_id, by=by)
    take(cast, make, case_id, form())
    with cast.acting("village") as by:
        after = check_drafts.prefill(case_id, by=by)

    assert [each["name"] for each in before["members"]] == ["张三"]
    assert before["members"][0]["id_masked"].startswith("1371")
    assert [each["name"] for each in after["members"]] == ["张三", "李四"]
    assert after["members"][1]["work_place"] == "县城饭店"
    assert after["income"]["wages"] == 18_000_00
    assert all(each["id_number"] == "" and each["person_id"] for each in after["members"])


@pytest.mark.shows("procedure.4")
def test_a_prefilled_form_is_filed_with_the_known_numbers(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    [person] = make.rows(Person)

    check = take(cast, make, case_id, form(members=members({"person_id": person.id, "id_number": ""}, {})))

    with cast.app.app_context():
        assert check_drafts.content_of(check)["members"][0]["id_masked"].endswith(HEAD.id_number[-2:])


@pytest.mark.shows("procedure.4")
def test_somebody_of_another_household_is_no_member(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")

    with pytest.raises(Invalid, match="不在这一户"):
        take(cast, make, case_id, form(members=members({"person_id": 42}, {})))


@pytest.mark.shows("procedure.4")
def test_an_id_in_two_households_is_a_task_and_no_bar(make: Maker, cast: Cast) -> None:
    make.declaration(openid="other", head_name="李老四", id_number=WIFE.id_number)
    case_id = make.case("accept")

    check = take(cast, make, case_id, form())

    assert {each["rule"] for each in check.warnings} == {"is_registered_elsewhere"}
    task = duty(make, case_id, Kind.DOUBLE_REGISTRATION)
    with cast.acting("reviewer") as by:
        home_checks.answer(case_id, Action.SETTLE_DOUBLE, by=by, version=task.version, words="是外嫁女，户口未迁")
    assert Kind.DOUBLE_REGISTRATION not in kinds(make, case_id)


@pytest.mark.shows("procedure.4")
def test_the_second_visitor_confirms_and_neither_judges(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    take(cast, make, case_id, form(second_id=cast.staff_id("head")))
    version = duty(make, case_id, Kind.CONFIRM_CHECK).version

    with cast.acting("village") as by, pytest.raises(NotPossibleNow, match="另一位"):
        home_checks.confirm_check(case_id, by=by, version=version, agrees=True)
    with cast.acting("head") as by:
        home_checks.confirm_check(case_id, by=by, version=version, agrees=False, words="我看到的房子没有漏")

    [check] = make.rows(HomeCheck)
    assert (check.confirmed_by, check.agrees) == (cast.staff_id("head"), False)
    assert make.rows(Case)[0].marks["check_disputed"] is True


@pytest.mark.shows("procedure.4")
def test_a_disagreement_needs_words(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    take(cast, make, case_id, form())
    version = duty(make, case_id, Kind.CONFIRM_CHECK).version

    with cast.acting("head") as by, pytest.raises(Invalid):
        home_checks.confirm_check(case_id, by=by, version=version, agrees=False)


@pytest.mark.shows("procedure.4")
def test_a_family_away_is_checked_from_afar_seconded_above_and_seen_on_return(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")

    check = take(cast, make, case_id, form(way="video", off_site=AWAY))

    assert check.is_on_site is False
    assert duty(make, case_id, Kind.CONFIRM_CHECK).role == "TOWN_REVIEW"
    assert duty(make, case_id, Kind.IN_PERSON).due_on == date(2026, 6, 8)


@pytest.mark.shows("procedure.2", "procedure.4")
def test_who_applied_goes_to_the_meeting_without_risk_too(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    well = form(conclusion="no_risk", category="", risks=(), income=replace(form().income, wages=90_000_00))

    take(cast, make, case_id, well)

    assert make.state(case_id) == State.FOUND


def test_nobody_home_keeps_the_draft(make: Maker, cast: Cast) -> None:
    with pytest.raises(Invalid, match="改约"):
        take(cast, make, make.case("accept"), form(conclusion="not_home"))


@pytest.mark.shows("procedure.12")
def test_relatives_recuse_and_outsiders_check(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    with cast.acting("head") as by:
        kin.register(case_id, KinForm("village_cadre", "sibling", staff_id=cast.staff_id("village")), by=by)

    with pytest.raises(NotPossibleNow, match="村外"):
        take(cast, make, case_id, form(), login="head")
    with pytest.raises((NotAllowed, NotPossibleNow)):
        take(cast, make, case_id, form())
    assert duty(make, case_id, Kind.VISIT).role == "TOWN_REVIEW"
    take(cast, make, case_id, form(companion="吴研判"), login="town_op")

    task = duty(make, case_id, Kind.CONFIRM_CHECK)
    assert task.role == "TOWN_REVIEW"
    with cast.acting("auditor") as by:
        assert [row.official_name for row in kin.registered(by=by)] == ["王村干"]


@pytest.mark.shows("procedure.12")
def test_a_relative_cannot_take_any_step(make: Maker, cast: Cast) -> None:
    case_id = make.case()
    with cast.acting("head") as by:
        kin.register(case_id, KinForm("village_cadre", "child", staff_id=cast.staff_id("village")), by=by)
    version = duty(make, case_id, Kind.ACCEPT).version

    with cast.acting("village") as by, pytest.raises(NotAllowed, match="回避"):
        cases.decide(case_id, Action.ACCEPT, by=by, seen=Seen(version))
    with cast.acting("head") as by:
        cases.decide(case_id, Action.ACCEPT, by=by, seen=Seen(version))

    assert duty(make, case_id, Kind.VISIT).role == "TOWN_REVIEW"


@pytest.mark.shows("procedure.12")
def test_an_entry_of_kin_can_be_taken_back(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    with cast.acting("head") as by:
        row = kin.register(case_id, KinForm("public_official", "in_law", official_name="钱科长"), by=by)
    with cast.acting("reviewer") as by:
        kin.end(case_id, row.id, by=by)

    assert duty(make, case_id, Kind.VISIT).role == "VILLAGE"


@pytest.mark.shows("procedure.4")
def test_the_township_waits_for_the_second_visitor(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    take(cast, make, case_id, form())
    with cast.app.app_context(), as_system("a test looks"):
        events = [each.action for each in db.session.scalars(select(CaseEvent).order_by(CaseEvent.id))]

    assert events[-2:] == ["file_visit", "second_asked"]
    assert kinds(make, case_id) == {Kind.COMPARE, Kind.CONFIRM_CHECK}
    assert duty(make, case_id, Kind.CONFIRM_CHECK).owner_region == VILLAGE
