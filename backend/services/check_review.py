"""Looks a home check over before it is filed: sums, line, proposal and findings."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.errors import Invalid, NotFound
from backend.models import Case
from backend.policy import Policy
from backend.policy.assessment import (
    ERROR,
    WARNING,
    Facts,
    Finding,
    HomeCheckForm,
    Line,
    Proposal,
    Sums,
    add_up,
    findings_of,
    monitoring_line,
    propose,
    unknown_codes,
    window,
)
from backend.policy.assessment.form import NOT_HOME
from backend.policy.county import policy_of
from backend.services import check_consents, check_people
from backend.services.living import where_they_live


@dataclass(frozen=True)
class LookedOver:
    """What the program makes of a form: the formula with its numbers, the line, the proposal, and what it noticed."""

    form: HomeCheckForm
    sums: Sums | None
    line: Line
    window: tuple[date, date]
    proposal: Proposal | None
    findings: tuple[Finding, ...]
    doubles: frozenset[int]

    @property
    def warnings(self) -> list[Finding]:
        """What is shown and kept, and blocks nothing."""
        return [each for each in self.findings if each.level == WARNING]


@where_they_live
def look_over(case_id: int, *, by: Actor, form: HomeCheckForm) -> LookedOver:
    """Return what filing this form would say, without filing it: for the screen, before the last button."""
    require(by.role, Action.FILE_VISIT)
    case = db.session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    return looked_over(form, case, policy_of(case.county_code, case.policy_version))


def looked_over(form: HomeCheckForm, case: Case, policy: Policy) -> LookedOver:
    """Return what the program makes of a form, without what the family does not allow to be kept.

    Errors: `Invalid` for codes that nobody knows, names that are none, and a consent that nobody has asked for.
    """
    wrong = unknown_codes(form, policy)
    if form.conclusion == NOT_HOME:
        wrong["conclusion"] = "家里没有人的，请用“改约时间”，表格会留在草稿里。"
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    said, today = check_people.completed(form, case), clock.today()
    word = check_consents.word_of(case).with_said(said.consents)
    if unasked := check_consents.unasked(said, word, today):
        raise Invalid(next(iter(unasked.values())), fields=unasked)
    whole = check_consents.kept(said, word, today)
    doubles = check_people.elsewhere(whole, case)
    line = monitoring_line(policy, whole.visited_on.year)
    sums = add_up(whole.income, len(whole.sharing)) if whole.sharing else None
    proposal = propose(whole, sums, line, policy) if sums else None
    facts = Facts(
        form=whole,
        policy=policy,
        today=today,
        line=line,
        sums=sums,
        proposal=proposal,
        elsewhere=doubles,
    )
    return LookedOver(
        form=whole,
        sums=sums,
        line=line,
        window=_window(whole, case, policy),
        proposal=proposal,
        findings=tuple(
            each for each in findings_of(facts) if check_consents.is_asked(each.rule, each.field, said, word, today)
        ),
        doubles=doubles,
    )


def _window(form: HomeCheckForm, case: Case, policy: Policy) -> tuple[date, date]:
    is_of_visit = policy.flags["income_window"] == "before_visit"
    return window(form.visited_on if is_of_visit else case.discovered_on, policy.numbers["income_window_months"])


def refuse_errors(seen: LookedOver) -> tuple[Sums, Proposal]:
    """Return sums and proposal of a form without errors, or raise `Invalid` with every field that breaks a rule."""
    wrong: dict[str, str] = {}
    for each in seen.findings:
        if each.level == ERROR:
            wrong.setdefault(each.field, each.sentence)
    if wrong or seen.sums is None or seen.proposal is None:
        raise Invalid(next(iter(wrong.values()), None), fields=wrong)
    return seen.sums, seen.proposal
