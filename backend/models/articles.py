"""What people are told: articles and cards in versions, and which family had which explained."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, RowId, Symbols, Words, new_id


class Article(Base):
    """One version of an article; `series_id` is the id of its first one, and only one version is current."""

    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("series_id", "version"),
        Index("ix_articles_county_code_is_current_kind", "county_code", "is_current", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    series_id: Mapped[int] = mapped_column(RowId)
    version: Mapped[int]
    is_current: Mapped[bool] = mapped_column(default=True)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    kind: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary article_kinds")
    title: Mapped[str] = mapped_column(Words(60))
    text: Mapped[str] = mapped_column(Words(6000))
    published_on: Mapped[date]
    published_by_name: Mapped[str] = mapped_column(Words(50))
    withdrawn_on: Mapped[date | None]


class Leaflet(Scoped, Base):
    """A family had a card explained: by whom, when, how; no signature is asked for."""

    __tablename__ = "leaflets"
    __table_args__ = (UniqueConstraint("household_id", "article_id"), Index("ix_leaflets_article_id", "article_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    article_id: Mapped[int] = mapped_column(RowId, ForeignKey("articles.id"), comment="the version they got")
    way: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary leaflet_ways")
    handed_on: Mapped[date]
    explained_by: Mapped[int] = mapped_column(RowId)
    explained_by_name: Mapped[str] = mapped_column(Words(50))
