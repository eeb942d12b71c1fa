"""Begins a practice county anew: whatever belongs to a family of it goes; places, rules, people and the trail stay."""

from typing import Any

from sqlalchemy import ColumnElement, delete, select

from backend.access.scope import as_system
from backend.db import Base, db, use_case
from backend.errors import NotPossibleNow
from backend.models import County

AT_ONCE = 200
_KEPT = frozenset(
    {
        *("counties", "regions", "policy_versions", "workday_overrides", "staff", "identities", "accounts", "offices"),
        *("audit_rows", "sign_ins"),
    }
)
"""What beginning anew leaves alone: the places, the rules, the people who practise, and the trail."""


def wipe(code: str) -> None:
    """Take every family and whatever belongs to one out of a practice county, some rows in each transaction."""
    county = db.session.get(County, code)
    if county is None or county.practice_of is None:
        raise NotPossibleNow("只有练习县才能清空。")
    classes = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    for table in reversed(Base.metadata.sorted_tables):
        model = classes.get(table.name)
        mine = _mine(table.name, classes, code) if model is not None else None
        while mine is not None and _delete_some(model, mine):
            pass


@use_case
def _delete_some(model: Any, mine: ColumnElement[bool]) -> int:
    key = next(iter(model.__mapper__.primary_key))
    with as_system("a practice county begins anew"):
        ids = db.session.scalars(select(key).where(mine).limit(AT_ONCE)).all()
        if ids:
            db.session.execute(delete(model).where(key.in_(ids)), execution_options={"synchronize_session": False})
    return len(ids)


def _mine(name: str, classes: dict[str, Any], code: str) -> ColumnElement[bool] | None:
    """Say which rows of a table belong to the county: by its code, or by the row that they hang on."""
    model = classes[name]
    columns = model.__mapper__.columns
    if name in _KEPT:
        return None
    if "county_code" in columns:
        return model.county_code == code  # type: ignore[no-any-return]
    for column in columns:
        for key in column.foreign_keys:
            parent = key.column.table.name
            above = _mine(parent, classes, code) if parent in classes and parent != name else None
            if above is not None:
                return column.in_(select(key.column).where(above))  # type: ignore[no-any-return]
    return None
