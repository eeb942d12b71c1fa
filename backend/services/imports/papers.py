"""What goes out as a workbook at once: templates with drop-downs, and rows to mend."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.db import db
from backend.errors import NotFound
from backend.models import ImportBatch, ImportNote
from backend.policy.county import current_policy
from backend.services import audit, offline
from backend.services.imports import shelf
from backend.services.imports.batches import find_batch, kind_of
from backend.services.imports.cells import Row, address
from backend.services.imports.columns import Column
from backend.services.imports.kinds import KINDS
from backend.services.imports.lines import HEADING_WITHIN, plain_title
from backend.services.imports.runs import Run
from backend.services.workbooks import Tab, write_xlsx

PROBLEM = "问题"
MOST_ROWS_BACK = 20_000


def template(code: str, *, by: Actor) -> bytes:
    """Return the template of a kind: one sheet to fill in, with drop-downs, and one that explains each column."""
    kind = kind_of(code, by)
    run = _no_file(by)
    fill = Tab(
        "填写",
        [each.title for each in kind.columns],
        [],
        needed=frozenset(each.title for each in kind.columns if each.required),
        choices={place: _offered(each, run) for place, each in enumerate(kind.columns, start=1) if each.choices},
    )
    explained = [_explained(each, run) for each in kind.columns]
    return write_xlsx([fill, Tab("说明", ["列", "必填", "怎么填", "例子", "可选的"], explained)])


def rows_to_mend(batch_id: int, *, by: Actor) -> bytes:
    """Return the rows of a file of which something was said, as they were, with that in a column of its own."""
    offline.refuse_files(by.county_code)
    batch = find_batch(batch_id, by=by)
    if not batch.parts:
        raise NotFound("文件放得太久，已经删除，请重新导入。")
    query = select(ImportNote).where(ImportNote.batch_id == batch.id).order_by(ImportNote.row_no, ImportNote.column_no)
    said: dict[int, list[str]] = {}
    for note in db.session.scalars(query.limit(MOST_ROWS_BACK)):
        said.setdefault(note.row_no, []).append(f"{address(note.row_no, note.column_no)}：{note.said}")
    _record(by, "read_import_report", f"import:{batch.id}", len(said))
    heading, rows = _picked(batch, said)
    return write_xlsx([Tab("要改的", heading, rows)])


def _offered(column: Column, run: Run) -> list[str]:
    return list(column.choices(run).values()) if column.choices else []


def _explained(column: Column, run: Run) -> Sequence[str]:
    needed = "必填" if column.required else ""
    return [column.title, needed, column.hint, column.example, "、".join(_offered(column, run))]


def _picked(batch: ImportBatch, said: Mapping[int, Sequence[str]]) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
    """Return the file's own heading and those of its rows of which something was said."""
    known = {plain_title(each.title) for each in KINDS[batch.kind].columns}
    first: list[Row] = []
    for row in shelf.rows_of(batch.id, batch.form, batch.parts):
        first.append(row)
        if len(first) == HEADING_WITHIN:
            break
    heading = max(first, key=lambda row: len(known & {plain_title(cell) for cell in row.cells}))
    width = len(heading.cells)

    def rows() -> Iterator[Sequence[str]]:
        for row in shelf.rows_of(batch.id, batch.form, batch.parts):
            if row.number in said and row.number != heading.number:
                cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
                yield [*map(str, cells), "；".join(said[row.number])]

    return [*heading.cells, PROBLEM], rows()


def _no_file(by: Actor) -> Run:
    """Return a run without a file: for drop-downs and words only."""
    batch = ImportBatch(county_code=by.county_code, region_code=by.region_code)
    return Run(batch, by, current_policy(by.county_code), clock.today())


def _record(by: Actor, action: str, subject: str, rows: int) -> None:
    if by.session_id is not None:
        audit.record_on_session(by=by, action=action, subject=subject, detail={"rows": rows})
