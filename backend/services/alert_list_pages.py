"""What became of each list that offices sent: how many families have a verdict, and what each of them waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case as when
from sqlalchemy import func, select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import NotFound
from backend.models import Case, Clue, Task
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.services import csv_papers
from backend.services.alert_lists import LISTED_CHANNELS
from backend.services.csv_papers import Sheet
from backend.workflow import places
from backend.workflow.places import name_of
from backend.workflow.states import KIND_NAMES, STATE_NAMES, Kind, State

MOST_LISTS = 100
MOST_LINES = 2000
COLUMNS = ("序号", "乡镇", "村", "户主", "困难", "录入日期", "核实结论", "办到哪一步")


@dataclass(frozen=True)
class ListLine:
    """One list as the overview shows it: where it came from, its families, and how many have their verdict."""

    source: str
    channel: str
    families: int
    settled: int
    entered_at: datetime

    @property
    def waiting(self) -> int:
        """Count the families without a verdict yet."""
        return self.families - self.settled


@dataclass(frozen=True)
class Family:
    """One family of a list: its clue, where its case stands, and the duty that comes next."""

    clue: Clue
    verdict: str
    stands: str
    risk: str
    duty: str
    due_on: date | None


def lists_of(*, by: Actor) -> list[ListLine]:
    """Return the lists that name a family of the actor's place, the newest first."""
    require(by.role, Action.READ_ALERT_LISTS)
    settled = func.sum(when((Clue.verdict.is_not(None), 1), else_=0))
    query = (
        select(Clue.source_no, func.min(Clue.channel), func.count(), settled, func.max(Clue.entered_at))
        .where(Clue.channel.in_(LISTED_CHANNELS), Clue.source_no != "")
        .group_by(Clue.source_no)
        .order_by(func.max(Clue.id).desc())
        .limit(MOST_LISTS)
    )
    words = current_policy(by.county_code).dictionaries["channels"]
    return [
        ListLine(source, words.get(channel, channel), families, int(done), entered_at)
        for source, channel, families, done, entered_at in db.session.execute(query)
    ]


def families_of(source: str, *, by: Actor) -> list[Family]:
    """Return the families of one list within the actor's place; `NotFound` where it names none of them."""
    require(by.role, Action.READ_ALERT_LISTS)
    query = (
        select(Clue, Case)
        .join(Case, Case.id == Clue.case_id)
        .where(Clue.channel.in_(LISTED_CHANNELS), Clue.source_no == source)
        .order_by(Clue.village_code, Clue.id)
        .limit(MOST_LINES)
    )
    rows = db.session.execute(query).all()
    if not rows:
        raise NotFound
    next_duty = _next_duties([case.id for _, case in rows])
    policy = current_policy(by.county_code)
    return [_family(clue, case, next_duty.get(case.id), policy) for clue, case in rows]


@use_case
def answer_sheet(source: str, *, by: Actor) -> Sheet:
    """Return the verdicts of a list as a file for the office that sent it; the audit keeps who took it."""
    require(by.role, Action.HAND_OUT_LIST)
    families = families_of(source, by=by)
    rows = [
        (
            str(number),
            name_of(each.clue.township_code),
            name_of(each.clue.village_code),
            each.clue.head_name,
            each.risk,
            each.clue.entered_at.date().isoformat(),
            each.verdict or "还在核实",
            each.stands,
        )
        for number, each in enumerate(families, start=1)
    ]
    sheet = csv_papers.sheet(f"{source}核实反馈", COLUMNS, rows, purpose="反馈给送名单的部门", by=by)
    csv_papers.record(sheet, Action.HAND_OUT_LIST, by=by, source=source)
    return sheet


def _family(clue: Clue, case: Case, duty: Task | None, policy: Policy) -> Family:
    words = policy.dictionaries
    return Family(
        clue=clue,
        verdict=words["clue_verdicts"].get(clue.verdict or "", ""),
        stands=STATE_NAMES[State(case.state)],
        risk=words["risks"].get(clue.risk, clue.risk),
        duty=KIND_NAMES[Kind(duty.kind)] if duty else "",
        due_on=duty.open_due if duty else None,
    )


def _next_duties(case_ids: Sequence[int]) -> dict[int, Task]:
    """Return the most pressing open duty of each case, and have the names of its place at hand."""
    query = select(Task).where(Task.case_id.in_(case_ids), Task.open_due.is_not(None))
    found: dict[int, Task] = {}
    for task in db.session.scalars(query.order_by(Task.open_due, Task.id)):
        if task.case_id is not None:
            found.setdefault(task.case_id, task)
    places.remember({code: name_of(code) for code in {task.township_code for task in found.values()}})
    return found
