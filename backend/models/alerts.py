"""部门筛查预警: what each department owes by when, what it handed in, and the one alert that a family gets of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class AlertBatch(Base):
    """One delivery of one topic: owed by a day (`due_on`), or pushed at once without being owed.

    `key` makes it unique: the due day of what is owed, the content's digest of what came by itself. What came by itself
    in a file that cannot be used stands as unusable; what is owed is then owed again.
    """

    __tablename__ = "alert_batches"
    __table_args__ = (
        UniqueConstraint("county_code", "topic", "key"),
        Index("ix_alert_batches_county_code_standing_due_on", "county_code", "standing", "due_on"),
        Index("ix_alert_batches_office_code_due_on", "office_code", "due_on"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    county_code: Mapped[str] = mapped_column(Symbols(6), ForeignKey("counties.code"))
    office_code: Mapped[str] = mapped_column(Symbols(15), ForeignKey("offices.code"))
    topic: Mapped[str] = mapped_column(Symbols(30))
    key: Mapped[str] = mapped_column(Symbols(64))
    period_from: Mapped[date]
    due_on: Mapped[date | None] = mapped_column(comment="empty: pushed at once, owed by no day")
    standing: Mapped[str] = mapped_column(Symbols(12), comment="owed, reading, filed or empty")
    task_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("tasks.id"))
    import_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("import_batches.id"))
    policy_version: Mapped[int] = mapped_column(comment="whose thresholds judge its rows")
    letter_no: Mapped[str] = mapped_column(Words(60), default="", comment="covering letter, where the county filed it")
    filed_on: Mapped[date | None]
    filed_by: Mapped[int | None] = mapped_column(RowId)
    filed_by_name: Mapped[str] = mapped_column(Words(50), default="")
    counts: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    matched_at: Mapped[datetime | None]


class StagedRow(Base):
    """One row of a delivered file on its way to being matched: a digest and a figure, no name and no number."""

    __tablename__ = "staged_rows"
    __table_args__ = (Index("ix_staged_rows_batch_id_outcome", "batch_id", "outcome"),)

    batch_id: Mapped[int] = mapped_column(RowId, ForeignKey("alert_batches.id"), primary_key=True, autoincrement=False)
    row_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(Symbols(64))
    name_digest: Mapped[str] = mapped_column(Symbols(16), comment="enough to say that a name differs")
    amount_yuan: Mapped[int | None]
    happened_on: Mapped[date | None]
    village_code: Mapped[str | None] = mapped_column(Symbols(12), comment="where the row names a village of the county")
    risk: Mapped[str | None] = mapped_column(Symbols(20), comment="where the row says another than its topic")
    person_id: Mapped[int | None] = mapped_column(RowId)
    outcome: Mapped[str | None] = mapped_column(Symbols(12), comment="what was set apart, or went on to an alert")


class Alert(Scoped, Base):
    """One family, one alert, whatever departments said; the verdict is that of its clue."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("ix_alerts_county_code_standing_id", "county_code", "standing", "id"),
        Index("ix_alerts_clue_id", "clue_id"),
        Index("ix_alerts_township_code_id", "township_code", "id"),
        Index("ix_alerts_village_code_standing_colour", "village_code", "standing", "colour"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    head_name: Mapped[str] = mapped_column(Words(50))
    colour: Mapped[str] = mapped_column(Symbols(8), comment="red, yellow or green")
    rank: Mapped[int] = mapped_column(comment="0 red, 1 yellow, 2 green: what is sent first")
    risk: Mapped[str] = mapped_column(Symbols(20))
    standing: Mapped[str] = mapped_column(Symbols(12), comment="waiting, sent or closed")
    made_on: Mapped[date]
    sent_on: Mapped[date | None]
    due_on: Mapped[date | None] = mapped_column(comment="by when the verdict is owed")
    case_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("cases.id"))
    clue_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("clues.id"))
    verdict: Mapped[str | None] = mapped_column(Symbols(20))
    verdict_at: Mapped[datetime | None]


class AlertItem(Scoped, Base):
    """What one row of one delivery said of one person of the family, and when its department was told the outcome."""

    __tablename__ = "alert_items"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no"),
        Index("ix_alert_items_alert_id", "alert_id"),
        Index("ix_alert_items_person_id_topic_made_on", "person_id", "topic", "made_on"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    alert_id: Mapped[int] = mapped_column(RowId, ForeignKey("alerts.id"))
    batch_id: Mapped[int] = mapped_column(RowId, ForeignKey("alert_batches.id"))
    row_no: Mapped[int]
    topic: Mapped[str] = mapped_column(Symbols(30))
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id"))
    amount_sealed: Mapped[str | None] = mapped_column(Sealed(200), comment="what somebody paid for being ill, in yuan")
    happened_on: Mapped[date | None]
    made_on: Mapped[date]
    told_back_at: Mapped[datetime | None]
