"""Setting a county up: its regions, its first rules, and what it is called."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from backend import clock
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound, TryLater
from backend.models import County, PolicyVersion, Region
from backend.policy.county import current_policy
from backend.policy.presets import load_preset
from backend.services import storage
from backend.services.templates import TEMPLATES
from backend.workflow import places

COUNTY_DIGITS, TOWNSHIP_DIGITS, VILLAGE_DIGITS = 6, 9, 12
COLUMNS = ("code", "name", "level", "parent_code")


def read_regions(path: Path) -> list[dict[str, str]]:
    """Read a region file (code, name, level, parent_code); raises `Invalid` with the line that is wrong."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise Invalid.field("regions", f"表头应为 {','.join(COLUMNS)}。")
        rows = []
        for number, row in enumerate(reader, start=2):
            if not row["code"].isdigit() or not row["name"]:
                raise Invalid.field("regions", f"第{number}行：代码应为数字，名称不能为空。")
            rows.append({**row, "phone": ""})
    return rows


@use_case
def init_county(
    code: str, *, regions: Iterable[dict[str, str]], preset: str, phone: str = "", demo: bool = False
) -> County:
    """Make a county with its regions and the first version of its rules.

    Errors: `Invalid` when it exists already, the file does not name it, or the preset is unknown.
    """
    if db.session.scalar(select(County.code).where(County.code == code)) is not None:
        raise Invalid.field("code", "这个县已经建过了。")
    rows = list(regions)
    name = next((row["name"] for row in rows if row["code"] == code and row["level"] == "county"), None)
    if name is None:
        raise Invalid.field("regions", "区划文件里没有这个县。")
    load_preset(preset)
    county = County(code=code, name=name, preset=preset, phone=phone, is_demo=demo, demo_made_at=None)
    db.session.add(county)
    db.session.flush()
    known = set(db.session.scalars(select(Region.code).where(Region.code.in_([row["code"] for row in rows]))))
    fresh = [row for row in rows if row["code"] not in known]
    if fresh:
        db.session.execute(insert(Region), fresh)
    db.session.add(
        PolicyVersion(
            id=new_id(),
            county_code=code,
            version=1,
            preset=preset,
            changes={},
            from_on=clock.today().replace(month=1, day=1, year=2020),
            made_at=clock.now(),
        )
    )
    places.forget()
    return county


def county_for(code: str | None) -> County:
    """Return the county asked for; an installation that holds only one need not be asked.

    Errors: `Invalid` when several counties live here and none is named; `TryLater` before any is set up.
    """
    query = select(County).where(County.code == code) if code else select(County).where(County.practice_of.is_(None))
    found = db.session.scalars(query.limit(2)).all()
    if len(found) == 1:
        return found[0]
    if found or code:
        raise Invalid.field("county_code", "请先选择您所在的县，或者扫村里的码进入。")
    raise TryLater("这里还没有建好县，请稍后再来。")


def welcome(county_code: str | None = None) -> dict[str, Any]:
    """Return what a phone shows before anybody signs in: the county, its villages, whom to call, who runs this.

    Sponsor and filing number are the installation's; without a sponsor it is the county's own authority.
    `templates` are WeChat's ids of the messages that a family may be asked to allow.
    """
    settings = storage.settings()
    county = county_for(county_code)
    below = select(Region.code, Region.name, Region.parent_code, Region.level).where(
        Region.code.startswith(county.code), Region.level.in_(["township", "village"])
    )
    rows = db.session.execute(below.order_by(Region.code)).all()
    townships = {row.code: row.name for row in rows if row.level == "township"}
    return {
        "county_code": county.code,
        "county_name": county.name,
        "phone": county.phone,
        "sponsor": settings.sponsor or f"{county.name}{current_policy(county.code).texts['county_authority']}",
        "filing_number": settings.filing_number,
        "templates": [each for each in [TEMPLATES["progress"].template_id] if each],
        "villages": [
            {"code": row.code, "name": row.name, "township_name": townships.get(row.parent_code, "")}
            for row in rows
            if row.level == "village"
        ],
    }


def describe_village(code: str) -> dict[str, str]:
    """Name a village by its code; open to everybody, for it is printed on the village's own poster."""
    code = places.lead_on(code)
    query = select(Region).where(Region.code == code, Region.level == "village")
    village = db.session.scalars(query).one_or_none() if len(code) == VILLAGE_DIGITS else None
    county = db.session.get(County, code[:COUNTY_DIGITS]) if village else None
    if village is None or county is None:
        raise NotFound("没有找到这个村，请扫村里公告栏上的码，或者手动选村。")
    return {
        "code": village.code,
        "name": village.name,
        "township_name": places.name_of(code[:TOWNSHIP_DIGITS]),
        "county_name": county.name,
        "phone": call_for(code),
    }


def call_for(village_code: str) -> str:
    """Return whom to call about a family of this village: the village, else its township, else the county."""
    levels = (village_code, village_code[:TOWNSHIP_DIGITS], village_code[:COUNTY_DIGITS])
    return next((found.phone for code in levels if (found := places.place(code)) and found.phone), "")


def dictionaries_in_force(county_code: str | None = None) -> dict[str, Any]:
    """Return the dictionaries and names of the county's rules in force, and their version."""
    policy = current_policy(county_for(county_code).code)
    return {"policy_version": policy.version, "dictionaries": policy.dictionaries, "texts": policy.texts}
