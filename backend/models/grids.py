"""Grids (村组网格): a villagers' group or part of one, and who looks after it."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class Grid(Base):
    """One grid; its code is its village's with three digits more, and it is a region like any other (seed 001)."""

    __tablename__ = "grids"
    __table_args__ = (Index("ix_grids_parent_code", "parent_code"),)

    code: Mapped[str] = mapped_column(Symbols(15), ForeignKey("regions.code"), primary_key=True)
    parent_code: Mapped[str] = mapped_column(Symbols(12), comment="its village")
    group_name: Mapped[str] = mapped_column(Words(40), comment="村民小组")
    said_households: Mapped[int | None] = mapped_column(comment="as the ledger says; the roster itself is counted")
    note: Mapped[str] = mapped_column(Words(200), default="")
    ended_on: Mapped[date | None]


class GridPost(Base):
    """Somebody who looks after a grid: member (网格员), lead (村级负责人) or guard (包保干部)."""

    __tablename__ = "grid_posts"
    __table_args__ = (Index("ix_grid_posts_grid_code_post", "grid_code", "post"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    grid_code: Mapped[str] = mapped_column(Symbols(15), ForeignKey("grids.code"))
    post: Mapped[str] = mapped_column(Symbols(10))
    name: Mapped[str] = mapped_column(Words(50))
    staff_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("staff.id"), comment="where they use the program")
    source: Mapped[str] = mapped_column(Symbols(20), default="", comment="小组长、党员、村民代表、乡贤…")
    title: Mapped[str] = mapped_column(Words(60), default="")
    phone_sealed: Mapped[str | None] = mapped_column(Sealed(200))
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class GridChange(Base):
    """What became of a grid: split, merged, or handed to somebody else; never rewritten (seed 001)."""

    __tablename__ = "grid_changes"
    __table_args__ = (Index("ix_grid_changes_parent_code_id", "parent_code", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    parent_code: Mapped[str] = mapped_column(Symbols(12), comment="its village")
    kind: Mapped[str] = mapped_column(Symbols(20), comment="policy dictionary grid_changes")
    from_code: Mapped[str] = mapped_column(Symbols(15))
    to_code: Mapped[str] = mapped_column(Symbols(15))
    households: Mapped[int] = mapped_column(comment="how many went from the one to the other")
    said: Mapped[str] = mapped_column(Words(200), default="", comment="of a hand-over: from whom to whom")
    reason: Mapped[str] = mapped_column(Words(200))
    happened_on: Mapped[date]
    by_name: Mapped[str] = mapped_column(Words(50))


class TrainingTaken(Base):
    """Somebody of a grid took part in a training."""

    __tablename__ = "trainings_taken"
    __table_args__ = (UniqueConstraint("grid_post_id", "publicity_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    grid_post_id: Mapped[int] = mapped_column(RowId, ForeignKey("grid_posts.id"))
    publicity_id: Mapped[int] = mapped_column(RowId, ForeignKey("publicity.id"))
    noted_by_name: Mapped[str] = mapped_column(Words(50))
