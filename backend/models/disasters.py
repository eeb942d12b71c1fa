"""A disaster event, and the families that lists, declarations and reports named for it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Symbols, Words, new_id


class DisasterEvent(Base):
    """A named event over an area, opened and closed by the county under a document number (practice P42)."""

    __tablename__ = "disaster_events"
    __table_args__ = (
        UniqueConstraint("county_code", "number"),
        Index("ix_disaster_events_county_code_closed_on", "county_code", "closed_on"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    name: Mapped[str] = mapped_column(Words(80))
    number: Mapped[str] = mapped_column(Words(60))
    kind: Mapped[str] = mapped_column(Symbols(20))
    area: Mapped[list[Any]] = mapped_column(Document, default=list, comment="region codes of 6 to 15 digits")
    opened_on: Mapped[date]
    opened_by_name: Mapped[str] = mapped_column(Words(50))
    closed_on: Mapped[date | None]
    closing_number: Mapped[str] = mapped_column(Words(60), default="")
    closed_by_name: Mapped[str] = mapped_column(Words(50), default="")
    audit_count: Mapped[int] = mapped_column(default=0, comment="rows in this event's audit chain")
    audit_head: Mapped[str] = mapped_column(Symbols(64), default="", comment="MAC of the chain's last row")


class DisasterHousehold(Scoped, Base):
    """One household of an event, once: found again by the blind index of its ID number, or of village, name and phone.

    Its two unique keys hold that a list read twice, or a list and a declaration, make one case.
    """

    __tablename__ = "disaster_households"
    __table_args__ = (
        UniqueConstraint("event_id", "name_key"),
        UniqueConstraint("event_id", "id_key"),
        Index("ix_disaster_households_event_id_case_id", "event_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    event_id: Mapped[int] = mapped_column(RowId, ForeignKey("disaster_events.id"))
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    name_key: Mapped[str | None] = mapped_column(Symbols(64), comment="of village, name and phone")
    id_key: Mapped[str | None] = mapped_column(Symbols(64))
    source: Mapped[str] = mapped_column(Symbols(20), comment="the channel by which it first came")
    named_at: Mapped[datetime]
