"""换届: a list of posts that change hands, one a row; the dry run says what goes along, the day carries it out."""

from sqlalchemy import select

from backend.access.permissions import GIVES, LEVEL_OF_ROLE, ROLE_NAMES, Action, Role
from backend.db import db, new_id
from backend.errors import Invalid
from backend.models import Handover, Identity, Staff
from backend.services import handovers
from backend.services.handovers import HandoverForm
from backend.services.imports import columns as read
from backend.services.imports.columns import Column, one_of
from backend.services.imports.one_by_one import Verdict, one_by_one
from backend.services.imports.runs import NEW, SAME, Kind, Line, Run
from backend.services.imports.workers import login_name, place_for

WHY = "换届名单"


def _roles(run: Run) -> dict[str, str]:
    return {str(role): ROLE_NAMES[role] for role in LEVEL_OF_ROLE if role in GIVES.get(run.by.role, ())}


COLUMNS = (
    Column("place", "地方", read.words(80), required=True, example="大东关村", hint="村、乡镇、网格的名称或代码"),
    Column("role", "岗位", one_of(_roles), required=True, choices=_roles, example="村干部"),
    Column("from_name", "原任", read.words(50), example="王大山", hint="姓名或用户名；岗位空着的不填"),
    Column("name", "新任姓名", read.person_name, required=True, example="李小河"),
    Column("login", "新任用户名", login_name, required=True, example="lixiaohe", hint="已经有账号的写原来的"),
    Column("title", "新任职务", read.words(60), example="村委会主任"),
    Column("on_day", "交接日期", read.day, required=True, example="2027-01-15"),
)


def _judge(run: Run, line: Line) -> Verdict:
    values = line.values
    role = Role(values["role"])
    place = place_for(run, values["place"], LEVEL_OF_ROLE[role])
    if not place.startswith(run.within):
        raise Invalid.field("place", "这个地方不归您管，请由管它的乡镇或县里交接。")
    gives = _holder(place, role, values.get("from_name"))
    takes = _known(run, line)
    if takes is not None and _is_there(takes.id, place, role, line):
        return Verdict(SAME)
    if gives is not None and takes is not None and gives == takes.id:
        raise Invalid.field("login", "原任和新任是同一个人，不用交接。")
    if handovers.is_too_late(values["on_day"]):
        raise Invalid.field("on_day", "交接日期从今天起，最远一年。")
    along = handovers.goes_along(role, place, gives)
    hints = [("from_name", f"一起移交：{along.words}。")]
    if takes is None:
        hints.append(("login", "还没有账号，导入时新建；请到“人员”里给本人发密码链接。"))
    return Verdict(NEW, lambda: _plan(run, line, role, place, gives), hints)


def _plan(run: Run, line: Line, role: Role, place: str, gives: int | None) -> None:
    values, takes = line.values, _known(run, line)
    if takes is None:
        takes = Staff(id=new_id(), county_code=run.county_code, login=values["login"], name=values["name"])
        takes.password_hash = None
        db.session.add(takes)
        db.session.flush()
    title = values.get("title") or ""
    handovers.put_down(HandoverForm(role, place, takes.id, values["on_day"], WHY, gives, title), by=run.by)


def _known(run: Run, line: Line) -> Staff | None:
    found = db.session.scalars(select(Staff).where(Staff.login == line.values["login"])).one_or_none()
    if found is None:
        return None
    if found.county_code != run.county_code or not found.is_active:
        raise Invalid.field("login", "这个用户名用不了：是别处的，或者已经停用，请换一个。")
    if found.name != line.values["name"]:
        raise Invalid.field("login", "这个用户名是另一个人的，请核对姓名和用户名。")
    return found


def _holder(place: str, role: Role, text: str | None) -> int | None:
    if not text:
        return None
    query = (
        select(Staff.id, Staff.login)
        .join(Identity, Identity.staff_id == Staff.id)
        .where(Identity.region_code == place, Identity.role == role, Identity.ended_at.is_(None))
        .where((Staff.name == text) | (Staff.login == text.lower()))
    )
    found = db.session.execute(query.limit(2)).all()
    if len(found) > 1:
        raise Invalid.field("from_name", "有两个人叫这个名字，请写用户名。")
    if not found:
        raise Invalid.field("from_name", "这个人现在不在这个岗位上，请核对。")
    return int(found[0].id)


def _is_there(staff_id: int, place: str, role: Role, line: Line) -> bool:
    """Say whether the row was taken in before: planned for that day, or carried out."""
    query = select(Handover.id).where(
        Handover.region_code == place,
        Handover.role == role,
        Handover.to_id == staff_id,
        Handover.on_day == line.values["on_day"],
        Handover.standing.in_((handovers.PLANNED, handovers.DONE)),
    )
    return db.session.scalar(query.limit(1)) is not None


HANDOVERS = Kind(
    "handovers",
    "换届交接名单",
    Action.PLAN_HANDOVER,
    COLUMNS,
    one_by_one(_judge),
    said="一个岗位一行。到交接那天，待办、结对户、网格、监测站的岗位一起交给新任；谁办的、谁签的都不变。当天以前可以取消。",
)
