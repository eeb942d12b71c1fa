"""Who is signed in, and the one-time codes and links that let somebody in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Symbols, Words, new_id


class SignIn(Base):
    """One session of a phone or of the console: only the token's digest is kept; ending it takes effect at once."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_staff_id", "staff_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    token_digest: Mapped[str] = mapped_column(Symbols(64), unique=True)
    edge: Mapped[str] = mapped_column(Symbols(10), comment="phone, console or halfway: no other's token")
    account_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("accounts.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("staff.id"))
    identity_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("identities.id"))
    started_at: Mapped[datetime] = mapped_column(comment="real time")
    seen_at: Mapped[datetime] = mapped_column(comment="real time")
    expires_at: Mapped[datetime] = mapped_column(comment="real time")
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(Symbols(45), default="", comment="from which it began")
    device: Mapped[str] = mapped_column(Words(60), default="", comment="browser and system, in words")
    audit_count: Mapped[int] = mapped_column(default=0)
    audit_head: Mapped[str] = mapped_column(Symbols(64), default="")


class OneTimeCode(Base):
    """A code or link that works once and not for long: to bind a phone, or to set a password."""

    __tablename__ = "one_time_codes"

    digest: Mapped[str] = mapped_column(Symbols(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(Symbols(20))
    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(comment="real time")
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """How often somebody who is not known yet got something wrong, and until when they wait (real time)."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(Symbols(80), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    until_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
