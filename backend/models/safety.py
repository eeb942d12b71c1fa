"""Second factors of staff, hats that wait for a second person, and how a county guards its console."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.permissions import Role
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class SecondFactor(Base):
    """Somebody's one-time codes by the clock (TOTP), their confirming phone, or both.

    The secret is sealed, and a used code is not taken again.
    """

    __tablename__ = "second_factors"

    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    secret_sealed: Mapped[str | None] = mapped_column(Sealed(200))
    set_up_at: Mapped[datetime | None] = mapped_column(comment="real time; empty until a first code was right")
    last_step: Mapped[int] = mapped_column(default=0, comment="the half minute of the last code that was used")
    account_id: Mapped[int | None] = mapped_column(
        RowId, comment="the WeChat account that confirms instead of a code; no other one does"
    )
    reset_at: Mapped[datetime | None] = mapped_column(comment="real time; its owner is told so")
    reset_by_name: Mapped[str] = mapped_column(Words(50), default="")


class RecoveryCode(Base):
    """A code on paper that stands in once for a lost telephone; only its digest is kept."""

    __tablename__ = "recovery_codes"

    digest: Mapped[str] = mapped_column(Symbols(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"), index=True)
    used_at: Mapped[datetime | None]


class HatRequest(Base):
    """A hat that whoever makes accounts asked for, and that counts once the security administrator has agreed."""

    __tablename__ = "hat_requests"
    __table_args__ = (Index("ix_hat_requests_county_code_decided_at", "county_code", "decided_at", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"), index=True)
    role: Mapped[Role] = mapped_column(Symbols(20))
    region_code: Mapped[str] = mapped_column(Symbols(15))
    title: Mapped[str] = mapped_column(Words(60), default="")
    until_on: Mapped[date | None] = mapped_column(comment="an inspector's last day")
    why: Mapped[str] = mapped_column(Words(100))
    asked_by: Mapped[int] = mapped_column(RowId)
    asked_by_name: Mapped[str] = mapped_column(Words(50))
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(RowId)
    decided_by_name: Mapped[str] = mapped_column(Words(50), default="")
    decided_at: Mapped[datetime | None]
    was_granted: Mapped[bool] = mapped_column(default=False)


class CountySafety(Base):
    """How one county guards its console; a county without a row keeps the defaults."""

    __tablename__ = "county_safety"

    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"), primary_key=True)
    networks: Mapped[str] = mapped_column(Symbols(2000), default="", comment="CIDR, one a line; empty: from anywhere")
    factor_of_administrators: Mapped[bool | None] = mapped_column(comment="empty: yes, but not in a demonstration")
    factor_of_exports: Mapped[bool] = mapped_column(default=False, comment="whoever takes a file needs a second factor")
    offline_at: Mapped[datetime | None] = mapped_column(comment="since when no notice and no file leaves")
    offline_by: Mapped[int | None] = mapped_column(RowId)
    offline_by_name: Mapped[str] = mapped_column(Words(50), default="")
    offline_why: Mapped[str] = mapped_column(Words(200), default="")
