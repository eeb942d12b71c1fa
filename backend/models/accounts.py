"""WeChat accounts, what they were confirmed for, and how many messages they still allow."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Symbols, new_id


class Account(Base):
    """One WeChat account in one county's view: no key of anything, for a phone may serve many households."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("app_id", "openid", "county_code"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    app_id: Mapped[str] = mapped_column(Symbols(40))
    openid: Mapped[str] = mapped_column(Symbols(64))
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    unionid: Mapped[str | None] = mapped_column(Symbols(64), comment="the same person in the service account")
    staff_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("staff.id"), index=True)
    bound_at: Mapped[datetime | None] = mapped_column(comment="real time; since when it is a member of staff's")
    made_at: Mapped[datetime]


class AccountHousehold(Base):
    """A WeChat account that may read one household's file: a cadre confirmed who holds that phone, or a code did."""

    __tablename__ = "account_households"
    __table_args__ = (Index("ix_account_households_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    account_id: Mapped[int] = mapped_column(RowId, ForeignKey("accounts.id"))
    household_id: Mapped[int] = mapped_column(RowId, ForeignKey("households.id"), index=True)
    confirmed_by: Mapped[int | None] = mapped_column(RowId, comment="of whoever stood at the door; empty: by a code")
    confirmed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Quota(Base):
    """How many subscribe messages of one template an account still allows; WeChat's own answer corrects it."""

    __tablename__ = "quotas"

    account_id: Mapped[int] = mapped_column(RowId, ForeignKey("accounts.id"), primary_key=True)
    template: Mapped[str] = mapped_column(Symbols(40), primary_key=True)
    remaining: Mapped[int] = mapped_column(default=0)
    is_long_term: Mapped[bool] = mapped_column(default=False)
    said_no: Mapped[bool] = mapped_column(default=False, comment="their last word, or WeChat's: until the next yes")
    changed_at: Mapped[datetime]
