"""A case, what happened to it, the declarations that opened or joined it, and what their senders are told."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Receipted, Scoped
from backend.db import Base, Document, RowId, Sealed, Symbols, Words, new_id


class Case(Scoped, Base):
    """One household's way through the procedure; only `workflow.engine.move` assigns its state."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_county_code_state_id", "county_code", "state", "id"),
        Index("ix_cases_township_code_state_id", "township_code", "state", "id"),
        Index("ix_cases_county_initials", "county_code", "initials", "id"),
        Index("ix_cases_township_initials", "township_code", "initials", "id"),
        Index("ix_cases_county_name", "county_code", "head_name", "id"),
        Index("ix_cases_township_name", "township_code", "head_name", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    number: Mapped[str] = mapped_column(Symbols(12), unique=True, comment="random, speakable, with a check digit")
    state: Mapped[str] = mapped_column(Symbols(20))
    head_name: Mapped[str] = mapped_column(Words(50))
    initials: Mapped[str] = mapped_column(Symbols(20), default="", comment="of the head's name, in pinyin")
    risk: Mapped[str] = mapped_column(Symbols(20))
    urgency: Mapped[str] = mapped_column(Symbols(20), default="normal", comment="set by the receiver, never the farmer")
    channel: Mapped[str] = mapped_column(Symbols(20))
    procedure: Mapped[str] = mapped_column(Symbols(40), comment="which rows of the table it follows")
    marks: Mapped[dict[str, Any]] = mapped_column(Document, default=dict, comment="facts that later steps read")
    policy_version: Mapped[int]
    discovered_on: Mapped[date] = mapped_column(comment="day 0: when the risk was found, not when it was typed")
    promised_on: Mapped[date] = mapped_column(comment="the date told to the applicant")
    entered_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    content_version: Mapped[int] = mapped_column(default=1, comment="grows with evidence, not with every move")
    audit_count: Mapped[int] = mapped_column(default=0, comment="rows in this case's audit chain")
    audit_head: Mapped[str] = mapped_column(Symbols(64), default="", comment="MAC of the chain's last row")

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012 - SQLAlchemy's way


class CaseEvent(Scoped, Base):
    """What happened, when and by whom: append-only, and the history from which the state can be replayed."""

    __tablename__ = "case_events"
    __table_args__ = (Index("ix_case_events_case_id_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    action: Mapped[str] = mapped_column(Symbols(40))
    from_state: Mapped[str] = mapped_column(Symbols(20))
    to_state: Mapped[str] = mapped_column(Symbols(20))
    actor_role: Mapped[str] = mapped_column(Symbols(20))
    actor_id: Mapped[int] = mapped_column(RowId)
    actor_name: Mapped[str] = mapped_column(Words(50), default="", comment="of staff only, never a farmer's")
    reason_code: Mapped[str | None] = mapped_column(Symbols(40))
    reason_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="free text may speak of illness")
    detail: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    happened_at: Mapped[datetime]


class Declaration(Receipted, Base):
    """What somebody declared for a household, and the receipt they hold; the text is sealed."""

    __tablename__ = "declarations"
    __table_args__ = (
        Index("ix_declarations_account_id_id", "account_id", "id"),
        Index("ix_declarations_case_id", "case_id"),
        Index("ix_declarations_promised", "county_code", "closed_at", "promised_on"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    receipt_no: Mapped[str] = mapped_column(Symbols(12), unique=True)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id"))
    joined: Mapped[bool] = mapped_column(default=False, comment="it found an open case of the same household")
    said_village: Mapped[str] = mapped_column(Symbols(12), comment="as typed; the row's place is the household's")
    head_name: Mapped[str] = mapped_column(Words(50))
    voice_sha256: Mapped[str | None] = mapped_column(Symbols(64), comment="of a voice note that says it instead")
    hardship_sealed: Mapped[str] = mapped_column(Sealed(6000))
    phone_sealed: Mapped[str] = mapped_column(Sealed(200))
    id_sealed: Mapped[str | None] = mapped_column(Sealed(200))
    risk: Mapped[str] = mapped_column(Symbols(20))
    relation: Mapped[str] = mapped_column(Symbols(20), comment="self, or who declares for the household")
    declarer_name: Mapped[str | None] = mapped_column(Words(50))
    consents: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    promised_on: Mapped[date]
    status: Mapped[str] = mapped_column(Symbols(20), comment="what its sender is shown; never tells of another's case")
    declared_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ReceiptLine(Receipted, Base):
    """One line of a receipt's timeline, in plain Words, written by the move that caused it."""

    __tablename__ = "receipt_lines"
    __table_args__ = (UniqueConstraint("declaration_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    declaration_id: Mapped[int] = mapped_column(RowId, ForeignKey("declarations.id"))
    kind: Mapped[str] = mapped_column(Symbols(40))
    sentence: Mapped[str] = mapped_column(Words(300))
    detail_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="a reason, or what to bring")
    due_on: Mapped[date | None]
    happened_at: Mapped[datetime]
