"""A watched family, for tests: included by the whole procedure, then on its way with the services that come after."""

from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.models import Case, Household, Measure, Person, Task, VisitTurn, Watch
from backend.models.places import same_place
from backend.policy.assessment import Income
from backend.services import measures, meetings, notice_ends, notices, plans, removals, rounds
from backend.services.measure_forms import MeasureForm
from backend.services.measures import Progress
from backend.services.plans import PlanForm
from backend.services.removals import RemovalForm
from backend.services.round_forms import RoundForm, Topic
from backend.workflow.states import Kind
from tests.people import COUNTY, VILLAGE, Cast, Maker
from tests.services.desks import Desks

SAFE = dict.fromkeys(("food", "clothing", "education", "medical", "housing", "water"), "safe")
MET = dict.fromkeys(("income", "expense", "safety", "risk", "measures"), True)
RICH = Income(wages=40_000_00, business=10_000_00, costs=2_000_00)
REMOVAL = RemovalForm("assisted", MET, SAFE, RICH, 3, "agrees", "head", "李站长")
FINE = RoundForm("home", "fine")


class Watched(Desks):
    """A family that is included, and what is done for it; the days are the test's."""

    def __init__(self, app: Flask, cast: Cast, make: Maker) -> None:
        super().__init__(app, cast, make)
        self.watch_id = 0

    def include(self, head_name: str = "张三", **changes: Any) -> int:
        """Bring a family through the whole procedure and return its watch."""
        self.family(head_name, **changes)
        self.village()
        self.township_and_county()
        self.watch_id = self.watch().id
        return self.watch_id

    def watch(self) -> Watch:
        household = self.case().household_id
        with self.app.app_context(), as_system("a test looks"):
            query = select(Watch).where(Watch.household_id == household).order_by(Watch.id.desc())
            return db.session.scalars(query).first()

    def measures(self) -> list[Measure]:
        with self.app.app_context(), as_system("a test looks"):
            return list(db.session.scalars(select(Measure).where(Measure.watch_id == self.watch_id)))

    def case_of(self, case_id: int) -> Case:
        with self.app.app_context(), as_system("a test looks"):
            return db.session.scalars(select(Case).where(Case.id == case_id)).one()

    def owed(self, *kinds: Kind) -> list[Task]:
        """Return what is owed to the family, whether a case asks for it or not."""
        household = self.watch().household_id
        with self.app.app_context(), as_system("a test looks"):
            query = select(Task).where(Task.household_id == household, Task.open_due.is_not(None)).order_by(Task.id)
            return [task for task in db.session.scalars(query) if not kinds or Kind(task.kind) in kinds]

    def person(self) -> Person:
        household = self.watch().household_id
        with self.app.app_context(), as_system("a test looks"):
            return db.session.scalars(select(Person).where(Person.household_id == household)).first()

    def plan(self, *kinds: str, labour: str = "able", risks: tuple[str, ...] = ("housing",), **more: Any) -> None:
        forms = tuple(self.measure(kind) for kind in kinds)
        with clock.at(self.now), self.cast.acting("village") as by:
            plans.make_plan(self.watch_id, PlanForm(risks, labour, "head", measures=forms, **more), by=by)

    def measure(self, kind: str = "housing", **more: Any) -> MeasureForm:
        due_on = date(self.today.year, self.today.month, 28)
        return MeasureForm(
            **(
                {"category": kind, "what": "翻修屋顶", "department": "housing", "responsible": "赵工", "due_on": due_on}
                | more
            )
        )

    def deliver(self, login: str = "village") -> None:
        for measure in self.measures():
            if measure.progress in {"planned", "underway"}:
                with clock.at(self.now), self.cast.acting(login) as by:
                    measures.note(measure.id, Progress("delivered"), by=by, version=measure.version)

    def visit(self, form: RoundForm = FINE, login: str = "village") -> Any:
        household = self.watch().household_id
        with clock.at(self.now), self.cast.acting(login) as by:
            return rounds.file_round(household, form, by=by)

    def propose(self, login: str = "head") -> int:
        with clock.at(self.now), self.cast.acting(login) as by:
            return removals.propose(self.watch_id, by=by, words="收入稳定，房子修好了").id

    def ready(self, day: date = date(2026, 10, 12)) -> None:
        """Plan, deliver and visit, so that after half a year nothing stands in the way of a removal."""
        self.plan("housing", "industry")
        self.deliver()
        self.today = day
        self.visit()


def topic(state: str, words: str) -> Topic:
    return Topic(state, words)


def households(app: Flask, count: int, **turn: Any) -> list[int]:
    """Make ordinary households of one village, without a case."""
    with app.app_context(), as_system("a test makes"):
        rows = [
            Household(
                head_name=f"户{number:03d}",
                is_provisional=False,
                made_at=clock.now(),
                household_id=0,
                county_code=COUNTY,
                township_code=VILLAGE[:9],
                village_code=VILLAGE,
                grid_code=f"{VILLAGE}{number % 3:03d}",
            )
            for number in range(count)
        ]
        db.session.add_all(rows)
        db.session.flush()
        for row in rows:
            row.household_id = row.id
            if turn:
                db.session.add(VisitTurn(household_id=row.id, **same_place(row), **turn))
        db.session.commit()
        return [row.id for row in rows]


__all__ = [
    "FINE",
    "MET",
    "REMOVAL",
    "RICH",
    "SAFE",
    "Watched",
    "households",
    "meetings",
    "notice_ends",
    "notices",
    "topic",
]
