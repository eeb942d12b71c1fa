"""What cadres of the demonstration write down at an invented family's table, and who sits in its village."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random

from backend import clock
from backend.demo.people import InventedHousehold, InventedPerson
from backend.demo.words import FEMALE_SIGNS, MALE_SIGNS, SURNAMES
from backend.policy import Policy
from backend.policy.assessment import (
    Assessments,
    HomeCheckForm,
    Income,
    Member,
    OffSite,
    SafetyItem,
    add_up,
    monitoring_line,
    propose,
)
from backend.policy.assessment.form import RISK
from backend.workflow.voting import Attendee

FEN = 100
SUDDEN = "sudden_hardship"
_YEAR_DAYS = 365.25
_ADULT, _WORKING_UNTIL = 18, 60
_SCHOOLS = ((3, "preschool_age"), (6, "kindergarten"), (12, "primary"), (15, "junior"), (18, "senior"))
_SCHOOLED_THEN, _SCHOOLED_LATELY = ("primary", "junior"), ("junior", "senior")
_WORK = ("县城工地", "镇上饭店", "邻县砖厂", "石家庄保洁", "村里合作社")
_COSTLY = frozenset({"illness", "disability", "accident"})
_NOTES = {"housing": "屋顶漏雨，墙有裂缝", "water": "要到两里外拉水"}
_REPRESENTATIVES, _CAME = 9, 7


@dataclass(frozen=True)
class Visitors:
    """Who went along, by name, and by id if it is one of the staff."""

    companion: str
    second_id: int | None = None


def check_form(
    household: InventedHousehold,
    number: int,
    policy: Policy,
    visitors: Visitors,
    *,
    findings: str,
    way: str = "home",
    conclusion: str = RISK,
) -> HomeCheckForm:
    """Return the home check of a family as two careful visitors fill it in; the same family gives the same form."""
    random = Random(number)  # noqa: S311 - invented people are no secret
    today = clock.today()
    members = tuple(_member(random, each, today) for each in household.members)
    form = HomeCheckForm(
        conclusion=conclusion,
        visited_on=today,
        findings=findings,
        way=way,
        companion=visitors.companion,
        second_id=visitors.second_id,
        phone=household.head.phone or "",
        was_lifted=random.random() < 0.3,
        members=members,
        income=_income(random, household, members),
        safety=_safety(household.risk, policy),
        risks=(household.risk,) if conclusion == RISK else (),
        assessments=_assessments(random, household.risk),
        wishes="希望帮忙想想办法，渡过眼前的难关。",
        guardian="村儿童主任" if all(each.labour in {"none", "lost"} for each in members) else "",
        off_site=OffSite("全家在外地务工", ("邻居老李", "本家堂兄"), "网格员") if way != "home" else None,
        consents={"health": True, "minors": True},
    )
    return _with_category(form, policy) if conclusion == RISK else form


def representatives(village: str) -> tuple[Attendee, ...]:
    """Return the villagers who were asked to a meeting: most came, two are away, and a supervisor looks on."""
    names = _names(village, _REPRESENTATIVES + 1)
    came = ["present"] * (_CAME - 1) + ["remote"] + ["away"] * (_REPRESENTATIVES - _CAME)
    asked = [Attendee(name, "representative", presence) for name, presence in zip(names, came, strict=False)]
    return (*asked, Attendee(names[-1], "supervision", "present"))


def too_few(village: str) -> tuple[Attendee, ...]:
    """Return the same villagers on a day of the harvest: three came."""
    asked = representatives(village)
    return tuple(
        each if place < 3 or not each.votes else replace(each, presence="absent") for place, each in enumerate(asked)
    )


def committee(*names: str) -> tuple[Attendee, ...]:
    """Return the two committees and the team, who look at the findings."""
    return tuple(Attendee(name, "committee", "present") for name in dict.fromkeys(names))


def present(attendance: tuple[Attendee, ...]) -> int:
    """Count those who vote."""
    return sum(each.votes and each.presence in {"present", "remote"} for each in attendance)


def _names(village: str, count: int) -> list[str]:
    random = Random(village)  # noqa: S311 - invented people are no secret
    names: dict[str, None] = {}
    while len(names) < count:
        names[random.choice(SURNAMES) + "".join(random.choices(MALE_SIGNS + FEMALE_SIGNS, k=2))] = None
    return list(names)


def _member(random: Random, person: InventedPerson, today: date) -> Member:
    age = int((today - person.born_on).days / _YEAR_DAYS)
    student = next((school for until, school in _SCHOOLS if age < until), "")
    works = not student and age < _WORKING_UNTIL and person.labour in {"ordinary", "skilled"} and random.random() < 0.7
    return Member(
        name=person.name,
        relation=person.relation,
        sex=person.sex,
        id_number=person.id_number,
        birth_on=person.born_on,
        education=""
        if student
        else random.choice(("primary", "junior") if age >= _WORKING_UNTIL else ("junior", "senior")),
        student=student,
        health=(person.health,),
        labour=person.labour,
        work_place=random.choice(_WORK) if works else "",
        work_months=random.randint(2, 7) if works else None,
        medical_insurance="resident",
        pension="resident" if age >= _ADULT else "",
    )


def _income(random: Random, household: InventedHousehold, members: tuple[Member, ...]) -> Income:
    def yuan(least: int, most: int) -> int:
        return random.randint(least, most) * FEN

    months = sum(each.work_months or 0 for each in members)
    business = yuan(1200, 6000)
    paid = yuan(6000, 30_000) if household.risk in _COSTLY else 0
    return Income(
        wages=months * yuan(1800, 2900),
        business=business,
        transfer=len(members) * yuan(900, 2600),
        costs=business // 3,
        claims=paid // 4,
        out_of_pocket=paid,
    )


def _safety(risk: str, policy: Policy) -> dict[str, SafetyItem]:
    items = {code: SafetyItem("safe") for code in policy.dictionaries["safety_items"]}
    if risk in _NOTES:
        items[risk] = SafetyItem("unsafe", _NOTES[risk])
    return items


def _assessments(random: Random, risk: str) -> Assessments:
    return Assessments(
        income="dropped" if risk in {"job_loss", "disaster", "business_failure"} else "low",
        expense="heavy" if risk in _COSTLY | {"schooling"} else "bearable",
        difficulty=random.choice(("some", "severe")),
        coping=random.choice(("partly", "unable")),
    )


def _with_category(form: HomeCheckForm, policy: Policy) -> HomeCheckForm:
    """Take the category that the rules propose; where they propose none, people decide and say why."""
    proposal = propose(
        form, add_up(form.income, len(form.sharing)), monitoring_line(policy, form.visited_on.year), policy
    )
    if proposal.category:
        return replace(form, category=proposal.category)
    return replace(form, category=SUDDEN, category_reason="困难来得突然，家里一时拿不出钱，商量后这样认定。")
