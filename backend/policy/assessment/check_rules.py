"""Rules about money, findings and the visit itself: each a named predicate of `validators.yaml`."""

from backend.errors import Invalid
from backend.policy.assessment.facts import Facts, Params, Predicate, if_so
from backend.policy.assessment.form import NOT_HOME, RISK, SAFE, UNSAFE
from backend.policy.assessment.income import FEN
from backend.privacy.phones import parse_phone


def phone_is_wrong(facts: Facts, params: Params) -> list[str]:
    """A phone number that was typed must be one."""
    try:
        parse_phone(facts.form.phone, field="phone")
    except Invalid:
        return if_so(bool(facts.form.phone), "phone")
    return []


def visited_in_future(facts: Facts, params: Params) -> list[str]:
    """Nobody was there tomorrow."""
    return if_so(facts.form.visited_on > facts.today, "visited_on")


def went_alone(facts: Facts, params: Params) -> list[str]:
    """Two go together, and the second is named (practice P32)."""
    needs_two = facts.policy.numbers["visitors_at_least"] >= 2
    return if_so(needs_two and not facts.form.companion.strip(), "companion")


def from_afar_without_witnesses(facts: Facts, params: Params) -> list[str]:
    """A check from afar says why, and names two people who know the family (practice P26)."""
    form = facts.form
    if form.way == "home":
        return []
    away = form.off_site
    known_by = [each for each in away.witnesses if each.strip()] if away else []
    return if_so(away is None or not away.why.strip() or len(set(known_by)) < params["witnesses"], "off_site")


def house_not_seen(facts: Facts, params: Params) -> list[str]:
    """While the family is away somebody looks at the house."""
    away = facts.form.off_site
    return if_so(facts.form.way != "home" and (away is None or not away.house_seen_by), "off_site.house_seen_by")


def risk_without_kind(facts: Facts, params: Params) -> list[str]:
    """Where a risk was found, or a category is given, at least the first risk type is named."""
    form = facts.form
    return if_so((form.conclusion == RISK or bool(form.category)) and not form.risks, "risks")


def too_many_risks(facts: Facts, params: Params) -> list[str]:
    """The national form has room for five."""
    return if_so(len(facts.form.risks) > params["most"], "risks")


def category_without_risk(facts: Facts, params: Params) -> list[str]:
    """Who is found without risk gets no category."""
    return if_so(facts.form.conclusion != RISK and bool(facts.form.category), "category")


def category_unexplained(facts: Facts, params: Params) -> list[str]:
    """People decide the category, and say why when the rules propose another."""
    form, proposal = facts.form, facts.proposal
    differs = proposal is not None and form.conclusion == RISK and form.category != proposal.category
    return if_so(differs and not form.category_reason.strip(), "category_reason")


def safety_unanswered(facts: Facts, params: Params) -> list[str]:
    """两不愁三保障 and water are always asked, each of them."""
    items = facts.policy.dictionaries["safety_items"]
    return [f"safety.{code}" for code in items if code not in facts.form.safety]


def unsafe_without_note(facts: Facts, params: Params) -> list[str]:
    """What is not safe is described."""
    return [
        f"safety.{code}" for code, item in facts.form.safety.items() if item.state != SAFE and not item.note.strip()
    ]


def assessment_unanswered(facts: Facts, params: Params) -> list[str]:
    """The four views are each filled in."""
    seen = facts.form.assessments
    views = {
        "income": seen.income,
        "expense": seen.expense,
        "difficulty": seen.difficulty,
        "coping": seen.coping,
    }
    return [f"assessments.{name}" for name, code in views.items() if not code]


def asset_unexplained(facts: Facts, params: Params) -> list[str]:
    """A hit among the exclusion hints asks for the family's explanation; it never decides."""
    return [
        f"assets.{index}.explanation"
        for index, each in enumerate(facts.form.assets)
        if each.hit and not each.explanation.strip()
    ]


def unsafe_without_risk(facts: Facts, params: Params) -> list[str]:
    """Something is unsafe, and yet no risk was found."""
    is_unsafe = any(item.state == UNSAFE for item in facts.form.safety.values())
    return if_so(is_unsafe and facts.form.conclusion != RISK, "conclusion")


def below_line_without_risk(facts: Facts, params: Params) -> list[str]:
    """Income below the line, and yet no risk was found (应纳未纳)."""
    is_below = facts.sums is not None and facts.sums.reference_per_head < facts.line.yuan * FEN
    return if_so(is_below and facts.form.conclusion not in {RISK, NOT_HOME}, "conclusion")


def water_unsafe_without_risk(facts: Facts, params: Params) -> list[str]:
    """Water is unsafe, and is not among the risks."""
    water = facts.form.safety.get("water")
    is_unsafe = water is not None and water.state == UNSAFE
    return if_so(facts.form.conclusion == RISK and is_unsafe and "water" not in facts.form.risks, "risks")


def illness_without_expense(facts: Facts, params: Params) -> list[str]:
    """因病, and nothing was paid oneself."""
    return if_so("illness" in facts.form.risks and facts.form.income.out_of_pocket == 0, "income.out_of_pocket")


def business_without_costs(facts: Facts, params: Params) -> list[str]:
    """Whoever produces has costs."""
    return if_so(facts.form.income.business > 0 and facts.form.income.costs == 0, "income.costs")


def odd_wages(facts: Facts, params: Params) -> list[str]:
    """A year's wages that are nearly nothing, or very much."""
    wages = facts.form.income.wages
    is_odd = 0 < wages < params["least_yuan"] * FEN or wages > params["most_yuan"] * FEN
    return if_so(is_odd, "income.wages")


def odd_income(facts: Facts, params: Params) -> list[str]:
    """Hardly any income a head: perhaps something was forgotten."""
    return if_so(facts.sums is not None and facts.sums.net_per_head < params["least_yuan"] * FEN, "income")


def support_left_out(facts: Facts, params: Params) -> list[str]:
    """What children with their own household give belongs to the transfers."""
    given = sum(each.gives for each in facts.form.members if each.split_off)
    return if_so(given > facts.form.income.transfer, "income.transfer")


PREDICATES: dict[str, Predicate] = {
    each.__name__: each
    for each in (
        phone_is_wrong,
        visited_in_future,
        went_alone,
        from_afar_without_witnesses,
        house_not_seen,
        risk_without_kind,
        too_many_risks,
        category_without_risk,
        category_unexplained,
        safety_unanswered,
        unsafe_without_note,
        assessment_unanswered,
        asset_unexplained,
        unsafe_without_risk,
        below_line_without_risk,
        water_unsafe_without_risk,
        illness_without_expense,
        business_without_costs,
        odd_wages,
        odd_income,
        support_left_out,
    )
}
"""What `validators.yaml` may name."""
