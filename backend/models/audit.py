"""The audit trail: append-only, chained, and sealed in numbered batches."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, Document, RowId, Symbols, Words, new_id


class AuditRow(Base):
    """Who did or saw what. Rows of a case chain on that case, others on their actor's session; no global lock."""

    __tablename__ = "audit_rows"
    __table_args__ = (
        UniqueConstraint("chain", "place"),
        Index("ix_audit_rows_batch_no_id", "batch_no", "id"),
        Index("ix_audit_rows_subject_id", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    chain: Mapped[str] = mapped_column(Symbols(40))
    place: Mapped[int] = mapped_column(comment="1, 2, 3 … within its chain")
    happened_at: Mapped[datetime]
    county_code: Mapped[str] = mapped_column(Symbols(6))
    actor_role: Mapped[str] = mapped_column(Symbols(20))
    actor_id: Mapped[int] = mapped_column(RowId)
    actor_name: Mapped[str] = mapped_column(Words(50))
    action: Mapped[str] = mapped_column(Symbols(40))
    subject: Mapped[str] = mapped_column(Symbols(60))
    detail: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    key_id: Mapped[str] = mapped_column(Symbols(20))
    previous_mac: Mapped[str] = mapped_column(Symbols(64))
    mac: Mapped[str] = mapped_column(Symbols(64))
    batch_no: Mapped[int | None]


class AuditBatch(Base):
    """A numbered seal over audit rows: count, Merkle root and the root before it; also written outside the database."""

    __tablename__ = "audit_batches"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    root: Mapped[str] = mapped_column(Symbols(64))
    previous_root: Mapped[str] = mapped_column(Symbols(64))
    sealed_at: Mapped[datetime]
