"""The national system, to which no connection is possible: a file to copy from, and receipts in bulk (seed 004).

The fields and their order are data (`national_export.yaml`). No ID number is in the file: whoever types looks it up.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path

import yaml
from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.errors import DomainError, Invalid, TryLater
from backend.models import Case, HomeCheck, Household, NationalEntry, RemovalCheck, Task, VisitTurn, Watch
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.privacy.receipts import clean_receipt_no, spoken
from backend.services import announcements, offline, paired
from backend.services.check_people import people_of
from backend.services.round_classes import LIFTED_KINDS
from backend.services.watches import measures_of
from backend.workflow.places import name_of
from backend.workflow.states import Kind
from backend.workflow.watching import WITHOUT_LABOUR, Standing

_FILE = Path(__file__).resolve().parent.parent / "policy" / "national_export.yaml"
MOST = 20_000
MOST_LINES = 2_000
MOST_RISKS = 5


@dataclass(frozen=True)
class _Known:
    """What a line of the file is made of."""

    watch: Watch
    case: Case
    household: Household
    policy: Policy
    national_no: str
    per_head: int | None
    visited_on: date | None


def columns() -> tuple[tuple[str, str], ...]:
    """Return the columns of the file and where each comes from; `ValueError` for a value that nobody knows."""
    return _columns()


@cache
def _columns() -> tuple[tuple[str, str], ...]:
    written = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    found = tuple((each["column"], each["from"]) for each in written)
    for _, source in found:
        if source not in VALUES:
            raise ValueError(f"national_export.yaml: {source}")
    return found


def export(*, by: Actor, waiting_only: bool = False) -> str:
    """Return the families of the actor's place as a table to copy from; `waiting_only`: whose entry is still owed."""
    require(by.role, Action.READ_WATCHES)
    offline.refuse_files(by.county_code)
    policy = current_policy(by.county_code)
    out = StringIO()
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow([name for name, _ in columns()])
    query = (
        select(Watch, Case, Household)
        .join(Case, Case.id == Watch.case_id)
        .join(Household, Household.id == Watch.household_id)
        .order_by(Watch.village_code, Watch.id)
        .limit(MOST)
    )
    owed = _owed() if waiting_only else None
    for watch, case, household in db.session.execute(query).all():
        if owed is None or owed & {case.id, watch.removal_case_id}:
            known = _known(watch, case, household, policy)
            table.writerow([_safe(VALUES[source](known)) for _, source in columns()])
    return out.getvalue()


@dataclass(frozen=True)
class Entered:
    """What became of one line: which number, and why it was not taken (empty: it was)."""

    line: int
    number: str
    said: str


def enter_receipts(text: str, *, by: Actor) -> list[Entered]:
    """Take receipts, one a line (受理编号, 国家系统编号, 录入日期); each in its own transaction, good lines go on."""
    require(by.role, Action.ENTER_NATIONAL)
    lines = [line for line in text.splitlines() if line.strip()]
    if not 1 <= len(lines) <= MOST_LINES:
        raise Invalid.field("lines", f"请粘贴1到{MOST_LINES}行。")
    return [_enter(number, line, by) for number, line in enumerate(lines, start=1)]


def _enter(number: int, line: str, by: Actor) -> Entered:
    parts = [part.strip() for part in line.replace("\t", ",").replace("，", ",").split(",")]
    if len(parts) != 3:
        return Entered(number, parts[0][:20], "一行要有受理编号、国家系统编号、录入日期三样。")
    try:
        case = _case(parts[0])
        day = _day(parts[2])
        task = _duty(case)
        announcements.enter_national(case.id, parts[1], day, by=by, version=task.version)
    except TryLater:
        raise
    except DomainError as error:
        return Entered(number, parts[0][:20], error.message)
    return Entered(number, parts[0][:20], "")


def _case(number: str) -> Case:
    plain = clean_receipt_no(number)
    case = db.session.scalars(select(Case).where(Case.number == plain)).one_or_none() if plain else None
    if case is None:
        raise Invalid.field("lines", "没有找到这个受理编号。")
    return case


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise Invalid.field("lines", "录入日期要写成 2026-03-05 这样。") from None


def _duty(case: Case) -> Task:
    query = select(Task).where(Task.case_id == case.id, Task.kind == Kind.ENTER_NATIONAL, Task.open_due.is_not(None))
    task = db.session.scalars(query).first()
    if task is None:
        raise Invalid.field("lines", "这一户没有待登记的国家系统回执。")
    return task


def _owed() -> set[int]:
    query = select(Task.case_id).where(Task.kind == Kind.ENTER_NATIONAL, Task.open_due.is_not(None))
    return {case_id for case_id in db.session.scalars(query) if case_id is not None}


def _known(watch: Watch, case: Case, household: Household, policy: Policy) -> _Known:
    entry = select(NationalEntry.receipt_no).where(NationalEntry.case_id == case.id).order_by(NationalEntry.id.desc())
    after = select(RemovalCheck.per_head_fen).where(RemovalCheck.watch_id == watch.id).order_by(RemovalCheck.id.desc())
    first = select(HomeCheck.net_per_head_fen).where(HomeCheck.case_id == case.id).order_by(HomeCheck.id.desc())
    income = db.session.scalars(after.limit(1)).first()
    if income is None:
        income = db.session.scalars(first.limit(1)).first()
    visited = select(VisitTurn.last_on).where(VisitTurn.household_id == watch.household_id)
    return _Known(
        watch=watch,
        case=case,
        household=household,
        policy=policy,
        national_no=db.session.scalars(entry.limit(1)).first() or household.national_no or "",
        per_head=income,
        visited_on=db.session.scalars(visited).first(),
    )


def _risk(number: int) -> Callable[[_Known], str]:
    def read(known: _Known) -> str:
        risks = known.watch.risks
        return known.policy.dictionaries["risks"].get(risks[number], "") if len(risks) > number else ""

    return read


def _month(day: date | None) -> str:
    return day.strftime("%Y%m") if day else ""


def _yes(is_so: bool) -> str:
    return "是" if is_so else "否"


VALUES: Mapping[str, Callable[[_Known], str]] = {
    "township": lambda known: name_of(known.watch.township_code),
    "village": lambda known: name_of(known.watch.village_code),
    "group": lambda known: known.household.group_name,
    "head": lambda known: known.watch.head_name,
    "people": lambda known: str(len(people_of(known.watch.household_id))),
    "category": lambda known: known.policy.dictionaries["categories"].get(known.watch.category, ""),
    "was_lifted": lambda known: _yes(
        known.household.standing in LIFTED_KINDS or known.watch.category == "lifted_unstable"
    ),
    **{f"risk_{number + 1}": _risk(number) for number in range(MOST_RISKS)},
    "included_ym": lambda known: _month(known.watch.began_on),
    "no_labour": lambda known: _yes(known.watch.labour == WITHOUT_LABOUR),
    "per_head": lambda known: f"{known.per_head / 100:.2f}" if known.per_head is not None else "",
    "helper": lambda known: "、".join(each.name for each in paired.current(known.watch)),
    "measures": lambda known: str(len(measures_of(known.watch.id))),
    "delivered": lambda known: str(sum(each.progress == "delivered" for each in measures_of(known.watch.id))),
    "visited_on": lambda known: known.visited_on.isoformat() if known.visited_on else "",
    "is_removed": lambda known: _yes(known.watch.standing == Standing.REMOVED),
    "removal_mode": lambda known: known.policy.dictionaries["removal_modes"].get(known.watch.removal_mode, ""),
    "removed_ym": lambda known: _month(known.watch.removed_on),
    "number": lambda known: spoken(known.case.number),
    "national_no": lambda known: known.national_no,
}


def names() -> Sequence[str]:
    """Return the columns' names in their order."""
    return [name for name, _ in columns()]


def _safe(text: str) -> str:
    """Keep a spreadsheet from taking words for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
