"""Walks the way out and warnings with random people, steps and days: no family is stuck, none stands wrongly."""

import contextlib
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.permissions import Role, may
from backend.access.scope import as_system
from backend.db import db, in_transaction
from backend.errors import DomainError
from backend.models import Case, CaseEvent, Task
from backend.services import family_warnings, removals, rounds
from backend.workflow import engine
from backend.workflow.duties import REMOVAL, WARNING, Row
from backend.workflow.procedure import rows_of
from backend.workflow.states import ENDS, OUTLIVING, Kind, State
from backend.workflow.steps import Reason
from backend.workflow.tasks import DESK_OF
from backend.workflow.watching import WATCHED, Standing
from tests.people import Cast, Maker, id_number
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.test_machine import REASONS, STAFF, may_be_taken_by_staff
from tests.services.watching import FINE, Watched

ROLES = {
    "village": Role.VILLAGE,
    "head": Role.HEAD,
    "town_op": Role.TOWN_OP,
    "reviewer": Role.TOWN_REVIEW,
    "second_reviewer": Role.TOWN_REVIEW,
    "town_lead": Role.TOWN_LEAD,
    "county_op": Role.COUNTY_OP,
    "county_lead": Role.COUNTY_LEAD,
}
SEED = 130126
ENDS_OF = {
    REMOVAL: {State.REMOVED, State.KEPT},
    WARNING: {State.WARNING_CLOSED, State.WARNING_DROPPED},
}
"""A walk that never came to the ends has shown little."""

DAYS, AGAIN, FITTING, ONWARD = 0.2, 0.35, 0.85, 3
"""Shares: how often days go by, how often what ended begins again, how often a step is one that fits; and how much more
often it leads on than to an end."""

CODES = REASONS | {"kept_reasons": "new_risk", "rollback_reasons": "unstable", "warning_drops": "solved"}


class Afterwards:
    """One family that is watched, and one case of it after the other: a family has its history."""

    def __init__(self, family: Watched, variant: str, seed: int) -> None:
        self.family, self.variant, self.random = family, variant, Random(seed)
        self.moment = family.now
        self.rows = [row for row in rows_of(variant) if may_be_taken_by_staff(row.action)]
        self.case_id = self._begun()

    def go_on(self) -> None:
        """Let days go by and a visit be filed, let it begin anew after an end, or let somebody try a step; look."""
        chance = self.random.random()
        if chance < DAYS:
            self.moment += timedelta(days=self.random.randint(1, 9))
            with clock.at(self.moment), self.family.cast.acting("head") as by:
                rounds.file_round(self._case().household_id, FINE, by=by)
        elif chance < AGAIN and State(self._case().state) in ENDS:
            self.case_id = self._begun() or self.case_id
        else:
            self._somebody_takes_a_step()
        self.nothing_is_stuck()
        self.the_family_stands_as_its_case_says()
        self.history_leads_here()

    def _somebody_takes_a_step(self) -> None:
        """Mostly steps that leave from here, sometimes any: a refusal must leave no trace."""
        state, choose = State(self._case().state), self.random.choice
        fitting = [row for row in self.rows if state in row.leaves]
        row = self._mostly_onward(fitting) if fitting and self.random.random() < FITTING else choose(self.rows)
        able = [login for login in STAFF if may(ROLES[login], row.action)]
        login = choose(able if self.random.random() < FITTING else STAFF)
        open_ones = [task for task in self._duties() if task.open_due is not None]
        versions = [task.version for task in open_ones if Kind(task.kind) in row.about]
        version = choose(versions) if versions else None
        codes = (CODES[row.reasons],) if row.reasons else ()
        detail = {"department": "housing"} if self.variant == WARNING else {"mode": "assisted"}

        def work(by: Any) -> None:
            case = engine.find_case(self.case_id)
            engine.move(case, row.action, by=by, version=version, reason=Reason(codes, "已讲清"), detail=detail)

        before = self._seen()
        with clock.at(self.moment), self.family.cast.acting(login) as by:
            try:
                in_transaction(lambda: work(by))
            except DomainError:
                db.session.rollback()
                assert self._seen() == before, f"a refused {row.action} left a trace"
        assert State(self._case().state) == state or state in row.leaves

    def _mostly_onward(self, rows: list[Row]) -> Row:
        weights = [1 if row.reaches in {None, State.KEPT, State.WARNING_DROPPED} else ONWARD for row in rows]
        return self.random.choices(rows, weights)[0]

    def nothing_is_stuck(self) -> None:
        case, open_ones = self._case(), [task for task in self._duties() if task.open_due is not None]
        waiting = [task for task in open_ones if Kind(task.kind) not in OUTLIVING]
        is_over = State(case.state) in ENDS
        assert bool(waiting) != is_over, (case.state, [task.kind for task in open_ones])
        assert (case.closed_at is not None) == is_over
        assert is_over or any(State(case.state) in row.leaves for row in self.rows)
        assert all(task.owner_region and task.role in set(DESK_OF.values()) for task in open_ones)

    def the_family_stands_as_its_case_says(self) -> None:
        """Only an announced removal ends a watch, and whoever says no, takes back or overturns keeps it."""
        state, standing = State(self._case().state), Standing(self.family.watch().standing)
        removed = state in {State.REMOVED, State.RECHECKING}
        assert (standing is Standing.REMOVED) == removed, (state, standing)
        assert removed or standing in WATCHED

    def history_leads_here(self) -> None:
        with self.family.app.app_context(), as_system("the machine looks"):
            query = select(CaseEvent).where(CaseEvent.case_id == self.case_id).order_by(CaseEvent.id)
            events = db.session.scalars(query).all()
        assert [each.from_state for each in events[1:]] == [each.to_state for each in events[:-1]]
        assert events[-1].to_state == self._case().state

    def _begun(self) -> int:
        with clock.at(self.moment), self.family.cast.acting("village") as by, contextlib.suppress(DomainError):
            if self.variant == WARNING:
                return family_warnings.mark(self.family.watch_id, ["water"], by=by, words="断水了").id
            return removals.propose(self.family.watch_id, by=by, words="收入稳定了").id
        return 0

    def _seen(self) -> tuple[Any, ...]:
        case = self._case()
        duties = [(task.id, task.version, task.open_due) for task in self._duties()]
        return case.state, case.version, duties, self.family.watch().standing

    def _case(self) -> Case:
        return self.family.case_of(self.case_id)

    def _duties(self) -> list[Task]:
        with self.family.app.app_context(), as_system("the machine looks"):
            return list(db.session.scalars(select(Task).where(Task.case_id == self.case_id).order_by(Task.id)))


@pytest.mark.timeout(600)
@pytest.mark.shows("monitoring.6", "procedure.11")
@pytest.mark.parametrize(("variant", "steps"), [(REMOVAL, 300), (WARNING, 120)])
def test_no_walk_after_inclusion_leaves_a_family_stuck(
    app: Flask,
    cast: Cast,
    make: Maker,
    preset: Any,  # noqa: F811
    variant: str,
    steps: int,
) -> None:
    preset("NATIONAL")
    family = Watched(app, cast, make)
    family.include(id_number=id_number(1))
    family.ready()
    walk = Afterwards(family, variant, SEED)

    for _ in range(steps):
        walk.go_on()

    with app.app_context(), as_system("the test looks"):
        met = set(db.session.scalars(select(CaseEvent.to_state).join(Case).where(Case.procedure == variant)))
    assert met >= ENDS_OF[variant]
