"""What the random walk sees of one family's cases after each step, and what must be true of it whatever was done."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select

from backend.access.permissions import Role
from backend.access.scope import as_system
from backend.db import db
from backend.models import AuditRow, Case, CaseEvent, Household, Task
from backend.workflow.duties import Row
from backend.workflow.states import ENDS, OUTLIVING, Kind, State
from backend.workflow.tasks import DESK_OF


@dataclass(frozen=True)
class Picture:
    """Every row that the invariants read, of every case of the walk, read at once."""

    cases: Sequence[Case]
    duties: Sequence[Task]
    events: Sequence[CaseEvent]
    audited: Sequence[AuditRow]
    households: Sequence[Household]

    @property
    def open_cases(self) -> list[Case]:
        return [case for case in self.cases if State(case.state) not in ENDS]

    def case(self, case_id: int) -> Case:
        return next(case for case in self.cases if case.id == case_id)

    def duties_of(self, case_id: int) -> list[Task]:
        return [duty for duty in self.duties if duty.case_id == case_id]


def look(app: Flask, first: int) -> Picture:
    """Read the cases from this one on: walks follow one another, so they are all of one family."""
    with app.app_context(), as_system("the machine looks"):
        cases = db.session.scalars(select(Case).where(Case.id >= first).order_by(Case.id)).all()
        homes, chains = {case.household_id for case in cases}, [f"case:{case.id}" for case in cases]
        audited = select(AuditRow).where(AuditRow.chain.in_(chains)).order_by(AuditRow.place)
        return Picture(
            cases=cases,
            duties=db.session.scalars(select(Task).where(Task.case_id >= first).order_by(Task.id)).all(),
            events=db.session.scalars(select(CaseEvent).where(CaseEvent.case_id >= first).order_by(CaseEvent.id)).all(),
            audited=db.session.scalars(audited).all(),
            households=db.session.scalars(select(Household).where(Household.id.in_(homes))).all(),
        )


def nothing_is_stuck(seen: Picture) -> None:
    for case in seen.cases:
        open_kinds = [Kind(duty.kind) for duty in seen.duties_of(case.id) if duty.open_due is not None]
        assert bool(set(open_kinds) - OUTLIVING) == (case in seen.open_cases), (case.state, open_kinds)
        assert (case.closed_at is None) == (case in seen.open_cases)
    for duty in seen.duties:
        assert duty.open_due in {None, duty.due_on}
        assert duty.owner_region
        assert duty.open_due is None or Role(duty.role) in DESK_OF.values()
        assert duty.open_due is not None or duty.next_rung_at is None


def each_open_case_is_its_households_only_one(seen: Picture) -> None:
    held = {row.id: row.open_case_id for row in seen.households if row.open_case_id is not None}
    assert held == {case.household_id: case.id for case in seen.open_cases}
    assert len(held) == len(seen.open_cases)


def history_leads_here(seen: Picture) -> None:
    for case in seen.cases:
        own = [event for event in seen.events if event.case_id == case.id]
        chained = [(row.action, row.detail["to"]) for row in seen.audited if row.chain == f"case:{case.id}"]
        assert [event.from_state for event in own[1:]] == [event.to_state for event in own[:-1]]
        assert own[-1].to_state == case.state
        assert chained == [(event.action, event.to_state) for event in own]


def somebody_may_go_on(seen: Picture, rows: Sequence[Row]) -> None:
    """From every standing that is no end, somebody on the staff has a step that leaves it or serves it."""
    for case in seen.open_cases:
        assert any(State(case.state) in row.leaves for row in rows)
