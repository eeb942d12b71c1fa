"""What is true of every case, made by the services or loaded by the bench: one check for both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from backend.access.permissions import LEVEL_OF_ROLE, Role
from backend.access.scope import as_system
from backend.db import Base, db
from backend.models import AuditRow, Case, CaseEvent, Declaration, Household, Person, Region, Task, Visit
from backend.models.places import same_place
from backend.policy.county import county_workdays, policy_of
from backend.privacy.chain import mac_row
from backend.privacy.current import keys
from backend.workflow.deadlines import Due, due_on, not_before_seen, notice_may_close_on, shrunk
from backend.workflow.duties import Row
from backend.workflow.procedure import PROCEDURE, actions_from, rows_of
from backend.workflow.states import ENDS, OUTLIVING, Kind, State
from backend.workflow.trail import payload_of
from backend.workflow.ways import states_of

DATED_BY_A_FORM = frozenset({Kind.IN_PERSON, Kind.MEASURE})
"""Duties that are due by a day which somebody said: when a family is back, when a measure is to be there."""
STEPS = {row.action.value for row in PROCEDURE}


@dataclass(frozen=True)
class File:
    """One case with every row that belongs to it, in the order of their ids."""

    case: Case
    household: Household
    people: Sequence[Person]
    tasks: Sequence[Task]
    events: Sequence[CaseEvent]
    declarations: Sequence[Declaration]
    visits: Sequence[Visit]
    audit: Sequence[AuditRow]


def broken(case_ids: Sequence[int]) -> list[str]:
    """Return a plain line for each thing that is not so in these cases; needs an application context."""
    with as_system("the invariants are checked"):
        return [f"case {each}: {line}" for each in case_ids for line in _broken(_read(each))]


def _read(case_id: int) -> File:
    case = db.session.scalars(select(Case).where(Case.id == case_id)).one()

    def of_case(model: Any) -> Sequence[Any]:
        return db.session.scalars(select(model).where(model.case_id == case_id).order_by(model.id)).all()

    return File(
        case=case,
        household=db.session.scalars(select(Household).where(Household.id == case.household_id)).one(),
        people=db.session.scalars(select(Person).where(Person.household_id == case.household_id)).all(),
        tasks=of_case(Task),
        events=of_case(CaseEvent),
        declarations=of_case(Declaration),
        visits=of_case(Visit),
        audit=db.session.scalars(
            select(AuditRow).where(AuditRow.chain == f"case:{case_id}").order_by(AuditRow.place)
        ).all(),
    )


def _broken(file: File) -> Iterator[str]:
    yield from _places(file)
    yield from _duties(file)
    yield from _dates(file)
    yield from _history(file)
    yield from _chain(file)
    yield from _household(file)
    yield from _declarations(file)


def _places(file: File) -> Iterator[str]:
    place = same_place(file.case)
    if not file.case.village_code.startswith(file.case.township_code):
        yield "its village lies outside its township"
    if not file.case.township_code.startswith(file.case.county_code):
        yield "its township lies outside its county"
    if db.session.get(Region, file.case.village_code) is None:
        yield "nobody knows its village"
    rows: list[Base] = [file.household, *file.people, *file.tasks, *file.events, *file.declarations, *file.visits]
    yield from (f"a row of {row.__tablename__} lies elsewhere" for row in rows if same_place(row) != place)


def _duties(file: File) -> Iterator[str]:
    ended = State(file.case.state) in ENDS
    waiting = [task for task in file.tasks if task.open_due is not None]
    if ended and any(Kind(task.kind) not in OUTLIVING for task in waiting):
        yield "it has ended and somebody still owes something"
    if not ended and not waiting:
        yield "it is open and nobody owes anything"
    if ended != (file.case.closed_at is not None):
        yield "its state and its end do not fit"
    if not ended and not actions_from(State(file.case.state), file.case.procedure):
        yield "no step leads on"
    if len({task.version for task in file.tasks if task.open_due}) != len(waiting):
        yield "two of its duties have one version"
    yield from (f"duty {task.kind} {line}" for task in file.tasks for line in _duty(task, file.case))


def _duty(task: Task, case: Case) -> Iterator[str]:
    if (task.open_due is None) != (task.closed_at is not None and task.closed_how is not None):
        yield "is neither open nor closed"
    if task.open_due is None and task.next_rung_at is not None:
        yield "is closed and would be reminded of"
    if task.owner_region != case.village_code[: LEVEL_OF_ROLE[Role(task.role)]]:
        yield "is owed by another place"
    if task.head_name != case.head_name:
        yield "names another family"


def _dates(file: File) -> Iterator[str]:
    policy = policy_of(file.case.county_code, file.case.policy_version)
    workdays, total = county_workdays(file.case.county_code), Due(file.case.promised_on)
    for task in file.tasks:
        if task.open_due is not None and task.open_due != task.due_on:
            yield f"duty {task.kind} is queued under another date"
        limit = policy.limit(task.limit_key)
        counted = (due_on(task.opened_on, limit, workdays), shrunk(task.opened_on, limit, total, workdays))
        given = {not_before_seen(due, task.appeared_on, limit, workdays).on for due in counted}
        if task.kind == Kind.WATCH_NOTICE:
            given.add(notice_may_close_on(task.opened_on, limit, workdays))
        if task.due_on not in given and Kind(task.kind) not in DATED_BY_A_FORM:
            yield f"duty {task.kind} is due on a day that the rules do not give"
    if file.case.promised_on != due_on(file.case.discovered_on, policy.limit("T_TOTAL"), workdays).on:
        yield "it was promised for a day that the rules do not give"


def _history(file: File) -> Iterator[str]:
    """Replay the history: each event leaves where the one before arrived, and the last arrives where the case is."""
    state, rows = "", rows_of(file.case.procedure)
    steps = {(row.action.value, left.value): row for row in rows for left in row.leaves}
    for event in file.events:
        if event.from_state != state:
            yield f"event {event.action} leaves {event.from_state or 'nowhere'}, but the case was {state or 'nowhere'}"
        row = steps.get((event.action, event.from_state))
        if event.action in STEPS and row is None:
            yield f"event {event.action} is no step from {event.from_state}"
        if row is not None and event.to_state not in _leads_to(row, event.from_state):
            yield f"event {event.action} arrives where the table does not lead"
        state = event.to_state
    if state != file.case.state:
        yield f"its history ends at {state or 'nothing'}, and it stands at {file.case.state}"
    if file.case.version < len(file.events):
        yield "its version does not grow with its events"


def _leads_to(row: Row, before: str) -> frozenset[str]:
    if row.reaches is None:
        return frozenset({before})
    return frozenset(states_of(row.reaches) if callable(row.reaches) else {row.reaches})


def _chain(file: File) -> Iterator[str]:
    previous = ""
    for place, row in enumerate(file.audit, start=1):
        if row.place != place or row.previous_mac != previous:
            yield f"row {place} of its audit chain does not follow"
        _, mac = mac_row(keys=keys(), previous=row.previous_mac, payload=payload_of(row), key_id=row.key_id)
        if mac != row.mac:
            yield f"row {place} of its audit chain was changed"
        previous = row.mac
    if (file.case.audit_count, file.case.audit_head) != (len(file.audit), previous):
        yield "the end of its audit chain is missing"
    happened = [event.action for event in file.events]
    if happened != [row.action for row in file.audit if row.action in happened]:
        yield "its audit chain tells another history"


def _household(file: File) -> Iterator[str]:
    case, household = file.case, file.household
    if (household.open_case_id == case.id) != (State(case.state) not in ENDS):
        yield "its household does not know whether it is open"
    if not file.people:
        yield "nobody lives in its household"
    if household.household_id != household.id:
        yield "its household does not know itself"


def _declarations(file: File) -> Iterator[str]:
    if not file.declarations:
        yield "nobody declared it"
    for declaration in file.declarations:
        if not declaration.joined and (declaration.closed_at is None) != (file.case.closed_at is None):
            yield "its declaration does not know whether it is over"
