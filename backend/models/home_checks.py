"""A full home check: the whole form sealed, what was computed from it in clear, and the drafts before it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id

LONGEST_SEALED = 40_000
"""Signs of a sealed form: about 29,000 bytes of plain text, inside MariaDB's 65,535 bytes a row."""


class HomeCheck(Scoped, Base):
    """What two visitors found at one visit; health, money notes and ID numbers are only in `content_sealed`."""

    __tablename__ = "home_checks"
    __table_args__ = (Index("ix_home_checks_case_id_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    visit_id: Mapped[int] = mapped_column(RowId, ForeignKey("visits.id"))
    visitor_id: Mapped[int] = mapped_column(RowId)
    second_id: Mapped[int | None] = mapped_column(RowId, comment="the named second visitor, if on the staff")
    confirmed_by: Mapped[int | None] = mapped_column(RowId)
    confirmed_at: Mapped[datetime | None]
    agrees: Mapped[bool | None] = mapped_column(comment="whether the second visitor saw the same")
    is_on_site: Mapped[bool] = mapped_column(comment="false: 非现场")
    conclusion: Mapped[str] = mapped_column(Symbols(20))
    window_from: Mapped[date]
    window_until: Mapped[date]
    heads: Mapped[int]
    net_fen: Mapped[int] = mapped_column(RowId, comment="分")
    net_per_head_fen: Mapped[int] = mapped_column(RowId, comment="分")
    reference_per_head_fen: Mapped[int] = mapped_column(RowId, comment="分")
    line_yuan: Mapped[int]
    line_of_year: Mapped[int]
    formula: Mapped[list[Any]] = mapped_column(Document, comment="the sentences with their numbers, as they were shown")
    category_proposed: Mapped[str] = mapped_column(Symbols(30))
    category: Mapped[str] = mapped_column(Symbols(30))
    safety: Mapped[dict[str, Any]] = mapped_column(Document, comment="item to state; the notes are sealed")
    warnings: Mapped[list[Any]] = mapped_column(Document, comment="rule and field of each, never what was written")
    content_sealed: Mapped[str] = mapped_column(Sealed(LONGEST_SEALED))
    filed_at: Mapped[datetime]


class HomeCheckDraft(Scoped, Base):
    """What a visitor has typed so far: one a case and author; once the check is filed only its number is left.

    `number` counts the saves on the author's phone: one that comes late is known by it, also after the filing.
    """

    __tablename__ = "home_check_drafts"
    __table_args__ = (UniqueConstraint("case_id", "author_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    author_id: Mapped[int] = mapped_column(RowId)
    author_name: Mapped[str] = mapped_column(Words(50))
    number: Mapped[int] = mapped_column(RowId, default=0, comment="of the newest save, counted by the phone")
    content_sealed: Mapped[str | None] = mapped_column(Sealed(LONGEST_SEALED), comment="empty once filed")
    saved_at: Mapped[datetime]
