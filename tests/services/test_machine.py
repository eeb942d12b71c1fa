"""Walks the whole table with random people, steps and days, looking for a stuck case or a duty that nobody owes."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from backend import clock
from backend.access.permissions import Action, Role, may
from backend.access.scope import as_system
from backend.db import db, in_transaction
from backend.errors import DomainError
from backend.models import AuditRow, Case, CaseEvent, PolicyVersion, Task
from backend.policy import county as county_policy
from backend.workflow import engine
from backend.workflow.duties import FULL, SHORT, Row
from backend.workflow.graph import reached
from backend.workflow.procedure import rows_of
from backend.workflow.states import ENDS, OUTLIVING, Kind, State
from backend.workflow.steps import Reason
from backend.workflow.tasks import DESK_OF
from backend.workflow.ways import Way, kinds_waited_for, needs_notice, ways_of
from tests.people import COUNTY, Cast, Maker

STAFF = ("village", "head", "town_op", "reviewer", "second_reviewer", "town_lead", "county_op", "county_lead")
REASONS = {
    "return_reasons": "papers",
    "natural_reasons": "moved_away",
    "mistake_reasons": "wrong_facts",
    "formal_refusal_reasons": "not_of_county",
    "not_included_reasons": "can_cope",
    "ending_reasons": "moved_away",
    "clue_closings": "not_found",
}
BEGAN = datetime(2026, 2, 10, 1, 0, tzinfo=UTC)
"""Shortly before 春节, so that walks cross a long holiday with make-up days."""


class Walk(RuleBasedStateMachine):
    """One case on its way; the test gives it an application, a cast and a variant of the table."""

    app: ClassVar[Flask]
    cast: ClassVar[Cast]
    make: ClassVar[Maker]
    variant: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.moment = BEGAN
        self.rows = [row for row in rows_of(self.variant) if may_be_taken_by_staff(row.action)]

    @initialize(serial=st.integers(1, 10**9))
    def declare(self, serial: int) -> None:
        with clock.at(self.moment):
            self.case_id = self.make.declaration(openid=f"farmer-{serial}", id_number=None).case_id

    @rule(days=st.integers(0, 9))
    def days_go_by(self, days: int) -> None:
        self.moment += timedelta(days=days)

    @rule(data=st.data())
    def somebody_takes_a_step(self, data: st.DataObject) -> None:
        """Mostly steps that leave from here, sometimes any: a refusal must leave no trace."""
        state = self._case().state
        fitting = [row for row in self.rows if State(state) in row.leaves]
        row = data.draw(
            st.sampled_from(fitting or self.rows) if data.draw(st.booleans()) else st.sampled_from(self.rows)
        )
        login = data.draw(st.sampled_from(STAFF))
        duties = [task for task in self._duties() if Kind(task.kind) in row.about and task.open_due is not None]
        version = data.draw(st.sampled_from([task.version for task in duties])) if duties else None
        detail = {"alternative": "转介民政", "transfer": "civil_affairs"} if data.draw(st.booleans()) else {}
        codes = (REASONS[row.reasons],) if row.reasons else ()

        def work(by: object) -> None:
            case = engine.find_case(self.case_id)
            engine.move(case, row.action, by=by, version=version, reason=Reason(codes, "已讲清"), detail=detail)

        before, already = self._case(), {task.id for task in self._duties()}
        seen = next((task for task in duties if task.version == version), None)
        waiting = {
            Kind(task.kind)
            for task in self._duties()
            if task.open_due is not None and task.id != getattr(seen, "id", 0)
        }
        with clock.at(self.moment), self.cast.acting(login) as by, contextlib.suppress(DomainError):
            in_transaction(lambda: work(by))
            self._is_as_declared(row, before, already, waiting)

    def _is_as_declared(self, row: Row, before: Case, already: set[int], waiting: set[Kind]) -> None:
        """A step that was taken went only where the table's functions say that it may go (`workflow/ways.py`)."""
        case, duties = self._case(), self._duties()
        posted = "notice_on" in before.marks
        assert State(case.state) in (reached(row) or (State(before.state),))
        assert not any(kinds_waited_for(guard) & waiting for guard in row.guards)
        assert posted or not any(map(needs_notice, row.guards))
        opened = {Kind(task.kind) for task in duties if task.id not in already} - {duty.kind for duty in row.opens}
        open_now = {Kind(task.kind) for task in duties if task.open_due is not None}
        ways = ways_of(row.opens_also) if row.opens_also else (Way(),)
        assert any(
            State(case.state) in way.where
            and way.posted in {None, posted}
            and {duty.kind for duty in way.opens} <= open_now
            and opened <= {duty.kind for duty in way.opens + way.perhaps}
            for way in ways
        ), (row.action, before.state, case.state, opened)

    def _case(self) -> Case:
        with self.app.app_context(), as_system("the machine looks"):
            return db.session.scalars(select(Case).where(Case.id == self.case_id)).one()

    def _duties(self) -> list[Task]:
        with self.app.app_context(), as_system("the machine looks"):
            return list(db.session.scalars(select(Task).where(Task.case_id == self.case_id).order_by(Task.id)))

    @invariant()
    def nothing_is_stuck(self) -> None:
        case, duties = self._case(), self._duties()
        open_ones = [duty for duty in duties if duty.open_due is not None]
        waiting = [duty for duty in open_ones if Kind(duty.kind) not in OUTLIVING]
        assert bool(waiting) == (State(case.state) not in ENDS), (case.state, [duty.kind for duty in open_ones])
        assert all(duty.open_due == duty.due_on and duty.owner_region for duty in open_ones)
        assert all(Role(duty.role) in DESK_OF.values() for duty in open_ones)
        assert all(duty.next_rung_at is None for duty in duties if duty.open_due is None)
        assert (case.closed_at is not None) == (State(case.state) in ENDS)

    @invariant()
    def history_leads_here(self) -> None:
        with self.app.app_context(), as_system("the machine looks"):
            events = db.session.scalars(
                select(CaseEvent).where(CaseEvent.case_id == self.case_id).order_by(CaseEvent.id)
            ).all()
            audited = db.session.scalars(
                select(AuditRow).where(AuditRow.chain == f"case:{self.case_id}").order_by(AuditRow.place)
            ).all()
        assert [event.from_state for event in events[1:]] == [event.to_state for event in events[:-1]]
        assert events[-1].to_state == self._case().state
        assert [(row.action, row.detail["to"]) for row in audited] == [(each.action, each.to_state) for each in events]

    @invariant()
    def somebody_may_go_on(self) -> None:
        """From every standing that is no end, somebody on the staff has a step that leaves it or serves it."""
        case = self._case()
        if State(case.state) not in ENDS:
            assert any(State(case.state) in row.leaves for row in self.rows)


def may_be_taken_by_staff(action: Action) -> bool:
    return any(may(role, action) for role in Role if role not in {Role.FARMER, Role.SYSTEM})


def walk(app: Flask, cast: Cast, make: Maker, variant: str, times: int) -> None:
    """Let the county follow the variant, walk so many times, and put the county back."""
    _follow(app, {"flags": {"procedure": variant}})
    few = settings(
        max_examples=times,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    members = {"app": app, "cast": cast, "make": make, "variant": variant}
    try:
        run_state_machine_as_test(type("OurWalk", (Walk,), members), settings=few)
    finally:
        _follow(app, {})


def _follow(app: Flask, changes: dict[str, object]) -> None:
    with app.app_context():
        db.session.scalars(select(PolicyVersion).where(PolicyVersion.county_code == COUNTY)).one().changes = changes
        db.session.commit()
    county_policy.forget()


@pytest.mark.timeout(1200)  # minutes on a machine that does something else as well
@pytest.mark.shows("procedure.11", "story.2")
@pytest.mark.parametrize(("variant", "times"), [(SHORT, 30), (FULL, 200)])
def test_no_walk_leaves_a_case_stuck(app: Flask, cast: Cast, make: Maker, variant: str, times: int) -> None:
    walk(app, cast, make, variant, times)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.shows("procedure.11")
def test_two_thousand_walks_leave_no_case_stuck(app: Flask, cast: Cast, make: Maker) -> None:
    walk(app, cast, make, FULL, times=2000)
