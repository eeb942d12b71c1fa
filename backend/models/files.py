"""What is known of a stored picture, recording or document; its content lies sealed in the file store."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class StoredFile(Scoped, Base):
    """One file of a case, or a photo of a regular visit; the same content sent twice for the same one is one row."""

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("case_id", "sha256"), UniqueConstraint("visit_id", "sha256"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("cases.id"))
    visit_id: Mapped[int | None] = mapped_column(
        RowId, ForeignKey("regular_visits.id"), comment="of a regular visit, which has no case"
    )
    sha256: Mapped[str] = mapped_column(Symbols(64), comment="of what the phone sent, before it was cleaned")
    kind: Mapped[str] = mapped_column(Symbols(20))
    what: Mapped[str] = mapped_column(Symbols(20), default="", comment="of a document: which paper")
    media_type: Mapped[str] = mapped_column(Symbols(100))
    size: Mapped[int]
    sent_by_role: Mapped[str] = mapped_column(Symbols(20))
    sent_by: Mapped[int] = mapped_column(RowId)
    stored_at: Mapped[datetime]


class RecordingText(Scoped, Base):
    """What a recording says, written down by whoever listened; the newest counts, and none is ever changed."""

    __tablename__ = "recording_texts"
    __table_args__ = (
        Index("ix_recording_texts_case_id_id", "case_id", "id"),
        Index("ix_recording_texts_file_id_id", "file_id", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    file_id: Mapped[int] = mapped_column(RowId, ForeignKey("files.id"))
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    words_sealed: Mapped[str] = mapped_column(Sealed(12000))
    by_id: Mapped[int] = mapped_column(RowId)
    by_name: Mapped[str] = mapped_column(Words(50))
    by_role: Mapped[str] = mapped_column(Symbols(20))
    written_at: Mapped[datetime]
