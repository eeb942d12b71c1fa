"""Changing keys while everything goes on: a new one comes in, all that is kept follows it, the old one goes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, delete, exists, inspect, not_, or_, select, update
from sqlalchemy.orm import aliased

from backend import clock
from backend.access.scope import as_system
from backend.db import Base, Sealed, db, new_id, use_case
from backend.errors import NotFound, NotPossibleNow
from backend.files.store import FileStore
from backend.models import IdempotencyKey, Person, PersonDigest
from backend.models.places import same_place
from backend.privacy import keys as key_file
from backend.privacy.blind_index import digest
from backend.privacy.current import keys
from backend.privacy.keys import RingName
from backend.privacy.seal import Place, SealBroken, seal, unseal
from backend.services import idempotency
from backend.services.backups import key_copies
from backend.services.exports.shelf import export_shelf
from backend.services.files import store
from backend.services.imports.shelf import import_shelf
from backend.services.leaders import LeadLost, leading
from backend.services.pace import Pace
from backend.services.phone_index import reindex_batch
from backend.services.storage import settings

BATCH = 200
SETTLED = timedelta(minutes=10)
"""Longer than any transaction: whoever began under the old key alone has committed by then."""
LEASE = timedelta(minutes=10)
ANOTHER = "另一个进程正在更换密钥，请等它办完。"

Row = tuple[Any, ...]
Rest = Callable[[], None]


@dataclass
class Progress:
    """How much was brought under the current key, and what could not be opened; it needs somebody's eyes."""

    changed: int = 0
    damaged: list[str] = field(default_factory=list)


def begin(ring: RingName) -> str:
    """Bring a fresh key in and return its id: from now on every process seals with it and opens with each.

    What it is for says the setting CIPHERS; so a county goes from one cipher to another as it changes any key.
    """
    return key_file.rotate(settings().keys_path, ring, settings().ciphers)


def known_keys() -> list[tuple[RingName, str, str, bool]]:
    """Return each ring's keys, oldest first: ring, id, algorithm, whether new data uses it."""
    rings = keys()
    by_name = {"seal": rings.seal, "index": rings.index, "audit": rings.audit}
    return [
        (name, key_id, key.algorithm, key_id == by_name[name].current)
        for name in key_file.RING_NAMES
        for key_id, key in by_name[name].keys.items()
    ]


def carry_on(ring: RingName) -> Progress:
    """Bring what is still under an earlier key under the current one, in short transactions.

    Reading and writing go on meanwhile. After a crash the next call goes on where this one stopped, for what is
    done is under the current key and not looked at again. The audit's old rows keep their key: a MAC is for ever.
    Errors: `NotPossibleNow` while another process does the same, or when one has taken it over meanwhile.
    """
    progress = Progress()
    with leading("key rotation", lease=LEASE) as leads:
        if not leads:
            raise NotPossibleNow(ANOTHER)
        pace = Pace()

        def rest() -> None:
            try:
                leads.hold_on()
            except LeadLost as lost:
                raise NotPossibleNow(ANOTHER) from lost
            pace.rest_at_times()

        if ring == "seal":
            for model, name in sealed_columns():
                _reseal_column(model, name, progress, rest)
            _reseal_files(progress, rest)
        if ring == "index":
            _reindex(progress, rest)
    return progress


def retire(ring: Literal["seal", "index"]) -> list[str]:
    """Forget the earlier keys of a ring and return their ids; backups made under them cannot be opened afterwards.

    Errors: `NotPossibleNow` within ten minutes of the last change of keys, before its backup, or while they are needed.
    """
    changed_at = datetime.fromtimestamp(settings().keys_path.stat().st_mtime, UTC)
    if clock.real_now() - changed_at < SETTLED:
        raise NotPossibleNow("密钥刚刚换过，请过十分钟再停用旧密钥。")
    progress = carry_on(ring)
    if progress.changed or progress.damaged:
        raise NotPossibleNow(f"还有 {progress.changed + len(progress.damaged)} 处用着旧密钥，这次先不停用。")
    known = keys().seal if ring == "seal" else keys().index
    key_copies.refuse_before_backup(ring, known.current)
    earlier = [key_id for key_id in known.keys if key_id != known.current]
    for key_id in earlier:
        key_file.retire(settings().keys_path, ring, key_id)
    while ring == "index" and _forget_digests(known.current):
        pass
    return earlier


def sealed_columns() -> Iterator[tuple[type[Base], str]]:
    """Yield every sealed column there is."""
    for mapper in sorted(Base.registry.mappers, key=lambda each: each.class_.__name__):
        for name, column in mapper.columns.items():
            if isinstance(column.type, Sealed):
                yield mapper.class_, name


def _reseal_column(model: type[Base], name: str, progress: Progress, rest: Rest) -> None:
    after: Row | None = None
    while rows := _under_earlier_key(model, name, after):
        _reseal_batch(model, name, rows, progress)
        after = rows[-1][:-1]
        rest()


def _under_earlier_key(model: type[Base], name: str, after: Row | None) -> Sequence[Row]:
    """Read the next ones outside the transaction that writes: where few are left, finding them takes seconds."""
    column, ids = getattr(model, name), inspect(model).primary_key
    query = select(*ids, column).where(column.is_not(None), not_(column.contains(f".{keys().seal.current}.")))
    if after is not None:
        query = query.where(_later(ids, after))
    with as_system("keys are rotated"):
        rows = [tuple(row) for row in db.session.execute(query.order_by(*ids).limit(BATCH))]
    db.session.rollback()
    return rows


@use_case
def _reseal_batch(model: type[Base], name: str, rows: Sequence[Row], progress: Progress) -> None:
    ring, column, ids = keys(), getattr(model, name), inspect(model).primary_key
    with as_system("keys are rotated"):
        for *row_id, token in rows:
            place = _place(model, name, row_id)
            try:
                fresh = seal(unseal(token, keys=ring, place=place), keys=ring, place=place)
            except SealBroken:
                progress.damaged.append(f"{place.table}.{name} {row_id}")
                continue
            # Only if nobody wrote it meanwhile: what they wrote is under the current key.
            same = [each == value for each, value in zip(ids, row_id, strict=True)]
            changed = update(model).where(*same, column == token).values({name: fresh})
            db.session.execute(changed, execution_options={"synchronize_session": False})
            progress.changed += 1


def _place(model: type[Base], name: str, row_id: Sequence[Any]) -> Place:
    if model is IdempotencyKey:
        return idempotency.place_of(*row_id)
    return Place(model.__tablename__, name, int(row_id[0]))  # an office is known by its code


def _later(ids: Sequence[ColumnElement[Any]], after: Row) -> ColumnElement[bool]:
    first, rest = ids[0], ids[1:]
    beyond = first > after[0]
    return or_(beyond, and_(first == after[0], _later(rest, after[1:]))) if rest else or_(beyond)


def shelves() -> tuple[FileStore, ...]:
    """Return every place where sealed files lie."""
    return store(), import_shelf(), export_shelf()


def _reseal_files(progress: Progress, rest: Rest) -> None:
    for shelf in shelves():
        for file_id in shelf.ids():
            try:
                progress.changed += shelf.reseal(file_id)
            except (SealBroken, NotFound):
                progress.damaged.append(f"files {file_id}")
            rest()


def _reindex(progress: Progress, rest: Rest) -> None:
    after = 0
    while found := _reindex_batch(after, progress):
        after = found
        rest()
    after = 0
    while True:
        after, changed, damaged = reindex_batch(after)
        progress.changed += changed
        progress.damaged += [f"households.phone_sealed {each}" for each in damaged]
        if not after:
            return
        rest()


@use_case
def _reindex_batch(after: int, progress: Progress) -> int:
    """Give each person found only under earlier keys a digest under the current one; return the last row looked at."""
    ring, newer = keys(), aliased(PersonDigest)
    under_current = exists().where(newer.person_id == PersonDigest.person_id, newer.key_id == ring.index.current)
    with as_system("keys are rotated"):
        query = (
            select(PersonDigest.id, Person)
            .join(Person, Person.id == PersonDigest.person_id)
            .where(PersonDigest.id > after, PersonDigest.key_id != ring.index.current, not_(under_current))
        )
        rows = db.session.execute(query.order_by(PersonDigest.id).limit(BATCH)).all()
        for person in {person.id: person for _, person in rows}.values():
            place = Place("people", "id_sealed", person.id)
            try:
                number = unseal(person.id_sealed or "", keys=ring, place=place)
            except SealBroken:
                progress.damaged.append(f"people.id_sealed {person.id}")
                continue
            db.session.add(
                PersonDigest(
                    id=new_id(),
                    person_id=person.id,
                    household_id=person.household_id,
                    key_id=ring.index.current,
                    digest=digest(number, keys=ring, kind="id_number"),
                    **same_place(person),
                )
            )
            progress.changed += 1
    return rows[-1].id if rows else 0


@use_case
def _forget_digests(current: str) -> int:
    with as_system("keys are rotated"):
        old = select(PersonDigest.id).where(PersonDigest.key_id != current).limit(BATCH)
        ids = db.session.scalars(old).all()
        db.session.execute(
            delete(PersonDigest).where(PersonDigest.id.in_(ids)), execution_options={"synchronize_session": False}
        )
    return len(ids)
