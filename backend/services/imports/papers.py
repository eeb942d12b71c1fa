"""What goes out as a workbook: templates with drop-downs, rows to mend, and the roster for correction."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.errors import NotFound
from backend.models import Household, ImportBatch, ImportNote, Person
from backend.policy.county import current_policy
from backend.services import audit
from backend.services.imports import shelf
from backend.services.imports.batches import find_batch, kind_of
from backend.services.imports.cells import Row, address
from backend.services.imports.columns import Column
from backend.services.imports.households import COLUMNS
from backend.services.imports.kinds import KINDS
from backend.services.imports.lines import HEADING_WITHIN, plain_title
from backend.services.imports.runs import Run
from backend.services.imports.xlsx_writing import Tab, write_xlsx
from backend.services.sealing import Sealer

PROBLEM = "问题"
MOST_ROWS_BACK = 20_000
READ_AT_ONCE = 500
MOST_EXPORTED = 30_000
"""Households in one file: a county's roster goes out township by township."""


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


def roster(*, by: Actor, village_code: str = "") -> bytes:
    """Return the roster of the actor's place for correction: imported again as it is, it changes nothing.

    ID numbers and telephones are in it: each export is in the audit, with how many households went out.
    """
    require(by.role, Action.EXPORT_ROSTER)
    query = select(Household.id).where(Household.is_provisional.is_(False), Household.merged_into_id.is_(None))
    if village_code:
        query = query.where(Household.village_code == village_code)
    ids = db.session.scalars(query.order_by(Household.village_code, Household.id).limit(MOST_EXPORTED)).all()
    _record(by, Action.EXPORT_ROSTER, f"roster:{village_code or by.region_code}", len(ids))
    rows = _roster_rows(ids, _no_file(by))
    return write_xlsx(
        [
            Tab(
                "花名册",
                [each.title for each in COLUMNS],
                rows,
                frozenset(each.title for each in COLUMNS if each.required),
            )
        ]
    )


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


def _roster_rows(ids: Sequence[int], run: Run) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), READ_AT_ONCE):
        some = ids[first : first + READ_AT_ONCE]
        households = {row.id: row for row in db.session.scalars(select(Household).where(Household.id.in_(some)))}
        people: dict[int, list[Person]] = {}
        query = select(Person).where(Person.household_id.in_(some), Person.died_on.is_(None)).order_by(Person.id)
        for person in db.session.scalars(query):
            people.setdefault(person.household_id, []).append(person)
        for household_id in some:
            yield from _household_rows(households[household_id], people.get(household_id, []), run)
        db.session.expunge_all()


def _household_rows(household: Household, people: Sequence[Person], run: Run) -> Iterator[Sequence[str]]:
    numbers = {each.id: Sealer("people", each.id).open("id_sealed", each.id_sealed) for each in people}
    head = next((each for each in people if each.relation == "head"), None)
    kept = json.loads(Sealer("households", household.id).open("details_sealed", household.details_sealed) or "{}")
    shared = {
        "village": household.village_code,
        "group": household.group_name,
        "grid": household.grid_code or "",
        "head_name": household.head_name,
        "head_id": numbers.get(head.id, "") if head else "",
        "standing": household.standing,
        "national_no": household.national_no or "",
        "address": kept.get("address", ""),
    }
    for person in people:
        details = json.loads(Sealer("people", person.id).open("details_sealed", person.details_sealed) or "{}")
        values: dict[str, Any] = {
            **shared,
            **details,
            "name": person.name,
            "relation": person.relation,
            "id_number": numbers[person.id],
            "no_document": person.no_document or "",
        }
        yield [_said(column, values.get(column.key), run) for column in COLUMNS]


def _said(column: Column, value: Any, run: Run) -> str:
    if value in (None, "", []):
        return ""
    known = column.choices(run) if column.choices else {}
    if isinstance(value, list):
        return "、".join(known.get(each, each) for each in value)
    return known.get(str(value), str(value))


def _no_file(by: Actor) -> Run:
    """Return a run without a file: for drop-downs and words only."""
    batch = ImportBatch(county_code=by.county_code, region_code=by.region_code)
    return Run(batch, by, current_policy(by.county_code), clock.today())


def _record(by: Actor, action: str, subject: str, rows: int) -> None:
    if by.session_id is not None:
        audit.record_on_session(by=by, action=action, subject=subject, detail={"rows": rows})
