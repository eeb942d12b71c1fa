"""What is owed to people (the outbox), each try to deliver it, and what WeChat told us."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, Document, RowId, Symbols, Words, new_id


class Message(Base):
    """A message owed to one account or member of staff: written in the transaction that owes it.

    States: owed, claimed, sent, uncertain, refused, expired, cancelled; inbox for what is never sent anywhere, or goes
    out within the day's digest (`digest_id`). The row is also the person's inbox.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "recipient", "day"),
        Index("ix_messages_due", "state", "priority", "not_before", "id"),
        Index("ix_messages_of_the_day", "recipient", "day", "state"),
        Index("ix_messages_digest_id", "digest_id"),
        Index("ix_messages_inbox", "recipient", "id"),
        Index("ix_messages_task_id", "task_id"),
        Index("ix_messages_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6))
    kind: Mapped[str] = mapped_column(Symbols(30))
    subject: Mapped[str] = mapped_column(Symbols(60), comment="what it is about: task and rung, or case and event")
    recipient: Mapped[str] = mapped_column(Symbols(40), comment="account:ID, staff:ID or declaration:ID")
    day: Mapped[date] = mapped_column(comment="business day; with kind, subject and recipient its key")
    task_id: Mapped[int | None] = mapped_column(RowId)
    declaration_id: Mapped[int | None] = mapped_column(RowId, comment="whose telephone and village the last ways need")
    digest_id: Mapped[int | None] = mapped_column(RowId, comment="the digest that speaks for it")
    priority: Mapped[int] = mapped_column(default=2, comment="0 特急, 1 late or must be heard, 2 all else")
    ways: Mapped[str] = mapped_column(Symbols(80), default="subscribe", comment="channels in their order")
    way_no: Mapped[int] = mapped_column(default=0, comment="which of them is tried; it only grows: a fallback is once")
    failures: Mapped[int] = mapped_column(default=0, comment="tries on this channel that failed and may be repeated")
    template: Mapped[str] = mapped_column(Symbols(40))
    data: Mapped[dict[str, Any]] = mapped_column(Document)
    page: Mapped[str] = mapped_column(Symbols(128), default="")
    state: Mapped[str] = mapped_column(Symbols(12), default="owed")
    why: Mapped[str] = mapped_column(Words(200), default="")
    not_before: Mapped[datetime] = mapped_column(comment="business time")
    not_after: Mapped[datetime] = mapped_column(comment="business time")
    lease_until: Mapped[datetime | None] = mapped_column(comment="real time")
    lease_of: Mapped[str | None] = mapped_column(Symbols(40))
    tries: Mapped[int] = mapped_column(default=0)
    owed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]

    @property
    def is_read(self) -> bool:
        """Say whether whoever it is for has opened it."""
        return self.read_at is not None


class Attempt(Base):
    """One try on one channel: committed as calling before the call, so that a crash leaves a trace."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("message_id", "channel", "number"), Index("ix_attempts_msgid", "msgid"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    message_id: Mapped[int] = mapped_column(RowId, ForeignKey("messages.id"))
    channel: Mapped[str] = mapped_column(Symbols(20))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(Symbols(12))
    errcode: Mapped[int | None]
    rid: Mapped[str] = mapped_column(Symbols(60), default="")
    msgid: Mapped[str] = mapped_column(Symbols(40), default="", comment="the provider's own number of it")
    answer: Mapped[str] = mapped_column(
        Symbols(80), default="", comment="the provider's own word, where it is no number"
    )
    called_at: Mapped[datetime] = mapped_column(comment="real time")
    answered_at: Mapped[datetime | None]


class PushedEvent(Base):
    """A raw event that WeChat pushed, kept once; its meaning is taken up by a job."""

    __tablename__ = "pushed_events"
    __table_args__ = (Index("ix_pushed_events_taken_at", "taken_at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    key: Mapped[str] = mapped_column(Symbols(64), unique=True)
    kind: Mapped[str] = mapped_column(Symbols(40))
    openid: Mapped[str] = mapped_column(Symbols(64))
    items: Mapped[list[Any]] = mapped_column(Document)
    received_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
