"""Townships and villages: new ones, new names, telephones; also units outside the national code list (practice P49)."""

from sqlalchemy import select

from backend.access.permissions import Action
from backend.db import db
from backend.errors import Invalid
from backend.models import Region
from backend.services.imports import columns as read
from backend.services.imports.columns import Column
from backend.services.imports.one_by_one import Verdict, one_by_one
from backend.services.imports.runs import CHANGED, NEW, SAME, Kind, Line, Run
from backend.workflow import places

LEVELS = {9: "township", 12: "village"}


def _code(text: str, run: Run) -> str:
    if not (text.isascii() and text.isdigit()) or len(text) not in LEVELS:
        raise Invalid("代码应是数字：乡镇9位，村12位。请把这一列设成“文本”。")
    if not text.startswith(run.county_code):
        raise Invalid(f"代码要以本县的{run.county_code}开头。")
    return text


COLUMNS = (
    Column("code", "代码", _code, required=True, example="130126100201", hint="乡镇9位，村12位"),
    Column("name", "名称", read.words(80), required=True, example="大东关村民委员会"),
    Column("phone", "电话", read.phone, hint="农户打的电话"),
)


def _judge(run: Run, line: Line) -> Verdict:
    code, name, phone = line.values["code"], line.values["name"], line.values.get("phone")
    known = db.session.get(Region, code)
    parent = code[:9] if len(code) == 12 else run.county_code
    if known is None:
        if db.session.get(Region, parent) is None:
            raise Invalid.field("code", "它的乡镇还没有，请把乡镇写在前面。")
        return Verdict(NEW, lambda: _add(code, name, parent, phone or ""))
    if known.name == name and phone in (None, known.phone):
        return Verdict(SAME)
    return Verdict(CHANGED, lambda: _change(code, name, phone))


def _add(code: str, name: str, parent: str, phone: str) -> None:
    db.session.add(Region(code=code, name=name, level=LEVELS[len(code)], parent_code=parent, phone=phone))
    db.session.flush()
    places.forget()


def _change(code: str, name: str, phone: str | None) -> None:
    row = db.session.scalars(select(Region).where(Region.code == code)).one()
    row.name = name
    row.phone = phone if phone is not None else row.phone
    places.forget()


REGIONS = Kind(
    "regions",
    "乡镇和村",
    Action.IMPORT_PLACES,
    COLUMNS,
    one_by_one(_judge, "code"),
    said="按代码对上：没有的新增，名称和电话变了的改过来，不会删除。",
)
