"""A family on its way past the desks of township and county, for tests: by steps, to where a test begins."""

from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db, new_id
from backend.models import Case, Person
from backend.models.places import same_place
from backend.services import authorizations, cases, comparisons, figures
from backend.services.authorization_forms import AuthorizationForm
from backend.services.cases import Seen
from backend.services.comparisons import Finding
from backend.services.judgements import JudgementForm
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from tests.people import Cast, Maker
from tests.services.test_full_procedure import Walker, morning

FRIDAY = date(2026, 3, 6)
ITEMS = ("register", "vehicles", "property", "business", "public_pay", "insurance", "deposits")
REFUSAL = Reason(("can_cope",), "家里能应付")
OTHER_WAY = JudgementForm(alternative="请民政办理临时救助", transfer="civil_affairs")


class Desks(Walker):
    """The walker of the table, with services at the desks."""

    def __init__(self, app: Flask, cast: Cast, make: Maker) -> None:
        super().__init__(app, cast, make)
        self.today = FRIDAY

    def family(self, head_name: str = "张三", **changes: Any) -> int:
        """Declare for a family on the first day and make it the one that is walked."""
        self.today = FRIDAY
        with clock.at(self.now):
            form = {"head_name": head_name, "openid": f"phone of {head_name}", "id_number": None, **changes}
            self.case_id = self.make.declaration(**form).case_id
        return self.case_id

    @property
    def now(self) -> Any:
        return morning(self.today)

    def go_to(self, case_id: int) -> None:
        self.case_id = case_id

    def to_the_visit(self) -> None:
        self.take(Action.ACCEPT, "village", Kind.ACCEPT)
        self.take(Action.FILE_VISIT, "village", Kind.VISIT)

    def to_the_township(self) -> None:
        self.village()
        self.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
        while self.duties(Kind.DEPARTMENT_CHECK):
            self.take(Action.CHECK_DEPARTMENT, "second_reviewer", Kind.DEPARTMENT_CHECK)

    def to_the_county(self, login: str = "reviewer") -> None:
        self.to_the_township()
        self.judge(Action.PASS_ON, login, form=JudgementForm(opinion="情况属实", category="marginal"))

    def seen(self, kind: Kind) -> Seen:
        [duty] = self.duties(kind)
        return Seen(duty.version, self.case().content_version)

    def version(self, kind: Kind) -> int:
        return self.duties(kind)[0].version

    def judge(
        self, action: Action, login: str, *, reason: Reason | None = None, form: JudgementForm | None = None
    ) -> None:
        kind = Kind.COUNTY_DECISION if action.startswith("county") else Kind.TOWN_REVIEW
        seen = self.seen(kind)
        with self.as_(login) as by:
            cases.decide(self.case_id, action, by=by, seen=seen, reason=reason, judgement=form)

    def refuse(self, login: str = "reviewer", form: JudgementForm = OTHER_WAY) -> None:
        self.judge(Action.REFUSE, login, reason=REFUSAL, form=form)

    def as_(self, login: str) -> Any:
        return _Acting(self, login)

    def members(self) -> list[int]:
        with self.app.app_context(), as_system("a test looks"):
            query = select(Person.id).where(Person.household_id == self.case().household_id).order_by(Person.id)
            return list(db.session.scalars(query))

    def add_member(self, name: str, relation: str = "son") -> int:
        with self.app.app_context(), as_system("a test adds a member"):
            case = db.session.scalars(select(Case).where(Case.id == self.case_id)).one()
            person = Person(
                id=new_id(), household_id=case.household_id, name=name, relation=relation, **same_place(case)
            )
            db.session.add(person)
            db.session.commit()
            return person.id

    def sign(self, person_id: int, **changes: Any) -> int:
        with self.as_("village") as by:
            return authorizations.authorize(self.case_id, AuthorizationForm(person_id, **changes), by=by).id

    def compare(self, *findings: Finding, login: str = "county_op") -> int:
        version = self.version(Kind.COMPARE)
        with self.as_(login) as by:
            return comparisons.compare(self.case_id, findings, by=by, version=version).id

    def days_later(self, days: int) -> None:
        self.today += timedelta(days=days)

    def count_places(self, *, days_later: int = 0) -> None:
        """Let the job count every place, as it does every few minutes."""
        with self.app.app_context(), clock.at(morning(self.today + timedelta(days=days_later))):
            figures.count_places()


class _Acting:
    """Somebody at work on the walker's day."""

    def __init__(self, desks: Desks, login: str) -> None:
        self.when, self.who = clock.at(desks.now), desks.cast.acting(login)

    def __enter__(self) -> Any:
        self.when.__enter__()
        return self.who.__enter__()

    def __exit__(self, *error: Any) -> None:
        self.who.__exit__(*error)
        self.when.__exit__(*error)


def nothing_found(person_id: int, **changes: str) -> list[Finding]:
    """Answer every item of one member, with hits where named."""
    return [Finding(person_id, item, changes.get(item, "no_hit")) for item in ITEMS]
