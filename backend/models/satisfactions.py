"""What applicants think of how they were dealt with, once their case has ended, and what the township answers."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, validates

from backend.access.scope import Receipted
from backend.db import Base, RowId, Sealed, Symbols, new_id


class Satisfaction(Receipted, Base):
    """One mark on one receipt (满意度). It names nobody of the staff, and lies out of every village's scope."""

    __tablename__ = "satisfactions"
    __table_args__ = (
        Index("ix_satisfactions_township_code_id", "township_code", "id"),
        Index("ix_satisfactions_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    declaration_id: Mapped[int] = mapped_column(RowId, ForeignKey("declarations.id"), unique=True)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    task_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("tasks.id"), comment="the duty to call back")
    mark: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary satisfaction")
    words_sealed: Mapped[str | None] = mapped_column(Sealed(6000))
    first_marked_at: Mapped[datetime]
    marked_at: Mapped[datetime]
    answer_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="what the applicant reads")
    answered_by: Mapped[int | None] = mapped_column(RowId)
    answered_at: Mapped[datetime | None]

    @validates("village_code", "grid_code")
    def _of_no_village(self, level: str, code: str | None) -> str | None:
        """Stay out of the village that is judged, also when the family's rows are handed to another one."""
        return "" if level == "village_code" else None
