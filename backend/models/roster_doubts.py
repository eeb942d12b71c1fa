"""Doubts between the roster and what the county knew before: both sides are kept until somebody has looked."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class RosterDoubt(Scoped, Base):
    """A household of a file that may be one known already; `household_id` is the known one, the file's lies sealed."""

    __tablename__ = "roster_doubts"
    __table_args__ = (
        UniqueConstraint("household_id", "row_digest"),
        Index("ix_roster_doubts_county_code_settled_at", "county_code", "settled_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    batch_id: Mapped[int] = mapped_column(RowId, ForeignKey("import_batches.id"))
    row_no: Mapped[int]
    row_digest: Mapped[str] = mapped_column(Symbols(64), comment="of what the file says: asked once, not at each file")
    why: Mapped[str] = mapped_column(Symbols(20))
    theirs_sealed: Mapped[str] = mapped_column(Sealed(40_000), comment="the file's rows, as they would be written")
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("tasks.id"))
    settled_how: Mapped[str | None] = mapped_column(Symbols(12), comment="same, other or dropped")
    settled_by: Mapped[int | None] = mapped_column(RowId)
    settled_by_name: Mapped[str] = mapped_column(Words(50), default="")
    settled_at: Mapped[datetime | None]
