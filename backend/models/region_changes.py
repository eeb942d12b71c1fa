"""What became of a place: made outside the national code list, renamed, or merged into another (practice P49)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Symbols, Words, new_id


class RegionChange(Base):
    """One change of one place; never rewritten but for how far a merge has come.

    `kind` is own, rename or merge; `standing` is going until every family has moved, then done.
    """

    __tablename__ = "region_changes"
    __table_args__ = (
        Index("ix_region_changes_county_code_id", "county_code", "id"),
        Index("ix_region_changes_standing_id", "standing", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    kind: Mapped[str] = mapped_column(Symbols(10))
    from_code: Mapped[str] = mapped_column(Symbols(15))
    to_code: Mapped[str] = mapped_column(Symbols(15))
    said: Mapped[str] = mapped_column(Words(200), comment="from which name to which")
    reason: Mapped[str] = mapped_column(Words(200))
    standing: Mapped[str] = mapped_column(Symbols(10))
    households: Mapped[int] = mapped_column(default=0, comment="how many have moved so far")
    happened_on: Mapped[date]
    by_name: Mapped[str] = mapped_column(Words(50))
    done_at: Mapped[datetime | None]
