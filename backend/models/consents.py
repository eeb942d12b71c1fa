"""The history of the separate consents (PIPL 15, 29): given, withdrawn, given again, each with its date."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Receipted
from backend.db import Base, RowId, Symbols, new_id


class ConsentChange(Receipted, Base):
    """One change of one consent after the declaration; `Declaration.consents` holds what counts now."""

    __tablename__ = "consent_changes"
    __table_args__ = (Index("ix_consent_changes_declaration_id_id", "declaration_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    declaration_id: Mapped[int] = mapped_column(RowId, ForeignKey("declarations.id"))
    consent: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary consents")
    is_given: Mapped[bool]
    changed_on: Mapped[date]
    changed_at: Mapped[datetime]
