"""First load of the families that a county watched already, from the national system's export (practice P41).

A household of the roster becomes a watched family since the month that the list names, its decision taken elsewhere.
Whoever is watched here already, or is on the way, is left alone: their dates and steps are the program's own.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.permissions import Action
from backend.db import db, new_id
from backend.errors import Invalid
from backend.models import Case, Household, Person, PersonDigest, Watch
from backend.models.places import same_place
from backend.privacy.initials import initials
from backend.privacy.receipts import new_receipt_no
from backend.services.imports import columns as read
from backend.services.imports.columns import Column, chosen, dictionary, one_of, some_of
from backend.services.imports.one_by_one import Verdict, one_by_one
from backend.services.imports.runs import NEW, SAME, Kind, Line, Run, village
from backend.services.known import index_of
from backend.workflow.taking_over import AsItStands, take_over

CHANNEL = "platform"
OLDEST = 2015
_CATEGORY, _CATEGORIES = chosen("categories")
_RISKS = dictionary("risks")
_YES_NO = {"yes": "是", "no": "否"}


def _yes_no(run: Run) -> Mapping[str, str]:
    return _YES_NO


def _month(text: str, run: Run) -> date:
    """Read a month or a day, and return its first day; nothing lies ahead."""
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) in {6, 8} and 1 <= int(digits[4:6]) <= 12 and int(digits[:4]) >= OLDEST:
        found = date(int(digits[:4]), int(digits[4:6]), 1)
        if found <= run.today:
            return found
    raise Invalid("年月请写成 202403 这样，不能晚于今天。")


COLUMNS = (
    Column("village", "行政村", village, required=True, example="大东关村", also=("村",)),
    Column("head_name", "户主姓名", read.person_name, required=True, example="张三", also=("姓名",)),
    Column("id_number", "户主身份证号", read.id_number, required=True, also=("身份证号", "证件号码")),
    Column("category", "监测对象类别", _CATEGORY, required=True, choices=_CATEGORIES, example="边缘易致贫户"),
    Column("risks", "致贫返贫风险", some_of(_RISKS), required=True, example="因病", hint="有几样的用顿号隔开"),
    Column("since", "识别监测时间", _month, required=True, example="202403", hint="年月"),
    Column("removed", "风险是否已消除", one_of(_yes_no), choices=_yes_no, example="否"),
    Column("removed_on", "风险消除时间", _month, example="", hint="已消除的要填，年月"),
    Column("national_no", "国家系统编号", read.words(40), also=("户编号",)),
)


def _judge(run: Run, line: Line) -> Verdict:
    values = line.values
    household = _household(run, line)
    is_removed, removed_on = values.get("removed") == "yes", values.get("removed_on")
    if is_removed != (removed_on is not None):
        raise Invalid.field("removed_on", "已消除的请填消除时间；没有消除的不填。")
    if removed_on is not None and removed_on < values["since"]:
        raise Invalid.field("removed_on", "消除时间不能早于识别监测时间。")
    if db.session.scalar(select(Watch.id).where(Watch.household_id == household.id).limit(1)) is not None:
        return Verdict(SAME, None, [("head_name", "这里已经有这一户的监测记录，不动。两边不一样的用名单比对看。")])
    if household.open_case_id is not None:
        raise Invalid.field("head_name", "这一户正在这里办认定，请先办完，或者从名单里去掉这一行。")
    household_id = household.id
    return Verdict(NEW, lambda: _take_over(run, line, household_id))


def _household(run: Run, line: Line) -> Household:
    digests = tuple(index_of(line.values["id_number"]).values())
    query = (
        select(Household)
        .join(Person, Person.household_id == Household.id)
        .join(PersonDigest, PersonDigest.person_id == Person.id)
        .where(PersonDigest.county_code == run.county_code, PersonDigest.digest.in_(digests))
        .where(Household.merged_into_id.is_(None))
    )
    found = db.session.scalars(query.limit(1)).first()
    if found is None or not found.village_code.startswith(run.within):
        raise Invalid.field("id_number", "花名册里没有这一户，请先导入花名册。")
    if found.village_code != line.values["village"]:
        raise Invalid.field("village", "花名册上这一户在另一个村，请核对。")
    return found


def _take_over(run: Run, line: Line, household_id: int) -> None:
    values = line.values
    household = db.session.scalars(select(Household).where(Household.id == household_id).with_for_update()).one()
    case = Case(
        id=new_id(),
        household_id=household.id,
        number=new_receipt_no(),
        head_name=household.head_name,
        initials=initials(household.head_name),
        risk=values["risks"][0],
        channel=CHANNEL,
        procedure=str(run.policy.flags["procedure"]),
        policy_version=run.policy.version,
        discovered_on=values["since"],
        promised_on=values["since"],
        entered_at=clock.now(),
        **same_place(household),
    )
    known = (values["category"], values["risks"], values["since"], values.get("removed_on"))
    take_over(case, AsItStands(*known, list_no=str(run.batch.id)), by=run.by)
    if values.get("national_no"):
        household.national_no = values["national_no"]


FIRST_WATCHES = Kind(
    "first_watches",
    "原有监测对象（首次导入）",
    Action.IMPORT_WATCHES,
    COLUMNS,
    one_by_one(_judge, "id_number"),
    said="启用本系统时用一次：先导入花名册，再把国家系统导出的监测对象导进来，保留原来的识别时间、类别和风险，不重新认定。",
)
