"""Households and the people in them; ID numbers and phones are sealed, and found only through a blind index."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.scope import Scoped
from backend.db import Base, RowId, Sealed, Symbols, Words, new_id


class Household(Scoped, Base):
    """The unit of the whole procedure; one made by a declaration is provisional until the roster knows it."""

    __tablename__ = "households"
    __table_args__ = (
        Index("ix_households_village_code_id", "village_code", "id"),
        Index("ix_households_other_village_id", "other_village", "id"),
        Index("ix_households_phone", "county_code", "phone_digest"),
        Index("ix_households_county_name", "county_code", "head_name", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    household_id: Mapped[int] = mapped_column(RowId, index=True, comment="its own id: a scoped row names its household")
    head_name: Mapped[str] = mapped_column(Words(50))
    phone_sealed: Mapped[str | None] = mapped_column(Sealed(200))
    phone_digest: Mapped[str | None] = mapped_column(Symbols(64), comment="the blind index of the telephone on file")
    phone_key_id: Mapped[str | None] = mapped_column(Symbols(20), comment="under which key")
    phone_confirmed_at: Mapped[datetime | None] = mapped_column(
        comment="when staff wrote it down; a phone's word is none"
    )
    is_provisional: Mapped[bool] = mapped_column(default=True)
    other_village: Mapped[str | None] = mapped_column(Symbols(12), comment="the second one of a family that lives away")
    group_name: Mapped[str] = mapped_column(Words(40), default="", comment="村民小组, as the roster says")
    standing: Mapped[str] = mapped_column(Symbols(20), default="ordinary", comment="a code of household_kinds")
    national_no: Mapped[str | None] = mapped_column(Symbols(40), comment="in the national system")
    details_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="address and tags, as the roster says")
    row_digest: Mapped[str | None] = mapped_column(Symbols(64), comment="of what the roster said last")
    open_case_id: Mapped[int | None] = mapped_column(RowId, comment="its one open case, if any")
    merged_into_id: Mapped[int | None] = mapped_column(RowId, comment="the household that it turned out to be")
    made_at: Mapped[datetime]
    audit_count: Mapped[int] = mapped_column(default=0, comment="rows in this household's audit chain")
    audit_head: Mapped[str] = mapped_column(Symbols(64), default="", comment="MAC of the chain's last row")


class Person(Scoped, Base):
    """One person, once per county: found by ID number through `PersonDigest` alone."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    name: Mapped[str] = mapped_column(Words(50))
    relation: Mapped[str] = mapped_column(Symbols(20), default="head")
    id_sealed: Mapped[str | None] = mapped_column(Sealed(200))
    no_document: Mapped[str | None] = mapped_column(Symbols(30), comment="why there is no ID number")
    died_on: Mapped[date | None]
    left_on: Mapped[date | None] = mapped_column(comment="went to live elsewhere: no longer of this household")
    details_sealed: Mapped[str | None] = mapped_column(Sealed(6000), comment="health, work and so on, of the roster")
    row_digest: Mapped[str | None] = mapped_column(Symbols(64), comment="of what the roster said last")

    @hybrid_property
    def is_member(self) -> bool:
        """Whether somebody is of the household now: alive, and not gone to live elsewhere."""
        return self.died_on is None and self.left_on is None

    @is_member.inplace.expression
    @classmethod
    def _is_member(cls) -> ColumnElement[bool]:
        return and_(cls.died_on.is_(None), cls.left_on.is_(None))


class PersonDigest(Scoped, Base):
    """The blind index of one person's ID number under one key; while keys change there is a row for each.

    Whoever adds a person adds a row under every key of the ring: two processes of which only one knows the new key
    still meet at the old one, so that the database itself keeps a person from existing twice.
    """

    __tablename__ = "person_digests"
    __table_args__ = (
        UniqueConstraint("county_code", "digest"),
        Index("ix_person_digests_person_id_key_id", "person_id", "key_id"),
        Index("ix_person_digests_key_id_id", "key_id", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False, default=new_id)
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id"))
    key_id: Mapped[str] = mapped_column(Symbols(20))
    digest: Mapped[str] = mapped_column(Symbols(64))
