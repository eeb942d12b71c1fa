"""What a place's board shows, counted by a job: no request counts a million rows."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, Document, Symbols


class Figures(Base):
    """The newest figures of one place; numbers of families, of duties and of days, and of nobody by name."""

    __tablename__ = "figures"

    region_code: Mapped[str] = mapped_column(Symbols(12), primary_key=True)
    parent_code: Mapped[str] = mapped_column(Symbols(9), index=True, comment="whose board lists it; a county's: empty")
    counted_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
