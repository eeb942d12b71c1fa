"""The work on handed-in files: looks through them, takes accepted ones in; resumable, in short transactions."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from backend import clock
from backend.access.actor import Actor, staff_actor
from backend.access.permissions import Role
from backend.access.scope import as_system
from backend.db import db, is_away, new_id, use_case
from backend.errors import DomainError, Invalid, TryLater
from backend.models import ImportBatch, ImportNote
from backend.privacy.redaction import scrub
from backend.services.imports import finishing, shelf
from backend.services.imports.batches import DONE, HANDED_IN, LOOKED, TAKING, USELESS
from backend.services.imports.kinds import KINDS
from backend.services.imports.lines import Reading
from backend.services.imports.runs import HELD, WRONG, Kind, Note, Run, Taker, Unit, units_of
from backend.services.leaders import Lead, LeadLost, leading

LEASE = timedelta(minutes=10)
MOST_NOTES = 20_000


def carry_on() -> int:
    """Work on every file that waits, the oldest first, until another process does; return how many there were."""
    done = 0
    with leading("imports", lease=LEASE) as leads:
        if leads:
            finishing.take_up_unmatched()
        while leads and (batch_id := _next()) is not None:
            work_on(batch_id, leads)
            done += 1
    return done


def try_now(batch_id: int) -> None:
    """Look a small file through at once, so that nobody waits for a worker, unless one is at it already."""
    with leading("imports", lease=LEASE) as leads:
        if leads and _next(batch_id) is not None:
            work_on(batch_id, leads)


def work_on(batch_id: int, lead: Lead) -> None:
    """Look a file through, or take it in from where it stopped, its end included."""
    batch = _batch(batch_id)
    kind, run = KINDS[batch.kind], Run.of(batch, _actor_of(batch))
    are_in = batch.done_at is not None or _go_through(kind, run, lead)
    if are_in:
        finishing.finish(kind, run, lead)


def _go_through(kind: Kind, run: Run, lead: Lead) -> bool:
    """Look every row through, or take it in; return whether every one is in and the file's end is left to do."""
    batch, batch_id = run.batch, run.batch.id
    writing = batch.standing == TAKING
    run.seen = batch.seen if writing and batch.cursor else 0
    _begin_anew(batch_id, after=batch.cursor if writing else 0)
    notes_left = MOST_NOTES
    try:
        reading = Reading(kind, shelf.rows_of(batch.id, batch.form, batch.parts), run)
        taker = kind.begin(run)
        for chunk in _chunks(units_of(reading.lines(), taker), kind.chunk):
            fresh = [unit for unit in chunk if unit.lines[-1].number > batch.cursor] if writing else chunk
            _recall(taker, chunk[: len(chunk) - len(fresh)])
            notes = [note for note in reading.taken_notes() if not writing or note.row > batch.cursor]
            if fresh:
                notes_left -= _settle_safely(batch_id, run, taker, fresh, notes, notes_left, writing=writing)
            lead.hold_on()
    except Invalid as error:
        if kind.give_up is not None:
            kind.give_up(run)
        _end(batch_id, USELESS, error.message)
        return False
    more = writing and kind.finish is not None
    _end(batch_id, (TAKING if more else DONE) if writing else LOOKED, notes=reading.taken_notes(), run=run)
    return more


def _next(batch_id: int | None = None) -> int | None:
    """Return the file whose turn it is, or this one if it waits: the oldest, those with rows to go through first."""
    query = select(ImportBatch.id).where(ImportBatch.standing.in_((HANDED_IN, TAKING)), finishing.is_due())
    query = query.order_by(ImportBatch.done_at, ImportBatch.id)
    found = db.session.scalar((query.where(ImportBatch.id == batch_id) if batch_id else query).limit(1))
    db.session.rollback()
    return found


def _batch(batch_id: int) -> ImportBatch:
    found = db.session.scalars(select(ImportBatch).where(ImportBatch.id == batch_id)).one()
    db.session.rollback()
    return found


def _actor_of(batch: ImportBatch) -> Actor:
    return staff_actor(
        staff_id=batch.by_id,
        role=Role(batch.by_role),
        region_code=batch.region_code,
        name=batch.by_name,
        title="",
        account_id=None,
        session_id=None,
    )


def _chunks(units: Iterator[Unit], size: int) -> Iterator[list[Unit]]:
    while chunk := list(islice(units, size)):
        yield chunk


def _settle_safely(
    batch_id: int, run: Run, taker: Taker, units: Sequence[Unit], notes: list[Note], most: int, *, writing: bool
) -> int:
    """Settle a chunk; if the database refuses it, unit by unit, so that one odd row costs no other."""
    try:
        written = _settle(batch_id, run, taker, units, notes, most, writing=writing)
    except TryLater:
        raise
    except (DomainError, DBAPIError) as error:
        if isinstance(error, DBAPIError) and is_away(error):
            raise
        if len(units) == 1:
            said = error.message if isinstance(error, DomainError) else "这一行存不进去，请核对后再导入。"
            refused = Note(units[0].number, "", WRONG, said)
            written = _note_only(batch_id, run, units[0], [*notes, refused])
            run.seen += len(units[0].lines)
            return written
    else:
        run.seen += sum(len(unit.lines) for unit in units)
        return written
    written = 0
    for place, unit in enumerate(units):
        written += _settle_safely(
            batch_id, run, taker, [unit], notes if place == 0 else [], most - written, writing=writing
        )
    return written


@use_case
def _recall(taker: Taker, units: Sequence[Unit]) -> None:
    """Let a kind know of the rows that whoever was stopped has taken in: it remembers what the file has spoken of."""
    whole = [unit for unit in units if not any(line.is_wrong for line in unit.lines)]
    if whole:
        with as_system("a file is looked through and taken in"):
            taker.settle(whole, write=False)


@use_case
def _settle(
    batch_id: int, run: Run, taker: Taker, units: Sequence[Unit], notes: list[Note], most: int, *, writing: bool
) -> int:
    batch = _held(batch_id, run)
    whole: list[Unit] = []
    held: list[Unit] = []
    for unit in units:
        (held if any(line.is_wrong for line in unit.lines) else whole).append(unit)
    with as_system("a file is looked through and taken in"):
        outcomes = taker.settle(whole, write=writing)
    counts = dict(batch.counts)
    for outcome in outcomes:
        counts[outcome.what] = counts.get(outcome.what, 0) + len(outcome.unit.lines)
    for line in (line for unit in held for line in unit.lines):
        what = WRONG if line.is_wrong else HELD
        counts[what] = counts.get(what, 0) + 1
    batch.counts = counts
    batch.seen = batch.rows = batch.seen + sum(len(unit.lines) for unit in units)
    if writing:
        batch.cursor = units[-1].lines[-1].number
    return _write_notes(batch.id, run, [*notes, *(note for each in outcomes for note in each.notes)][: max(most, 0)])


@use_case
def _note_only(batch_id: int, run: Run, unit: Unit, notes: list[Note]) -> int:
    batch = _held(batch_id, run)
    batch.counts = {**batch.counts, WRONG: batch.counts.get(WRONG, 0) + len(unit.lines)}
    batch.seen = batch.rows = batch.seen + len(unit.lines)
    batch.cursor = unit.lines[-1].number if batch.standing == TAKING else 0
    return _write_notes(batch.id, run, notes)


def _held(batch_id: int, run: Run) -> ImportBatch:
    """Return the batch, locked, as this run left it. Errors: `LeadLost` when somebody else has gone on with it."""
    query = select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update()
    batch = db.session.scalars(query).one()
    if batch.seen != run.seen:
        raise LeadLost("imports")
    return batch


def _write_notes(batch_id: int, run: Run, notes: Sequence[Note]) -> int:
    known: set[tuple[int, int, str]] = set()
    for each in notes:
        place, said = run.columns.get(each.column, 0), scrub(each.said)[:200]
        if (each.row, place, said) not in known:
            known.add((each.row, place, said))
            db.session.add(
                ImportNote(
                    id=new_id(), batch_id=batch_id, row_no=each.row, column_no=place, weight=each.weight, said=said
                )
            )
    return len(known)


@use_case
def _begin_anew(batch_id: int, *, after: int) -> None:
    """Forget what an earlier look found after this row: it is looked at again, and counted again."""
    db.session.execute(delete(ImportNote).where(ImportNote.batch_id == batch_id, ImportNote.row_no > after))
    if not after:
        batch = db.session.get_one(ImportBatch, batch_id)
        batch.counts, batch.seen, batch.rows = {}, 0, 0


@use_case
def _end(batch_id: int, standing: str, why: str = "", notes: Sequence[Note] = (), run: Run | None = None) -> None:
    batch = db.session.scalars(select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update()).one()
    if run is not None:
        _write_notes(batch_id, run, notes)
    if standing == LOOKED and not batch.rows:
        standing, why = USELESS, "表头下面没有一行内容，请填好再导入。"
    batch.standing, batch.why = standing, why[:300]
    if standing in {TAKING, DONE}:
        batch.done_at = clock.now()
