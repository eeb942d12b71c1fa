"""The income formula is exact, its sentences show its numbers, and the category follows from it."""

import calendar
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import Invalid
from backend.policy import from_values, load_preset
from backend.policy.assessment import Assessments, Income, add_up, in_yuan, monitoring_line, propose, window
from tests.checks import FORM, form

POLICY = load_preset("NATIONAL")
FEN = st.integers(0, 10**10)
INCOMES = st.builds(
    Income, wages=FEN, business=FEN, property=FEN, transfer=FEN, costs=FEN, claims=FEN, out_of_pocket=FEN
)


@pytest.mark.shows("procedure.4")
@given(income=INCOMES, heads=st.integers(1, 30))
def test_the_division_is_exact_and_goes_down_to_the_fen(income: Income, heads: int) -> None:
    sums = add_up(income, heads)

    net = income.wages + income.business + income.property + income.transfer - income.costs
    exact = Fraction(net + income.claims - income.out_of_pocket, heads)
    assert sums.net == net
    assert sums.reference_per_head <= exact < sums.reference_per_head + 1
    assert sums.net_per_head <= Fraction(net, heads) < sums.net_per_head + 1
    for fen in (income.wages, income.costs, income.claims, income.out_of_pocket, net, sums.reference_per_head):
        assert in_yuan(fen) in "".join(sums.sentences)


@given(fen=st.integers(-(10**12), 10**12))
def test_yuan_are_written_without_loss(fen: int) -> None:
    assert Fraction(in_yuan(fen)) * 100 == fen


@pytest.mark.shows("procedure.4")
def test_the_formula_is_shown_with_its_numbers() -> None:
    sums = add_up(FORM.income, 2)

    assert sums.sentences[2] == (
        "人均收入参考值 =（24400.00 + 理赔 1000.00 − 合规自付 12000.00）÷ 2 人 = 6700.00 元（不足一分的舍去）"
    )


def test_nobody_cannot_share() -> None:
    with pytest.raises(Invalid):
        add_up(FORM.income, 0)


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.integers(1, 36))
def test_the_window_is_whole_months_before(day: date, months: int) -> None:
    first, last = window(day, months)

    assert first.day == 1
    assert last.day == calendar.monthrange(last.year, last.month)[1]
    assert (last.year - first.year) * 12 + last.month - first.month + 1 == months
    assert (day.year - last.year) * 12 + day.month - last.month == 1


@pytest.mark.shows("procedure.4", "procedure.5", "C04", "D09")
def test_each_year_has_its_line_and_an_unpublished_one_says_so() -> None:
    mine = from_values("NATIONAL", {"numbers": {"monitoring_line_2026": 9100}}, 2)

    assert monitoring_line(mine, 2026).in_words(2026) == "2026 年监测线 9100 元"
    assert monitoring_line(mine, 2023).yuan == 7300
    assert monitoring_line(mine, 2031).in_words(2031) == "2031 年监测线尚未设定，暂按 2026 年 9100 元"
    assert monitoring_line(mine, 2019).of_year == 2021


@pytest.mark.shows("C01", "C04", "D09")
@pytest.mark.parametrize("line", [5000, 7300, 9100])
@pytest.mark.parametrize(
    ("was_lifted", "above", "category"),
    [(True, -1, "lifted_unstable"), (False, -1, "marginal"), (True, 0, ""), (False, 0, "")],
)
def test_who_is_watched_follows_the_line_that_the_county_set_for_the_year(
    line: int, was_lifted: bool, above: int, category: str
) -> None:
    mine = from_values("NATIONAL", {"numbers": {"monitoring_line_2026": line, "monitoring_line_2025": 1}}, 2)
    checked = form(was_lifted=was_lifted, income=Income(wages=2 * (line * 100 + above)))

    assert propose(checked, add_up(checked.income, 2), monitoring_line(mine, 2026), mine).category == category
    assert propose(checked, add_up(checked.income, 2), monitoring_line(mine, 2025), mine).category == ""


RICH = replace(FORM.income, wages=80_000_00)
SUDDEN = Assessments("dropped", "bearable", "severe", "unable")


@pytest.mark.shows("procedure.4")
@pytest.mark.parametrize(
    ("changes", "category"),
    [
        ({}, "marginal"),
        ({"was_lifted": True}, "lifted_unstable"),
        ({"income": RICH}, ""),
        ({"income": RICH, "assessments": SUDDEN}, "sudden_hardship"),
        ({"income": RICH, "assessments": replace(SUDDEN, difficulty="some")}, ""),
        ({"conclusion": "no_risk"}, ""),
    ],
)
def test_the_category_follows_the_definitions(changes: dict[str, object], category: str) -> None:
    checked = form(**changes)

    assert propose(checked, add_up(checked.income, 2), monitoring_line(POLICY, 2026), POLICY).category == category


@pytest.mark.shows("C05")
@pytest.mark.parametrize(
    ("income", "expense", "difficulty", "category"),
    [
        ("dropped", "bearable", "severe", "sudden_hardship"),
        ("low", "heavy", "severe", "sudden_hardship"),
        ("dropped", "heavy", "severe", "sudden_hardship"),
        ("low", "bearable", "severe", ""),
        ("dropped", "heavy", "some", ""),
    ],
)
@pytest.mark.parametrize("was_lifted", [True, False])
def test_a_family_above_the_line_is_watched_where_income_fell_or_costs_rose_suddenly(
    income: str, expense: str, difficulty: str, category: str, was_lifted: bool
) -> None:
    seen = Assessments(income, expense, difficulty, "unable")
    checked = form(was_lifted=was_lifted, income=RICH, assessments=seen)

    assert propose(checked, add_up(RICH, 2), monitoring_line(POLICY, 2026), POLICY).category == category


def test_a_county_may_cap_sudden_hardship() -> None:
    capped = from_values("NATIONAL", {"numbers": {"sudden_income_cap": 20000}}, 2)
    checked = form(income=RICH, assessments=SUDDEN)

    assert propose(checked, add_up(RICH, 2), monitoring_line(capped, 2026), capped).category == ""
