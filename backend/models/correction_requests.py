"""What families ask to be corrected about themselves (PIPL 46), and what the desk answered."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Receipted
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class CorrectionRequest(Receipted, Base):
    """One fact that a phone says is wrong, and what would be right; asked on a receipt, or on the family's own file."""

    __tablename__ = "correction_requests"
    __table_args__ = (
        Index("ix_correction_requests_township_code_id", "township_code", "id"),
        Index("ix_correction_requests_account_id_id", "account_id", "id"),
        Index("ix_correction_requests_case_id", "case_id"),
        Index("ix_correction_requests_declaration_id_id", "declaration_id", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    declaration_id: Mapped[int | None] = mapped_column(
        RowId, ForeignKey("declarations.id"), comment="empty: asked by a phone that was confirmed for the family"
    )
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("tasks.id"), comment="the duty to answer")
    fact: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary correction_facts")
    whose_sealed: Mapped[str | None] = mapped_column(Sealed(400), comment="of which member, as the phone says")
    right_sealed: Mapped[str] = mapped_column(Sealed(6000))
    asked_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(Symbols(12), default="", comment="corrected or declined; empty: not yet")
    answer_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="what whoever asked reads")
    answered_by: Mapped[int | None] = mapped_column(RowId)
    answered_by_name: Mapped[str] = mapped_column(Words(50), default="")
    answered_at: Mapped[datetime | None]
