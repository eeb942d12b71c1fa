"""Help first, papers after (绿色通道): what was asked, who agreed, and what was delivered."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class GreenChannel(Scoped, Base):
    """One case's green channel; three preconditions: home check, village committees, township and county (seed 004)."""

    __tablename__ = "green_channels"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"), unique=True)
    cause: Mapped[str] = mapped_column(Symbols(20))
    studied_on: Mapped[date] = mapped_column(comment="when the two village committees studied it")
    studied_sealed: Mapped[str] = mapped_column(Sealed(6000), comment="the committees' words")
    asked_by_name: Mapped[str] = mapped_column(Words(50))
    asked_at: Mapped[datetime]
    aid_sealed: Mapped[str | None] = mapped_column(Sealed(3000), comment="what was given")
    how_much: Mapped[str] = mapped_column(Words(100), default="")
    cents: Mapped[int | None] = mapped_column(RowId, comment="money, in 分")
    delivered_on: Mapped[date | None]
    delivered_by_name: Mapped[str] = mapped_column(Words(50), default="")
    family_confirmed: Mapped[bool] = mapped_column(default=False)


class GreenOpinion(Scoped, Base):
    """A level's word on a green channel; one given by telephone is signed later."""

    __tablename__ = "green_opinions"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"), index=True)
    level: Mapped[str] = mapped_column(Symbols(10), comment="town or county")
    agrees: Mapped[bool]
    by_id: Mapped[int] = mapped_column(RowId, comment="who typed it")
    by_name: Mapped[str] = mapped_column(Words(50))
    given_at: Mapped[datetime]
    phoned_by: Mapped[str] = mapped_column(Words(50), default="", comment="the leader who agreed by telephone")
    phoned_at: Mapped[datetime | None]
    signed_by: Mapped[int | None] = mapped_column(RowId)
    signed_by_name: Mapped[str] = mapped_column(Words(50), default="")
    signed_at: Mapped[datetime | None]
