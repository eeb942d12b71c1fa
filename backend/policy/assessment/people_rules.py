"""Rules about who belongs to the family: each a named predicate of `validators.yaml`."""

from collections import Counter

from backend.errors import Invalid
from backend.policy.assessment.facts import Facts, Params, Predicate, age, can_work, has_health, if_so, members_where
from backend.policy.assessment.form import HEAD, RISK, SAFE, SPOUSE, UNSAFE, Member
from backend.privacy.id_numbers import parse_id_number, plain_id_number

DISABILITY_CARD = (20, 22)
"""Signs of a disability card's number: an ID number and two or four more (domain 3.1)."""


def id_is_wrong(facts: Facts, params: Params) -> list[str]:
    """A number that was typed must be one: 18 signs with a check digit, or a disability card that begins with it."""

    def is_wrong(member: Member) -> bool:
        number = plain_id_number(member.id_number)
        try:
            parse_id_number(number[:18] if len(number) in DISABILITY_CARD else number, today=facts.today)
        except Invalid:
            return bool(number)
        return False

    return members_where(facts, is_wrong, "id_number")


def neither_id_nor_reason(facts: Facts, params: Params) -> list[str]:
    """No document is possible (a child not yet registered, a foreign wife), but it is said why."""
    return members_where(facts, lambda each: not each.id_number and not each.no_document, "id_number")


def has_no_document(facts: Facts, params: Params) -> list[str]:
    """Somebody without papers needs help to get them."""
    return members_where(facts, lambda each: not each.id_number and bool(each.no_document), "no_document")


def is_registered_elsewhere(facts: Facts, params: Params) -> list[str]:
    """The same ID number in two households: a doubt for people to settle, never a bar (practice 6.12)."""
    return [f"members.{index}.id_number" for index in sorted(facts.elsewhere)]


def same_id_twice(facts: Facts, params: Params) -> list[str]:
    """One person is written down once."""
    numbers = Counter(plain_id_number(each.id_number) for each in facts.form.members if each.id_number)
    return members_where(facts, lambda each: numbers[plain_id_number(each.id_number)] > 1, "id_number")


def not_one_head(facts: Facts, params: Params) -> list[str]:
    """A household has one head."""
    return if_so(sum(each.relation == HEAD for each in facts.form.members) != 1, "members")


def two_spouses(facts: Facts, params: Params) -> list[str]:
    """A head has at most one spouse."""
    return if_so(sum(each.relation == SPOUSE for each in facts.form.members) > 1, "members")


def spouses_of_one_sex(facts: Facts, params: Params) -> list[str]:
    """Head and spouse are of different sex in the register."""
    sexes = [each.sex for each in facts.form.members if each.relation in {HEAD, SPOUSE} and each.sex]
    return if_so(len(sexes) == 2 and sexes[0] == sexes[1], "members")


def education_and_student(facts: Facts, params: Params) -> list[str]:
    """Of education finished and school attended exactly one is filled in."""
    return members_where(facts, lambda each: bool(each.education) == bool(each.student), "education")


def insurance_unanswered(facts: Facts, params: Params) -> list[str]:
    """Whether somebody has medical insurance is always asked."""
    return members_where(facts, lambda each: not each.medical_insurance, "medical_insurance")


def place_without_months(facts: Facts, params: Params) -> list[str]:
    """Work away has a place and a number of months, or neither."""
    return members_where(facts, lambda each: bool(each.work_place) != bool(each.work_months), "work_months")


def uninsured_but_safe(facts: Facts, params: Params) -> list[str]:
    """Somebody without medical insurance means that medical care is not safe."""
    medical = facts.form.safety.get("medical")
    is_bare = any(each.medical_insurance == "none" for each in facts.form.sharing)
    return if_so(is_bare and medical is not None and medical.state == SAFE, "safety.medical")


def nobody_shares(facts: Facts, params: Params) -> list[str]:
    """Somebody must be there by whom the income is divided."""
    return if_so(not facts.form.sharing, "members")


def able_without_labour(facts: Facts, params: Params) -> list[str]:
    """Healthy, of working age, not at school, and yet marked as weak or no labour."""

    def is_odd(member: Member) -> bool:
        years = age(member, facts.today)
        is_of_age = years is not None and params["from_age"] <= years <= params["to_age"]
        is_healthy = member.health in {(), ("healthy",)}
        return is_of_age and is_healthy and not member.student and member.labour in {"weak", "lost", "none"}

    return members_where(facts, is_odd, "labour")


def no_adult_and_no_guardian(facts: Facts, params: Params) -> list[str]:
    """A household without an able adult has a guardian or the children's officer as contact (practice P29)."""

    def is_able(member: Member) -> bool:
        years = age(member, facts.today)
        return years is None or (years >= params["adult_age"] and member.labour != "lost")

    return if_so(not any(is_able(each) for each in facts.form.sharing) and not facts.form.guardian, "guardian")


def disabled_risk_without_disabled(facts: Facts, params: Params) -> list[str]:
    """因残 needs a disabled member."""
    return if_so("disability" in facts.form.risks and not has_health(facts.form.members, "disabled"), "risks")


def ill_risk_without_ill(facts: Facts, params: Params) -> list[str]:
    """因病 needs somebody seriously or chronically ill."""
    return if_so(
        "illness" in facts.form.risks and not has_health(facts.form.members, "serious_illness", "chronic"), "risks"
    )


def job_risk_without_worker(facts: Facts, params: Params) -> list[str]:
    """务工不稳 needs somebody who can work, and a record of work."""
    has_worker = any(can_work(each) and each.work_months for each in facts.form.members)
    return if_so("job_loss" in facts.form.risks and not has_worker, "risks")


def labour_risk_with_labour(facts: Facts, params: Params) -> list[str]:
    """缺劳动力 with more labour than one in so many."""
    sharing = facts.form.sharing
    workers = sum(can_work(each) for each in sharing)
    return if_so("no_labour" in facts.form.risks and workers * params["one_in"] > len(sharing), "risks")


def allowance_without_disabled(facts: Facts, params: Params) -> list[str]:
    """A disability allowance needs a disability."""
    return members_where(
        facts, lambda each: "disability" in each.allowances and "disabled" not in each.health, "allowances"
    )


def uninsured_without_illness(facts: Facts, params: Params) -> list[str]:
    """Medical care is unsafe, and illness is not among the risks."""
    medical = facts.form.safety.get("medical")
    is_unsafe = medical is not None and medical.state == UNSAFE
    return if_so(facts.form.conclusion == RISK and is_unsafe and "illness" not in facts.form.risks, "risks")


PREDICATES: dict[str, Predicate] = {
    each.__name__: each
    for each in (
        id_is_wrong,
        neither_id_nor_reason,
        has_no_document,
        is_registered_elsewhere,
        same_id_twice,
        not_one_head,
        two_spouses,
        spouses_of_one_sex,
        education_and_student,
        insurance_unanswered,
        place_without_months,
        uninsured_but_safe,
        nobody_shares,
        able_without_labour,
        no_adult_and_no_guardian,
        disabled_risk_without_disabled,
        ill_risk_without_ill,
        job_risk_without_worker,
        labour_risk_with_labour,
        allowance_without_disabled,
        uninsured_without_illness,
    )
}
"""What `validators.yaml` may name."""
