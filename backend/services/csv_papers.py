"""Lists that leave the program as files: opened right by spreadsheets, marked with who took them, and numbered."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES, Action
from backend.db import new_id
from backend.services import audit

BOM = "\ufeff"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_KEPT_AS_TEXT = "'"


@dataclass(frozen=True)
class Sheet:
    """A file as it was handed out: its name, its number, how many rows it has, and its bytes."""

    name: str
    number: str
    rows: int
    content: bytes


def sheet(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, purpose: str, by: Actor) -> Sheet:
    """Return a file with title, a line that says who took it when and for what, the columns, and the rows."""
    number = str(new_id())
    taken = clock.local(clock.now())
    mark = (
        f"导出人：{by.name}（{ROLE_NAMES[by.role]}）；时间：{taken.year}年{taken.month}月{taken.day}日 {taken:%H:%M}；"
        f"编号：{number}；用途：{purpose}；请勿外传，用完删除。"
    )
    text = io.StringIO(BOM)
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([cell(title)])
    writer.writerow([mark])
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([cell(each) for each in row])
        count += 1
    return Sheet(f"{title}.csv", number, count, text.getvalue().encode())


def cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"{_KEPT_AS_TEXT}{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def record(made: Sheet, action: Action, *, by: Actor, **about: object) -> None:
    """Write into the audit that a file left: which, how many rows, what its bytes were, and for whom."""
    digest = hashlib.sha256(made.content).hexdigest()
    detail = {**about, "number": made.number, "rows": made.rows, "sha256": digest}
    audit.record_on_session(by=by, action=action, subject=f"list:{by.county_code}", detail=detail)
