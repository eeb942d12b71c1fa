"""County decisions by batch, their announcement, and the receipt of the national system."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class CountyBatch(Base):
    """A sitting of the county with its document number (文号): the clerk prepares it, a leader signs it."""

    __tablename__ = "county_batches"
    __table_args__ = (UniqueConstraint("county_code", "number"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    number: Mapped[str] = mapped_column(Words(60))
    sits_on: Mapped[date]
    prepared_by: Mapped[int] = mapped_column(RowId)
    prepared_by_name: Mapped[str] = mapped_column(Words(50))
    prepared_at: Mapped[datetime]
    phoned_by: Mapped[str] = mapped_column(Words(50), default="", comment="the leader who agreed by telephone")
    phoned_at: Mapped[datetime | None]
    noted_by: Mapped[int | None] = mapped_column(RowId)
    noted_by_name: Mapped[str] = mapped_column(Words(50), default="")
    signed_by: Mapped[int | None] = mapped_column(RowId)
    signed_by_name: Mapped[str] = mapped_column(Words(50), default="")
    signed_at: Mapped[datetime | None]
    audit_count: Mapped[int] = mapped_column(default=0, comment="rows in this batch's audit chain")
    audit_head: Mapped[str] = mapped_column(Symbols(64), default="", comment="MAC of the chain's last row")


class BatchItem(Scoped, Base):
    """One family of a batch: what is proposed, what the clerk had seen, and what became of it.

    `outcome`: open, done, stale (somebody was quicker or the file grew) or refused (the procedure forbids it).
    """

    __tablename__ = "batch_items"
    __table_args__ = (UniqueConstraint("batch_id", "case_id"), Index("ix_batch_items_case_id", "case_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    batch_id: Mapped[int] = mapped_column(RowId, ForeignKey("county_batches.id"))
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    verdict: Mapped[str] = mapped_column(Symbols(20), comment="approve, reject or send_back")
    codes: Mapped[list[Any]] = mapped_column(Document, default=list)
    words_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    alternative_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    transfer: Mapped[str | None] = mapped_column(Symbols(20))
    seen_version: Mapped[int]
    seen_content_version: Mapped[int]
    prepared_by: Mapped[int] = mapped_column(RowId)
    outcome: Mapped[str] = mapped_column(Symbols(20), default="open")
    said: Mapped[str] = mapped_column(Words(300), default="", comment="why it did not go through")
    decided_at: Mapped[datetime | None]


class Announcement(Scoped, Base):
    """The public announcement of one family's inclusion: a text of a whitelist of facts, under a document number."""

    __tablename__ = "announcements"
    __table_args__ = (Index("ix_announcements_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    number: Mapped[str] = mapped_column(Words(60))
    text: Mapped[str] = mapped_column(Words(600))
    announced_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(RowId)
    by_name: Mapped[str] = mapped_column(Words(50))


class NationalEntry(Scoped, Base):
    """The receipt that the national system gave for a family, typed by hand."""

    __tablename__ = "national_entries"
    __table_args__ = (Index("ix_national_entries_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    receipt_no: Mapped[str] = mapped_column(Symbols(40))
    entered_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(RowId)
    by_name: Mapped[str] = mapped_column(Words(50))
    filed_at: Mapped[datetime]
