"""What people do about reminders: stand in for somebody, put one off, press, and supervise by a leader's word."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class Deputy(Base):
    """B角: somebody who hears in place of a post's holder between two dates, or while the post is empty (practice P43).

    `stands_for` empty: for whoever holds the post, and for nobody while nobody does.
    """

    __tablename__ = "deputies"
    __table_args__ = (Index("ix_deputies_region_code_role", "region_code", "role"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    role: Mapped[str] = mapped_column(Symbols(20))
    region_code: Mapped[str] = mapped_column(Symbols(15))
    stands_for: Mapped[int | None] = mapped_column(RowId, ForeignKey("staff.id"))
    deputy_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"))
    identity_id: Mapped[int | None] = mapped_column(
        RowId, comment="the hat that was lent, and is taken back at the end"
    )
    from_on: Mapped[date]
    until_on: Mapped[date]
    why: Mapped[str] = mapped_column(Words(200))
    named_by: Mapped[int] = mapped_column(RowId)
    named_by_name: Mapped[str] = mapped_column(Words(50))
    named_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Snooze(Scoped, Base):
    """The person in charge put a reminder off, and said why; it never goes past the due date."""

    __tablename__ = "snoozes"
    __table_args__ = (Index("ix_snoozes_task_id", "task_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("tasks.id"))
    case_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("cases.id"), comment="empty: a complaint's has none")
    until_on: Mapped[date]
    why_sealed: Mapped[str] = mapped_column(Sealed(3000), comment="free text may speak of illness")
    snoozed_by: Mapped[int] = mapped_column(RowId)
    snoozed_by_name: Mapped[str] = mapped_column(Words(50))
    snoozed_at: Mapped[datetime]


class Nudge(Scoped, Base):
    """催办: somebody above pressed for a duty, at most once a day."""

    __tablename__ = "nudges"
    __table_args__ = (UniqueConstraint("task_id", "day"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("tasks.id"))
    case_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("cases.id"), comment="empty: a complaint's has none")
    day: Mapped[date]
    nudged_by: Mapped[int] = mapped_column(RowId)
    nudged_by_name: Mapped[str] = mapped_column(Words(50))
    nudged_at: Mapped[datetime]


class Supervision(Scoped, Base):
    """A 督办单: drafted by the program, issued by a named leader with a reason and a new date, or dropped (P16).

    `standing` is draft, issued or dropped. `facts` is what was known when it was drafted: dates and offices.
    """

    __tablename__ = "supervisions"
    __table_args__ = (
        UniqueConstraint("task_id", "due_on"),
        Index("ix_supervisions_county_code_standing_id", "county_code", "standing", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("tasks.id"))
    case_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("cases.id"), comment="empty: a complaint's has none")
    standing: Mapped[str] = mapped_column(Symbols(10))
    due_on: Mapped[date] = mapped_column(comment="the date that was missed")
    facts: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    drafted_at: Mapped[datetime]
    number: Mapped[str | None] = mapped_column(Symbols(40), unique=True, comment="given when it is issued")
    reason_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    new_due_on: Mapped[date | None]
    settled_by: Mapped[int | None] = mapped_column(RowId)
    settled_by_name: Mapped[str] = mapped_column(Words(50), default="")
    settled_by_title: Mapped[str] = mapped_column(Words(60), default="")
    settled_at: Mapped[datetime | None]
