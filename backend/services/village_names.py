"""A village as lists write it: by its code, or by its name with or without 村民委员会."""

from collections.abc import Mapping

from sqlalchemy import select

from backend.db import db
from backend.models import Region

Known = Mapping[str, list[str]]
"""Codes of villages by plain name and by code; several villages may share a name."""

_ENDINGS = ("村民委员会", "村委会", "居民委员会", "居委会")


def villages_by_name(county_code: str) -> Known:
    """Return the county's villages by code and by name; 东关村 and 东关村民委员会 are one."""
    townships = select(Region.code).where(Region.parent_code == county_code)
    found: dict[str, list[str]] = {}
    for code, name in db.session.execute(select(Region.code, Region.name).where(Region.parent_code.in_(townships))):
        found.setdefault(plain(name), []).append(code)
        found[code] = [code]
    return found


def plain(name: str) -> str:
    """Return a village's name without the ending of its committee."""
    short = name.strip()
    for ending in _ENDINGS:
        short = short.removesuffix(ending)
    return short.removesuffix("村") or short
