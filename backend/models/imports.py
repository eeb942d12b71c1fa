"""Files that were handed in, how far each has been read, and what was found in which cell."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, Document, RowId, Symbols, Words, new_id


class ImportBatch(Base):
    """One file: looked through first (dry run), then taken in when somebody says so, chunk by chunk.

    The file lies sealed beside the database, in parts. `cursor` is the last row that is taken in: a worker that dies
    loses one chunk at most. It belongs to the place of whoever handed it in. While it is taken in, `done_at` says that
    every row is, and when the rest was tried last (`imports/finishing.py`); `why` then says that it failed.
    """

    __tablename__ = "import_batches"
    __table_args__ = (
        Index("ix_import_batches_standing_id", "standing", "id"),
        Index("ix_import_batches_county_code_id", "county_code", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    region_code: Mapped[str] = mapped_column(Symbols(15), comment="of whoever handed it in: nothing beyond is touched")
    kind: Mapped[str] = mapped_column(Symbols(30))
    about: Mapped[str] = mapped_column(Symbols(30), default="", comment="e.g. the batch of alerts that it answers")
    standing: Mapped[str] = mapped_column(Symbols(12))
    file_name: Mapped[str] = mapped_column(Words(120))
    form: Mapped[str] = mapped_column(Symbols(8), comment="csv or xlsx, told by content")
    sha256: Mapped[str] = mapped_column(Symbols(64))
    size: Mapped[int] = mapped_column(RowId)
    parts: Mapped[int]
    rows: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0, comment="rows looked through so far, for whoever waits")
    cursor: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(Document, default=dict, comment="outcome to number of rows")
    why: Mapped[str] = mapped_column(Words(300), default="", comment="why the whole file cannot be used")
    by_id: Mapped[int] = mapped_column(RowId)
    by_name: Mapped[str] = mapped_column(Words(50))
    by_role: Mapped[str] = mapped_column(Symbols(20))
    sent_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class ImportNote(Base):
    """What was found in one cell: to mend, to think about, or a doubt; never what was written there."""

    __tablename__ = "import_notes"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no", "column_no", "said"),
        Index("ix_import_notes_batch_id_weight_row_no", "batch_id", "weight", "row_no"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    batch_id: Mapped[int] = mapped_column(RowId, ForeignKey("import_batches.id"))
    row_no: Mapped[int] = mapped_column(comment="as the spreadsheet numbers it; the heading is row 1")
    column_no: Mapped[int] = mapped_column(comment="1 is A; 0 where it is about the whole row")
    weight: Mapped[str] = mapped_column(Symbols(8), comment="wrong, doubt or aside")
    said: Mapped[str] = mapped_column(Words(200))
