"""Monitoring stations (监测站): the county's centre, townships' and villages' stations, and who works in them."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class Station(Base):
    """One place's station (seeds 000 and 004); its head follows the rule unless somebody chose another by hand."""

    __tablename__ = "stations"
    __table_args__ = (Index("ix_stations_county_code_code", "county_code", "code"),)

    code: Mapped[str] = mapped_column(Symbols(12), ForeignKey("regions.code"), primary_key=True)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    founded_on: Mapped[date]
    founded_by_name: Mapped[str] = mapped_column(Words(50))
    head_member_id: Mapped[int | None] = mapped_column(RowId, comment="chosen by hand; empty: the rule says who")
    head_reason: Mapped[str] = mapped_column(Words(200), default="")
    head_chosen_by_name: Mapped[str] = mapped_column(Words(50), default="")
    head_chosen_on: Mapped[date | None]


class StationMember(Base):
    """Somebody of a station: who they are there (several identities), which posts they hold, full time or not."""

    __tablename__ = "station_members"
    __table_args__ = (Index("ix_station_members_station_code_until_on", "station_code", "until_on", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    station_code: Mapped[str] = mapped_column(Symbols(12), ForeignKey("stations.code"))
    name: Mapped[str] = mapped_column(Words(50))
    staff_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("staff.id"), comment="where they use the program")
    identities: Mapped[list[Any]] = mapped_column(Document, comment="policy dictionary station_identities")
    posts: Mapped[list[Any]] = mapped_column(Document, default=list, comment="policy dictionary station_posts")
    is_full_time: Mapped[bool] = mapped_column(default=False)
    phone_sealed: Mapped[str | None] = mapped_column(Sealed(200))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
