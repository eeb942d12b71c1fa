"""Codes asked for from a phone, to show that its holder also has the telephone on a household's file."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class PhoneCode(Base):
    """One asking, written alike whether anybody is known by that number or not; the code itself lies nowhere.

    The number asked for is sealed and forgotten once it was looked up; `household_id` is whom it was found to be of.
    """

    __tablename__ = "phone_codes"
    __table_args__ = (
        Index("ix_phone_codes_account_id_asked_at", "account_id", "asked_at"),
        Index("ix_phone_codes_household_id_asked_at", "household_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    account_id: Mapped[int] = mapped_column(RowId, ForeignKey("accounts.id"))
    county_code: Mapped[str] = mapped_column(Symbols(6))
    id_sealed: Mapped[str | None] = mapped_column(Sealed(200), comment="of a member; gone once it was looked up")
    name: Mapped[str] = mapped_column(Words(50), comment="the member's or the head's; gone likewise")
    household_id: Mapped[int | None] = mapped_column(RowId, comment="to whose number the code was sent")
    asked_at: Mapped[datetime] = mapped_column(comment="real time")
    expires_at: Mapped[datetime] = mapped_column(comment="real time")
    wrong: Mapped[int] = mapped_column(default=0, comment="guesses that were not it")
    ended_at: Mapped[datetime | None] = mapped_column(comment="used, guessed at too often, or replaced by a newer one")
