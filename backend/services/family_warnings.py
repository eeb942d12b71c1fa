"""Warnings about families that are watched: marked, checked, confirmed, helped with, struck off (seed 003)."""

from collections.abc import Sequence

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotPossibleNow
from backend.models import Case, WarningNote, Watch
from backend.models.places import same_place
from backend.policy.county import county_workdays, current_policy, policy_of
from backend.privacy.initials import initials
from backend.privacy.receipts import new_receipt_no
from backend.services.sealing import Sealer, needed
from backend.services.watches import locked, open_cases_of
from backend.workflow import engine
from backend.workflow.deadlines import due_on
from backend.workflow.duties import WARNING
from backend.workflow.engine import find_case
from backend.workflow.steps import Reason
from backend.workflow.watching import WATCHED, Standing, not_from

MARK = "mark_warning"
STEPS = frozenset(
    {
        Action.CHECK_WARNING,
        Action.DROP_WARNING,
        Action.CONFIRM_WARNING,
        Action.ASK_TO_CLOSE_WARNING,
        Action.RETURN_WARNING,
        Action.CLOSE_WARNING,
        Action.UPDATE_OFFICE,
    }
)


@use_case
def mark(watch_id: int, items: Sequence[str], *, by: Actor, words: str) -> Case:
    """Mark what has become missing for a watched family; the township checks it within its days.

    Errors: `Invalid` for items that are none; `NotPossibleNow` while the same is being dealt with.
    """
    require(by.role, Action.MARK_WARNING)
    said = needed(words, "words")
    watch, included = locked(watch_id)
    if Standing(watch.standing) not in WATCHED:
        raise NotPossibleNow(not_from(watch))
    known = current_policy(watch.county_code)
    if not items or any(item not in known.dictionaries["warning_items"] for item in items):
        raise Invalid.field("items", "请从列出的缺项里至少选一项。")
    _refuse_twice(watch, items)
    case = _begin(watch, included, items)
    engine.begin(case, by=by, action=MARK, detail={"watch": str(watch.id), "items": list(items)})
    db.session.flush()
    _note(case, MARK, said, by, items=items)
    return case


@use_case
def step(
    case_id: int,
    action: Action,
    *,
    by: Actor,
    version: int,
    words: str,
    department: str = "",
    codes: tuple[str, ...] = (),
) -> Case:
    """Take a step of a warning: check, drop, confirm and name the department, ask to close, return, close, update.

    Errors: `Invalid` for a department that is none; those of `move`.
    """
    if action not in STEPS:
        raise NotPossibleNow
    require(by.role, action)
    said = needed(words, "words")
    case = find_case(case_id)
    if action is Action.CONFIRM_WARNING:
        if department not in policy_of(case.county_code, case.policy_version).departments:
            raise Invalid.field("department", "请选择由哪个部门补短帮扶。")
    else:
        department = str(case.marks.get("department", ""))
    detail = {"department": department} if department else {}
    engine.move(case, action, by=by, version=version, reason=Reason(codes, said), detail=detail)
    _note(case, action, said, by, department=department)
    return case


def notes_of(case_id: int) -> list[tuple[WarningNote, str]]:
    """Return what was said at each step of a warning, the oldest first."""
    query = select(WarningNote).where(WarningNote.case_id == case_id).order_by(WarningNote.id)
    return [
        (each, Sealer("warning_notes", each.id).open("words_sealed", each.words_sealed))
        for each in db.session.scalars(query)
    ]


def _refuse_twice(watch: Watch, items: Sequence[str]) -> None:
    for other in open_cases_of(watch.household_id, WARNING):
        if set(items) & set(other.marks.get("items", [])):
            raise NotPossibleNow("这一户的同一项预警正在处置，有新情况请写在那一件里。")


def _begin(watch: Watch, included: Case, items: Sequence[str]) -> Case:
    policy = current_policy(watch.county_code)
    return Case(
        id=new_id(),
        household_id=watch.household_id,
        number=new_receipt_no(),
        head_name=watch.head_name,
        initials=initials(watch.head_name),
        risk=included.risk,
        channel=included.channel,
        procedure=WARNING,
        marks={"included_by": str(included.id), "watch": str(watch.id), "items": list(items)},
        policy_version=policy.version,
        discovered_on=clock.today(),
        promised_on=due_on(clock.today(), policy.limit("T_WARNING"), county_workdays(watch.county_code)).on,
        entered_at=clock.now(),
        **same_place(watch),
    )


def _note(case: Case, step: str, said: str, by: Actor, *, items: Sequence[str] = (), department: str = "") -> None:
    note_id = new_id()
    db.session.add(
        WarningNote(
            id=note_id,
            case_id=case.id,
            household_id=case.household_id,
            step=step,
            items=list(items),
            department=department,
            words_sealed=Sealer("warning_notes", note_id).must("words_sealed", said),
            by_id=by.id,
            by_name=by.name,
            noted_at=clock.now(),
            **same_place(case),
        )
    )
