"""Staff with their identities: one row a hat; accounts are made without a password, links are handed out one by one."""

from sqlalchemy import select

from backend.access.permissions import APART, LEVEL_OF_ROLE, ROLE_NAMES, Action, Role
from backend.db import db, new_id
from backend.errors import Invalid
from backend.models import Identity, Staff
from backend.services.hats import refuse_mixed
from backend.services.imports import columns as read
from backend.services.imports.columns import Column, one_of
from backend.services.imports.one_by_one import Verdict, one_by_one
from backend.services.imports.runs import CHANGED, NEW, SAME, Kind, Line, Run, plain_village


def _roles(run: Run) -> dict[str, str]:
    """Offer what an account may be made with at once; an administrator's hat waits for a second person."""
    return {str(role): ROLE_NAMES[role] for role in LEVEL_OF_ROLE if role not in APART}


def login_name(text: str, run: Run) -> str:
    """Read the name with which somebody signs in."""
    if not text.isascii() or not text.replace("-", "").replace("_", "").replace(".", "").isalnum() or len(text) > 40:
        raise Invalid("用户名只用英文字母、数字，最长40个。")
    return text.lower()


COLUMNS = (
    Column("login", "用户名", login_name, required=True, example="wangds01", hint="登录用，全县不重复"),
    Column("name", "姓名", read.person_name, required=True, example="王大山"),
    Column("role", "岗位", one_of(_roles), required=True, choices=_roles, example="村干部"),
    Column("place", "辖区", read.words(80), required=True, example="大东关村", hint="村、乡镇、部门的名称或代码"),
    Column("title", "职务", read.words(60), example="村委会主任"),
)


def _judge(run: Run, line: Line) -> Verdict:
    values = line.values
    role = Role(values["role"])
    place = place_for(run, values["place"], LEVEL_OF_ROLE[role])
    staff = db.session.scalars(select(Staff).where(Staff.login == values["login"])).one_or_none()
    if staff is None:
        return Verdict(NEW, lambda: _hire(run, line, role, place))
    if staff.county_code != run.county_code:
        raise Invalid.field("login", "这个用户名已经有人用了，请换一个。")
    refuse_mixed(staff, role)
    hats = [each for each in staff.identities if each.role == role and each.region_code == place]
    title = values.get("title") or ""
    same_hat = any(each.ended_at is None and each.title == title for each in hats)
    if same_hat and staff.name == values["name"]:
        return Verdict(SAME)
    return Verdict(CHANGED, lambda: _change(staff.id, line, role, place))


def place_for(run: Run, text: str, digits: int) -> str:
    """Return the code of a place of this level, given by code or name; `Invalid` for none, or several."""
    wanted = plain_village(text)
    found = [
        code
        for code, name in run.regions.items()
        if len(code) == digits and (code == text or plain_village(name) == wanted)
    ]
    if len(found) > 1:
        raise Invalid.field("place", f"有几处都叫“{text[:20]}”，请写代码。")
    if not found:
        raise Invalid.field("place", f"没有找到“{text[:20]}”，或者它和岗位对不上（村里的岗位写村，乡镇的岗位写乡镇）。")
    return found[0]


def _hire(run: Run, line: Line, role: Role, place: str) -> None:
    values = line.values
    staff = Staff(
        id=new_id(), county_code=run.county_code, login=values["login"], name=values["name"], password_hash=None
    )
    db.session.add(staff)
    db.session.flush()
    _add_hat(staff.id, line, role, place)


def _change(staff_id: int, line: Line, role: Role, place: str) -> None:
    staff = db.session.scalars(select(Staff).where(Staff.id == staff_id)).one()
    staff.name = line.values["name"]
    hat = next((each for each in staff.identities if each.role == role and each.region_code == place), None)
    if hat is None:
        _add_hat(staff_id, line, role, place)
        return
    hat.title, hat.ended_at = line.values.get("title") or "", None


def _add_hat(staff_id: int, line: Line, role: Role, place: str) -> None:
    title = line.values.get("title") or ""
    db.session.add(Identity(id=new_id(), staff_id=staff_id, role=role, region_code=place, title=title, ended_at=None))
    db.session.flush()


WORKERS = Kind(
    "staff",
    "工作人员和岗位",
    Action.IMPORT_STAFF,
    COLUMNS,
    one_by_one(_judge),
    said="一个人有几个岗位就写几行，用户名一样。新账号没有密码，请到“人员”里给本人发一次性链接。",
)
