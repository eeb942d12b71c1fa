"""Files as offices send them: a roster in rows, as text or as a workbook, and what became of them."""

import csv
import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.files.store import FileStore
from backend.models import ImportBatch, ImportNote
from backend.services.imports import batches, working
from backend.services.imports.cells import address
from backend.services.workbooks import Tab, write_xlsx
from tests.people import VILLAGE, Cast, id_number

HEADING = (
    *("村", "村民小组", "户主姓名", "户主身份证号", "户类型", "家庭住址", "联系电话", "姓名", "与户主关系"),
    *("证件号码", "无证件原因", "文化程度", "健康状况", "劳动能力", "医疗保险", "养老保险", "享受政策"),
)
HEADER = dict(zip(HEADING, range(len(HEADING)), strict=True))


def member(head: str, head_serial: int, name: str, relation: str, serial: int | None, **more: str) -> list[str]:
    """Return one row of the roster; `serial` None: nobody knows their number."""
    row = {
        "村": VILLAGE,
        "村民小组": "第一组",
        "户主姓名": head,
        "户主身份证号": id_number(head_serial),
        "户类型": "一般农户",
        "姓名": name,
        "与户主关系": relation,
        "证件号码": id_number(serial) if serial is not None else "",
        "无证件原因": "" if serial is not None else "尚未上户口",
        "健康状况": "健康",
        **more,
    }
    return [row.get(title, "") for title in HEADING]


ZHANG = (
    member("张三", 1, "张三", "户主", 1, 联系电话="13800000001", 健康状况="长期慢性病、残疾"),
    member("张三", 1, "李四", "配偶", 2),
    member("张三", 1, "张小三", "之子", 3, 文化程度="大专", 劳动能力="普通劳动力"),
)
WANG = (member("王五", 11, "王五", "户主", 11), member("王五", 11, "王小五", "之女", None))


def age(store: FileStore, *, hours: float) -> None:
    """Let everything in a store look as if it had been written so long ago."""
    then = clock.real_now().timestamp() - hours * 3600
    for path in store.root.glob("*/*/*"):
        os.utime(path, (then, then))


def as_csv(rows: Sequence[Sequence[str]], heading: Sequence[str] = HEADING, encoding: str = "utf-8-sig") -> bytes:
    """Return rows as a text file."""
    text = io.StringIO()
    csv.writer(text).writerows([heading, *rows])
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence[str]], heading: Sequence[str] = HEADING) -> bytes:
    """Return rows as a workbook."""
    return write_xlsx([Tab("花名册", heading, rows)])


def changed_part(content: bytes, name: str, old: str, new: str) -> bytes:
    """Return a package with one of its parts edited by hand."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in given.infolist():
            data = given.read(entry)
            if entry.filename == name:
                assert old in data.decode(), data[:400]
                data = data.decode().replace(old, new, 1).encode()
            made.writestr(entry.filename, data)
    return out.getvalue()


@dataclass(frozen=True)
class Report:
    """What became of a file: where it stands, what was counted, and each finding by its cell."""

    id: int
    standing: str
    why: str
    counts: dict[str, int]
    found: dict[str, str]


@dataclass
class Office:
    """Somebody who hands files in."""

    app: Flask
    cast: Cast
    login: str = "county_op"

    def look(self, content: bytes, kind: str = "households", name: str = "花名册.csv") -> Report:
        """Hand a file in and let it be looked through."""
        with self.cast.acting(self.login) as by:
            batch_id = batches.hand_in(kind, io.BytesIO(content), name=name, by=by).id
        return self.work(batch_id)

    def take(self, content: bytes, kind: str = "households") -> Report:
        """Hand a file in, look at the report, and accept it."""
        return self.accept(self.look(content, kind).id)

    def accept(self, batch_id: int) -> Report:
        with self.cast.acting(self.login) as by:
            batches.accept(batch_id, by=by)
        return self.work(batch_id)

    def work(self, batch_id: int) -> Report:
        with self.app.app_context():
            working.carry_on()
        return self.report(batch_id)

    def report(self, batch_id: int) -> Report:
        with self.app.app_context():
            batch = db.session.get_one(ImportBatch, batch_id)
            notes = db.session.scalars(
                select(ImportNote).where(ImportNote.batch_id == batch_id).order_by(ImportNote.weight.desc())
            )
            found = {address(each.row_no, each.column_no): each.said for each in notes}
            return Report(batch.id, batch.standing, batch.why, dict(batch.counts), found)


def rows(app: Flask, table: type[Any]) -> list[Any]:
    """Return every row of a table."""
    with app.app_context(), as_system("a test looks"):
        return list(db.session.scalars(select(table).order_by(table.id)))
