"""Objections (异议) against a public notice; who objects is for township and county only."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, validates

from backend.access.scope import Receipted
from backend.db import Base, RowId, Sealed, Symbols, new_id

NO_VILLAGE = ""


class Objection(Receipted, Base):
    """One objection, sealed; `village_code` stays empty so that no village's scope ever reaches the row (P31).

    The account is kept only if its owner gave a name. `task_id` is the duty it opened or joined; one that repeats what
    was decided before has none.
    """

    __tablename__ = "objections"
    __table_args__ = (
        Index("ix_objections_case_id_content_digest", "case_id", "content_digest"),
        Index("ix_objections_township_code_id", "township_code", "id"),
        Index("ix_objections_account_id_id", "account_id", "id"),
        Index("ix_objections_task_id", "task_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    receipt_no: Mapped[str] = mapped_column(Symbols(12), unique=True)
    client_key: Mapped[str] = mapped_column(Symbols(36), unique=True, comment="instead of a key of the account")
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    task_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("tasks.id"))
    ground: Mapped[str] = mapped_column(Symbols(30), comment="policy dictionary objection_grounds")
    content_digest: Mapped[str] = mapped_column(Symbols(64), comment="keyed: the same content, however typed")
    name_sealed: Mapped[str | None] = mapped_column(Sealed(400))
    phone_sealed: Mapped[str | None] = mapped_column(Sealed(200))
    text_sealed: Mapped[str] = mapped_column(Sealed(6000))
    entered_by: Mapped[int | None] = mapped_column(RowId, comment="staff id, if a person asked staff to type it")
    objected_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(Symbols(12), default="", comment="kept, visit, upheld; empty until answered")
    answer_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="what the objector reads")
    answered_by: Mapped[int | None] = mapped_column(RowId)
    answered_at: Mapped[datetime | None]

    @validates("village_code", "grid_code")
    def _of_no_village(self, level: str, code: str | None) -> str | None:
        """Stay out of every village, also when the family's rows are handed to another one."""
        return NO_VILLAGE if level == "village_code" else None
