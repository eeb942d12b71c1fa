"""Slips given to people whose matter belongs to another county: where to go and whom to call, and nothing of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Symbols, Words, new_id


class Slip(Base):
    """One slip (指引单): what was known of the other county on that day, so that it reads the same later."""

    __tablename__ = "slips"
    __table_args__ = (Index("ix_slips_account_id_id", "account_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    number: Mapped[str] = mapped_column(Symbols(12), unique=True)
    account_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("accounts.id"))
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"), comment="whose office gave it")
    said_code: Mapped[str] = mapped_column(Symbols(12), comment="the village as it was given")
    there_name: Mapped[str] = mapped_column(Words(80), comment="the place that it belongs to, as far as it is known")
    call: Mapped[str] = mapped_column(Words(200), comment="whom to call there, in words")
    is_here: Mapped[bool] = mapped_column(comment="that county works with this installation too")
    given_at: Mapped[datetime]
