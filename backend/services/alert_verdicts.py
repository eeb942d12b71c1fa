"""What became of a department's rows, told back to it row by row: in its own file, or through the API."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import NotFound, NotPossibleNow
from backend.models import Alert, AlertBatch, AlertItem, ImportBatch, ImportNote, StagedRow
from backend.policy.county import current_policy
from backend.services import audit, offline
from backend.services.alert_matching import CLOSED, OUTCOME_NAMES
from backend.services.alert_schedule import EMPTY, FILED, OWED, READING, UNUSABLE
from backend.services.alerts import find
from backend.services.imports import shelf
from backend.services.imports.lines import HEADING_WITHIN, plain_title
from backend.services.workbooks import Tab, write_xlsx

HELPED = "case"
VERDICT, ON = "核实结论", "核实日期"
MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class RowVerdict:
    """One row of a delivery: what became of it, the village's verdict in words, and its day."""

    row_no: int
    outcome: str | None
    verdict: str | None
    words: str
    on: date | None


@dataclass(frozen=True)
class HitRate:
    """Of what a delivery sent to villages: how much has its verdict, and how often there was something (P47)."""

    sent: int
    decided: int
    found: int


def verdicts_of(batch_id: int, *, by: Actor, after: int = 0, size: int = MOST_AT_ONCE) -> list[RowVerdict]:
    """Return what became of a delivery's rows that concern somebody of the county, by row; they count as told back."""
    require(by.role, Action.PUSH_ALERTS)
    batch = _matched(batch_id, by)
    found = _read(batch, after, size)
    if not after:
        _refuse_forgotten(batch, found)
    _note_told(batch.id, [each.row_no for each in found if each.verdict is not None])
    return found


def file_with_verdicts(batch_id: int, *, by: Actor) -> bytes:
    """Return the department's own file with two columns more: what was found, and when."""
    require(by.role, Action.PUSH_ALERTS)
    offline.refuse_files(by.county_code)
    batch = _matched(batch_id, by)
    handed = db.session.get(ImportBatch, batch.import_id) if batch.import_id else None
    if handed is None or not handed.parts:
        raise NotFound("文件放得太久，已经删除；结论请在页面上看。")
    said: dict[int, RowVerdict] = {}
    after = 0
    while some := _read(batch, after, MOST_AT_ONCE):
        said.update({each.row_no: each for each in some})
        after = some[-1].row_no
    wrong = set(db.session.scalars(select(ImportNote.row_no).where(ImportNote.batch_id == handed.id)))
    if by.session_id is not None:
        subject = f"alert batch:{batch.id}"
        audit.record_on_session(by=by, action="read_verdicts", subject=subject, detail={"rows": len(said)})
    content = write_xlsx([Tab("反馈", *_told(handed, said, wrong))])
    _note_told(batch.id, [each.row_no for each in said.values() if each.verdict is not None])
    return content


def hit_rate(batch_id: int, *, by: Actor) -> HitRate:
    """Return how often a delivery pointed at something, for the office that made it."""
    require(by.role, Action.PUSH_ALERTS)
    batch = find(batch_id, by=by)
    with as_system("a department hears what became of its rows"):
        query = select(Alert.id, Alert.verdict).join(AlertItem, AlertItem.alert_id == Alert.id)
        rows = db.session.execute(query.where(AlertItem.batch_id == batch.id).distinct()).all()
    decided = [row.verdict for row in rows if row.verdict is not None]
    return HitRate(len(rows), len(decided), sum(verdict in {HELPED, "joined"} for verdict in decided))


def _matched(batch_id: int, by: Actor) -> AlertBatch:
    batch = find(batch_id, by=by)
    if batch.standing != FILED:
        raise NotPossibleNow(_NOT_YET[batch.standing])
    return batch


_NOT_YET = {
    OWED: "这一期还没有推送，推送以后才有反馈。",
    READING: "这一批还没有核对完，请稍后再看。",
    EMPTY: "这一期没有预警，不用反馈。",
    UNUSABLE: "这一批的文件不能用，请改好再推送。",
}


def _refuse_forgotten(batch: AlertBatch, found: Sequence[RowVerdict]) -> None:
    """Say so where a delivery had rows and they are gone, instead of answering that there were none."""
    if not found and sum(batch.counts.values()):
        raise NotPossibleNow("这一批放得太久，明细已经删除；当时的数目在这一批的页面上看。")


def _read(batch: AlertBatch, after: int, size: int) -> list[RowVerdict]:
    names = current_policy(batch.county_code).dictionaries["clue_verdicts"]
    query = (
        select(StagedRow.row_no, StagedRow.outcome, Alert.standing, Alert.verdict, Alert.verdict_at)
        .outerjoin(AlertItem, (AlertItem.batch_id == StagedRow.batch_id) & (AlertItem.row_no == StagedRow.row_no))
        .outerjoin(Alert, Alert.id == AlertItem.alert_id)
        .where(StagedRow.batch_id == batch.id, StagedRow.row_no > after, StagedRow.outcome.is_not(None))
        .order_by(StagedRow.row_no)
        .limit(min(size, MOST_AT_ONCE))
    )
    with as_system("a department hears what became of its rows"):
        rows = db.session.execute(query).all()
    return [
        RowVerdict(
            row_no=row.row_no,
            outcome=row.outcome,
            verdict=row.verdict if row.standing == CLOSED else None,
            words=_words(row.outcome, names.get(row.verdict, "") if row.standing == CLOSED else "", row.standing),
            on=clock.local(row.verdict_at).date() if row.verdict_at and row.standing == CLOSED else None,
        )
        for row in rows
    ]


def _words(outcome: str | None, verdict: str, standing: str | None) -> str:
    if verdict:
        return verdict
    return "村里正在核实" if standing is not None else OUTCOME_NAMES[outcome]


def _told(
    handed: ImportBatch, said: dict[int, RowVerdict], wrong: set[int]
) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
    first = []
    for row in shelf.rows_of(handed.id, handed.form, handed.parts):
        first.append(row)
        if len(first) == HEADING_WITHIN:
            break
    heading = next(row for row in first if "姓名" in {plain_title(cell) for cell in row.cells})
    width = len(heading.cells)

    def rows() -> Iterator[Sequence[str]]:
        for row in shelf.rows_of(handed.id, handed.form, handed.parts):
            if row.number > heading.number and any(cell.strip() for cell in row.cells):
                cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
                told = said.get(row.number)
                words = (
                    told.words if told else "这一行有要改的，没有核对" if row.number in wrong else OUTCOME_NAMES[None]
                )
                yield [*map(str, cells), words, told.on.isoformat() if told and told.on else ""]

    return [*heading.cells, VERDICT, ON], rows()


@use_case
def _note_told(batch_id: int, rows: Sequence[int]) -> None:
    if not rows:
        return
    with as_system("a department has heard what became of its rows"):
        for first in range(0, len(rows), MOST_AT_ONCE):
            mine = update(AlertItem).where(
                AlertItem.batch_id == batch_id,
                AlertItem.row_no.in_(rows[first : first + MOST_AT_ONCE]),
                AlertItem.told_back_at.is_(None),
            )
            db.session.execute(mine.values(told_back_at=clock.now()), execution_options={"synchronize_session": False})
