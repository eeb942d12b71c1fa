"""Proposes the category of a monitored household; people decide, and say why when they differ (domain 3.4, N1)."""

from dataclasses import dataclass

from backend.policy.assessment.form import RISK, HomeCheckForm
from backend.policy.assessment.income import FEN, Sums, in_yuan
from backend.policy.assessment.lines import Line
from backend.policy.rules import Policy

LIFTED, MARGINAL, SUDDEN = "lifted_unstable", "marginal", "sudden_hardship"


@dataclass(frozen=True)
class Proposal:
    """A category of the dictionary `categories`, or none, and why in one sentence."""

    category: str
    why: str


def propose(form: HomeCheckForm, sums: Sums, line: Line, policy: Policy) -> Proposal:
    """Return which category the rules see; none when no risk was found, or only people can tell."""
    if form.conclusion != RISK:
        return Proposal("", "核实结论没有风险，不建议纳入。")
    compared = f"人均收入参考值 {in_yuan(sums.reference_per_head)} 元，{line.in_words(form.visited_on.year)}"
    if sums.reference_per_head < line.yuan * FEN:
        if form.was_lifted:
            return Proposal(LIFTED, f"{compared}，在监测范围内，是脱贫户且有返贫风险。")
        return Proposal(MARGINAL, f"{compared}，在监测范围内，是一般农户且有致贫风险。")
    if _is_sudden(form, sums, policy):
        return Proposal(SUDDEN, f"{compared}，高于监测线，但刚性支出大或收入骤减，基本生活严重困难。")
    return Proposal("", f"{compared}，高于监测线，又没有填写突发严重困难的情形，请综合研判。")


def _is_sudden(form: HomeCheckForm, sums: Sums, policy: Policy) -> bool:
    seen, numbers = form.assessments, policy.numbers
    is_hit = seen.expense == "heavy" or seen.income == "dropped"
    cap, least = numbers["sudden_income_cap"] * FEN, numbers["sudden_expense_threshold"] * FEN
    is_under_cap = not cap or sums.net_per_head <= cap
    is_over_least = seen.income == "dropped" or not least or form.income.out_of_pocket >= least
    return is_hit and seen.difficulty == "severe" and is_under_cap and is_over_least
