"""Walks the procedure with random people, steps and days, and looks for a case that is stuck or a duty nobody owes."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from backend import clock
from backend.access.permissions import Action
from backend.access.scope import act_within, as_system
from backend.db import db
from backend.errors import DomainError
from backend.models import Case, CaseEvent, Task
from backend.policy.county import current_policy
from backend.services import cases, declarations, sign_ins
from backend.services.cases import DECISIONS, Seen, VisitForm
from backend.workflow.engine import Reason
from backend.workflow.procedure import FIRST_STATE, row_for, rows_for
from backend.workflow.states import ENDS, State
from tests.people import APP_ID, COUNTY, Cast, Maker

STAFF = ("village", "head", "town_op", "reviewer", "second_reviewer", "town_lead", "county_op", "county_lead")
REASONS = {"return_reasons": "papers", "formal_refusal_reasons": "not_of_county", "not_included_reasons": "can_cope"}
BEGAN = datetime(2026, 2, 10, 1, 0, tzinfo=UTC)
"""Shortly before 春节, so that walks cross a long holiday with make-up days."""


def replayed(events: list[CaseEvent]) -> str:
    """Return the state that a case's history leads to, by the table alone."""
    state = str(FIRST_STATE)
    for event in events:
        if event.action in set(Action) and (row := row_for(Action(event.action), State(state))):
            state = str(row.reaches or state)
    return state


class Walk(RuleBasedStateMachine):
    """One case on its way; the test gives it an application and a self.cast."""

    app: ClassVar[Flask]
    cast: ClassVar[Cast]
    make: ClassVar[Maker]

    def __init__(self) -> None:
        super().__init__()
        self.moment = BEGAN

    @initialize(serial=st.integers(1, 10**9))
    def declare(self, serial: int) -> None:
        with clock.at(self.moment):
            declaration = self.make.declaration(openid=f"farmer-{serial}", id_number=None, head_name="张三")
        self.case_id, self.openid, self.receipt = declaration.case_id, f"farmer-{serial}", declaration.id

    @rule(days=st.integers(0, 12))
    def days_go_by(self, days: int) -> None:
        self.moment += timedelta(days=days)

    @rule(login=st.sampled_from(STAFF), action=st.sampled_from(sorted(DECISIONS)))
    def somebody_decides(self, login: str, action: Action) -> None:
        self._try(lambda by, duty: self._decide(by, duty, action), login)

    @rule(login=st.sampled_from(STAFF), conclusion=st.sampled_from(["risk", "no_risk", "not_home"]))
    def somebody_visits(self, login: str, conclusion: str) -> None:
        form = VisitForm(findings="看过了", conclusion=conclusion)
        self._try(lambda by, duty: cases.file_visit(self.case_id, by=by, version=duty.version, form=form), login)

    @rule(login=st.sampled_from(STAFF))
    def somebody_fetches_the_papers(self, login: str) -> None:
        def fetch(by: Any, duty: Task) -> None:
            cases.fetch_information(self.case_id, by=by, version=duty.version, words="都补齐了")

        self._try(fetch, login)

    @rule(withdraws=st.sampled_from([False, False, False, True]))
    def the_farmer_answers(self, withdraws: bool) -> None:
        with clock.at(self.moment), self.app.app_context():
            by = sign_ins.open_phone(APP_ID, self.openid, COUNTY).actor
            db.session.rollback()
            act_within(by.scope)
            try:
                if withdraws:
                    declarations.withdraw(self.receipt, by=by)
                else:
                    declarations.supplement(self.receipt, by=by, words="补充说明")
            except DomainError:
                pass

    def _decide(self, by: Any, duty: Task, action: Action) -> None:
        [row] = rows_for(action)
        codes = (REASONS[row.reasons],) if row.reasons else ()
        seen = Seen(duty.version, None)
        cases.decide(self.case_id, action, by=by, seen=seen, reason=Reason(codes, "原因已当面讲清"))

    def _try(self, step: Any, login: str) -> None:
        duty = self.make.duty(self.case_id)
        if duty is None:
            return
        with clock.at(self.moment), self.cast.acting(login) as by:
            try:
                step(by, duty)
            except DomainError:
                db.session.rollback()

    @invariant()
    def nothing_is_stuck(self) -> None:
        with self.app.app_context(), as_system("the machine looks"):
            case = db.session.scalars(select(Case).where(Case.id == self.case_id)).one()
            duties = db.session.scalars(select(Task).where(Task.case_id == case.id)).all()
            events = list(
                db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id))
            )
        open_ones = [duty for duty in duties if duty.open_due is not None]
        assert bool(open_ones) == (State(case.state) not in ENDS)
        assert all(duty.open_due == duty.due_on and duty.role and duty.owner_region for duty in open_ones)
        assert all(duty.next_rung_at is None for duty in duties if duty.open_due is None)
        assert replayed(events) == case.state
        assert (case.closed_at is not None) == (State(case.state) in ENDS)


@pytest.mark.shows("story.2")
def test_no_walk_leaves_a_case_stuck(app: Flask, cast: Cast, make: Maker) -> None:
    with app.app_context():
        assert set(REASONS) <= set(current_policy(COUNTY).dictionaries)
    few = settings(
        max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )

    run_state_machine_as_test(type("OurWalk", (Walk,), {"app": app, "cast": cast, "make": make}), settings=few)
