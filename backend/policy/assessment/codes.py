"""Whether every code of a home check is one of the county's dictionaries."""

from collections.abc import Iterator

from backend.policy.assessment.form import HomeCheckForm, Member
from backend.policy.rules import Policy

NOT_LISTED = "请从列出的选项里选。"
SEXES = frozenset({"male", "female", ""})


def unknown_codes(form: HomeCheckForm, policy: Policy) -> dict[str, str]:
    """Return the fields whose code nobody knows, each with a sentence; what was left empty is another rule's affair."""
    words = policy.dictionaries
    named = [*_of_form(form), *(pair for index, each in enumerate(form.members) for pair in _of_member(index, each))]
    wrong = {name: NOT_LISTED for name, dictionary, code in named if code and code not in words[dictionary]}
    wrong |= {f"members.{index}.sex": NOT_LISTED for index, each in enumerate(form.members) if each.sex not in SEXES}
    return wrong


def _of_form(form: HomeCheckForm) -> Iterator[tuple[str, str, str]]:
    seen = form.assessments
    yield "conclusion", "visit_conclusions", form.conclusion
    yield "way", "visit_ways", form.way
    yield "category", "categories", form.category
    yield "assessments.income", "assess_income", seen.income
    yield "assessments.expense", "assess_expense", seen.expense
    yield "assessments.difficulty", "assess_difficulty", seen.difficulty
    yield "assessments.coping", "assess_coping", seen.coping
    for risk in form.risks:
        yield "risks", "risks", risk
    for code, item in form.safety.items():
        yield f"safety.{code}", "safety_items", code
        yield f"safety.{code}", "safety", item.state
    for index, asset in enumerate(form.assets):
        yield f"assets.{index}.item", "asset_items", asset.item


def _of_member(index: int, member: Member) -> Iterator[tuple[str, str, str]]:
    place = f"members.{index}."
    yield place + "relation", "relations", member.relation
    yield place + "no_document", "no_document", member.no_document
    yield place + "education", "education", member.education
    yield place + "student", "students", member.student
    yield place + "labour", "labour", member.labour
    yield place + "medical_insurance", "medical_insurance", member.medical_insurance
    yield place + "pension", "pension", member.pension
    for code in member.health:
        yield place + "health", "health", code
    for code in member.allowances:
        yield place + "allowances", "allowances", code
