"""The work on exports: whoever holds the lease makes the file; a dead worker's is made anew by the next."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from sqlalchemy import and_, or_, select

from backend import clock
from backend.access.permissions import ROLE_NAMES, Role, may
from backend.db import db, use_case
from backend.errors import DomainError, NotPossibleNow, TryLater
from backend.models import Export, Identity, LedgerSnapshot, Staff
from backend.policy.county import current_policy
from backend.services import offline
from backend.services.exports import books, shelf, snapshots
from backend.services.exports.asking import ASKED, DONE, FAILED, MAKING, OVER
from backend.services.exports.books import Line
from backend.services.exports.declared import Ask, Ledger
from backend.services.exports.ledgers import LEDGERS
from backend.services.exports.within import only

LEASE = timedelta(minutes=3)
"""Longer than any portion takes; each portion renews it."""
MOST_ATTEMPTS = 3
AT_ONCE = 300
"""So many rows are made while their asker waits: less than a second."""
GAVE_UP = "试了几次都没有做成，请过一会儿再导出；还不行，请告诉系统管理员。"
NO_LONGER = "导出的人已经没有这个岗位，没有做。"
_NOT_IN_A_NAME = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))


class LeaseLost(Exception):
    """Another worker took the export over: this one has nothing more to do with it."""


@dataclass(frozen=True)
class Claim:
    """An export in somebody's hands."""

    row: Export
    lease: str

    @property
    def ledger(self) -> Ledger:
        """Return which ledger it is."""
        return LEDGERS[self.row.ledger]


def carry_on() -> int:
    """Make every export that waits, the oldest first; return how many there were."""
    made = 0
    while (claim := _claim()) is not None:
        _make(claim)
        made += 1
    return made


def try_now(export_id: int) -> None:
    """Make a small one at once, so that nobody waits for a worker; a larger one stays with the workers."""
    row = db.session.scalars(select(Export).where(Export.id == export_id)).one()
    db.session.rollback()
    with only(row.region_code):
        ledger, wanted = LEDGERS[row.ledger], _ask_of(row)
        is_small = all(source.is_small(wanted, AT_ONCE) for source in ledger.sources)
        db.session.rollback()
    if is_small and (claim := _claim(export_id)) is not None:
        _make(claim)


@use_case
def _claim(export_id: int | None = None) -> Claim | None:
    """Take the oldest export that waits, or whose worker died; one that failed too often is given up."""
    now = clock.real_now()
    waits = or_(Export.standing == ASKED, and_(Export.standing == MAKING, Export.lease_until < now))
    query = select(Export).where(waits).order_by(Export.id).limit(1).with_for_update(skip_locked=True)
    while (row := db.session.scalars(query.where(Export.id == export_id) if export_id else query).first()) is not None:
        if row.attempts >= MOST_ATTEMPTS:
            row.standing, row.why, row.lease = FAILED, GAVE_UP, ""
            db.session.flush()
            continue
        row.standing, row.attempts, row.lease = MAKING, row.attempts + 1, secrets.token_hex(8)
        row.lease_until, row.rows, row.expected = now + LEASE, 0, 0
        return Claim(row, row.lease)
    return None


def _make(claim: Claim) -> None:
    try:
        with only(claim.row.region_code), shelf.workbench() as folder:
            _refuse_who_left(claim.row)
            ask = _ask_of(claim.row)
            taken_at, portions = _portions(claim, ask)
            title = claim.ledger.title(ask, "")
            rows = books.write(
                folder / "book.xlsx",
                claim.ledger,
                ask,
                portions,
                mark=_mark(claim.row, taken_at),
                author=claim.row.by_name,
                beat=_beat(claim),
            )
            kept = shelf.keep(claim.row.id, folder / "book.xlsx")
            _finish(claim, rows, kept, f"{title}（截至{claim.row.as_of.isoformat()}）.xlsx")
    except LeaseLost:
        return
    except TryLater:
        raise
    except DomainError as error:
        _end(claim, error.message)


def _ask_of(row: Export) -> Ask:
    return Ask(row.county_code, row.region_code, row.as_of, current_policy(row.county_code), row.about)


def _portions(claim: Claim, ask: Ask) -> tuple[str, Iterator[Sequence[Line]]]:
    """Return the rows: those that were kept of that day, if they were, else as they are told now."""
    kept = snapshots.of(claim.row.ledger, claim.row.county_code, ask.as_of) if not ask.is_today else None
    expected = kept.rows if kept else sum(source.count(ask) for source in claim.ledger.sources)
    _note(claim, 0, expected)
    if kept is None:
        return "", books.lines_of(claim.ledger, ask)
    taken = clock.local(kept.taken_at)
    return f"{taken:%Y-%m-%d %H:%M}的存档", snapshots.lines_of(kept, within=ask.where)


def _beat(claim: Claim) -> Callable[[int], None]:
    return lambda rows: _note(claim, rows)


@use_case
def _held(claim: Claim) -> Export:
    query = select(Export).where(Export.id == claim.row.id, Export.lease == claim.lease, Export.standing == MAKING)
    row = db.session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        raise LeaseLost
    return row


@use_case
def _note(claim: Claim, rows: int, expected: int | None = None) -> None:
    row = _held(claim)
    row.rows, row.lease_until = rows, clock.real_now() + LEASE
    if expected is not None:
        row.expected = expected


@use_case
def _finish(claim: Claim, rows: int, kept: shelf.Kept, name: str) -> None:
    row, hours = _held(claim), current_policy(claim.row.county_code).numbers["export_kept_hours"]
    row.standing, row.lease, row.rows = DONE, "", rows
    row.parts, row.size, row.sha256 = kept.parts, kept.size, kept.sha256
    row.file_name, row.made_at = name.translate(_NOT_IN_A_NAME)[-120:], clock.now()
    row.expires_at = clock.real_now() + timedelta(hours=max(hours, 1))


@use_case
def _end(claim: Claim, why: str) -> None:
    row = _held(claim)
    row.standing, row.lease, row.why = FAILED, "", why[:300]


def _refuse_who_left(row: Export) -> None:
    """Refuse where whoever asked has meanwhile lost the post, or the county has taken its files offline."""
    offline.refuse_files(row.county_code)
    query = (
        select(Identity.id)
        .join(Staff, Staff.id == Identity.staff_id)
        .where(Identity.staff_id == row.by_id, Identity.role == row.by_role, Identity.region_code == row.by_region)
        .where(Identity.ended_at.is_(None), Staff.is_active)
    )
    if db.session.scalars(query).first() is None or not may(Role(row.by_role), LEDGERS[row.ledger].asks):
        raise NotPossibleNow(NO_LONGER)


def _mark(row: Export, taken: str) -> str:
    now = clock.local(clock.now())
    words = chain(
        [f"由{row.by_name}（{ROLE_NAMES[Role(row.by_role)]}）于{now:%Y年%m月%d日 %H:%M}导出"],
        [f"编号{row.id}", f"截至{row.as_of.isoformat()}"],
        [f"取自{taken}"] if taken else [],
        [f"用途：{row.purpose}", "请勿外传，用完删除"],
    )
    return "；".join(words)


def sweep() -> int:
    """Delete files whose hours are over, and what nobody knows any more; return how many files went."""
    query = select(Export.id).where(Export.standing == DONE, Export.expires_at < clock.real_now())
    ids = db.session.scalars(query.limit(500)).all()
    db.session.rollback()
    for export_id in ids:
        shelf.export_shelf().delete(export_id)
        _forget(export_id)
    shelf.clear_benches()
    return len(ids) + shelf.export_shelf().sweep(_with_content)


def _with_content(ids: Sequence[int]) -> set[int]:
    """Return whose content is there by right: a restore brings back that of files whose hours were over."""
    exports = select(Export.id).where(Export.id.in_(ids), Export.standing.in_((ASKED, MAKING, DONE)))
    months = select(LedgerSnapshot.id).where(LedgerSnapshot.id.in_(ids))
    found = {*db.session.scalars(exports), *db.session.scalars(months)}
    db.session.rollback()
    return found


@use_case
def _forget(export_id: int) -> None:
    row = db.session.get_one(Export, export_id)
    row.standing, row.parts = OVER, 0
