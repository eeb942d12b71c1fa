"""A home check that breaks no rule, for tests that change one thing of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.db import db
from backend.models import PolicyVersion
from backend.policy import county as county_policy
from backend.policy.assessment import Assessments, HomeCheckForm, Income, Member, SafetyItem
from tests.people import COUNTY, id_number

HEAD = Member(
    name="张三",
    relation="head",
    sex="male",
    id_number=id_number(1),
    birth_on=date(1951, 1, 1),
    education="primary",
    health=("serious_illness",),
    labour="lost",
    medical_insurance="resident",
    pension="resident",
)
WIFE = Member(
    name="李四",
    relation="spouse",
    sex="female",
    id_number=id_number(22),
    birth_on=date(1972, 1, 1),
    education="junior",
    health=("healthy",),
    labour="ordinary",
    work_place="县城饭店",
    work_months=6,
    medical_insurance="resident",
    pension="none",
)
SAFE = {code: SafetyItem("safe") for code in ("food", "clothing", "education", "medical", "housing", "water")}
FORM = HomeCheckForm(
    conclusion="risk",
    visited_on=date(2026, 3, 9),
    findings="户主住院三次，自付一万二。",
    companion="李站长",
    phone="13800000000",
    members=(HEAD, WIFE),
    income=Income(
        wages=18_000_00, business=6_000_00, transfer=2_400_00, costs=2_000_00, claims=1_000_00, out_of_pocket=12_000_00
    ),
    safety=SAFE,
    risks=("illness",),
    assessments=Assessments("low", "heavy", "some", "partly"),
    category="marginal",
    consents={"health": True},
)


def form(**changes: Any) -> HomeCheckForm:
    """Return the form with some changes."""
    return replace(FORM, **changes)


def members(*changes: dict[str, Any]) -> tuple[Member, ...]:
    """Return head and wife, each with changes."""
    return tuple(replace(member, **change) for member, change in zip((HEAD, WIFE), changes, strict=False))


@contextmanager
def following(app: Flask, **changes: Any) -> Iterator[None]:
    """Let the county follow the whole procedure for a while, with changes of its own."""
    _follow(app, {"flags": {"procedure": "full", **changes.pop("flags", {})}, **changes})
    try:
        yield
    finally:
        _follow(app, {})


def _follow(app: Flask, changes: dict[str, Any]) -> None:
    with app.app_context():
        query = select(PolicyVersion).where(PolicyVersion.county_code == COUNTY)
        db.session.scalars(query).one().changes = changes
        db.session.commit()
    county_policy.forget()


def morning(day: date) -> Any:
    """Let it be nine o'clock on a day."""
    return clock.at(datetime.combine(day, time(9), tzinfo=clock.SHANGHAI).astimezone(UTC))
