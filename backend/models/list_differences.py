"""What a list from outside (the national system's, civil affairs') and the county say of a family (P41)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class ListDifference(Scoped, Base):
    """One family of one list: there, here, both (differently) or same; what somebody chose is kept with their name.

    `household_id` 0: nobody here knows the family.
    """

    __tablename__ = "list_differences"
    __table_args__ = (
        Index("ix_list_differences_batch_id_side", "batch_id", "side", "id"),
        Index("ix_list_differences_batch_id_row_no", "batch_id", "row_no"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    batch_id: Mapped[int] = mapped_column(RowId, ForeignKey("import_batches.id"))
    row_no: Mapped[int] = mapped_column(comment="of the file; 0: not in it")
    side: Mapped[str] = mapped_column(Symbols(6))
    head_name: Mapped[str] = mapped_column(Words(50))
    id_sealed: Mapped[str | None] = mapped_column(Sealed(200), comment="of whom only the list knows")
    differs: Mapped[list[Any]] = mapped_column(Document, default=list, comment="what, here, there; in words")
    outcome: Mapped[str] = mapped_column(Symbols(12), default="")
    settled_by_name: Mapped[str] = mapped_column(Words(50), default="")
    settled_at: Mapped[datetime | None]
