"""Who reads which 督办单: leaders the drafts, offices what was issued in their place, a desk what it has to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db
from backend.errors import Invalid, NotFound
from backend.models import Supervision, Task
from backend.policy.county import county_workdays
from backend.services.supervision_drafts import DRAFT
from backend.services.supervisions import DROPPED, ISSUED, lines_of
from backend.workflow.tasks import DESK_OF

PAGE = 50
STANDINGS = (DRAFT, ISSUED, DROPPED)
DAYS_SUGGESTED = 3
"""Working days that the form offers a desk; the leader writes what is right."""


@dataclass(frozen=True)
class Paper:
    """A 督办单 with the duty that it is about, and its text line by line."""

    row: Supervision
    task: Task
    lines: Sequence[str]

    @property
    def is_open(self) -> bool:
        """Say whether the duty is still owed."""
        return self.task.open_due is not None

    @property
    def is_waiting(self) -> bool:
        """Say whether a leader still has to decide about it: nobody has, and the duty is late by the same date."""
        return self.row.standing == DRAFT and self.is_open and self.row.due_on == self.task.due_on


@dataclass(frozen=True)
class PaperPage:
    """A page of papers, the newest first, and the id before which the next one begins."""

    items: Sequence[Paper]
    before: int | None


def page_of(standing: str, *, by: Actor, before: int | None = None, size: int = PAGE) -> PaperPage:
    """Return a page of the papers of one standing within the actor's place; of the drafts only those still of use."""
    require(by.role, Action.READ_SUPERVISIONS)
    if standing not in STANDINGS:
        raise Invalid.field("standing", "没有这一类督办单。")
    query = _papers().where(Supervision.county_code == by.county_code, Supervision.standing == standing)
    if standing == DRAFT:
        query = query.where(Task.open_due.is_not(None), Task.due_on == Supervision.due_on)
    return _page(query, before, size)


def own_papers(*, by: Actor, before: int | None = None, size: int = PAGE) -> PaperPage:
    """Return what was issued to the actor's own desk and is still owed, the newest first."""
    require(by.role, Action.READ_OWN_SUPERVISIONS)
    return _page(_own(by).where(Task.open_due.is_not(None)), before, size)


def read_paper(supervision_id: int, *, by: Actor) -> Paper:
    """Return one paper: any within an office's place, for the desk itself what was issued to it; else `NotFound`."""
    require(by.role, Action.READ_OWN_SUPERVISIONS)
    query = _papers() if may(by.role, Action.READ_SUPERVISIONS) else _own(by)
    found = db.session.execute(query.where(Supervision.id == supervision_id)).one_or_none()
    if found is None:
        raise NotFound
    return Paper(found[0], found[1], lines_of(found[0]))


def suggested_date(paper: Paper) -> date:
    """Return the date that the form offers, a few working days ahead."""
    workdays, day = county_workdays(paper.task.county_code), clock.today()
    for _ in range(DAYS_SUGGESTED):
        day = workdays.next_workday(day)
    return day


def _papers() -> Select[Supervision, Task]:
    return select(Supervision, Task).join(Task, Task.id == Supervision.task_id)


def _own(by: Actor) -> Select[Supervision, Task]:
    desk = DESK_OF.get(by.role, by.role)
    return _papers().where(Supervision.standing == ISSUED, Task.owner_region == by.region_code, Task.role == str(desk))


def _page(query: Select[Supervision, Task], before: int | None, size: int) -> PaperPage:
    if before is not None:
        query = query.where(Supervision.id < before)
    rows = db.session.execute(query.order_by(Supervision.id.desc()).limit(size + 1)).all()
    papers = [Paper(row, task, lines_of(row)) for row, task in rows[:size]]
    return PaperPage(papers, papers[-1].row.id if len(rows) > size else None)
