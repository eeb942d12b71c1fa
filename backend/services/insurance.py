"""Medical insurance of the watched (seed 004: 全部纳入医保参保资助范围): a list a year, paid or not, subsidised."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, TypeVar

from sqlalchemy import Select, and_, case, func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import Invalid, NotFound
from backend.models import InsuranceYear, Person, Watch
from backend.models.places import same_place
from backend.policy.county import current_policy
from backend.services import offline
from backend.services.measure_forms import MOST_FEN
from backend.workflow.places import name_of
from backend.workflow.watching import WATCHED

Q = TypeVar("Q", bound=Select[*tuple[Any, ...]])

MOST_LINES = 50_000
FIRST_YEAR = 2020
_IS_PAID = case((InsuranceYear.is_paid, 1), else_=0)


@dataclass(frozen=True)
class Line:
    """One person of a watched family in one year; `known` is empty where nobody has noted anything yet."""

    person: Person
    watch: Watch
    known: InsuranceYear | None

    @property
    def is_paid(self) -> bool:
        """Whether it is known that this person is insured for the year."""
        return self.known is not None and self.known.is_paid


def subsidy_list(
    year: int, *, by: Actor, unpaid_only: bool = False, unpaid_first: bool = False, size: int = MOST_LINES
) -> Sequence[Line]:
    """Return every living member of the watched families of the three categories, with what is known of the year."""
    require(by.role, Action.READ_WATCHES)
    query = _members(select(Person, Watch, InsuranceYear), year, by)
    first = (_IS_PAID,) if unpaid_first else ()
    query = query.order_by(*first, Watch.village_code, Watch.id, Person.id).limit(size)
    lines = [Line(person, watch, known) for person, watch, known in db.session.execute(query)]
    return [line for line in lines if not line.is_paid] if unpaid_only else lines


def counted(year: int, *, by: Actor) -> tuple[int, int]:
    """Return how many people the list of the year has, and for how many of them it is known that they are insured."""
    require(by.role, Action.READ_WATCHES)
    people, paid = db.session.execute(_members(select(func.count(), func.sum(_IS_PAID)), year, by)).one()
    return people, int(paid or 0)


@use_case
def note(person_id: int, year: int, is_paid: bool, *, by: Actor, subsidy_fen: int = 0) -> InsuranceYear:
    """Write down whether a member of a watched family is insured for a year, and what of it was subsidised, in 分."""
    require(by.role, Action.NOTE_INSURANCE)
    _checked(year)
    if not 0 <= subsidy_fen <= MOST_FEN:
        raise Invalid.field("subsidy_fen", "资助金额不对，请再看看。")
    person = db.session.scalars(select(Person).where(Person.id == person_id).with_for_update()).one_or_none()
    if person is None:
        raise NotFound
    query = select(InsuranceYear).where(InsuranceYear.person_id == person.id, InsuranceYear.year == year)
    row = db.session.scalars(query).one_or_none()
    if row is None:
        row = InsuranceYear(person_id=person.id, household_id=person.household_id, year=year, **same_place(person))
        db.session.add(row)
    row.is_paid, row.subsidy_fen = is_paid, subsidy_fen
    row.noted_by, row.noted_by_name, row.noted_at = by.id, by.name, clock.now()
    return row


def as_csv(year: int, *, by: Actor) -> str:
    """Return the list as a table for the 医保局; no ID number is in it, the office looks people up by its own."""
    offline.refuse_files(by.county_code)
    out = StringIO()
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow(["序号", "乡镇", "村", "户主", "姓名", "监测对象类别", "年度", "是否缴费", "资助金额（元）"])
    categories = current_policy(by.county_code).dictionaries["categories"]
    for number, line in enumerate(subsidy_list(year, by=by), start=1):
        place = [name_of(line.watch.township_code), name_of(line.watch.village_code)]
        who = [_safe(line.watch.head_name), _safe(line.person.name), categories.get(line.watch.category, "")]
        paid = "已缴" if line.is_paid else "未缴"
        subsidy = f"{line.known.subsidy_fen / 100:.2f}" if line.known else ""
        table.writerow([number, *place, *who, year, paid, subsidy])
    return out.getvalue()


def _members(query: Q, year: int, by: Actor) -> Q:
    """Ask of the members of watched families who still live with them, and what is known of each for the year."""
    _checked(year)
    categories = list(current_policy(by.county_code).dictionaries["categories"])
    return (
        query.select_from(Person)
        .join(Watch, Watch.household_id == Person.household_id)
        .outerjoin(InsuranceYear, and_(InsuranceYear.person_id == Person.id, InsuranceYear.year == year))
        .where(Watch.standing.in_(WATCHED), Watch.category.in_(categories))
        .where(Person.is_member)
    )


def _safe(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _checked(year: int) -> None:
    if not FIRST_YEAR <= year <= clock.today().year + 1:
        raise Invalid.field("year", "请写对年份。")
