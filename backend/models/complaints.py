"""Complaints and suggestions (投诉建议): with or without a case, and out of reach of whoever is complained about."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from backend.access.scope import Receipted
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id

NOWHERE = ""


class Complaint(Receipted, Base):
    """One complaint, sealed; its place is that of the level that answers, and no row of it lies in a village.

    One about the township, or passed up by it, has no township either: then only the county's scope reaches it. The
    account is kept only if its owner gave a name. `audit_*` head a chain of its own: who opened it.
    """

    __tablename__ = "complaints"
    __table_args__ = (
        Index("ix_complaints_county_code_id", "county_code", "id"),
        Index("ix_complaints_township_code_id", "township_code", "id"),
        Index("ix_complaints_account_id_id", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    receipt_no: Mapped[str] = mapped_column(Symbols(12), unique=True)
    client_key: Mapped[str] = mapped_column(Symbols(36), unique=True, comment="instead of a key of the account")
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("tasks.id"), comment="the duty to answer it")
    kind: Mapped[str] = mapped_column(Symbols(30), comment="policy dictionary complaint_kinds")
    target: Mapped[str] = mapped_column(Symbols(30), comment="policy dictionary complaint_targets")
    said_place: Mapped[str] = mapped_column(Symbols(12), comment="the village or township that it speaks of")
    policy_version: Mapped[int]
    name_sealed: Mapped[str | None] = mapped_column(Sealed(400))
    phone_sealed: Mapped[str | None] = mapped_column(Sealed(200))
    text_sealed: Mapped[str] = mapped_column(Sealed(6000))
    entered_by: Mapped[int | None] = mapped_column(RowId, comment="staff id, if somebody without a phone came")
    sent_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(Symbols(12), comment="received, passed_up, answered")
    answered_by: Mapped[int | None] = mapped_column(RowId)
    answered_at: Mapped[datetime | None]
    audit_count: Mapped[int] = mapped_column(default=0, comment="rows in this complaint's audit chain")
    audit_head: Mapped[str] = mapped_column(Symbols(64), default="", comment="MAC of the chain's last row")

    @validates("village_code", "grid_code")
    def _of_no_village(self, level: str, code: str | None) -> str | None:
        return NOWHERE if level == "village_code" else None


class ComplaintLine(Receipted, Base):
    """One line of a complaint's timeline, in plain words."""

    __tablename__ = "complaint_lines"
    __table_args__ = (UniqueConstraint("complaint_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    complaint_id: Mapped[int] = mapped_column(RowId, ForeignKey("complaints.id"))
    kind: Mapped[str] = mapped_column(Symbols(20))
    sentence: Mapped[str] = mapped_column(Words(300))
    detail_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="the answer")
    happened_at: Mapped[datetime]

    @validates("village_code", "grid_code")
    def _of_no_village(self, level: str, code: str | None) -> str | None:
        return NOWHERE if level == "village_code" else None
