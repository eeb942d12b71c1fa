"""What each department concerned found in its own field (归口核查)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class DepartmentCheck(Scoped, Base):
    """One department's finding and opinion on one family, by two people of the township's group (seed 001)."""

    __tablename__ = "department_checks"
    __table_args__ = (Index("ix_department_checks_case_id_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    department: Mapped[str] = mapped_column(Symbols(30))
    opinion: Mapped[str] = mapped_column(Symbols(20))
    findings_sealed: Mapped[str] = mapped_column(Sealed(6000))
    checked_on: Mapped[date]
    checker_id: Mapped[int] = mapped_column(RowId)
    checker_name: Mapped[str] = mapped_column(Words(50))
    second_name: Mapped[str] = mapped_column(Words(50), comment="two go together")
    filed_at: Mapped[datetime]
