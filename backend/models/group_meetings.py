"""Meetings of a villagers' group (一组一会): a light record, the families spoken of, and the clues that came of it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Receipted, Scoped
from backend.db import Base, RowId, Sealed, Words, new_id


class GroupMeeting(Receipted, Base):
    """One meeting of a group or grid; nobody's phone: `account_id` stays empty."""

    __tablename__ = "group_meetings"
    __table_args__ = (Index("ix_group_meetings_village_code_held_on", "village_code", "held_on", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    group_name: Mapped[str] = mapped_column(Words(40))
    held_on: Mapped[date]
    topics: Mapped[str] = mapped_column(Words(200))
    people: Mapped[int]
    words_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="may speak of families")
    recorded_by: Mapped[int] = mapped_column(RowId)
    recorded_by_name: Mapped[str] = mapped_column(Words(50))
    recorded_at: Mapped[datetime]


class SpokenOf(Scoped, Base):
    """A family that a group's meeting spoke of, and the clue that came of it, if one did."""

    __tablename__ = "spoken_of"
    __table_args__ = (UniqueConstraint("group_meeting_id", "household_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    group_meeting_id: Mapped[int] = mapped_column(RowId, ForeignKey("group_meetings.id"))
    head_name: Mapped[str] = mapped_column(Words(50))
    clue_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("clues.id"))
