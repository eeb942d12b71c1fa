"""Who may be compared, who is not, and what a hit does: it asks."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow
from backend.models import Authorization, ComparisonResult, Person, Task
from backend.services import authorizations, checks, comparisons, dossiers
from backend.services.authorization_forms import Witness
from backend.services.checks import CheckForm
from backend.services.comparisons import Finding
from backend.workflow.states import Kind, State
from tests.people import Cast, Maker
from tests.services.desks import Desks, nothing_found
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.2")


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker, preset: Any) -> Desks:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    desks = Desks(app, cast, make)
    desks.family()
    return desks


def results(make: Maker) -> dict[tuple[int, str], ComparisonResult]:
    return {(row.person_id, row.item): row for row in make.rows(ComparisonResult)}


@pytest.mark.shows("D22")
def test_a_comparison_without_an_authorization_is_refused(desks: Desks) -> None:
    desks.to_the_visit()
    [head] = desks.members()

    with pytest.raises(NotAllowed):
        desks.compare(*nothing_found(head))

    assert desks.duties(Kind.COMPARE)


def test_a_member_not_reached_is_not_compared_and_the_case_goes_on(desks: Desks, make: Maker) -> None:
    desks.to_the_visit()
    [head] = desks.members()
    son = desks.add_member("张小三")
    desks.sign(head)
    with desks.as_("village") as by:
        authorizations.note_not_reached(desks.case_id, son, by=by, why="在东莞打工，电话一直打不通")

    desks.compare(*nothing_found(head))

    rows = results(make)
    assert {rows[head, item].result for _, item in rows} == {"no_hit"}
    assert {(row.result, row.why) for (person, _), row in rows.items() if person == son} == {
        ("not_compared", "not_reached")
    }
    assert desks.duties(Kind.CONSULT)


def test_an_authorization_that_ran_out_or_was_taken_back_covers_nothing(desks: Desks) -> None:
    desks.to_the_visit()
    [head] = desks.members()
    desks.sign(head, until_on=desks.today)
    desks.days_later(1)
    with pytest.raises(NotAllowed):
        desks.compare(*nothing_found(head))

    signed = desks.sign(head)
    with desks.as_("village") as by:
        with pytest.raises(Invalid):
            authorizations.withdraw(signed, by=by, consequence_told=False)
        authorizations.withdraw(signed, by=by, consequence_told=True)
    with pytest.raises(NotAllowed):
        desks.compare(*nothing_found(head))
    desks.compare()

    assert desks.case().state == State.FOUND
    assert desks.duties(Kind.CONSULT)


def test_whoever_has_left_the_family_is_asked_for_no_authorization(desks: Desks) -> None:
    desks.to_the_visit()
    [head] = desks.members()
    daughter = desks.add_member("张小花", "daughter")
    with desks.app.app_context(), as_system("a test marries somebody out"):
        db.session.get_one(Person, daughter).left_on = date(2026, 2, 1)
        db.session.commit()

    with desks.as_("village") as by:
        _, members = authorizations.read_members(desks.case_id, by=by)

    assert [each.person.id for each in members] == [head]


def test_every_item_of_every_covered_member_is_answered(desks: Desks) -> None:
    desks.to_the_visit()
    [head] = desks.members()
    desks.sign(head)

    with pytest.raises(Invalid, match="存款"):
        desks.compare(*nothing_found(head)[:-1])
    with pytest.raises(Invalid):
        desks.compare(*nothing_found(head), Finding(head, "register", "hit"))
    with pytest.raises(Invalid):
        desks.compare(*nothing_found(head, deposits="not_compared"))
    assert desks.duties(Kind.COMPARE)


@pytest.mark.shows("B55")
def test_a_hit_asks_for_an_explanation_and_vetoes_nothing(desks: Desks, make: Maker) -> None:
    desks.to_the_visit()
    [head] = desks.members()
    desks.sign(head)
    desks.compare(*nothing_found(head, vehicles="hit"))
    before = desks.case().content_version
    hit = results(make)[head, "vehicles"]
    with desks.as_("village") as by:
        assert dossiers.read_dossier(desks.case_id, by=by).results
        comparisons.explain(hit.id, "三轮车，拉菜卖菜用，是唯一谋生工具", by=by)

    assert desks.duties(Kind.CONSULT)
    assert desks.case().content_version == before + 1
    row = results(make)[head, "vehicles"]
    assert row.explained_by == "王村干"
    assert "三轮车" not in (row.explanation_sealed or "")


def test_no_balance_is_kept(desks: Desks) -> None:
    desks.to_the_visit()
    [head] = desks.members()
    desks.sign(head)
    findings = nothing_found(head)[:-1]

    with pytest.raises(Invalid, match="数目"):
        desks.compare(*findings, Finding(head, "deposits", "hit", remark="农商行 8000元"))


@pytest.mark.shows("procedure.3", "D25")
def test_a_leader_lets_deposits_go_and_the_rest_is_still_compared(desks: Desks, preset: Any, make: Maker) -> None:  # noqa: F811
    preset("HEBEI_LINGSHOU_2022")
    desks.family("李四")
    desks.to_the_county()
    [head] = desks.members()
    desks.sign(head)
    [duty] = desks.duties(Kind.COMPARE)
    with desks.as_("county_op") as by, pytest.raises(NotAllowed):
        comparisons.skip(desks.case_id, ["deposits"], by=by, version=duty.version, reason="风险明确，没有异议")
    with desks.as_("county_lead") as by:
        with pytest.raises(Invalid):
            comparisons.skip(desks.case_id, ["register"], by=by, version=duty.version, reason="风险明确")
        comparisons.skip(desks.case_id, ["deposits", "property"], by=by, version=duty.version, reason="风险明确")

    [left] = desks.duties(Kind.COMPARE)
    assert left.due_on == duty.due_on
    assert not desks.duties(Kind.COUNTY_DECISION)
    kept = [each for each in nothing_found(head) if each.item not in {"deposits", "property"}]
    desks.compare(*kept)
    assert results(make)[head, "deposits"].why == "skipped"
    assert desks.duties(Kind.COUNTY_DECISION)


def test_where_the_county_forbids_it_nothing_is_skipped(desks: Desks) -> None:
    desks.to_the_visit()
    version = desks.version(Kind.COMPARE)

    with desks.as_("county_lead") as by, pytest.raises(NotPossibleNow):
        comparisons.skip(desks.case_id, ["deposits"], by=by, version=version, reason="风险明确")


@pytest.mark.shows("B38")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mark": "thumbprint", "was_read_aloud": True}, "witnesses"),
        ({"mark": "thumbprint", "witnesses": (Witness("甲"), Witness("乙"))}, "was_read_aloud"),
        (
            {
                "mark": "mark",
                "was_read_aloud": True,
                "witnesses": (Witness("王村干"), Witness("丙", is_cadre=True)),
            },
            "witnesses",
        ),
        ({"way": "video"}, "witnesses"),
        ({"way": "guardian"}, "guardian"),
        ({"way": "own_phone"}, "way"),
        ({"way": "smoke"}, "way"),
    ],
)
def test_an_authorization_that_would_not_hold_is_refused(desks: Desks, changes: dict[str, Any], field: str) -> None:
    [head] = desks.members()

    with pytest.raises(Invalid) as refused:
        desks.sign(head, **changes)

    assert field in refused.value.fields


def test_a_thumbprint_before_two_witnesses_one_of_them_no_cadre_holds(desks: Desks, make: Maker) -> None:
    [head] = desks.members()

    desks.sign(
        head, mark="thumbprint", was_read_aloud=True, witnesses=(Witness("王村干", is_cadre=True), Witness("赵邻居"))
    )

    [row] = make.rows(Authorization)
    assert (row.way, row.mark, row.filled_in_by) == ("paper", "thumbprint", "王村干")


def test_a_family_signs_and_withdraws_on_its_own_confirmed_phone(desks: Desks, make: Maker, cast: Cast) -> None:
    phone = cast.farmer("phone of 张三")
    [head] = desks.members()
    path = f"/cases/{desks.case_id}/authorizations"
    with clock.at(desks.now):
        assert phone.post(path, person_id=str(head), way="own_phone").status_code == 404
        [declaration] = phone.get("/declarations").json["items"]
        cast.phone("village").post(f"/cases/{desks.case_id}/phones", declaration_id=declaration["id"])

        listed = phone.get(path).json
        signed = phone.post(path, person_id=str(head), way="own_phone")
        back = f"/authorizations/{signed.json['id']}/withdrawals"
        unread = phone.post(back, consequence_told=False)
        withdrawn = phone.post(back, consequence_told=True)

    assert "存款" in listed["text"]
    assert "照常" in listed["consequence"]
    assert signed.status_code == 201, signed.json
    assert unread.status_code == 422
    assert withdrawn.json["withdrawn_on"] == desks.today.isoformat()
    with clock.at(desks.now):
        assert cast.farmer("a stranger").get(path).status_code == 404


def test_the_next_village_signs_nothing_here(desks: Desks) -> None:
    [head] = desks.members()

    with desks.as_("next_village") as by, pytest.raises(NotFound):
        authorizations.note_not_reached(desks.case_id, head, by=by, why="不在家")


@pytest.mark.shows("B39")
def test_each_department_closes_its_own_duty_alone(desks: Desks, make: Maker) -> None:
    desks.case_id = desks.family("两难户", risk="illness")
    desks.village()
    desks.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
    [duty] = desks.duties(Kind.DEPARTMENT_CHECK)
    form = CheckForm(opinion="confirmed", findings="住院费用属实，自付部分较大", second_name="吴研判")
    with desks.as_("village") as by, pytest.raises(NotAllowed):
        checks.file_check(desks.case_id, form, by=by, version=duty.version)
    alone = CheckForm(opinion="confirmed", findings="属实", second_name="周研判")
    with desks.as_("reviewer") as by:
        with pytest.raises(Invalid):
            checks.file_check(desks.case_id, alone, by=by, version=duty.version)
        row = checks.file_check(desks.case_id, form, by=by, version=duty.version)

    assert row.department == "medical_insurance"
    assert row.second_name == "吴研判"
    assert not desks.duties(Kind.DEPARTMENT_CHECK)
    assert desks.duties(Kind.TOWN_REVIEW)
    assert all("住院" not in str(task.detail) for task in make.rows(Task))
