"""Sittings of a village (会商, 民主评议): one row a sitting, one row for each family that was spoken of."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Receipted, Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class Meeting(Receipted, Base):
    """One sitting: who was asked, who came, who was away. Nobody's phone: `account_id` stays empty."""

    __tablename__ = "meetings"
    __table_args__ = (
        UniqueConstraint("village_code", "client_key"),
        Index("ix_meetings_village_code_held_on", "village_code", "held_on", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    client_key: Mapped[str] = mapped_column(Symbols(36), comment="one a sitting, made by the client")
    request_digest: Mapped[str] = mapped_column(Symbols(64), comment="of the sitting's own facts")
    kind: Mapped[str] = mapped_column(Symbols(20), comment="consultation, meeting, failed")
    form: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary meeting_form; empty for a consultation")
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(Words(100))
    chair: Mapped[str] = mapped_column(Words(50))
    recorder: Mapped[str] = mapped_column(Words(50))
    attendance: Mapped[list[Any]] = mapped_column(Document, comment="name, standing and presence of everybody asked")
    minutes_sealed: Mapped[str | None] = mapped_column(Sealed(22000), comment="may speak of illness")
    recorded_by: Mapped[int] = mapped_column(RowId)
    recorded_by_name: Mapped[str] = mapped_column(Words(50))
    recorded_at: Mapped[datetime]


class MeetingItem(Scoped, Base):
    """What a sitting proposed for one family, and how it was voted; `present` counts nobody who recused."""

    __tablename__ = "meeting_items"
    __table_args__ = (UniqueConstraint("meeting_id", "case_id"), Index("ix_meeting_items_case_id_id", "case_id", "id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    meeting_id: Mapped[int] = mapped_column(RowId, ForeignKey("meetings.id"))
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(Symbols(20), comment="that of its sitting")
    outcome: Mapped[str] = mapped_column(Symbols(12), comment="proposed, agreed, refused, failed")
    category: Mapped[str] = mapped_column(Symbols(30), default="", comment="policy dictionary categories")
    risks: Mapped[list[Any]] = mapped_column(Document, default=list, comment="codes of the policy dictionary risks")
    group_name: Mapped[str] = mapped_column(Words(20), default="", comment="the villagers' group, for the notice")
    people: Mapped[int | None] = mapped_column(comment="in the household, as the village counts them")
    help_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    words_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    votes_for: Mapped[int] = mapped_column(default=0)
    votes_against: Mapped[int] = mapped_column(default=0)
    votes_abstained: Mapped[int] = mapped_column(default=0)
    voters: Mapped[int] = mapped_column(default=0, comment="asked and entitled to vote on this family")
    present: Mapped[int] = mapped_column(default=0)
    recused: Mapped[list[Any]] = mapped_column(Document, default=list, comment="names of kin who stepped aside")
    decided_at: Mapped[datetime]
