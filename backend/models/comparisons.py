"""What the registers say of each member, item by item: hit, no hit or not compared; never a balance."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class Comparison(Scoped, Base):
    """One comparison (比对) of a family as it was filed, or a leader's word that some items need none."""

    __tablename__ = "comparisons"
    __table_args__ = (Index("ix_comparisons_case_id_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(Symbols(20), comment="filed or skipped")
    skipped: Mapped[list[Any]] = mapped_column(Document, default=list, comment="items that a leader let go")
    reason_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="why they were let go")
    by_id: Mapped[int] = mapped_column(RowId)
    by_name: Mapped[str] = mapped_column(Words(50))
    filed_at: Mapped[datetime]


class ComparisonResult(Scoped, Base):
    """One item of one member; a hit asks for an explanation and never vetoes."""

    __tablename__ = "comparison_results"
    __table_args__ = (
        UniqueConstraint("comparison_id", "person_id", "item"),
        Index("ix_comparison_results_case_id_id", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    comparison_id: Mapped[int] = mapped_column(RowId, ForeignKey("comparisons.id"))
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id"))
    item: Mapped[str] = mapped_column(Symbols(20))
    result: Mapped[str] = mapped_column(Symbols(20), comment="hit, no_hit or not_compared")
    why: Mapped[str | None] = mapped_column(Symbols(20), comment="why it was not compared")
    authorization_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("authorizations.id"))
    remark_sealed: Mapped[str | None] = mapped_column(Sealed(3000), comment="what the register's holder added")
    explanation_sealed: Mapped[str | None] = mapped_column(Sealed(3000))
    explained_by: Mapped[str] = mapped_column(Words(50), default="")


class ComparisonAnswer(Scoped, Base):
    """What a register's holder answered of one member of a case in the works, before the county files it (P15)."""

    __tablename__ = "comparison_answers"
    __table_args__ = (UniqueConstraint("case_id", "person_id", "item"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id"))
    item: Mapped[str] = mapped_column(Symbols(20))
    result: Mapped[str] = mapped_column(Symbols(20), comment="hit or no_hit")
    remark_sealed: Mapped[str | None] = mapped_column(Sealed(3000))
    authorization_id: Mapped[int] = mapped_column(RowId, ForeignKey("authorizations.id"))
    import_id: Mapped[int] = mapped_column(RowId, ForeignKey("import_batches.id"))
    answered_at: Mapped[datetime]
