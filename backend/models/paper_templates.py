"""A county's own Word templates of papers, one row a version; the program's own is used where none is in force."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Symbols, Words, new_id

FileContent = LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")


class PaperTemplate(Base):
    """One version of one paper's template; it holds placeholders and the office's words, nobody's data."""

    __tablename__ = "paper_templates"
    __table_args__ = (UniqueConstraint("county_code", "paper", "version"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    paper: Mapped[str] = mapped_column(Symbols(40), comment="code of services/papers")
    version: Mapped[int]
    name: Mapped[str] = mapped_column(Words(120), comment="of the file as it was handed in")
    content: Mapped[bytes] = mapped_column(FileContent)
    handed_in_by: Mapped[int] = mapped_column(RowId)
    handed_in_by_name: Mapped[str] = mapped_column(Words(50))
    handed_in_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(comment="when another took its place")
