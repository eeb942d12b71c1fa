"""Whatever somebody owes by a date: one table, one queue, one overdue rule, one reminder sweep."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, validates

from backend import clock
from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Symbols, Words, new_id

UNSEEN_IN_VILLAGE = frozenset({"call_back", "complaint"})
"""Kinds of duty that no village's scope reaches: they exist because somebody was not content with it (practice P31)."""

NO_HOUSEHOLD = 0
"""Of a duty that is about no family."""


class Task(Scoped, Base):
    """A duty (待办) of a role in a place, due on a date; `open_due` is empty once it is closed.

    `owner_region` is the code at the level of the role that owes it, so that a queue is equality and keyset.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_kind", "county_code", "kind", "open_due", "id"),
        Index("ix_tasks_township_pressing", "township_code", "pressing", "open_due", "id"),
        Index("ix_tasks_village_pressing", "village_code", "pressing", "open_due", "id"),
        Index("ix_tasks_pressing_queue", "owner_region", "role", "pressing", "open_due", "id"),
        Index("ix_tasks_desk_kind", "owner_region", "role", "kind", "pressing", "open_due", "id"),
        Index("ix_tasks_county_pressing", "county_code", "pressing", "open_due", "id"),
        Index("ix_tasks_sweep", "next_rung_at", "id"),
        Index("ix_tasks_closed_by_closed_at", "closed_by", "closed_at"),
        Index("ix_tasks_case_id_open_due", "case_id", "open_due"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("cases.id"), comment="empty: a complaint has none")
    kind: Mapped[str] = mapped_column(Symbols(30))
    role: Mapped[str] = mapped_column(Symbols(20))
    owner_region: Mapped[str] = mapped_column(Symbols(15))
    head_name: Mapped[str] = mapped_column(Words(50), comment="copied, so that a queue page is one statement")
    limit_key: Mapped[str] = mapped_column(Symbols(30))
    due_on: Mapped[date]
    open_due: Mapped[date | None] = mapped_column(comment="the due date while open; MariaDB has no partial index")
    pressing: Mapped[int | None] = mapped_column(comment="while open 0 特急, 1 加急 (they lead), 2 neither")
    is_provisional: Mapped[bool] = mapped_column(default=False, comment="its date rests on an unpublished calendar")
    opened_at: Mapped[datetime]
    opened_on: Mapped[date]
    next_rung_at: Mapped[datetime | None]
    next_rung: Mapped[str | None] = mapped_column(Symbols(20))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(RowId)
    closed_by_name: Mapped[str | None] = mapped_column(Words(50))
    closed_how: Mapped[str | None] = mapped_column(Symbols(40))
    detail: Mapped[dict[str, Any]] = mapped_column(Document, default=dict, comment="e.g. what is asked for")
    version: Mapped[int] = mapped_column(comment="taken from its case's counter: unique among all tasks of the case")

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012 - SQLAlchemy's own way to say it

    @property
    def appeared_on(self) -> date:
        """The day on which somebody first owed it; its limit may count from an earlier one (`opened_on`)."""
        return clock.local(self.opened_at).date()

    @validates("village_code", "grid_code")
    def _out_of_sight(self, level: str, code: str | None) -> str | None:
        """Keep what a village may not see out of its scope, also when the family's rows are handed to another one."""
        if self.kind not in UNSEEN_IN_VILLAGE:
            return code
        return "" if level == "village_code" else None
