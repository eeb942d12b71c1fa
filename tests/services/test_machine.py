"""Walks the whole table with random people, steps and days, looking for a stuck case or a duty that nobody owes."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from backend import clock
from backend.access.permissions import Action, Role, may
from backend.access.scope import as_system
from backend.db import db, in_transaction, new_id
from backend.errors import DomainError
from backend.models import Case, Person, PolicyVersion
from backend.models.places import same_place
from backend.policy import county as county_policy
from backend.services import mergers, splits
from backend.services.splits import SplitForm
from backend.workflow import engine
from backend.workflow.duties import FULL, SHORT, Row
from backend.workflow.graph import reached
from backend.workflow.procedure import rows_of
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from backend.workflow.ways import Way, kinds_waited_for, needs_notice, ways_of
from tests.people import COUNTY, Cast, Maker
from tests.services import walked

STAFF = ("village", "head", "town_op", "reviewer", "second_reviewer", "town_lead", "county_op", "county_lead")
TOWNSHIP_DESKS = ("town_op", "reviewer", "second_reviewer", "town_lead")
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
MOST_CASES = 3
"""Into so many cases one walk's family may part; two of them may become one again."""


class Walk(RuleBasedStateMachine):
    """One family on its way, in one case or in several; the test gives an application, a cast and a variant."""

    app: ClassVar[Flask]
    cast: ClassVar[Cast]
    make: ClassVar[Maker]
    variant: ClassVar[str]

    parted: ClassVar[int] = 0
    joined: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.moment = BEGAN
        self.rows = [row for row in rows_of(self.variant) if may_be_taken_by_staff(row.action)]

    @initialize(serial=st.integers(1, 10**9))
    def declare(self, serial: int) -> None:
        with clock.at(self.moment):
            self.first = self.case_id = self.make.declaration(openid=f"farmer-{serial}", id_number=None).case_id
        self._look()

    @rule(days=st.integers(0, 9))
    def days_go_by(self, days: int) -> None:
        self.moment += timedelta(days=days)

    @rule(data=st.data())
    def somebody_takes_a_step(self, data: st.DataObject) -> None:
        """Mostly steps that leave from here, sometimes any: a refusal must leave no trace."""
        before, owed = self.seen.case(self.case_id), self.seen.duties_of(self.case_id)
        fitting = [row for row in self.rows if State(before.state) in row.leaves]
        row = data.draw(
            st.sampled_from(fitting or self.rows) if data.draw(st.booleans()) else st.sampled_from(self.rows)
        )
        login = data.draw(st.sampled_from(STAFF))
        duties = [task for task in owed if Kind(task.kind) in row.about and task.open_due is not None]
        version = data.draw(st.sampled_from([task.version for task in duties])) if duties else None
        detail = {"alternative": "转介民政", "transfer": "civil_affairs"} if data.draw(st.booleans()) else {}
        codes = (REASONS[row.reasons],) if row.reasons else ()

        def work(by: object) -> None:
            case = engine.find_case(self.case_id)
            engine.move(case, row.action, by=by, version=version, reason=Reason(codes, "已讲清"), detail=detail)

        seen = next((task for task in duties if task.version == version), None)
        waiting = {Kind(task.kind) for task in owed if task.open_due is not None and task.id != getattr(seen, "id", 0)}
        taken = False
        with clock.at(self.moment), self.cast.acting(login) as by, contextlib.suppress(DomainError):
            in_transaction(lambda: work(by))
            taken = True
        self._look()
        if taken:
            self._is_as_declared(row, before, {task.id for task in owed}, waiting)

    @rule(data=st.data())
    def the_family_parts(self, data: st.DataObject) -> None:
        """The case follows some, the others get a household and perhaps a case of their own."""
        if len(self.seen.cases) < MOST_CASES and self.seen.case(self.case_id) in self.seen.open_cases:
            people, login = self._two_people(), data.draw(st.sampled_from((*TOWNSHIP_DESKS, "village", "head")))
            stays, leaves = data.draw(st.permutations(people[:2]))
            form = SplitForm((stays,), head_id=stays, other_head_id=leaves, visit_others=data.draw(st.booleans()))
            with clock.at(self.moment), self.cast.acting(login) as by, contextlib.suppress(DomainError):
                splits.split(self.case_id, form, by=by, words="已分家，户口簿看过")
                type(self).parted += 1
            self._look()

    @precondition(lambda self: len(self.seen.cases) > 1)
    @rule(data=st.data())
    def another_part_is_walked(self, data: st.DataObject) -> None:
        self.case_id = data.draw(st.sampled_from([case.id for case in self.seen.cases]))

    @precondition(lambda self: len(self.seen.open_cases) > 1)
    @rule(data=st.data())
    def two_parts_become_one(self, data: st.DataObject) -> None:
        one, other = data.draw(st.permutations([case.id for case in self.seen.open_cases]))[:2]
        login = data.draw(st.sampled_from(TOWNSHIP_DESKS))
        with clock.at(self.moment), self.cast.acting(login) as by, contextlib.suppress(DomainError):
            mergers.merge(one, other, by=by, words="又一起过了")
            type(self).joined += 1
        self._look()

    def _is_as_declared(self, row: Row, before: Case, already: set[int], waiting: set[Kind]) -> None:
        """A step that was taken went only where the table's functions say that it may go (`workflow/ways.py`)."""
        case, duties = self.seen.case(self.case_id), self.seen.duties_of(self.case_id)
        until, down = before.marks.get("notice_until"), before.marks.get("taken_down", "9999-12-31")
        posted = until is not None and down > until  # what came down before its days were over was not posted
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

    def _look(self) -> None:
        self.seen = walked.look(self.app, self.first)

    def _two_people(self) -> list[int]:
        """Return the people of the household that is walked; a son is written down where there are too few."""
        case = self.seen.case(self.case_id)
        with self.app.app_context(), as_system("the machine writes a member down"):
            query = select(Person.id).where(Person.household_id == case.household_id).order_by(Person.id)
            for _ in range(2 - len(db.session.scalars(query).all())):
                son = {"name": f"张{new_id()}", "relation": "son"}
                db.session.add(Person(id=new_id(), household_id=case.household_id, **son, **same_place(case)))
            db.session.commit()
            return list(db.session.scalars(query))

    @invariant()
    def nothing_is_stuck(self) -> None:
        walked.nothing_is_stuck(self.seen)
        walked.somebody_may_go_on(self.seen, self.rows)

    @invariant()
    def each_open_case_is_its_households_only_one(self) -> None:
        walked.each_open_case_is_its_households_only_one(self.seen)

    @invariant()
    def history_leads_here(self) -> None:
        walked.history_leads_here(self.seen)


def may_be_taken_by_staff(action: Action) -> bool:
    return any(may(role, action) for role in Role if role not in {Role.FARMER, Role.SYSTEM})


def walk(app: Flask, cast: Cast, make: Maker, variant: str, times: int) -> None:
    """Let the county follow the variant, walk so many times, and put the county back; some families parted."""
    _follow(app, {"flags": {"procedure": variant}})
    few = settings(
        max_examples=times,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    members = {"app": app, "cast": cast, "make": make, "variant": variant}
    ours = type("OurWalk", (Walk,), members)
    try:
        run_state_machine_as_test(ours, settings=few)
    finally:
        _follow(app, {})
    assert ours.parted > times / 10
    assert bool(ours.joined) == (variant == FULL), "the short table has no row that ends a case for another's sake"


def _follow(app: Flask, changes: dict[str, object]) -> None:
    with app.app_context():
        db.session.scalars(select(PolicyVersion).where(PolicyVersion.county_code == COUNTY)).one().changes = changes
        db.session.commit()
    county_policy.forget()


@pytest.mark.timeout(1200)  # minutes on a machine that does something else as well
@pytest.mark.shows("procedure.11", "story.2")
@pytest.mark.parametrize(("variant", "times"), [(SHORT, 15), (FULL, 200)])
def test_no_walk_leaves_a_case_stuck(app: Flask, cast: Cast, make: Maker, variant: str, times: int) -> None:
    walk(app, cast, make, variant, times)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.shows("procedure.11")
def test_two_thousand_walks_leave_no_case_stuck(app: Flask, cast: Cast, make: Maker) -> None:
    walk(app, cast, make, FULL, times=2000)
