"""A watched family (监测对象): since when, why, how it stands."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Symbols, Words, new_id


class Watch(Scoped, Base):
    """One time of being watched; only `workflow.watching.turn` changes its standing, and no row is ever deleted."""

    __tablename__ = "watches"
    __table_args__ = (
        UniqueConstraint("case_id"),
        Index("ix_watches_county_code_standing_id", "county_code", "standing", "id"),
        Index("ix_watches_township_code_standing_id", "township_code", "standing", "id"),
        Index("ix_watches_village_code_standing_id", "village_code", "standing", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"), comment="the case that included the family")
    head_name: Mapped[str] = mapped_column(Words(50))
    category: Mapped[str] = mapped_column(Symbols(30), default="", comment="policy dictionary categories")
    risks: Mapped[list[Any]] = mapped_column(Document, default=list, comment="policy dictionary risks")
    standing: Mapped[str] = mapped_column(Symbols(20))
    labour: Mapped[str] = mapped_column(Symbols(20), default="", comment="policy dictionary family_labour")
    began_on: Mapped[date]
    removed_on: Mapped[date | None]
    removal_mode: Mapped[str] = mapped_column(Symbols(20), default="", comment="policy dictionary removal_modes")
    removal_case_id: Mapped[int | None] = mapped_column(RowId, comment="the case by which the risk was removed")
    rolled_back_on: Mapped[date | None]
    ended_on: Mapped[date | None] = mapped_column(comment="gone as a family, or included by mistake")
    changed_at: Mapped[datetime]
