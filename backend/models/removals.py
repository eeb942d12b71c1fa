"""The way out: what the home check before a removal found, item by item, and what the family said to it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class RemovalCheck(Scoped, Base):
    """One home check of a removal case: the checklist, the income, the safety of each item, and the family's view."""

    __tablename__ = "removal_checks"
    __table_args__ = (Index("ix_removal_checks_case_id_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    watch_id: Mapped[int] = mapped_column(RowId, ForeignKey("watches.id"))
    visit_id: Mapped[int] = mapped_column(RowId, ForeignKey("visits.id"))
    mode: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary removal_modes")
    met: Mapped[dict[str, Any]] = mapped_column(Document, comment="each item of the checklist: true or false")
    safety: Mapped[dict[str, Any]] = mapped_column(Document, comment="policy dictionary safety_items to safety")
    income: Mapped[dict[str, Any]] = mapped_column(Document, comment="the five sums and two more, 分; no other word")
    heads: Mapped[int]
    per_head_fen: Mapped[int] = mapped_column(RowId, comment="分 a head and year")
    line_yuan: Mapped[int]
    line_of_year: Mapped[int]
    view: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary family_views")
    view_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="what the family said, in its words")
    heard_whom: Mapped[str] = mapped_column(Symbols(30), comment="policy dictionary relations")
    warnings: Mapped[list[Any]] = mapped_column(Document, default=list, comment="rules that warned, by name")
    second_name: Mapped[str] = mapped_column(Words(50))
    by_id: Mapped[int] = mapped_column(RowId)
    by_name: Mapped[str] = mapped_column(Words(50))
    checked_on: Mapped[date]
    filed_at: Mapped[datetime]


class WarningNote(Scoped, Base):
    """What was said of a warning at each of its steps: the mark, the check, the order, the help, the end (seed 003)."""

    __tablename__ = "warning_notes"
    __table_args__ = (Index("ix_warning_notes_case_id_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    step: Mapped[str] = mapped_column(Symbols(40))
    items: Mapped[list[Any]] = mapped_column(
        Document, default=list, comment="policy dictionary safety_items, or income"
    )
    department: Mapped[str] = mapped_column(Symbols(30), default="")
    words_sealed: Mapped[str] = mapped_column(Sealed(6000))
    by_id: Mapped[int] = mapped_column(RowId)
    by_name: Mapped[str] = mapped_column(Words(50))
    noted_at: Mapped[datetime]
