"""Working groups: the county's two of departments (seed 001, annexes 3 and 4), and each township's judging group."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow
from backend.models import JudgingMember, Office
from backend.policy.county import current_policy
from backend.privacy.mask import mask_phone
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.services import offline
from backend.services.sealing import Sealer, optional
from backend.services.workbooks import Tab, write_xlsx
from backend.workflow.places import name_of

GROUPS = {"policy": "政策落实工作组", "data": "数据处理工作组"}
"""The codes that the rules give departments (`departments.….groups`)."""
LEADER, MEMBER = "leader", "member"
TOWNSHIP_DIGITS = 9
HEADING = ["序号", "单位名称", "分管负责人", "业务联络员", "备注"]
HEADING_OF_TOWN = ["序号", "职务", "条线", "姓名", "单位职务", "备注"]


@dataclass(frozen=True)
class Unit:
    """A department of a group, who leads it there and who is called; empty where nobody is named yet."""

    department: str
    name: str
    leader_name: str
    liaison_name: str


@dataclass(frozen=True)
class MemberForm:
    """Somebody of a township's group."""

    post: str
    line: str
    name: str
    title: str = ""
    phone: str = ""


def units(group: str, *, by: Actor) -> list[Unit]:
    """Return the departments of one of the county's groups in the order of the rules."""
    require(by.role, Action.READ_STATIONS)
    if group not in GROUPS:
        raise NotFound
    return units_of(group, by.county_code)


def units_of(group: str, county_code: str) -> list[Unit]:
    """Return the departments of one of a county's groups, for whoever may read them."""
    named = {
        each.department: each for each in db.session.scalars(select(Office).where(Office.county_code == county_code))
    }
    return [
        Unit(
            code,
            department.name,
            named[code].leader_name if code in named else "",
            named[code].liaison_name if code in named else "",
        )
        for code, department in current_policy(county_code).departments.items()
        if group in department.groups
    ]


def sheet(group: str, *, by: Actor) -> bytes:
    """Return the list of a group as its annex has it: five columns under its title."""
    offline.refuse_files(by.county_code)
    rows = [
        [str(number), unit.name, unit.leader_name, unit.liaison_name, ""]
        for number, unit in enumerate(units(group, by=by), start=1)
    ]
    title = f"{name_of(by.county_code)}防止返贫动态监测{GROUPS[group]}成员单位名单"
    return write_xlsx([Tab(GROUPS[group], HEADING, rows, above=([title],), merged=((0, 0, 0, 4),))])


@use_case
def add(township: str, form: MemberForm, *, by: Actor) -> JudgingMember:
    """Write somebody into a township's judging group; one leader at a time, whoever was it before has left it."""
    require(by.role, Action.KEEP_WORK_GROUP)
    _refuse_other(township, by)
    names, complaints = current_policy(by.county_code).dictionaries, Complaints()
    name = complaints.take(lambda: clean_name(form.name, field="name"), "")
    title = complaints.take(lambda: optional(form.title, "title", 60), "")
    phone = complaints.take(lambda: parse_phone(form.phone, field="phone") if form.phone.strip() else "", "")
    if form.post not in names["judging_posts"]:
        complaints.add("post", "请选择职务。")
    if form.line not in names["judging_lines"]:
        complaints.add("line", "请选择条线。")
    complaints.raise_if_any()
    if form.post == LEADER:
        for each in members(township, by=by):
            if each.post == LEADER:
                each.until_on = clock.today()
    row = JudgingMember(
        id=new_id(), township_code=township, post=form.post, line=form.line, name=name, title=title, until_on=None
    )
    row.from_on = clock.today()
    row.phone_sealed = Sealer("judging_members", row.id).keep("phone_sealed", phone)
    db.session.add(row)
    return row


@use_case
def end(member_id: int, *, by: Actor) -> JudgingMember:
    """Let somebody leave the group today."""
    require(by.role, Action.KEEP_WORK_GROUP)
    query = select(JudgingMember).where(JudgingMember.id == member_id, JudgingMember.township_code == by.region_code)
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    if row.until_on is not None:
        raise NotPossibleNow("这位成员已经不在组里。")
    row.until_on = clock.today()
    return row


def members(township: str, *, by: Actor) -> Sequence[JudgingMember]:
    """Return who sits in a township's group now: its leader first, then by line."""
    require(by.role, Action.READ_STATIONS)
    if not township.startswith(by.region_code[:TOWNSHIP_DIGITS]):
        raise NotFound
    query = select(JudgingMember).where(JudgingMember.township_code == township, JudgingMember.until_on.is_(None))
    posts, lines = (
        list(current_policy(by.county_code).dictionaries[name]) for name in ("judging_posts", "judging_lines")
    )
    return sorted(db.session.scalars(query), key=lambda each: (posts.index(each.post), lines.index(each.line), each.id))


def empty_lines(township: str, *, by: Actor) -> list[str]:
    """Return the lines of work, by name, for which nobody sits in a township's group."""
    there = {each.line for each in members(township, by=by)}
    return [
        name for code, name in current_policy(by.county_code).dictionaries["judging_lines"].items() if code not in there
    ]


def phone_of(member: JudgingMember) -> str:
    """Return a member's telephone as everybody sees it."""
    number = Sealer("judging_members", member.id).open("phone_sealed", member.phone_sealed)
    return mask_phone(number) if number else ""


def sheet_of_town(township: str, *, by: Actor) -> bytes:
    """Return a township's group as a table."""
    offline.refuse_files(by.county_code)
    names = current_policy(by.county_code).dictionaries
    rows = [
        [str(number), names["judging_posts"][each.post], names["judging_lines"][each.line], each.name, each.title, ""]
        for number, each in enumerate(members(township, by=by), start=1)
    ]
    title = f"{name_of(township)}防止返贫动态监测研判处置工作组成员名单"
    return write_xlsx([Tab("研判处置工作组", HEADING_OF_TOWN, rows, above=([title],), merged=((0, 0, 0, 5),))])


def _refuse_other(township: str, by: Actor) -> None:
    if len(township) != TOWNSHIP_DIGITS or township != by.region_code:
        raise Invalid.field("township", "只能登记本乡镇的工作组。")
