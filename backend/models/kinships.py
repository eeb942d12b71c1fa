"""The register of kin (近亲属备案): which household is related to somebody in office."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, RowId, Symbols, Words, new_id


class Kinship(Scoped, Base):
    """A household related to a member of staff, or to an official who does not use the program (`staff_id` empty)."""

    __tablename__ = "kinships"
    __table_args__ = (Index("ix_kinships_staff_id_household_id", "staff_id", "household_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    staff_id: Mapped[int | None] = mapped_column(RowId)
    official_name: Mapped[str] = mapped_column(Words(50))
    post: Mapped[str] = mapped_column(Symbols(30), comment="dictionary kin_posts")
    relation: Mapped[str] = mapped_column(Symbols(30), comment="dictionary kin_relations")
    registered_by: Mapped[int] = mapped_column(RowId)
    registered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
