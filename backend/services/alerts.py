"""What departments hand in: a file, a few rows through the API, or that there is nothing; each once."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor, system_actor
from backend.access.permissions import Action, Role, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import AlertBatch, ImportBatch, Task
from backend.policy.county import current_policy
from backend.services import offices
from backend.services.alert_schedule import EMPTY, OWED, READING, refuse_foreign_topic
from backend.services.imports import batches as files
from backend.services.sealing import optional
from backend.workflow.tasks import close_duty

KIND = "alerts"
HEADING = ("姓名", "身份证号", "户籍村", "金额", "发生日期", "说明")
MOST_ROWS_AT_ONCE = 1000
MOST_LETTER = 60


@dataclass(frozen=True)
class AlertRow:
    """One row as a department's program sends it; what is empty is left open."""

    name: str
    id_number: str
    village: str = ""
    amount: str = ""
    happened_on: str = ""
    words: str = ""


def hand_in(batch_id: int, file: BinaryIO, *, name: str, by: Actor, letter_no: str = "") -> AlertBatch:
    """Hand in what is owed, as a file. The same file again changes nothing and returns the first.

    The county may do it for a department without an account, and names its covering letter (practice S8).
    Errors: `Invalid` for `file`; `NotPossibleNow` once this delivery came in another file.
    """
    require(by.role, Action.PUSH_ALERTS)
    batch = find(batch_id, by=by)
    handed = files.hand_in(KIND, file, name=name, by=by, about=str(batch.id))
    return _take_note(batch.id, handed.id, by, letter_no)


def push(topic: str, file: BinaryIO, *, name: str, by: Actor, letter_no: str = "") -> AlertBatch:
    """Push alerts at once, owed or not: what presses does not wait for its day. The same file twice is one."""
    require(by.role, Action.PUSH_ALERTS)
    refuse_foreign_topic(topic, by=by)
    handed = files.hand_in(KIND, file, name=name, by=by)
    return _take_pushed(topic, handed.id, by, letter_no)


def push_rows(topic: str, rows: Sequence[AlertRow], *, by: Actor, batch_id: int | None = None) -> AlertBatch:
    """Take rows from a department's own program: they go the way of a file, and are answered as one."""
    if not 1 <= len(rows) <= MOST_ROWS_AT_ONCE:
        raise Invalid.field("rows", f"一次1到{MOST_ROWS_AT_ONCE}行，多的请分几次，或者上传文件。")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADING)
    writer.writerows((row.name, row.id_number, row.village, row.amount, row.happened_on, row.words) for row in rows)
    file = io.BytesIO(text.getvalue().encode("utf-8-sig"))
    if batch_id is not None:
        return hand_in(batch_id, file, name="接口.csv", by=by)
    return push(topic, file, name="接口.csv", by=by)


@use_case
def nothing_to_report(batch_id: int, *, by: Actor, letter_no: str = "") -> AlertBatch:
    """Report that there is nothing this time (零报告): a report like any other, and no missing one."""
    require(by.role, Action.PUSH_ALERTS)
    batch = find(batch_id, by=by, locked=True)
    if batch.standing == EMPTY:
        return batch
    if batch.standing != OWED:
        raise NotPossibleNow("这一期已经推送过了。")
    _close(batch, EMPTY, by, letter_no)
    return batch


def find(batch_id: int, *, by: Actor, locked: bool = False) -> AlertBatch:
    """Return one delivery: of the department itself, or of the county; anything else does not exist."""
    query = select(AlertBatch).where(AlertBatch.id == batch_id, AlertBatch.county_code == by.county_code)
    if by.role is Role.DEPT:
        query = query.where(AlertBatch.office_code == by.region_code)
    batch = db.session.scalars(query.with_for_update() if locked else query).one_or_none()
    if batch is None:
        raise NotFound
    return batch


@use_case
def _take_note(batch_id: int, import_id: int, by: Actor, letter_no: str) -> AlertBatch:
    batch = find(batch_id, by=by, locked=True)
    handed = db.session.get_one(ImportBatch, import_id)
    if batch.standing != OWED:
        before = db.session.get(ImportBatch, batch.import_id) if batch.import_id else None
        files.set_aside(handed)
        if before is not None and before.sha256 == handed.sha256:
            return batch
        raise NotPossibleNow("这一期已经推送过了。还有要补的，请用“随时推送”。")
    batch.import_id = handed.id
    files.release(handed)
    _close(batch, READING, by, letter_no)
    return batch


@use_case
def _take_pushed(topic: str, import_id: int, by: Actor, letter_no: str) -> AlertBatch:
    handed = db.session.get_one(ImportBatch, import_id)
    policy = current_policy(by.county_code)
    query = select(AlertBatch).where(
        AlertBatch.county_code == by.county_code, AlertBatch.topic == topic, AlertBatch.key == handed.sha256
    )
    known = db.session.scalars(query).one_or_none()
    if known is not None:
        files.set_aside(handed)
        return known
    batch = AlertBatch(
        id=new_id(),
        county_code=by.county_code,
        office_code=offices.office_of(by.county_code, policy.dictionaries["alert_offices"][topic]).code,
        topic=topic,
        key=handed.sha256,
        period_from=clock.today(),
        due_on=None,
        standing=OWED,
        task_id=None,
        import_id=handed.id,
        policy_version=policy.version,
        counts={},
        filed_on=None,
        filed_by=None,
        matched_at=None,
    )
    db.session.add(batch)
    handed.about = str(batch.id)
    files.release(handed)
    _close(batch, READING, by, letter_no)
    db.session.flush()
    return batch


def _close(batch: AlertBatch, standing: str, by: Actor, letter_no: str) -> None:
    batch.standing, batch.filed_on = standing, clock.today()
    batch.filed_by, batch.filed_by_name = by.id, by.name
    batch.letter_no = optional(letter_no, "letter_no", MOST_LETTER)
    if batch.task_id is not None:
        with as_system("a department has delivered"):
            task = db.session.scalars(select(Task).where(Task.id == batch.task_id)).one()
            if task.open_due is not None:
                close_duty(task, by=by, how=standing, version=task.version + 1)


def machine(county_code: str) -> Actor:
    """Return who acts when the program itself goes on with what departments said."""
    return system_actor(county_code, "alerts go to the villages")
