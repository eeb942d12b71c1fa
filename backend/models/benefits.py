"""Money that is given by rule: 防贫保 for the three categories, and the subsidy of medical insurance."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class ReliefClaim(Scoped, Base):
    """One claim on 防贫保; there is no column for a fee, for none may be taken (seed 004)."""

    __tablename__ = "relief_claims"
    __table_args__ = (Index("ix_relief_claims_county_code_outcome_id", "county_code", "outcome", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    watch_id: Mapped[int] = mapped_column(RowId, ForeignKey("watches.id"))
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    category: Mapped[str] = mapped_column(Symbols(30), comment="which of the three, when it was claimed")
    cause: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary relief_causes")
    words_sealed: Mapped[str] = mapped_column(Sealed(6000))
    asked_fen: Mapped[int] = mapped_column(RowId, comment="分")
    outcome: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary relief_states")
    granted_fen: Mapped[int | None] = mapped_column(RowId, comment="分")
    answer_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    asked_by: Mapped[int] = mapped_column(RowId)
    asked_by_name: Mapped[str] = mapped_column(Words(50))
    asked_at: Mapped[datetime]
    decided_by_name: Mapped[str] = mapped_column(Words(50), default="")
    decided_on: Mapped[date | None]
    paid_on: Mapped[date | None]


class InsuranceYear(Scoped, Base):
    """Whether one person of a watched family is insured in one year, and what of it was subsidised."""

    __tablename__ = "insurance_years"
    __table_args__ = (UniqueConstraint("person_id", "year"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id"))
    year: Mapped[int]
    is_paid: Mapped[bool]
    subsidy_fen: Mapped[int] = mapped_column(RowId, default=0, comment="分")
    noted_by: Mapped[int] = mapped_column(RowId)
    noted_by_name: Mapped[str] = mapped_column(Words(50))
    noted_at: Mapped[datetime]
