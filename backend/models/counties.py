"""Counties, their regions, rules and calendar, and the installation's own few rows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, Document, RowId, Symbols, Words, new_id


class County(Base):
    """One county: policy, calendar, dictionaries and telephone belong to it, never to the installation."""

    __tablename__ = "counties"

    code: Mapped[str] = mapped_column(Symbols(6), primary_key=True)
    name: Mapped[str] = mapped_column(Words(60))
    preset: Mapped[str] = mapped_column(Symbols(40))
    phone: Mapped[str] = mapped_column(Symbols(30), default="")
    is_demo: Mapped[bool] = mapped_column(default=False, comment="made as a demo: business time may be moved")
    demo_made_at: Mapped[datetime | None] = mapped_column(comment="when the invented people were complete")
    practice_of: Mapped[str | None] = mapped_column(Symbols(6), comment="a practice county: nothing ever leaves it")
    practice_wants: Mapped[str] = mapped_column(Symbols(10), default="", comment="fill or anew: what a job does next")


class Region(Base):
    """A province, city, county, township, village or grid; its code is its path."""

    __tablename__ = "regions"

    code: Mapped[str] = mapped_column(Symbols(15), primary_key=True)
    name: Mapped[str] = mapped_column(Words(80))
    level: Mapped[str] = mapped_column(Symbols(12))
    parent_code: Mapped[str] = mapped_column(Symbols(15), index=True)
    phone: Mapped[str] = mapped_column(Symbols(30), default="")
    leads_to: Mapped[str | None] = mapped_column(Symbols(15), comment="of a former place: where its people are now")


class PolicyVersion(Base):
    """One county's rules from a day on; a case keeps the version it began under."""

    __tablename__ = "policy_versions"
    __table_args__ = (UniqueConstraint("county_code", "version"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    version: Mapped[int]
    preset: Mapped[str] = mapped_column(Symbols(40))
    changes: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    from_on: Mapped[date]
    made_at: Mapped[datetime]
    made_by_name: Mapped[str] = mapped_column(Words(50), default="")
    reason: Mapped[str] = mapped_column(Words(300), default="", comment="why the county changed them")


class WorkdayOverride(Base):
    """A day that the county works or rests against the statutory calendar, with the document that says so."""

    __tablename__ = "workday_overrides"
    __table_args__ = (UniqueConstraint("county_code", "day"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    day: Mapped[date]
    is_workday: Mapped[bool]
    source: Mapped[str] = mapped_column(Words(120))


class DemoClock(Base):
    """How far business time runs ahead of real time; one row, and only in a demo."""

    __tablename__ = "demo_clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    offset_seconds: Mapped[int] = mapped_column(default=0)


class Leader(Base):
    """Which process does a piece of work that must run once at a time, and until when (real time)."""

    __tablename__ = "leaders"

    work: Mapped[str] = mapped_column(Symbols(40), primary_key=True)
    holder: Mapped[str] = mapped_column(Symbols(80))
    until_at: Mapped[datetime]
