"""Meetings of offices, what they hand out, inspections by lot, and what was done to inform people."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class OfficeMeeting(Base):
    """A sitting of an office: 月会商, 季调度, 研判会, 一组一会; its figures are those of the day, kept as they were."""

    __tablename__ = "office_meetings"
    __table_args__ = (Index("ix_office_meetings_region_code_held_on", "region_code", "held_on", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    region_code: Mapped[str] = mapped_column(Symbols(15))
    kind: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary office_meetings")
    held_on: Mapped[date]
    subject: Mapped[str] = mapped_column(Words(200))
    attended: Mapped[list[Any]] = mapped_column(Document, default=list, comment="units, by name")
    figures: Mapped[dict[str, Any]] = mapped_column(Document, default=dict, comment="the pack as it then was: counts")
    minutes_sealed: Mapped[str | None] = mapped_column(Sealed(22000), comment="may speak of families")
    recorded_by: Mapped[int] = mapped_column(RowId)
    recorded_by_name: Mapped[str] = mapped_column(Words(50))
    recorded_at: Mapped[datetime]


class Assignment(Scoped, Base):
    """Something a meeting or an inspection handed out (交办、整改), owed by an office by a date, answered in words."""

    __tablename__ = "assignments"
    __table_args__ = (Index("ix_assignments_county_code_closed_on_id", "county_code", "closed_on", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("tasks.id"))
    meeting_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("office_meetings.id"))
    finding_id: Mapped[int | None] = mapped_column(RowId, comment="the family of an inspection that it came of")
    what: Mapped[str] = mapped_column(Words(300))
    owner_region: Mapped[str] = mapped_column(Symbols(15))
    department: Mapped[str] = mapped_column(Symbols(30), default="", comment="policy departments, if one is to do it")
    due_on: Mapped[date]
    answer_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    answered_by_name: Mapped[str] = mapped_column(Words(50), default="")
    closed_on: Mapped[date | None] = mapped_column(comment="accepted by whoever handed it out")
    closed_by_name: Mapped[str] = mapped_column(Words(50), default="")
    made_by: Mapped[int] = mapped_column(RowId)
    made_by_name: Mapped[str] = mapped_column(Words(50))
    made_at: Mapped[datetime]


class Inspection(Base):
    """One look from above, at villages and households drawn by lot: its seed lets anybody draw the same again."""

    __tablename__ = "inspections"
    __table_args__ = (Index("ix_inspections_region_code_id", "region_code", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    region_code: Mapped[str] = mapped_column(Symbols(15))
    seed: Mapped[str] = mapped_column(Symbols(40))
    villages: Mapped[int]
    households: Mapped[int] = mapped_column(comment="drawn in each village")
    drawn_from: Mapped[int] = mapped_column(comment="how many households there were to draw from")
    drawn_by: Mapped[int] = mapped_column(RowId)
    drawn_by_name: Mapped[str] = mapped_column(Words(50))
    drawn_at: Mapped[datetime]


class Inspected(Scoped, Base):
    """One household that was drawn, and what was found there."""

    __tablename__ = "inspected"
    __table_args__ = (UniqueConstraint("inspection_id", "household_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    inspection_id: Mapped[int] = mapped_column(RowId, ForeignKey("inspections.id"))
    head_name: Mapped[str] = mapped_column(Words(50))
    outcome: Mapped[str] = mapped_column(Symbols(12), default="", comment="policy dictionary inspection_outcomes")
    words_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    found_by_name: Mapped[str] = mapped_column(Words(50), default="")
    found_on: Mapped[date | None]


class Publicity(Base):
    """A training, a talk in the village, an article or a leaflet: about what, for whom, how many (seeds 000, 001)."""

    __tablename__ = "publicity"
    __table_args__ = (Index("ix_publicity_region_code_id", "region_code", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    region_code: Mapped[str] = mapped_column(Symbols(15))
    kind: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary publicity")
    subject: Mapped[str] = mapped_column(Words(100))
    audience: Mapped[str] = mapped_column(Words(100), default="")
    people: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int] = mapped_column(default=0, comment="of a sample: how many were asked")
    knew: Mapped[int] = mapped_column(default=0, comment="and how many knew")
    text: Mapped[str] = mapped_column(Words(4000), default="", comment="an article for everybody's phone")
    held_on: Mapped[date]
    by_name: Mapped[str] = mapped_column(Words(50))
