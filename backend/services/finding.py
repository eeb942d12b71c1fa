"""Finds families from the queue: by name or its initials, by an exact ID number or telephone, by a number given out."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.connections import read_by
from backend.db import db
from backend.errors import Invalid
from backend.models import Case, Declaration, Household, PersonDigest, Task
from backend.privacy.blind_index import digests
from backend.privacy.current import keys
from backend.privacy.id_numbers import parse_id_number
from backend.privacy.phones import parse_phone
from backend.privacy.receipts import DIGITS, clean_receipt_no, spoken
from backend.services.desks import kind_of
from backend.workflow.states import STATE_NAMES, State

MOST_FOUND = 50
MOST_TYPED = 60
COUNTY_DIGITS, TOWNSHIP_DIGITS = 6, 9
HOW = "请输入户主姓名、姓名的拼音首字母（如 zsj）、完整的身份证号或电话、回执号。"

_SEPARATORS = re.compile(r"[\s\-‐‑–—·.]+")
_NAME = re.compile(r"[\u3007\u3400-\u9fff\U00020000-\U0003ffff]+")


@dataclass(frozen=True)
class Found:
    """One family's case that fits, or a family of which there is none; `kind` and `due_on` are what it waits for."""

    head_name: str
    village_code: str
    township_code: str
    case_id: int | None = None
    number: str = ""
    state: str = ""
    is_closed: bool = False
    kind: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class Finding:
    """What was found, what it was looked for by, in words, and whether there is more than is shown."""

    by_what: str
    items: Sequence[Found]
    has_more: bool = False


def find(text: str, *, by: Actor) -> Finding:
    """Find cases within the actor's place by what was typed; what it is, is seen by its form.

    A name or its initials are the beginning of one; ID numbers and telephones are found through the blind index, whole
    or not at all. Errors: `Invalid` for `search` says what is wrong with the number, or what may be typed.
    """
    require(by.role, Action.READ_CASES)
    typed = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text[:MOST_TYPED]))
    for fits, search in _WAYS:
        if fits(typed):
            return search(typed, by)
    raise Invalid.field("search", HOW)


def _by_name(typed: str, by: Actor) -> Finding:
    return _beginning(typed, by, Case.head_name, "name", "姓名")


def _by_initials(typed: str, by: Actor) -> Finding:
    return _beginning(typed.lower(), by, Case.initials, "initials", "拼音首字母")


def _beginning(typed: str, by: Actor, column: InstrumentedAttribute[str], index: str, what: str) -> Finding:
    """Read a stretch of the index, in its order: so many rows whatever the table holds."""
    is_county = len(by.region_code) <= COUNTY_DIGITS
    place = Case.county_code == by.region_code if is_county else Case.township_code == by.region_code[:TOWNSHIP_DIGITS]
    behind = typed[:-1] + chr(ord(typed[-1]) + 1)
    query = select(Case).where(place, column >= typed, column < behind).order_by(column, Case.id)
    level = "county" if is_county else "township"
    return _finding(what, read_by(f"ix_cases_{level}_{index}", Case, query))


def _by_id_number(typed: str, by: Actor) -> Finding:
    number = parse_id_number(typed, today=clock.today(), field="search").number
    known = select(PersonDigest.household_id).where(
        PersonDigest.county_code == by.county_code,
        PersonDigest.digest.in_(digests(number, keys=keys(), kind="id_number")),
    )
    return _of_households("身份证号", known)


def _by_phone(typed: str, by: Actor) -> Finding:
    number = parse_phone(typed, field="search")
    known = select(Household.id).where(
        Household.county_code == by.county_code,
        Household.phone_digest.in_(digests(number, keys=keys(), kind="phone")),
    )
    return _of_households("登记的电话", known)


def _by_receipt(typed: str, by: Actor) -> Finding:
    number = clean_receipt_no(typed, field="search")
    declared = db.session.scalar(select(Declaration.case_id).where(Declaration.receipt_no == number))
    wanted: ColumnElement[bool] = Case.number == number if declared is None else Case.id == declared
    return _finding("编号", select(Case).where(wanted))


def _of_households(what: str, known: Select[int]) -> Finding:
    """Return the cases of these households; a family without any is shown too, for it was asked for by its number."""
    ids = list(dict.fromkeys(db.session.scalars(known.limit(MOST_FOUND))))
    found = _finding(what, select(Case).where(Case.household_id.in_(ids)).order_by(Case.id.desc()))
    with_case = set(db.session.scalars(select(Case.household_id).where(Case.household_id.in_(ids))))
    rest = select(Household).where(Household.id.in_(set(ids) - with_case))
    without = [Found(each.head_name, each.village_code, each.township_code) for each in db.session.scalars(rest)]
    return Finding(what, [*found.items, *without], found.has_more)


def _finding(what: str, query: Select[Case]) -> Finding:
    rows = db.session.scalars(query.limit(MOST_FOUND + 1)).all()
    cases = rows[:MOST_FOUND]
    waits = _first_duties([each.id for each in cases])
    items = [_found(case, waits.get(case.id)) for case in cases]
    return Finding(what, sorted(items, key=lambda each: each.is_closed), len(rows) > MOST_FOUND)


def _first_duties(case_ids: Sequence[int]) -> dict[int, Task]:
    query = select(Task).where(Task.case_id.in_(case_ids), Task.open_due.is_not(None))
    first: dict[int, Task] = {}
    for task in db.session.scalars(query.order_by(Task.open_due, Task.id)) if case_ids else ():
        first.setdefault(task.case_id or 0, task)
    return first


def _found(case: Case, duty: Task | None) -> Found:
    return Found(
        head_name=case.head_name,
        village_code=case.village_code,
        township_code=case.township_code,
        case_id=case.id,
        number=spoken(case.number),
        state=STATE_NAMES[State(case.state)],
        is_closed=case.closed_at is not None,
        kind=kind_of(duty) if duty else "",
        due_on=duty.open_due if duty else None,
    )


Search = Callable[[str, Actor], Finding]

_WAYS: Sequence[tuple[Callable[[str], object], Search]] = (
    (re.compile(r"[0-9]{17}[0-9Xx]|[0-9]{15}").fullmatch, _by_id_number),
    (re.compile(rf"[1-9][0-9]{{{DIGITS - 1}}}").fullmatch, _by_receipt),
    (re.compile(r"\+?[0-9]{7,}").fullmatch, _by_phone),
    (re.compile(r"[A-Za-z]{1,20}").fullmatch, _by_initials),
    (_NAME.fullmatch, _by_name),
)
"""What was typed is seen by its form; the first that fits says how it is looked for."""
