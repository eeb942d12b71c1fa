"""Who in a family allowed the comparison of registers, how, and until when (承诺授权书)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class Authorization(Scoped, Base):
    """One person's word about being compared; it stays with the person, and the newest row is the one that counts.

    `status`: signed, or not_reached: such a member is not compared and the case goes on (practice P13).
    """

    __tablename__ = "authorizations"
    __table_args__ = (
        Index("ix_authorizations_person_id_id", "person_id", "id"),
        Index("ix_authorizations_case_id_id", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id"))
    status: Mapped[str] = mapped_column(Symbols(20))
    way: Mapped[str | None] = mapped_column(Symbols(20), comment="paper, own_phone, video or guardian")
    signed_on: Mapped[date | None]
    until_on: Mapped[date | None]
    filled_in_by: Mapped[str] = mapped_column(Words(50), default="")
    mark: Mapped[str | None] = mapped_column(Symbols(20), comment="thumbprint or mark of somebody unable to write")
    witnesses: Mapped[list[Any]] = mapped_column(Document, default=list, comment="names, and whether a cadre")
    was_read_aloud: Mapped[bool] = mapped_column(default=False)
    guardian: Mapped[str] = mapped_column(Words(50), default="")
    paper_sha256: Mapped[str | None] = mapped_column(Symbols(64), comment="of the signed paper, announced")
    why_sealed: Mapped[str | None] = mapped_column(Sealed(3000), comment="why a member was not reached")
    withdrawn_on: Mapped[date | None]
    consequence_told: Mapped[bool] = mapped_column(default=False)
    policy_version: Mapped[int] = mapped_column(comment="whose text was signed")
    recorded_by: Mapped[int] = mapped_column(RowId)
    recorded_role: Mapped[str] = mapped_column(Symbols(20))
    recorded_at: Mapped[datetime]
