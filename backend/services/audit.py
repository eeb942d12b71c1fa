"""The audit trail's keeper: seals new rows into numbered batches, and names whatever was tampered with."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from pathlib import Path

from sqlalchemy import func, select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, first_id_at, use_case
from backend.models import AuditBatch, AuditRow, Case, Complaint, CountyBatch, DisasterEvent, Household, SignIn
from backend.privacy.chain import EMPTY_ROOT, Batch, mac_row, merkle_root
from backend.privacy.current import keys
from backend.services import audit_roots
from backend.services.leaders import leading
from backend.services.storage import settings
from backend.workflow import trail

MOST_IN_A_BATCH = 5000
HEADS = (
    *(("case", Case), ("household", Household), ("session", SignIn), ("complaint", Complaint)),
    *(("disaster", DisasterEvent), ("batch", CountyBatch)),
)
"""Which rows head the chains of each label."""
SETTLED = timedelta(seconds=2)
READ_AT_ONCE = 2000


@use_case
def record_on_session(*, by: Actor, action: str, subject: str, detail: dict[str, object] | None = None) -> None:
    """Append what somebody did or saw outside any case to the chain of their session."""
    session = db.session.scalars(select(SignIn).where(SignIn.id == by.session_id).with_for_update()).one()
    trail.record(session, f"session:{session.id}", by=by, action=action, subject=subject, detail=dict(detail or {}))


def rows_about(subject: str, *, by: Actor, before: int | None = None, size: int = 50) -> list[AuditRow]:
    """Return who did or saw what about a subject of the auditor's county, the newest first."""
    require(by.role, Action.READ_AUDIT)
    query = select(AuditRow).where(AuditRow.county_code == by.county_code)
    query = query.where(AuditRow.subject == subject) if subject else query
    query = query.where(AuditRow.id < before) if before else query
    return list(db.session.scalars(query.order_by(AuditRow.id.desc()).limit(size)))


def seal_new_rows() -> int:
    """Seal what is new into batches and write their roots outside the database; return how many rows were sealed."""
    sealed = 0
    with leading(audit_roots.SEALING) as leads:
        if leads:
            while batch := _seal_batch():
                sealed += batch
                leads.hold_on()
            audit_roots.write_on()
    return sealed


@use_case
def _seal_batch() -> int:
    """Seal one batch. A row younger than two seconds waits: its neighbours may not have committed yet."""
    settled = first_id_at(clock.real_now() - SETTLED)
    new = select(AuditRow.id, AuditRow.mac).where(AuditRow.batch_no.is_(None), AuditRow.id < settled)
    rows = db.session.execute(new.order_by(AuditRow.id).limit(MOST_IN_A_BATCH)).all()
    if not rows:
        return 0
    last = db.session.scalars(select(AuditBatch).order_by(AuditBatch.number.desc()).limit(1)).first()
    number, previous = (last.number + 1, last.root) if last else (1, EMPTY_ROOT)
    root = merkle_root([row.mac for row in rows])
    db.session.add(
        AuditBatch(number=number, count=len(rows), root=root, previous_root=previous, sealed_at=clock.real_now())
    )
    db.session.execute(
        update(AuditRow).where(AuditRow.id.in_([row.id for row in rows])).values(batch_no=number),
        execution_options={"synchronize_session": False},
    )
    return len(rows)


def unsealed_seconds() -> float:
    """Return the age of the oldest row, or batch of rows, that no root outside the database covers yet."""
    rows = select(AuditRow.happened_at).where(AuditRow.batch_no.is_(None)).order_by(AuditRow.id).limit(1)
    batches = select(AuditBatch.sealed_at).where(AuditBatch.number > audit_roots.last_number(settings().roots_path))
    row, batch = db.session.scalar(rows), db.session.scalar(batches.order_by(AuditBatch.number).limit(1))
    ages = [clock.now() - row if row else SETTLED * 0, clock.real_now() - batch if batch else SETTLED * 0]
    return max(ages).total_seconds()


def verify(roots_file: Path) -> list[str]:
    """Check every row, chain and batch against the roots kept outside; return a plain line for each thing wrong."""
    with as_system("audit verify"):
        return [*_broken_chains(), *_broken_heads(), *_broken_batches(roots_file)]


def _broken_chains() -> Iterator[str]:
    rows = db.session.scalars(
        select(AuditRow).order_by(AuditRow.chain, AuditRow.place).execution_options(yield_per=READ_AT_ONCE)
    )
    for chain, members in groupby(rows, key=lambda row: row.chain):
        expected, previous = 1, ""
        for row in members:
            if row.place != expected:
                yield f"{chain} 第{expected}行被删除"
            elif row.previous_mac != previous:
                yield f"{chain} 第{row.place}行（编号{row.id}）与前一行接不上：被调换或插入"
            if not _mac_fits(row):
                yield f"{chain} 第{row.place}行（编号{row.id}）被改动"
            expected, previous = row.place + 1, row.mac


def _mac_fits(row: AuditRow) -> bool:
    try:
        _, mac = mac_row(keys=keys(), previous=row.previous_mac, payload=trail.payload_of(row), key_id=row.key_id)
    except (KeyError, TypeError):
        return False
    return mac == row.mac


def _broken_heads() -> Iterator[str]:
    """Find removed last rows: they leave no gap, but the head that their case, family or paper keeps knows of them."""
    for label, model in HEADS:
        last = (
            select(AuditRow.chain, func.max(AuditRow.place).label("place"))
            .where(AuditRow.chain.like(f"{label}:%"))
            .group_by(AuditRow.chain)
        )
        found = {row.chain: row.place for row in db.session.execute(last)}
        heads = select(model.id, model.audit_count).where(model.audit_count > 0)
        for row_id, count in db.session.execute(heads.execution_options(yield_per=READ_AT_ONCE)):
            chain = f"{label}:{row_id}"
            if found.get(chain, 0) < count:
                yield f"{chain} 第{found.get(chain, 0) + 1}行至第{count}行被删除"


def _broken_batches(roots_file: Path) -> Iterator[str]:
    kept, complaints = audit_roots.read(roots_file)
    yield from complaints
    if not audit_roots.is_as_left(kept):
        yield "根文件和上次写完时不一样：最后写进去的那一批不在里面"
    previous = EMPTY_ROOT
    batches = {row.number: row for row in db.session.scalars(select(AuditBatch))}
    for number in range(1, max([*kept, *batches, 0]) + 1):
        batch, root = batches.get(number), kept.get(number)
        if root is None:
            yield f"第{number}批在库外的根文件里没有"
            continue
        if root.previous_root != previous:
            yield f"第{number}批与前一批接不上"
        previous = root.root
        if batch is None or (batch.root, batch.count) != (root.root, root.count):
            yield f"第{number}批与库外的根不一致"
        yield from _broken_batch(root)


def _broken_batch(root: Batch) -> Iterator[str]:
    macs = db.session.scalars(select(AuditRow.mac).where(AuditRow.batch_no == root.no).order_by(AuditRow.id)).all()
    if len(macs) != root.count:
        yield f"第{root.no}批应有{root.count}行，现有{len(macs)}行"
    elif merkle_root(macs) != root.root:
        yield f"第{root.no}批的内容与封存时不同"
