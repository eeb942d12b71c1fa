"""How somebody likes their queue: the filters that they saved under a name, and the columns that they chose."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, Document, RowId, Symbols


class QueueHabits(Base):
    """One person's habits in one identity: another hat owes other duties."""

    __tablename__ = "queue_habits"

    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(Symbols(20), primary_key=True)
    region_code: Mapped[str] = mapped_column(Symbols(15), primary_key=True)
    filters: Mapped[list[Any]] = mapped_column(Document, default=list, comment="[name, query of the address]")
    columns: Mapped[list[Any] | None] = mapped_column(Document, comment="empty: those that everybody begins with")
