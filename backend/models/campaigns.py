"""Campaigns (集中排查、回头看、年度动态调整、因灾专项): which families, in which window, and who was reached."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class Campaign(Base):
    """One campaign under its document number; its questions stand on top of the form of a regular visit."""

    __tablename__ = "campaigns"
    __table_args__ = (Index("ix_campaigns_county_code_until_on", "county_code", "until_on", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    region_code: Mapped[str] = mapped_column(Symbols(15), comment="the place that it covers")
    name: Mapped[str] = mapped_column(Words(60))
    number: Mapped[str] = mapped_column(Words(60), comment="of the document that orders it")
    kind: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary campaigns")
    whom: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary campaign_families: the rule")
    questions: Mapped[list[Any]] = mapped_column(Document, default=list, comment="a few, to be ticked where it is so")
    from_on: Mapped[date]
    until_on: Mapped[date]
    made_by: Mapped[int] = mapped_column(RowId)
    made_by_name: Mapped[str] = mapped_column(Words(50))
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CampaignFamily(Scoped, Base):
    """One family of a campaign: reached by the visit of this id, inside the window, whoever made it."""

    __tablename__ = "campaign_families"
    __table_args__ = (
        UniqueConstraint("campaign_id", "household_id"),
        Index("ix_campaign_families_village", "village_code", "campaign_id", "visit_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    campaign_id: Mapped[int] = mapped_column(RowId, ForeignKey("campaigns.id"))
    head_name: Mapped[str] = mapped_column(Words(50))
    visit_id: Mapped[int | None] = mapped_column(RowId)
    reached_on: Mapped[date | None]
    is_so: Mapped[list[Any]] = mapped_column(
        Document, default=list, comment="numbers of the questions that were ticked"
    )
    words_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="what was seen, where it goes on")
