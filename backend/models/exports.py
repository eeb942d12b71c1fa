"""Files that leave the house: who asked for which, how far it is; and what ledgers said at the end of a month."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Symbols, Words, new_id


class Export(Base):
    """One ledger that somebody asked for as a file: made in the background, theirs alone, gone after some hours.

    The file lies sealed beside the database, in parts. A worker holds it by `lease`; one that dies loses its work,
    and the next begins anew.
    """

    __tablename__ = "exports"
    __table_args__ = (
        Index("ix_exports_standing_id", "standing", "id"),
        Index("ix_exports_by_id_id", "by_id", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    ledger: Mapped[str] = mapped_column(Symbols(30))
    region_code: Mapped[str] = mapped_column(Symbols(15), comment="the place that it covers")
    about: Mapped[str] = mapped_column(Symbols(30), default="", comment="for which office, where it is for one")
    as_of: Mapped[date]
    purpose: Mapped[str] = mapped_column(Words(60))
    standing: Mapped[str] = mapped_column(Symbols(12), comment="asked, making, done, failed or over")
    by_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"))
    by_name: Mapped[str] = mapped_column(Words(50))
    by_role: Mapped[str] = mapped_column(Symbols(20))
    by_region: Mapped[str] = mapped_column(Symbols(15))
    asked_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str] = mapped_column(Symbols(20), default="")
    lease_until: Mapped[datetime | None] = mapped_column(comment="real time")
    rows: Mapped[int] = mapped_column(default=0, comment="written so far")
    expected: Mapped[int] = mapped_column(default=0, comment="rows that there will be, as counted when it began")
    parts: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(RowId, default=0)
    sha256: Mapped[str] = mapped_column(Symbols(64), default="")
    file_name: Mapped[str] = mapped_column(Words(120), default="")
    why: Mapped[str] = mapped_column(Words(300), default="", comment="why there is no file")
    made_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(comment="real time")
    downloads: Mapped[int] = mapped_column(default=0)


class LedgerSnapshot(Base):
    """What one ledger of a county said at the end of a month; its rows lie sealed beside the database, in parts."""

    __tablename__ = "ledger_snapshots"
    __table_args__ = (UniqueConstraint("county_code", "ledger", "as_of"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    ledger: Mapped[str] = mapped_column(Symbols(30))
    as_of: Mapped[date]
    rows: Mapped[int]
    parts: Mapped[int]
    sha256: Mapped[str] = mapped_column(Symbols(64), comment="of the parts' contents, one after the other")
    taken_at: Mapped[datetime]
