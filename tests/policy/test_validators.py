"""Every rule that a home check is looked over with: what makes it speak, and that a good form is silent."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from backend.policy import load_preset
from backend.policy.assessment import (
    AssetCheck,
    Facts,
    HomeCheckForm,
    Member,
    OffSite,
    SafetyItem,
    add_up,
    findings_of,
    monitoring_line,
    propose,
    unknown_codes,
    validators,
)
from tests.checks import FORM, HEAD, SAFE, WIFE, form, members

POLICY = load_preset("NATIONAL")
UNSAFE_WATER = {**SAFE, "water": SafetyItem("unsafe", "井干了")}
UNSAFE_CARE = {**SAFE, "medical": SafetyItem("unsafe", "断保")}
CHILD = Member("张小三", "son", "male", id_number="", no_document="not_registered", student="primary")
AWAY = OffSite("全家在外务工", ("王五", "赵六"), "网格员孙七")

TRIGGERS: dict[str, HomeCheckForm] = {
    "id_is_wrong": form(members=members({"id_number": "130126195101010018"}, {})),
    "neither_id_nor_reason": form(members=members({}, {"id_number": ""})),
    "same_id_twice": form(members=members({}, {"id_number": HEAD.id_number})),
    "not_one_head": form(members=members({}, {"relation": "head"})),
    "two_spouses": form(members=(HEAD, WIFE, replace(WIFE, name="王五", id_number="", no_document="lost"))),
    "education_and_student": form(members=members({}, {"education": "", "student": ""})),
    "insurance_unanswered": form(members=members({}, {"medical_insurance": ""})),
    "place_without_months": form(members=members({}, {"work_months": None})),
    "nobody_shares": form(members=members({"shares": False}, {"shares": False})),
    "has_no_document": form(members=(HEAD, WIFE, replace(CHILD, medical_insurance="resident"))),
    "is_registered_elsewhere": FORM,
    "spouses_of_one_sex": form(members=members({}, {"sex": "male"})),
    "uninsured_but_safe": form(members=members({}, {"medical_insurance": "none"})),
    "able_without_labour": form(members=members({}, {"labour": "none"})),
    "no_adult_and_no_guardian": form(members=(replace(HEAD, birth_on=date(2015, 1, 1)),)),
    "allowance_without_disabled": form(members=members({"allowances": ("disability",)}, {})),
    "risk_without_kind": form(risks=()),
    "too_many_risks": form(risks=("illness", "water", "housing", "job_loss", "disaster", "other")),
    "category_without_risk": form(conclusion="no_risk"),
    "category_unexplained": form(category="lifted_unstable"),
    "safety_unanswered": form(safety={}),
    "unsafe_without_note": form(safety={**SAFE, "housing": SafetyItem("concern")}),
    "assessment_unanswered": form(assessments=replace(FORM.assessments, coping="")),
    "asset_unexplained": form(assets=(AssetCheck("vehicle", hit=True),)),
    "disabled_risk_without_disabled": form(risks=("disability",)),
    "ill_risk_without_ill": form(members=members({"health": ("healthy",)}, {})),
    "job_risk_without_worker": form(risks=("job_loss",), members=(HEAD,)),
    "labour_risk_with_labour": form(risks=("no_labour",)),
    "uninsured_without_illness": form(risks=("housing",), safety=UNSAFE_CARE),
    "water_unsafe_without_risk": form(safety=UNSAFE_WATER),
    "unsafe_without_risk": form(conclusion="no_risk", category="", safety=UNSAFE_WATER),
    "below_line_without_risk": form(conclusion="no_risk", category=""),
    "illness_without_expense": form(income=replace(FORM.income, out_of_pocket=0)),
    "business_without_costs": form(income=replace(FORM.income, costs=0)),
    "odd_wages": form(income=replace(FORM.income, wages=299_99)),
    "odd_income": form(income=replace(FORM.income, wages=0)),
    "support_left_out": form(members=(HEAD, WIFE, replace(CHILD, split_off=True, gives=2_400_01))),
    "phone_is_wrong": form(phone="1380000"),
    "visited_in_future": form(visited_on=date(2026, 3, 10)),
    "went_alone": form(companion=" "),
    "from_afar_without_witnesses": form(way="phone", off_site=replace(AWAY, witnesses=("王五", "王五"))),
    "house_not_seen": form(way="phone", off_site=replace(AWAY, house_seen_by="")),
}
SILENT = {
    "is_registered_elsewhere": FORM,
    "asset_unexplained": form(assets=(AssetCheck("vehicle", hit=True, explanation="谋生用的货车"),)),
    "category_unexplained": form(category="lifted_unstable", category_reason="上年度已脱贫，村里掌握"),
    "no_adult_and_no_guardian": form(members=(replace(HEAD, birth_on=date(2015, 1, 1)),), guardian="儿童主任刘八"),
    "from_afar_without_witnesses": form(way="phone", off_site=AWAY),
    "house_not_seen": form(way="video", off_site=AWAY),
    "odd_wages": form(income=replace(FORM.income, wages=300_00)),
    "support_left_out": form(members=(HEAD, WIFE, replace(CHILD, split_off=True, gives=2_400_00))),
}
"""A form just on the good side of a rule; where none is given, the plain form is."""


def broken(checked: HomeCheckForm, elsewhere: frozenset[int] = frozenset()) -> set[str]:
    line = monitoring_line(POLICY, 2026)
    sums = add_up(checked.income, len(checked.sharing)) if checked.sharing else None
    proposal = propose(checked, sums, line, POLICY) if sums else None
    facts = Facts(checked, POLICY, date(2026, 3, 9), line, sums, proposal, elsewhere)
    return {each.rule for each in findings_of(facts)}


@pytest.mark.shows("procedure.4")
@pytest.mark.parametrize("rule", [each.name for each in validators()])
def test_a_rule_speaks_when_it_must_and_only_then(rule: str) -> None:
    elsewhere = frozenset({0}) if rule == "is_registered_elsewhere" else frozenset()

    assert rule in broken(TRIGGERS[rule], elsewhere)
    assert rule not in broken(SILENT.get(rule, FORM))


@pytest.mark.shows("procedure.4")
def test_a_good_form_breaks_no_rule() -> None:
    assert broken(FORM) == set()
    assert unknown_codes(FORM, POLICY) == {}
    assert set(TRIGGERS) == {each.name for each in validators()}


@pytest.mark.shows("procedure.4")
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("risks", {"risks": ("sadness",)}),
        ("members.0.labour", {"members": members({"labour": "strong"}, {})}),
        ("members.1.sex", {"members": members({}, {"sex": "f"})}),
        ("safety.air", {"safety": {**SAFE, "air": SafetyItem("safe")}}),
        ("assets.0.item", {"assets": (AssetCheck("yacht", hit=False),)}),
        ("category", {"category": "poor"}),
    ],
)
def test_codes_that_nobody_knows_are_named(field: str, changes: dict[str, Any]) -> None:
    assert field in unknown_codes(form(**changes), POLICY)
