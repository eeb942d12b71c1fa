"""结对帮扶 and 包保: who answers for which household, since when and until when."""

from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class Pairing(Scoped, Base):
    """One person for one household: helper (帮扶责任人), guard (包保干部) or contact (监测联系人); never deleted."""

    __tablename__ = "pairings"
    __table_args__ = (
        Index("ix_pairings_household_id_post", "household_id", "post"),
        Index("ix_pairings_staff_id", "staff_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    post: Mapped[str] = mapped_column(Symbols(10))
    name: Mapped[str] = mapped_column(Words(50))
    unit: Mapped[str] = mapped_column(Words(80), default="")
    staff_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("staff.id"), comment="where they use the program")
    phone_sealed: Mapped[str | None] = mapped_column(Sealed(200))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
