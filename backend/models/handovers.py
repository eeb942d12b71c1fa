"""Posts that change hands on a day (换届), and people who are away for a while (practice P43)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, Document, RowId, Symbols, Words, new_id


class Handover(Base):
    """One post's change from one person to another on a day; carried out once, by a job, and never rewritten.

    `standing` is planned, done, called_off or refused. `role` empty: no post, but everything else that somebody holds.
    """

    __tablename__ = "handovers"
    __table_args__ = (
        Index("ix_handovers_standing_on_day", "standing", "on_day", "id"),
        Index("ix_handovers_county_code_id", "county_code", "id"),
        Index("ix_handovers_region_code_role", "region_code", "role"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    region_code: Mapped[str] = mapped_column(Symbols(15))
    role: Mapped[str] = mapped_column(Symbols(20), default="")
    from_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("staff.id"), comment="empty: the post was vacant")
    to_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"))
    title: Mapped[str] = mapped_column(Words(60), default="")
    on_day: Mapped[date] = mapped_column(comment="from the beginning of this day")
    is_everything: Mapped[bool] = mapped_column(default=False, comment="also what they hold outside the place")
    closes_account: Mapped[bool] = mapped_column(default=False, comment="they leave altogether")
    why: Mapped[str] = mapped_column(Words(200))
    standing: Mapped[str] = mapped_column(Symbols(12), default="planned")
    said: Mapped[str] = mapped_column(Words(300), default="", comment="why it was refused")
    moved: Mapped[dict[str, Any]] = mapped_column(Document, default=dict, comment="what went along, in numbers")
    named_by: Mapped[int] = mapped_column(RowId)
    named_by_name: Mapped[str] = mapped_column(Words(50))
    named_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Absence(Base):
    """Somebody is away from a day to a day (leave, training, illness is not asked for); it ends by itself."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_staff_id", "staff_id", "until_on"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    said_by_name: Mapped[str] = mapped_column(Words(50))
    said_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(comment="back before the time")
