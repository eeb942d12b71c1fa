"""What township and county decided on a family, in which category, and what else is done for it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class Judgement(Scoped, Base):
    """One decision with its opinion; a category that differs from the proposed one has a reason beside it."""

    __tablename__ = "judgements"
    __table_args__ = (Index("ix_judgements_case_id_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    action: Mapped[str] = mapped_column(Symbols(40))
    category_proposed: Mapped[str | None] = mapped_column(Symbols(20))
    category: Mapped[str | None] = mapped_column(Symbols(20))
    opinion_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    alternative_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="how the family is helped otherwise")
    transfer: Mapped[str | None] = mapped_column(Symbols(20), comment="the office it was handed to")
    batch_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("county_batches.id"))
    by_id: Mapped[int] = mapped_column(RowId)
    by_name: Mapped[str] = mapped_column(Words(50))
    judged_at: Mapped[datetime]
