"""Lists from outside beside what is watched here: the national system's export, the civil-affairs lists (P41).

Nothing of a family changes by it. Each row becomes a difference for somebody to choose about (`list_differences`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from backend.access.permissions import Action
from backend.access.scope import LEVELS, as_system
from backend.db import db, new_id, use_case
from backend.errors import Invalid
from backend.models import Household, ImportBatch, ListDifference, Person, PersonDigest, Watch
from backend.models.places import place_of, same_place
from backend.models.tasks import NO_HOUSEHOLD
from backend.services.imports import columns as read
from backend.services.imports.columns import Column, chosen, one_of
from backend.services.imports.runs import (
    CHANGED,
    HINT,
    NEW,
    SAME,
    WRONG,
    HoldOn,
    Kind,
    Line,
    Note,
    Outcome,
    Run,
    Unit,
    village,
)
from backend.services.known import index_of
from backend.services.sealing import Sealer
from backend.workflow.watching import WATCHED

THERE, HERE, BOTH, SAME_SIDE = "there", "here", "both", "same"
NATIONAL_CODE, CIVIL_CODE = "national", "civil"
AT_ONCE = 200
_CATEGORY, _CATEGORIES = chosen("categories")
_YES_NO = {"yes": "是", "no": "否"}


def _yes_no(run: Run) -> dict[str, str]:
    return _YES_NO


def _month(text: str, run: Run) -> str:
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) not in {6, 8} or not 1 <= int(digits[4:6]) <= 12:
        raise Invalid("年月请写成 202603 这样。")
    return digits[:6]


_WHO = (
    Column("village", "行政村", village, required=True, example="大东关村", also=("村",)),
    Column("head_name", "户主姓名", read.person_name, required=True, example="张三", also=("姓名",)),
    Column("id_number", "户主身份证号", read.id_number, required=True, also=("身份证号", "证件号码")),
)
NATIONAL_COLUMNS = (
    *_WHO,
    Column("category", "监测对象类别", _CATEGORY, required=True, choices=_CATEGORIES, example="边缘易致贫户"),
    Column("since", "识别监测时间", _month, example="202603", hint="年月"),
    Column("removed", "风险是否已消除", one_of(_yes_no), choices=_yes_no, example="否"),
)
CIVIL_COLUMNS = (*_WHO, Column("aid", "救助类别", read.words(30), required=True, example="农村低保"))


@dataclass
class Differences:
    """Compares row by row with the families that are watched here."""

    run: Run
    _seen: dict[str, int] = field(default_factory=dict)

    def see(self, line: Line) -> str | None:
        """Every row stands alone."""
        return None

    def settle(self, units: Sequence[Unit], *, write: bool) -> list[Outcome]:
        """Say of each row on which side the family is, and with `write` put it before somebody."""
        return [self._settled(unit, write=write) for unit in units]

    def _settled(self, unit: Unit, *, write: bool) -> Outcome:
        line = unit.lines[0]
        number = line.values["id_number"]
        if (first := self._seen.setdefault(number, line.number)) != line.number:
            return Outcome(unit, WRONG, [Note(line.number, "id_number", WRONG, f"第{first}行已经写过，请只留一行。")])
        household = _household(self.run, number)
        if household is not None and not household.village_code.startswith(self.run.within):
            return Outcome(unit, WRONG, [Note(line.number, "village", WRONG, "这一户登记在别处，请由管它的乡镇比对。")])
        watch = _watch(household.id) if household is not None else None
        differs = _differences(self.run, line, watch) if watch is not None else []
        side = THERE if watch is None else BOTH if differs else SAME_SIDE
        if write:
            _put_down(self.run, line, household, side, differs)
        said = _said(household, side, differs)
        notes = [Note(line.number, "head_name", HINT, said)] if said else []
        return Outcome(unit, {THERE: NEW, BOTH: CHANGED, SAME_SIDE: SAME}[side], notes)


def _household(run: Run, number: str) -> Household | None:
    query = (
        select(Household)
        .join(Person, Person.household_id == Household.id)
        .join(PersonDigest, PersonDigest.person_id == Person.id)
        .where(PersonDigest.county_code == run.county_code, PersonDigest.digest.in_(tuple(index_of(number).values())))
    )
    return db.session.scalars(query.limit(1)).first()


def _watch(household_id: int) -> Watch | None:
    query = select(Watch).where(Watch.household_id == household_id).order_by(Watch.id.desc())
    return db.session.scalars(query.limit(1)).first()


def _differences(run: Run, line: Line, watch: Watch) -> list[list[str]]:
    values, names = line.values, run.policy.dictionaries["categories"]
    if run.batch.kind == CIVIL_CODE:
        return []
    removed = "no" if watch.standing in WATCHED else "yes"
    here_and_there = (
        ("监测对象类别", names.get(watch.category, ""), names.get(values["category"], "")),
        ("识别监测时间", f"{watch.began_on:%Y%m}", values.get("since") or f"{watch.began_on:%Y%m}"),
        ("风险是否已消除", _YES_NO[removed], _YES_NO[values.get("removed") or removed]),
    )
    return [[what, here, there] for what, here, there in here_and_there if here != there]


def _said(household: Household | None, side: str, differs: Sequence[Sequence[str]]) -> str:
    if side == THERE:
        return "只在名单里：花名册里有，没有监测。" if household is not None else "只在名单里：花名册里也没有这一户。"
    return "；".join(f"{what}：这里{here}，名单{there}" for what, here, there in differs)


def _put_down(run: Run, line: Line, household: Household | None, side: str, differs: list[list[str]]) -> None:
    query = select(ListDifference.id).where(
        ListDifference.batch_id == run.batch.id, ListDifference.row_no == line.number
    )
    if db.session.scalar(query.limit(1)) is not None:
        return
    row_id = new_id()
    sealed = Sealer("list_differences", row_id).keep("id_sealed", line.values["id_number"]) if side == THERE else None
    said = [["救助类别", "", line.values["aid"]]] if "aid" in line.values else differs
    place = same_place(household) if household is not None else place_of(line.values["village"])
    row = ListDifference(id=row_id, batch_id=run.batch.id, row_no=line.number, side=side, differs=said, **place)
    row.head_name, row.id_sealed, row.settled_at = line.values["head_name"], sealed, None
    row.household_id = household.id if household is not None else NO_HOUSEHOLD
    db.session.add(row)
    db.session.flush()


def _only_here(run: Run, hold_on: HoldOn) -> None:
    """Put down the families that are watched here and not named by the list, some in each transaction."""
    while _some_only_here(run):
        hold_on()


@use_case
def _some_only_here(run: Run) -> int:
    """Put down the next ones; under the file's lock, so that whoever slept past its lease puts none down twice."""
    db.session.scalars(select(ImportBatch.id).where(ImportBatch.id == run.batch.id).with_for_update()).one()
    named = select(ListDifference.id).where(
        ListDifference.batch_id == run.batch.id, ListDifference.household_id == Watch.household_id
    )
    with as_system("a file is looked through and taken in"):
        inside = getattr(Watch, LEVELS[len(run.within)]) == run.within
        query = select(Watch).where(inside, Watch.standing.in_(WATCHED), ~named.exists())
        rows = db.session.scalars(query.order_by(Watch.id).limit(AT_ONCE)).all()
        for watch in rows:
            row = ListDifference(id=new_id(), batch_id=run.batch.id, row_no=0, side=HERE, **same_place(watch))
            row.household_id, row.head_name, row.differs = watch.household_id, watch.head_name, []
            row.settled_at, row.id_sealed = None, None
            db.session.add(row)
    return len(rows)


NATIONAL_LIST = Kind(
    NATIONAL_CODE,
    "国家系统导出的监测对象",
    Action.COMPARE_NATIONAL,
    NATIONAL_COLUMNS,
    Differences,
    said="每月从国家系统导出一次，看哪些户只在那边、只在这边、两边不一样，再逐户选。比对不会改任何一户的资料。",
    finish=_only_here,
)
CIVIL_LIST = Kind(
    CIVIL_CODE,
    "民政救助名单",
    Action.COMPARE_NATIONAL,
    CIVIL_COLUMNS,
    Differences,
    said="低保、特困、低保边缘、支出型困难的名单，看哪些户还没有监测，可以交村里核实。",
)
