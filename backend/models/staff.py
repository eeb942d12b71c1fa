"""Members of staff and the identities in which they act, one at a time."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.access.permissions import Role
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class Staff(Base):
    """Somebody who works with the program; the password is an argon2id hash, never anything else."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("login"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    login: Mapped[str] = mapped_column(Symbols(40))
    name: Mapped[str] = mapped_column(Words(50))
    password_hash: Mapped[str | None] = mapped_column(Symbols(200))
    phone_sealed: Mapped[str | None] = mapped_column(Sealed(200), comment="for text messages about their duties")
    is_active: Mapped[bool] = mapped_column(default=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(comment="real time")
    frozen_at: Mapped[datetime | None] = mapped_column(comment="not active for now; empty for whoever left")
    identities: Mapped[list["Identity"]] = relationship(back_populates="staff", order_by="Identity.id")


class Identity(Base):
    """One hat of a member of staff: a role in a place."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("staff_id", "role", "region_code"),
        Index("ix_identities_region_code_role", "region_code", "role"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"))
    role: Mapped[Role] = mapped_column(Symbols(20))
    region_code: Mapped[str] = mapped_column(Symbols(15))
    title: Mapped[str] = mapped_column(Words(60), default="")
    ended_at: Mapped[datetime | None]
    until_on: Mapped[date | None] = mapped_column(comment="the last day of an inspector's hat; it ends by itself")
    staff: Mapped[Staff] = relationship(back_populates="identities")
