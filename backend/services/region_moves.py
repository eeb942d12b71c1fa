"""Gives rows the address of the village that theirs went into: by place, by desk, and where no village may see them."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, select, update

from backend.db import db
from backend.models import Complaint, ComplaintLine, Region, RegionChange, Task
from backend.models.places import place_of
from backend.models.tasks import NO_HOUSEHOLD

VILLAGE_DIGITS, TOWNSHIP_DIGITS = 12, 9
_KEEP = {"synchronize_session": False}


def move(table: Any, mine: Any, row: RegionChange) -> None:
    """Give rows their new address at every level; what a village may not see stays out of its sight."""
    if hasattr(table, "owner_region"):
        _move_desks(table, mine, row)
    to, old_township = place_of(row.to_code), row.from_code[:TOWNSHIP_DIGITS]
    address = {"township_code": to["township_code"], "village_code": row.to_code}
    here = update(table).where(mine, table.village_code == row.from_code)
    for old, new in grids_of(row).items():
        moved = here.where(table.grid_code == old).values(**address, grid_code=new)
        db.session.execute(moved, execution_options=_KEEP)
    db.session.execute(here.values(**address, grid_code=None), execution_options=_KEEP)
    if old_township != to["township_code"]:
        unseen = update(table).where(mine, table.village_code == "", table.township_code == old_township)
        db.session.execute(unseen.values(township_code=to["township_code"]), execution_options=_KEEP)
    db.session.expire_all()


def of_no_family(table: Any) -> Iterator[ColumnElement[bool]]:
    """Say which rows of a table are no family's; all others moved with theirs."""
    for link in ("household_id", "case_id", "declaration_id"):
        if hasattr(table, link):
            column = getattr(table, link)
            yield column.is_(None) | (column == NO_HOUSEHOLD)


def move_complaints(row: RegionChange) -> None:
    """Let complaints that speak of the village, with their lines and duties, go to whoever answers for it now."""
    old, new = row.from_code[:TOWNSHIP_DIGITS], row.to_code[:TOWNSHIP_DIGITS]
    for complaint in db.session.scalars(select(Complaint).where(Complaint.said_place == row.from_code)).all():
        complaint.said_place = row.to_code
        if complaint.township_code != old:  # one about the township, or passed up, lies with the county
            continue
        complaint.township_code = new
        lines = update(ComplaintLine).where(ComplaintLine.complaint_id == complaint.id)
        db.session.execute(lines.values(township_code=new), execution_options=_KEEP)
        duty = update(Task).where(Task.id == complaint.task_id)
        db.session.execute(duty.values(township_code=new, owner_region=new), execution_options=_KEEP)
    db.session.flush()


def grids_of(row: RegionChange) -> Mapping[str, str]:
    """Return what each grid of the village that ends became in the other."""
    query = select(Region.code, Region.leads_to).where(
        Region.parent_code == row.from_code, Region.leads_to.is_not(None)
    )
    return {each.code: each.leads_to for each in db.session.execute(query) if each.leads_to is not None}


def _move_desks(table: Any, mine: Any, row: RegionChange) -> None:
    """Let duties lie at the desks of the new village and township; also those that no village sees."""
    desks = {row.from_code[:digits]: row.to_code[:digits] for digits in (TOWNSHIP_DIGITS, VILLAGE_DIGITS)}
    for old, new in {**desks, **grids_of(row)}.items():
        if old != new:
            at = update(table).where(mine, table.owner_region == old).values(owner_region=new)
            db.session.execute(at, execution_options=_KEEP)
