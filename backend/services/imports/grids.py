"""Grids as the ledger of seed 001's annex 2 has them: their size, and who looks after them."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from backend.access.permissions import Action
from backend.db import db, new_id
from backend.errors import Invalid
from backend.models import Grid, GridPost, Region, Staff
from backend.services.imports import columns as read
from backend.services.imports.columns import Column, chosen
from backend.services.imports.one_by_one import Verdict, one_by_one
from backend.services.imports.runs import CHANGED, NEW, SAME, Kind, Line, Run, village
from backend.services.sealing import Sealer
from backend.workflow import places

MEMBER, LEAD, GUARD = "member", "lead", "guard"
POSTS = (MEMBER, LEAD, GUARD)
GRID = "grid"
_SOURCE, _SOURCES = chosen("grid_sources")

COLUMNS = (
    Column("village", "村", village, required=True, example="大东关村", hint="村名，或12位村代码"),
    Column("name", "网格名称", read.words(40), required=True, example="第一组第一网格", also=("村组网格名称",)),
    Column("group", "村民小组", read.words(40), example="第一组"),
    Column("households", "农户数", read.whole(1, 9999), example="32"),
    Column("member", "网格员姓名", read.person_name, example="王大山", also=("村组网格员姓名",)),
    Column("member_source", "网格员身份", _SOURCE, choices=_SOURCES, example="村民小组长"),
    Column("member_title", "网格员职务", read.words(60)),
    Column("member_phone", "网格员电话", read.phone),
    Column("lead", "村级网格员姓名", read.person_name, example="李书记"),
    Column("lead_title", "村级网格员职务", read.words(60), example="村党组织书记"),
    Column("lead_phone", "村级网格员电话", read.phone),
    Column("guard", "包保干部姓名", read.person_name),
    Column("guard_title", "包保干部职务", read.words(60)),
    Column("guard_phone", "包保干部电话", read.phone),
    Column("note", "备注", read.words(200)),
)


def _judge(run: Run, line: Line) -> Verdict:
    values = line.values
    numbers, said = run.policy.numbers, values.get("households")
    most = numbers["grid_households_at_most"]
    if said is not None and said > most:
        raise Invalid.field("households", f"一个网格最多{most}户，请拆成两个，比如“某某组第一网格”“某某组第二网格”。")
    code = next(
        (
            code
            for code, name in run.regions.items()
            if len(code) == 15 and code.startswith(values["village"]) and name == values["name"]
        ),
        None,
    )
    hints = list(_hints(values, numbers["grid_households_from"], numbers["grid_households_to"]))
    if code is None:
        return Verdict(NEW, lambda: _write(run, line, _add(run, line)), hints)
    if _is_same(code, line):
        return Verdict(SAME, None, hints)
    return Verdict(CHANGED, lambda: _write(run, line, code), hints)


def _hints(values: Mapping[str, Any], least: int, most: int) -> Iterator[tuple[str, str]]:
    said = values.get("households")
    if isinstance(said, int) and not least <= said <= most:
        yield "households", f"一般一个网格{least}到{most}户，这个是{said}户。"
    for post, name in ((MEMBER, "网格员"), (LEAD, "村级网格负责人"), (GUARD, "包保干部")):
        if not values.get(post):
            yield post, f"还没有{name}，导入后会一直列在“网格”里，直到落实。"


def _add(run: Run, line: Line) -> str:
    parent = line.values["village"]
    last = db.session.scalar(select(func.max(Region.code)).where(Region.parent_code == parent, Region.level == GRID))
    code = f"{parent}{int(last[12:]) + 1 if last else 1:03d}"
    db.session.add(Region(code=code, name=line.values["name"], level=GRID, parent_code=parent))
    db.session.flush()
    db.session.add(Grid(code=code, parent_code=parent, group_name="", said_households=None, ended_on=None))
    db.session.flush()
    run.__dict__.pop("regions", None)  # read afresh: the next row may name it
    places.forget()
    return code


def _posts(code: str) -> dict[str, GridPost]:
    query = select(GridPost).where(GridPost.grid_code == code, GridPost.until_on.is_(None)).order_by(GridPost.id)
    return {each.post: each for each in db.session.scalars(query)}


def _is_same(code: str, line: Line) -> bool:
    grid = db.session.scalars(select(Grid).where(Grid.code == code)).one()
    values = line.values
    if (grid.group_name, grid.said_households, grid.note) != _of_grid(line):
        return False
    posts = _posts(code)
    for post in POSTS:
        held = posts.get(post)
        if values.get(post) is None:
            continue
        if held is None or (held.name, held.title, held.source) != _of_post(line, post):
            return False
        if Sealer("grid_posts", held.id).open("phone_sealed", held.phone_sealed) != (values.get(f"{post}_phone") or ""):
            return False
    return True


def _of_grid(line: Line) -> tuple[str, int | None, str]:
    return line.values.get("group") or "", line.values.get("households"), line.values.get("note") or ""


def _of_post(line: Line, post: str) -> tuple[str, str, str]:
    values = line.values
    return values[post], values.get(f"{post}_title") or "", values.get(f"{post}_source") or ""


def _write(run: Run, line: Line, code: str) -> None:
    grid = db.session.scalars(select(Grid).where(Grid.code == code)).one()
    grid.group_name, grid.said_households, grid.note = _of_grid(line)
    posts = _posts(code)
    for post in POSTS:
        if line.values.get(post) is not None:
            _fill(run, line, code, post, posts.get(post))


def _fill(run: Run, line: Line, code: str, post: str, held: GridPost | None) -> None:
    """Put somebody into a post; whoever held it before under another name has left it, and stays in its history."""
    name, title, source = _of_post(line, post)
    phone = line.values.get(f"{post}_phone") or ""
    if held is not None and held.name != name:
        held.until_on = run.today
        held = None
    if held is None:
        held = GridPost(id=new_id(), grid_code=code, post=post, name=name, from_on=run.today, until_on=None)
        held.staff_id = _staff_called(run, name, code)
        db.session.add(held)
    held.title, held.source = title, source
    held.phone_sealed = Sealer("grid_posts", held.id).keep("phone_sealed", phone)


def _staff_called(run: Run, name: str, code: str) -> int | None:
    """Return the one member of staff of this name, where there is exactly one."""
    query = select(Staff.id).where(Staff.county_code == run.county_code, Staff.name == name, Staff.is_active).limit(2)
    found = db.session.scalars(query).all()
    return found[0] if len(found) == 1 else None


def is_over(grid: Grid, today: date) -> bool:
    """Say whether a grid was given up."""
    return grid.ended_on is not None and grid.ended_on <= today


GRIDS = Kind(
    "grids",
    "网格和网格员",
    Action.IMPORT_ROSTER,
    COLUMNS,
    one_by_one(_judge),
    said="按村和网格名称对上。换了网格员的，原来那位记到今天为止。",
)
