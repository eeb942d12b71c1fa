"""The county's departments as offices that owe something, and the keys of their own programs."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class Office(Base):
    """One department of the rules as a place in which its liaisons work: the county's code and two digits (P49)."""

    __tablename__ = "offices"
    __table_args__ = (UniqueConstraint("county_code", "department"),)

    code: Mapped[str] = mapped_column(Symbols(15), ForeignKey("regions.code"), primary_key=True)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    department: Mapped[str] = mapped_column(Symbols(30), comment="its code in the rules")
    leader_name: Mapped[str] = mapped_column(Words(50), default="", comment="分管负责人")
    liaison_name: Mapped[str] = mapped_column(Words(50), default="", comment="业务联络员")
    liaison_phone_sealed: Mapped[str | None] = mapped_column(Sealed(200))


class DepartmentKey(Base):
    """A key with which a department's own program hands in alerts; shown once, kept as a digest."""

    __tablename__ = "department_keys"
    __table_args__ = (UniqueConstraint("digest"), Index("ix_department_keys_office_code", "office_code"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    office_code: Mapped[str] = mapped_column(Symbols(15), ForeignKey("offices.code"))
    name: Mapped[str] = mapped_column(Words(60), comment="whose program it is, for whoever revokes it")
    digest: Mapped[str] = mapped_column(Symbols(64))
    made_by: Mapped[int] = mapped_column(RowId)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
