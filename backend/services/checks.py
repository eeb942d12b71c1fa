"""归口核查: each department concerned looks at its own field and says what it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid
from backend.models import Case, DepartmentCheck
from backend.models.places import same_place
from backend.policy.county import policy_of
from backend.privacy.names import clean_name
from backend.services.sealing import Sealer, needed
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.tasks import open_duties


@dataclass(frozen=True)
class CheckForm:
    """What was found, what the department thinks of it, and who went along."""

    opinion: str
    findings: str
    second_name: str
    checked_on: date | None = None


@use_case
def file_check(case_id: int, form: CheckForm, *, by: Actor, version: int) -> DepartmentCheck:
    """Record one department's check and close its duty alone; the others' stay open (seed 001).

    Errors: `Invalid` names each field; those of `move`.
    """
    require(by.role, Action.CHECK_DEPARTMENT)
    case = find_case(case_id)
    row = _row(case, form, by)
    row.department = _department(case, version)
    engine.move(case, Action.CHECK_DEPARTMENT, by=by, version=version, detail={"check": str(row.id)})
    db.session.add(row)
    return row


def checks_of(case_id: int) -> Sequence[DepartmentCheck]:
    """Return what departments have found so far."""
    query = select(DepartmentCheck).where(DepartmentCheck.case_id == case_id).order_by(DepartmentCheck.id)
    return db.session.scalars(query).all()


def findings_of(row: DepartmentCheck) -> str:
    """Return a check's findings in clear: for those who judge the case, never for a list."""
    return Sealer("department_checks", row.id).open("findings_sealed", row.findings_sealed)


def _department(case: Case, version: int) -> str:
    """Return whose duty this is; a stale version is refused by the move that follows."""
    duties = (task for task in open_duties(case.id) if task.kind == Kind.DEPARTMENT_CHECK and task.version == version)
    duty = next(duties, None)
    return str(duty.detail.get("department", "")) if duty else ""


def _row(case: Case, form: CheckForm, by: Actor) -> DepartmentCheck:
    policy = policy_of(case.county_code, case.policy_version)
    complaints = Complaints()
    findings = complaints.take(lambda: needed(form.findings, "findings"), "")
    second = complaints.take(lambda: _second(form.second_name, by), "")
    checked_on = form.checked_on or clock.today()
    if form.opinion not in policy.dictionaries["check_opinions"]:
        complaints.add("opinion", "请选择核查意见。")
    if not case.discovered_on <= checked_on <= clock.today():
        complaints.add("checked_on", "核查日期要在发现困难之后，也不能晚于今天。")
    complaints.raise_if_any()
    row_id = new_id()
    return DepartmentCheck(
        id=row_id,
        case_id=case.id,
        household_id=case.household_id,
        opinion=form.opinion,
        findings_sealed=Sealer("department_checks", row_id).must("findings_sealed", findings),
        checked_on=checked_on,
        checker_id=by.id,
        checker_name=by.name,
        second_name=second,
        filed_at=clock.now(),
        **same_place(case),
    )


def _second(name: str, by: Actor) -> str:
    """Two go together: the second one is named, and is somebody else."""
    second = clean_name(name, field="second_name")
    if second == by.name:
        raise Invalid.field("second_name", "请写同去的另一位同志。")
    return second
