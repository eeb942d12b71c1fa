"""One plan a household, measures for each person (一户一方案、一人一措施), and the departments' menu they come from."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class Offer(Base):
    """One dish of a department's menu (端菜): a policy or a fund project, who qualifies, how much, in which year."""

    __tablename__ = "offers"
    __table_args__ = (Index("ix_offers_county_code_department_id", "county_code", "department", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    department: Mapped[str] = mapped_column(Symbols(30), comment="policy departments")
    category: Mapped[str] = mapped_column(Symbols(30), comment="policy dictionary measures")
    name: Mapped[str] = mapped_column(Words(60))
    who: Mapped[str] = mapped_column(Words(300), comment="who qualifies, in plain words")
    amount: Mapped[str] = mapped_column(Words(100), default="", comment="in words: 每人每年200元")
    year: Mapped[int]
    risks: Mapped[list[Any]] = mapped_column(Document, default=list, comment="for which risks it is meant; empty: any")
    made_by: Mapped[int] = mapped_column(RowId)
    made_by_name: Mapped[str] = mapped_column(Words(50))
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Plan(Scoped, Base):
    """What a family needs and wants, as talked over with it; a new plan replaces the old one, which stays readable."""

    __tablename__ = "plans"
    __table_args__ = (Index("ix_plans_watch_id_id", "watch_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    watch_id: Mapped[int] = mapped_column(RowId, ForeignKey("watches.id"))
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    risks: Mapped[list[Any]] = mapped_column(Document)
    labour: Mapped[str] = mapped_column(Symbols(20))
    needs: Mapped[list[Any]] = mapped_column(
        Document, comment="policy dictionary measures: what kinds of help are needed"
    )
    wishes_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="what the family itself asked for")
    heard_whom: Mapped[str] = mapped_column(Symbols(30), comment="policy dictionary relations: who of the family")
    heard_on: Mapped[date]
    needs_care: Mapped[bool] = mapped_column(default=False, comment="somebody who cannot look after themselves")
    made_by: Mapped[int] = mapped_column(RowId)
    made_by_name: Mapped[str] = mapped_column(Words(50))
    made_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Measure(Scoped, Base):
    """One help for one person or for the whole family: who gives it, by when, how much, and whether it arrived."""

    __tablename__ = "measures"
    __table_args__ = (
        Index("ix_measures_watch_id_id", "watch_id", "id"),
        Index("ix_measures_county_code_department_progress", "county_code", "department", "progress", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    watch_id: Mapped[int] = mapped_column(RowId, ForeignKey("watches.id"))
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    plan_id: Mapped[int] = mapped_column(RowId, ForeignKey("plans.id"))
    offer_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("offers.id"))
    person_id: Mapped[int | None] = mapped_column(RowId, comment="empty: for the whole family")
    person_name: Mapped[str] = mapped_column(Words(50), default="")
    category: Mapped[str] = mapped_column(Symbols(30), comment="policy dictionary measures, the fourteen kinds")
    what: Mapped[str] = mapped_column(Words(200))
    department: Mapped[str] = mapped_column(Symbols(30))
    responsible: Mapped[str] = mapped_column(Words(50))
    nature: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary measure_natures")
    starts_on: Mapped[date]
    due_on: Mapped[date]
    planned_fen: Mapped[int | None] = mapped_column(RowId, comment="分; empty where it is not about money")
    progress: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary measure_states")
    funds: Mapped[str] = mapped_column(Symbols(20), default="none", comment="policy dictionary fund_states")
    paid_fen: Mapped[int | None] = mapped_column(RowId, comment="分")
    paid_on: Mapped[date | None]
    arrived_on: Mapped[date | None]
    delivered_on: Mapped[date | None]
    family_says: Mapped[str] = mapped_column(Symbols(20), default="", comment="policy dictionary family_says")
    family_said_on: Mapped[date | None]
    said_to: Mapped[str] = mapped_column(Words(50), default="", comment="who wrote the family's word down")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012 - SQLAlchemy's way


class MeasureLine(Scoped, Base):
    """What happened to a measure, when and by whom: append-only."""

    __tablename__ = "measure_lines"
    __table_args__ = (Index("ix_measure_lines_measure_id_id", "measure_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    measure_id: Mapped[int] = mapped_column(RowId, ForeignKey("measures.id"))
    what: Mapped[str] = mapped_column(Symbols(20), comment="a state, a fund state, or what the family says")
    on: Mapped[date] = mapped_column(comment="when it was so, which may be before it was typed")
    words_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="evidence in words: voucher, what was given")
    by_id: Mapped[int] = mapped_column(RowId)
    by_name: Mapped[str] = mapped_column(Words(50))
    noted_at: Mapped[datetime]
