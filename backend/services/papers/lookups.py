"""What several papers say alike: whose they are, who signs them, and how a day is printed."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from backend.access.permissions import LEVEL_OF_ROLE, Role
from backend.db import db
from backend.errors import NotFound
from backend.models import Case, County
from backend.policy.county import current_policy
from backend.privacy.notice_text import signature_of, spoken_day
from backend.privacy.receipts import spoken
from backend.services.sheets import telephones_of
from backend.workflow.places import name_of

NOTHING_WRITTEN = "没有另外的记录。"
"""Stands below a heading where nobody wrote anything."""
VILLAGE_DIGITS, TOWNSHIP_DIGITS = 12, 9


def case_of(case_id: int) -> Case:
    """Return a case within the session's scope; `NotFound` otherwise."""
    case = db.session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    return case


FIELDS_OF_CASE = {"户主姓名": "户主的姓名", "村名": "村的名称", "乡镇": "乡镇的名称", "编号": "受理编号"}
"""The placeholders that `of_case` fills."""


def of_case(case: Case) -> dict[str, str]:
    """Return what every paper of a case says of whose it is."""
    return {
        "户主姓名": case.head_name,
        "村名": name_of(case.village_code),
        "乡镇": name_of(case.township_code),
        "编号": spoken(case.number),
    }


def printed(day: date | None) -> str:
    """Say a date as it is printed, nothing where there is none."""
    return spoken_day(day) if day else ""


def authority(county_code: str) -> str:
    """Return what the county's own department is called."""
    county = db.session.get_one(County, county_code)
    return f"{county.name}{current_policy(county_code).texts['county_authority']}"


def signer(region_code: str) -> str:
    """Return who signs for a place: a village's committee, a township, the county's department."""
    if len(region_code) >= VILLAGE_DIGITS:
        return signature_of(name_of(region_code[:VILLAGE_DIGITS]))
    return name_of(region_code) if len(region_code) >= TOWNSHIP_DIGITS else authority(region_code[:6])


def signer_of(case: Case, role: str) -> str:
    """Return who signs what somebody of this role did for a family: the village's steps are the village's."""
    digits = LEVEL_OF_ROLE.get(Role(role), VILLAGE_DIGITS)
    return signer(case.village_code[:digits] if digits <= VILLAGE_DIGITS else case.village_code)


def telephones(village_code: str) -> str:
    """Return the published telephones of village, township and county, a line each."""
    return "\n".join(f"{each.whose}：{each.number}" for each in telephones_of(village_code))


def or_none(rows: Sequence[Mapping[str, str]], first: str, said: str = "无") -> Sequence[Mapping[str, str]]:
    """Return the rows of a table, or one that says in its first column that there is nothing."""
    return rows or [{first: said}]
