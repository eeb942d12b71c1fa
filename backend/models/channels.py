"""What is known of the channels themselves: which are stopped and until when, and who follows the service account."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, Symbols, Words


class Circuit(Base):
    """A channel, or one template on it, that is stopped: nothing is tried there until the moment or a person's word."""

    __tablename__ = "circuits"

    name: Mapped[str] = mapped_column(Symbols(60), primary_key=True, comment="subscribe, or subscribe:duty")
    bugs: Mapped[int] = mapped_column(default=0, comment="refusals in a row that were our own fault")
    open_until: Mapped[datetime | None] = mapped_column(comment="business time")
    why: Mapped[str] = mapped_column(Words(200), default="")
    changed_at: Mapped[datetime]


class Follower(Base):
    """Somebody who follows the service account: an openid there, and the union id that the mini-program knows too."""

    __tablename__ = "followers"
    __table_args__ = (Index("ix_followers_unionid", "unionid"),)

    openid: Mapped[str] = mapped_column(Symbols(64), primary_key=True)
    unionid: Mapped[str | None] = mapped_column(Symbols(64))
    seen_at: Mapped[datetime] = mapped_column(comment="in the last complete list; who is no longer in it has left")
