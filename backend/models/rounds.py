"""Regular visits: whose turn it is, what was found, who came and went, and which dangers are not yet put right."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class VisitTurn(Scoped, Base):
    """How and how often one household is visited, when it was last, and for which month its duty was made."""

    __tablename__ = "visit_turns"
    __table_args__ = (UniqueConstraint("household_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    is_lifted: Mapped[bool] = mapped_column(default=False, comment="a formerly poor household (脱贫户)")
    is_away: Mapped[bool] = mapped_column(default=False, comment="the whole family lives elsewhere for long")
    tags: Mapped[list[Any]] = mapped_column(Document, default=list, comment="policy dictionary must_visit")
    difficulty: Mapped[str] = mapped_column(Symbols(20), default="", comment="internal, never public")
    best_way: Mapped[str] = mapped_column(Symbols(20), default="", comment="policy dictionary visit_ways")
    best_time: Mapped[str] = mapped_column(Symbols(20), default="", comment="policy dictionary day_parts")
    last_on: Mapped[date | None]
    last_visit_id: Mapped[int | None] = mapped_column(RowId)
    made_for: Mapped[str] = mapped_column(Symbols(7), default="", comment="the month whose duty was made: 2026-03")


class RegularVisit(Scoped, Base):
    """One regular visit: the whole picture as it then was, of which only what changed was typed."""

    __tablename__ = "regular_visits"
    __table_args__ = (
        Index("ix_regular_visits_household_id_id", "household_id", "id"),
        Index("ix_regular_visits_village_code_visited_on", "village_code", "visited_on", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    client_key: Mapped[str] = mapped_column(Symbols(36), default="", comment="one a visit, made by the phone")
    visited_on: Mapped[date]
    way: Mapped[str] = mapped_column(Symbols(20))
    met: Mapped[bool] = mapped_column(comment="whether somebody of the family was met or spoken to")
    conclusion: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary round_conclusions")
    changed: Mapped[list[Any]] = mapped_column(Document, default=list, comment="the topics that changed")
    states: Mapped[dict[str, Any]] = mapped_column(Document, comment="topic to a code; the words are sealed")
    words_sealed: Mapped[str | None] = mapped_column(Sealed(22000), comment="topic to words, as JSON")
    kinds: Mapped[list[Any]] = mapped_column(Document, default=list, comment="the kinds of duty that it closed")
    announced: Mapped[list[Any]] = mapped_column(Document, default=list, comment="sha256 of photos; none is demanded")
    clue_id: Mapped[int | None] = mapped_column(RowId)
    warning_id: Mapped[int | None] = mapped_column(RowId, comment="the warning case that it began")
    by_id: Mapped[int] = mapped_column(RowId)
    by_name: Mapped[str] = mapped_column(Words(50))
    by_role: Mapped[str] = mapped_column(Symbols(20))
    filed_at: Mapped[datetime]


class MemberChange(Scoped, Base):
    """Somebody came into a family or left it: told by anybody, true once the village has confirmed it (old → new)."""

    __tablename__ = "member_changes"
    __table_args__ = (Index("ix_member_changes_household_id_id", "household_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    kind: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary member_changes")
    person_id: Mapped[int | None] = mapped_column(RowId, comment="empty for somebody who is new")
    name: Mapped[str] = mapped_column(Words(50))
    relation: Mapped[str] = mapped_column(Symbols(20), default="")
    other_household_id: Mapped[int | None] = mapped_column(
        RowId, comment="where they went or came from, if it is known"
    )
    happened_on: Mapped[date]
    words_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    outcome: Mapped[str] = mapped_column(Symbols(12), comment="proposed, confirmed, dropped")
    told_by: Mapped[int] = mapped_column(RowId)
    told_by_name: Mapped[str] = mapped_column(Words(50))
    told_at: Mapped[datetime]
    settled_by_name: Mapped[str] = mapped_column(Words(50), default="")
    settled_at: Mapped[datetime | None]


class Hazard(Scoped, Base):
    """An unsafe item of 三保障 or water, found at a visit or a home check: open until somebody has looked."""

    __tablename__ = "hazards"
    __table_args__ = (Index("ix_hazards_county_code_closed_on_id", "county_code", "closed_on", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("tasks.id"))
    visit_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("regular_visits.id"))
    check_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("home_checks.id"))
    item: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary safety_items")
    head_name: Mapped[str] = mapped_column(Words(50))
    found_on: Mapped[date]
    words_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    closed_on: Mapped[date | None]
    closed_by_name: Mapped[str] = mapped_column(Words(50), default="")
    closing_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="what was done, as the check saw it")


class BusyTime(Base):
    """Weeks in which a village has no time for visitors: harvest, markets, herding (practice P27)."""

    __tablename__ = "busy_times"
    __table_args__ = (Index("ix_busy_times_region_code_until_on", "region_code", "until_on"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    region_code: Mapped[str] = mapped_column(Symbols(12))
    from_on: Mapped[date]
    until_on: Mapped[date]
    why: Mapped[str] = mapped_column(Words(60))
    said_by_name: Mapped[str] = mapped_column(Words(50))
