"""年度考核: how departments delivered in a year, each figure with the rows it counts; of offices, never of persons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.errors import Invalid
from backend.models import AlertBatch, Assignment, Measure, Office
from backend.policy.county import current_policy
from backend.services import offline
from backend.services.measures import ASKED, STOPPED
from backend.services.workbooks import Tab, write_xlsx
from backend.workflow.deadlines import is_overdue
from backend.workflow.places import name_of

PUSHED, ANSWERED, GIVEN = "pushed", "answered", "given"
FIGURES = {PUSHED: "预警推送", ANSWERED: "交办反馈", GIVEN: "措施落实"}
"""What is counted: deliveries of alerts, what meetings handed out, measures; whatever fell due in the year."""
IN_TIME, LATE, MISSING, NOT_YET = "in_time", "late", "missing", "not_yet"
HOW = {IN_TIME: "按期", LATE: "超期办结", MISSING: "超期未办", NOT_YET: "还没到期"}
FIRST_YEAR = 2020


@dataclass(frozen=True)
class Counted:
    """One row behind a figure: what fell due, when, and when it was done; no family and no person."""

    department: str
    figure: str
    what: str
    place: str
    due_on: date
    done_on: date | None

    @property
    def how(self) -> str:
        """Whether it was in time, late, is missing, or is not due yet."""
        if self.done_on is not None:
            return LATE if is_overdue(self.due_on, self.done_on) else IN_TIME
        return MISSING if is_overdue(self.due_on, clock.today()) else NOT_YET


@dataclass(frozen=True)
class Figure:
    """One figure of one department: of what fell due, how much was in time; what is not due yet counts nowhere."""

    due: int
    in_time: int
    late: int
    missing: int

    @property
    def percent(self) -> int | None:
        """In-time share in hundredths, rounded down; None where nothing fell due."""
        return 100 * self.in_time // self.due if self.due else None


@dataclass(frozen=True)
class Line:
    """One department and its figures by code, in the order of the rules: no score and no ranking."""

    department: str
    name: str
    figures: dict[str, Figure]


def lines(year: int, *, by: Actor) -> list[Line]:
    """Return every department of the rules with its figures for a year (seed 004: 年考核)."""
    rows = counted(year, by=by)
    return [
        Line(
            code,
            office.name,
            {kind: _figure([row for row in rows if (row.department, row.figure) == (code, kind)]) for kind in FIGURES},
        )
        for code, office in current_policy(by.county_code).departments.items()
    ]


def counted(year: int, *, by: Actor, department: str = "", figure: str = "") -> list[Counted]:
    """Return the rows behind the figures of a year, the earliest due first; of one department or figure if asked."""
    require(by.role, Action.READ_ASSESSMENT)
    if not FIRST_YEAR <= year <= clock.today().year:
        raise Invalid.field("year", f"请选择{FIRST_YEAR}年到今年。")
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = [*_pushed(first, last, by), *_answered(first, last, by), *_given(first, last, by)]
    return sorted(
        (
            row
            for row in rows
            if row.department == (department or row.department) and row.figure == (figure or row.figure)
        ),
        key=lambda row: (row.due_on, row.department, row.figure),
    )


def sheet(year: int, *, by: Actor) -> bytes:
    """Return the year as a table: the figures, and every row behind them."""
    offline.refuse_files(by.county_code)
    names = {code: office.name for code, office in current_policy(by.county_code).departments.items()}
    heading = [
        "部门",
        *(f"{name}{what}" for name in FIGURES.values() for what in ("（应办）", "（按期）", "（超期）", "（未办）")),
    ]
    figures = (
        [
            line.name,
            *(str(n) for each in line.figures.values() for n in (each.due, each.in_time, each.late, each.missing)),
        ]
        for line in lines(year, by=by)
    )
    below = ["部门", "指标", "事项", "地方", "期限", "办结", "情况"]
    rows = (
        [
            *(names.get(row.department, row.department), FIGURES[row.figure], row.what, row.place),
            *(row.due_on.isoformat(), row.done_on.isoformat() if row.done_on else "", HOW[row.how]),
        ]
        for row in counted(year, by=by)
    )
    return write_xlsx([Tab(f"{year}年部门指标", heading, figures), Tab("计入的事项", below, rows)])


def _figure(rows: Sequence[Counted]) -> Figure:
    how = [row.how for row in rows if row.how != NOT_YET]
    return Figure(len(how), how.count(IN_TIME), how.count(LATE), how.count(MISSING))


def _pushed(first: date, last: date, by: Actor) -> Iterator[Counted]:
    topics = current_policy(by.county_code).dictionaries["alert_topics"]
    query: Select[AlertBatch, str] = (
        select(AlertBatch, Office.department)
        .join(Office, Office.code == AlertBatch.office_code)
        .where(AlertBatch.county_code == by.county_code, AlertBatch.due_on.between(first, last))
    )
    for batch, department in db.session.execute(query):
        if batch.due_on is None:
            continue  # what was pushed at once was owed by no day
        what = topics.get(batch.topic, batch.topic)
        yield Counted(department, PUSHED, what, name_of(by.county_code), batch.due_on, batch.filed_on)


def _answered(first: date, last: date, by: Actor) -> Iterator[Counted]:
    query = select(Assignment).where(Assignment.due_on.between(first, last), Assignment.department != "")
    for row in db.session.scalars(query):
        yield Counted(row.department, ANSWERED, row.what, name_of(row.owner_region), row.due_on, row.closed_on)


def _given(first: date, last: date, by: Actor) -> Iterator[Counted]:
    kinds = current_policy(by.county_code).dictionaries["measures"]
    query = select(
        Measure.department, Measure.category, Measure.village_code, Measure.due_on, Measure.delivered_on
    ).where(Measure.due_on.between(first, last), Measure.progress.not_in((ASKED, STOPPED)))
    for department, category, village, due_on, delivered_on in db.session.execute(query):
        yield Counted(department, GIVEN, kinds.get(category, category), name_of(village), due_on, delivered_on)
