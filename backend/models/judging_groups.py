"""The township's judging group (研判处置工作组): who sits in it, for which line of work (seed 001)."""

from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class JudgingMember(Base):
    """One member of a township's group; whoever left it stays in its history."""

    __tablename__ = "judging_members"
    __table_args__ = (Index("ix_judging_members_township_code_until_on", "township_code", "until_on", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    township_code: Mapped[str] = mapped_column(Symbols(9), ForeignKey("regions.code"))
    post: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary judging_posts")
    line: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary judging_lines")
    name: Mapped[str] = mapped_column(Words(50))
    title: Mapped[str] = mapped_column(Words(60), default="")
    phone_sealed: Mapped[str | None] = mapped_column(Sealed(200))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
