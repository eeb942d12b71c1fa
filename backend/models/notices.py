"""Public notices (公示): the sheet, the families on it, and how each of them heard the text before it was posted."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Receipted, Scoped
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class Notice(Receipted, Base):
    """One printed sheet; its token opens a page without names. Nobody's phone: `account_id` stays empty."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_village_code_id", "village_code", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    token: Mapped[str] = mapped_column(Symbols(32), unique=True, comment="in the sheet's QR code")
    meeting_id: Mapped[int] = mapped_column(RowId, ForeignKey("meetings.id"))
    posts_on: Mapped[date] = mapped_column(comment="the day printed on the sheet")
    until: Mapped[date] = mapped_column(comment="the last of its full days")
    families: Mapped[int]
    text_sealed: Mapped[str] = mapped_column(Sealed(22000), comment="the exact text; names lived on paper only")
    prepared_by: Mapped[int] = mapped_column(RowId)
    prepared_at: Mapped[datetime]
    posted_on: Mapped[date | None]
    posted_by: Mapped[int | None] = mapped_column(RowId)
    posted_by_name: Mapped[str] = mapped_column(Words(50), default="")
    posted_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(Words(100), default="")
    photo_sha256: Mapped[str | None] = mapped_column(Symbols(64), comment="announced; may arrive later")
    witness: Mapped[str] = mapped_column(Words(50), default="", comment="stands in for a photo (practice P51)")
    taken_down_on: Mapped[date | None]
    taken_down_by_name: Mapped[str] = mapped_column(Words(50), default="")


class NoticeItem(Scoped, Base):
    """One family's line of a sheet: its number there, by which an objector names it without a name."""

    __tablename__ = "notice_items"
    __table_args__ = (UniqueConstraint("notice_id", "number"), Index("ix_notice_items_case_id_id", "case_id", "id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    notice_id: Mapped[int] = mapped_column(RowId, ForeignKey("notices.id"))
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    number: Mapped[int]
    line_digest: Mapped[str] = mapped_column(Symbols(64))


class NoticeReading(Scoped, Base):
    """The family heard its line before it was posted (practice P22), or why nobody could be reached."""

    __tablename__ = "notice_readings"
    __table_args__ = (Index("ix_notice_readings_case_id_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    line_digest: Mapped[str] = mapped_column(Symbols(64), comment="of exactly what was read out")
    way: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary notice_ways")
    told_whom: Mapped[str] = mapped_column(Symbols(30), default="", comment="policy dictionary relations")
    read_on: Mapped[date]
    read_by: Mapped[int] = mapped_column(RowId)
    read_by_name: Mapped[str] = mapped_column(Words(50))
    why_sealed: Mapped[str | None] = mapped_column(Sealed(3000), comment="why nobody could be reached")
    recorded_at: Mapped[datetime]
