"""What is known of a stored picture, recording or document; its content lies sealed in the file store."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, RowId, Symbols, new_id


class StoredFile(Scoped, Base):
    """One file of a case; the same content sent twice for the same case is one row."""

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("case_id", "sha256"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    sha256: Mapped[str] = mapped_column(Symbols(64), comment="of what the phone sent, before it was cleaned")
    kind: Mapped[str] = mapped_column(Symbols(20))
    what: Mapped[str] = mapped_column(Symbols(20), default="", comment="of a document: which paper")
    media_type: Mapped[str] = mapped_column(Symbols(100))
    size: Mapped[int]
    sent_by_role: Mapped[str] = mapped_column(Symbols(20))
    sent_by: Mapped[int] = mapped_column(RowId)
    stored_at: Mapped[datetime]
