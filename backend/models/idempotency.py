"""Which request an account's key already stood for, and what was answered."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Sealed, Symbols


class IdempotencyKey(Base):
    """One row per account and key, written in the same transaction as the effect it stands for; kept 90 days."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_made_at", "made_at"),)

    account: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Symbols(36), primary_key=True)
    request_digest: Mapped[str] = mapped_column(Symbols(64), comment="of route and body")
    status: Mapped[int | None]
    answer_sealed: Mapped[str | None] = mapped_column(Sealed(4_000_000), comment="a receipt may hold a sealed reason")
    made_at: Mapped[datetime] = mapped_column(comment="real time")
