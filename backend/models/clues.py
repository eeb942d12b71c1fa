"""Clues: every way in which a risk becomes known, in one stream, and the villagers who may report."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Receipted
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class Clue(Receipted, Base):
    """One sign of risk (线索). It always has a case: its own, or the household's open one that it joined.

    So a clue without a verdict is always somebody's duty: the case's first one, or the one to check what joined.
    """

    __tablename__ = "clues"
    __table_args__ = (
        Index("ix_clues_case_id", "case_id"),
        Index("ix_clues_account_id_id", "account_id", "id"),
        Index("ix_clues_reported_by_id", "reported_by", "id"),
        Index("ix_clues_county_code_channel_id", "county_code", "channel", "id"),
        Index("ix_clues_township_code_id", "township_code", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    receipt_no: Mapped[str] = mapped_column(Symbols(12), unique=True)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    declaration_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("declarations.id"))
    household_id: Mapped[int] = mapped_column(RowId, index=True)
    joined: Mapped[bool] = mapped_column(default=False, comment="it found an open case of the same household")
    channel: Mapped[str] = mapped_column(Symbols(20))
    source_no: Mapped[str] = mapped_column(Words(60), default="", comment="number of the hotline's or petition's paper")
    said_village: Mapped[str] = mapped_column(Symbols(12))
    head_name: Mapped[str] = mapped_column(Words(50))
    risk: Mapped[str] = mapped_column(Symbols(20))
    urgency: Mapped[str] = mapped_column(Symbols(20))
    what_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="empty where the declaration says it")
    reported_by: Mapped[int | None] = mapped_column(RowId, comment="staff id of whoever reported or entered it")
    reporter_id: Mapped[int | None] = mapped_column(RowId, comment="the authorised villager who reported it")
    discovered_on: Mapped[date] = mapped_column(comment="date on the paper, of the visit, of the push: day 0")
    late_because_sealed: Mapped[str | None] = mapped_column(Sealed(1000), comment="why it was entered later")
    entered_at: Mapped[datetime]
    verdict: Mapped[str | None] = mapped_column(Symbols(20))
    verdict_by: Mapped[int | None] = mapped_column(RowId)
    verdict_at: Mapped[datetime | None]
    transfer: Mapped[str | None] = mapped_column(Symbols(30), comment="where it was handed on to")


class Reporter(Base):
    """A villager (党员、乡贤…) whom the village authorised to report: an account, never a member of staff."""

    __tablename__ = "reporters"
    __table_args__ = (
        Index("ix_reporters_account_id", "account_id"),
        Index("ix_reporters_village_code", "village_code"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6))
    village_code: Mapped[str] = mapped_column(Symbols(12))
    name: Mapped[str] = mapped_column(Words(50))
    standing: Mapped[str] = mapped_column(Symbols(30))
    account_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("accounts.id"))
    code_digest: Mapped[str | None] = mapped_column(Symbols(64), unique=True, comment="of the invitation, until used")
    code_until: Mapped[datetime | None] = mapped_column(comment="real time")
    authorised_by: Mapped[int] = mapped_column(RowId)
    authorised_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
