"""The console asks somebody's bound phone whether it is really them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Symbols, Words, new_id


class PhoneConfirmation(Base):
    """One asking by one session of the console, and what the phone answered; the phone never reads the number."""

    __tablename__ = "phone_confirmations"
    __table_args__ = (
        Index("ix_phone_confirmations_staff_id_asked_at", "staff_id", "asked_at"),
        Index("ix_phone_confirmations_county_code_answer", "county_code", "answer", "answered_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6))
    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"))
    session_id: Mapped[int] = mapped_column(RowId, index=True, comment="of the console; no other can use the answer")
    purpose: Mapped[str] = mapped_column(Symbols(10))
    number: Mapped[int] = mapped_column(comment="shown at the console, typed on the phone")
    address: Mapped[str] = mapped_column(Symbols(45), default="")
    device: Mapped[str] = mapped_column(Words(60), default="")
    asked_at: Mapped[datetime] = mapped_column(comment="real time")
    expires_at: Mapped[datetime] = mapped_column(comment="real time")
    answer: Mapped[str] = mapped_column(Symbols(10), default="", comment="empty: none yet; yes, no, wrong, replaced")
    answered_at: Mapped[datetime | None] = mapped_column(comment="real time")
    account_id: Mapped[int | None] = mapped_column(RowId, comment="the phone that answered")
    wrong: Mapped[int] = mapped_column(default=0, comment="numbers typed that were not it")
    used_at: Mapped[datetime | None] = mapped_column(comment="real time; a yes is good for one thing")
