"""The roster of stations (监测站): who belongs to which, in which identities and posts; who left is said by a word."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from backend.access.permissions import Action
from backend.access.scope import LEVELS
from backend.db import db
from backend.errors import Invalid
from backend.models import Station, StationMember
from backend.services import stations
from backend.services.imports import columns as read
from backend.services.imports.columns import Column, dictionary, one_of, some_of
from backend.services.imports.one_by_one import Verdict, one_by_one
from backend.services.imports.runs import CHANGED, NEW, SAME, Kind, Line, Run, plain_village
from backend.services.sealing import Sealer
from backend.services.stations import MemberForm

_YES_NO = {"yes": "是", "no": "否"}
_IDENTITIES, _POSTS = dictionary("station_identities"), dictionary("station_posts")


def _yes_no(run: Run) -> Mapping[str, str]:
    return _YES_NO


def _place(text: str, run: Run) -> str:
    """Read the place of a station: a village, a township or the county, by code or by name."""
    wanted = plain_village(text)
    found = [
        code
        for code, name in run.regions.items()
        if len(code) in LEVELS and code.startswith(run.within) and (code == text or plain_village(name) == wanted)
    ]
    if not found:
        raise Invalid(f"没有找到“{text[:20]}”，请写辖区里的村、乡镇或县的名称或代码。")
    if len(found) > 1:
        raise Invalid(f"有几处都叫“{text[:20]}”，请写代码。")
    return found[0]


COLUMNS = (
    Column("place", "监测站", _place, required=True, example="大东关村", hint="村、乡镇、县的名称或代码"),
    Column("founded_on", "建站日期", read.past_day, example="2026-01-05", hint="已经登记过建站的不用填"),
    Column("name", "姓名", read.person_name, required=True, example="王大山"),
    Column(
        "identities", "身份", some_of(_IDENTITIES), required=True, example="村党组织书记", hint="有几个的用顿号隔开"
    ),
    Column("posts", "岗位", some_of(_POSTS), example="信息更新、入户核查", hint="有几个的用顿号隔开"),
    Column("full_time", "是否专职", one_of(_yes_no), choices=_yes_no, example="否"),
    Column("phone", "电话", read.phone),
    Column("left", "是否已离站", one_of(_yes_no), choices=_yes_no, hint="离站的写“是”，不用删行"),
)


def _judge(run: Run, line: Line) -> Verdict:
    code, name = line.values["place"], line.values["name"]
    station = db.session.scalars(select(Station).where(Station.code == code)).one_or_none()
    held = _held(code, name) if station is not None else None
    if line.values.get("left") == "yes":
        return _gone(run, held)
    hints = [] if station else [("place", "还没有登记建站，导入时一并登记。")]
    if held is None:
        return Verdict(NEW, lambda: _add(run, line, is_founded=station is not None), hints)
    if _is_same(held, line):
        return Verdict(SAME)
    member_id = held.id
    return Verdict(CHANGED, lambda: _change(run, line, member_id))


def _held(code: str, name: str) -> StationMember | None:
    query = select(StationMember).where(
        StationMember.station_code == code, StationMember.name == name, StationMember.until_on.is_(None)
    )
    found = db.session.scalars(query.limit(2)).all()
    if len(found) > 1:
        raise Invalid.field("name", "这个站有两位都叫这个名字，请到“监测站”里改。")
    return found[0] if found else None


def _gone(run: Run, held: StationMember | None) -> Verdict:
    if held is None:
        return Verdict(SAME)
    member_id = held.id
    return Verdict(CHANGED, lambda: _end(run, member_id))


def _is_same(held: StationMember, line: Line) -> bool:
    form = _form(line)
    phone = Sealer("station_members", held.id).open("phone_sealed", held.phone_sealed)
    known = (sorted(held.identities), sorted(held.posts), held.is_full_time, phone)
    return known == (sorted(form.identities), sorted(form.posts), form.is_full_time, form.phone)


def _form(line: Line) -> MemberForm:
    values = line.values
    return MemberForm(
        name=values["name"],
        identities=tuple(values["identities"]),
        posts=tuple(values.get("posts") or ()),
        is_full_time=values.get("full_time") == "yes",
        phone=values.get("phone") or "",
    )


def _add(run: Run, line: Line, *, is_founded: bool) -> None:
    code = line.values["place"]
    if not is_founded and db.session.get(Station, code) is None:
        founded_on: date = line.values.get("founded_on") or run.today
        stations.found([code], founded_on, by=run.by)
    stations.add_member(code, _form(line), by=run.by)


def _change(run: Run, line: Line, member_id: int) -> None:
    stations.change_member(member_id, _form(line), by=run.by)


def _end(run: Run, member_id: int) -> None:
    stations.end_member(member_id, by=run.by)


STATION_MEMBERS = Kind(
    "station_members",
    "监测站人员",
    Action.CHOOSE_HEAD,
    COLUMNS,
    one_by_one(_judge),
    said="一人一行，按站和姓名对上；没有登记建站的，按建站日期一并登记。网格员用“网格和网格员”导入。",
)
