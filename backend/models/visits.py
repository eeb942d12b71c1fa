"""A home visit and what was found."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class Visit(Scoped, Base):
    """One home visit (入户走访); photos and place are never demanded (国办函〔2026〕12号)."""

    __tablename__ = "visits"
    __table_args__ = (Index("ix_visits_case_id_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    visitor_id: Mapped[int] = mapped_column(RowId)
    visitor_name: Mapped[str] = mapped_column(Words(50))
    companion: Mapped[str] = mapped_column(Words(50), default="")
    visited_on: Mapped[date]
    way: Mapped[str] = mapped_column(Symbols(20))
    findings_sealed: Mapped[str] = mapped_column(Sealed(22000))
    conclusion: Mapped[str] = mapped_column(Symbols(20))
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    announced: Mapped[list[Any]] = mapped_column(Document, default=list, comment="sha256 of photos still to come")
    filed_at: Mapped[datetime]
