"""结对帮扶 and 包保: who answers for which household; households are found by their head's number, or by name."""

from sqlalchemy import select

from backend.access.permissions import Action
from backend.db import db, new_id
from backend.errors import Invalid
from backend.models import Household, Pairing, Person, PersonDigest, Staff
from backend.models.places import same_place
from backend.services.imports import columns as read
from backend.services.imports.columns import Column, chosen
from backend.services.imports.one_by_one import Verdict, one_by_one
from backend.services.imports.runs import CHANGED, NEW, SAME, Kind, Line, Run, village
from backend.services.known import index_of
from backend.services.sealing import Sealer

_POST, _POSTS = chosen("pairing_posts")

COLUMNS = (
    Column("village", "村", village, required=True, example="大东关村"),
    Column("head_name", "户主姓名", read.person_name, required=True, example="张三"),
    Column("head_id", "户主身份证号", read.id_number, hint="同村有同名户主的要填"),
    Column("post", "帮扶身份", _POST, required=True, choices=_POSTS, example="帮扶责任人"),
    Column("name", "帮扶人姓名", read.person_name, required=True, example="赵六", also=("帮扶干部姓名",)),
    Column("unit", "帮扶人单位", read.words(80), example="县农业农村局"),
    Column("phone", "帮扶人电话", read.phone),
    Column("login", "帮扶人用户名", read.words(40), hint="在本系统里有账号的填，可以收提醒"),
    Column("from_on", "开始日期", read.day, example="2026-01-01"),
    Column("until_on", "结束日期", read.day),
)


def _judge(run: Run, line: Line) -> Verdict:
    household = _household(run, line)
    staff_id = _staff(run, line.values.get("login"))
    held = _held(household.id, line)
    if held is None:
        if line.values.get("until_on") is not None:
            raise Invalid.field("until_on", "没有登记过这一对，不用填结束日期。")
        return Verdict(NEW, lambda: _add(run, line, household, staff_id))
    if _is_same(held, line, staff_id):
        return Verdict(SAME)
    return Verdict(CHANGED, lambda: _change(held, line, staff_id))


def _household(run: Run, line: Line) -> Household:
    number = line.values.get("head_id")
    if number is not None:
        digests = tuple(index_of(number).values())
        query = (
            select(Household)
            .join(Person, Person.household_id == Household.id)
            .join(PersonDigest, PersonDigest.person_id == Person.id)
            .where(PersonDigest.county_code == run.county_code, PersonDigest.digest.in_(digests))
        )
        found = db.session.scalars(query.limit(1)).first()
        if found is None or not found.village_code.startswith(run.within):
            raise Invalid.field("head_id", "花名册里没有这个户主，请先导入花名册。")
        if found.village_code != line.values["village"]:
            raise Invalid.field("village", "这一户登记在另一个村，请核对。")
        return found
    query = select(Household).where(
        Household.village_code == line.values["village"],
        Household.head_name == line.values["head_name"],
        Household.merged_into_id.is_(None),
    )
    called = db.session.scalars(query.limit(2)).all()
    if not called:
        raise Invalid.field("head_name", "这个村的花名册里没有这一户，请先导入花名册。")
    if len(called) > 1:
        raise Invalid.field("head_id", "同村有几户户主都叫这个名字，请填户主身份证号。")
    return called[0]


def _staff(run: Run, login: str | None) -> int | None:
    if login is None:
        return None
    found = db.session.scalar(select(Staff.id).where(Staff.login == login, Staff.county_code == run.county_code))
    if found is None:
        raise Invalid.field("login", "没有这个用户名，请核对，或者先不填。")
    return found


def _held(household_id: int, line: Line) -> Pairing | None:
    query = select(Pairing).where(
        Pairing.household_id == household_id,
        Pairing.post == line.values["post"],
        Pairing.name == line.values["name"],
        Pairing.until_on.is_(None),
    )
    return db.session.scalars(query.limit(1)).first()


def _is_same(held: Pairing, line: Line, staff_id: int | None) -> bool:
    values = line.values
    phone = Sealer("pairings", held.id).open("phone_sealed", held.phone_sealed)
    said = (values.get("unit") or "", values.get("phone") or "", staff_id, values.get("until_on"))
    begins = values.get("from_on")
    return said == (held.unit, phone, held.staff_id, held.until_on) and begins in (None, held.from_on)


def _add(run: Run, line: Line, household: Household, staff_id: int | None) -> None:
    row_id, values = new_id(), line.values
    db.session.add(
        Pairing(
            id=row_id,
            household_id=household.id,
            post=values["post"],
            name=values["name"],
            unit=values.get("unit") or "",
            staff_id=staff_id,
            phone_sealed=Sealer("pairings", row_id).keep("phone_sealed", values.get("phone") or ""),
            from_on=values.get("from_on") or run.today,
            until_on=None,
            **same_place(household),
        )
    )


def _change(held: Pairing, line: Line, staff_id: int | None) -> None:
    values = line.values
    held.unit, held.staff_id = values.get("unit") or "", staff_id
    held.phone_sealed = Sealer("pairings", held.id).keep("phone_sealed", values.get("phone") or "")
    held.from_on = values.get("from_on") or held.from_on
    held.until_on = values.get("until_on")


PAIRINGS = Kind(
    "pairings",
    "结对帮扶和包保",
    Action.IMPORT_ROSTER,
    COLUMNS,
    one_by_one(_judge),
    said="一户一人一行。不再帮扶的，在结束日期里写到哪一天，不用删。",
)
