"""Rows of a department's delivery: a name, a number, what it costs and when; staged in bulk, matched at the end."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Self, cast

from sqlalchemy import Table, insert

from backend.access.permissions import Action
from backend.db import db
from backend.models import StagedRow
from backend.privacy.blind_index import digest_of_plain
from backend.privacy.ciphers import Key, mac
from backend.privacy.current import keys
from backend.services.imports import columns as read
from backend.services.imports import shelf
from backend.services.imports.columns import Column, one_of
from backend.services.imports.lines import Reading
from backend.services.imports.runs import NEW, HoldOn, Kind, Line, Outcome, Run, Unit

NAME_SIGNS = 16


def _village(text: str, run: Run) -> str | None:
    """Read a village of the county; what is none says nothing, for whole provinces are sent."""
    return run.known_village(text)


def _risks(run: Run) -> Mapping[str, str]:
    return run.policy.dictionaries["risks"]


COLUMNS = (
    Column("name", "姓名", read.words(50), required=True, example="张三"),
    Column("id_number", "身份证号", read.id_number, required=True, also=("证件号码", "身份证号码")),
    Column(
        "village", "户籍村", _village, example="大东关村", hint="花名册里还没有的人要填，才能派到村里", also=("村",)
    ),
    Column(
        "amount", "金额", read.yuan, example="15600", hint="元；医疗费用填本年个人自己负担的", also=("个人负担", "数值")
    ),
    Column("happened_on", "发生日期", read.past_day, example="2026-03-05"),
    Column("risk", "困难", one_of(_risks), choices=_risks, hint="可以不填，不填按这一类预警算", also=("困难种类",)),
    Column("words", "说明", read.words(200), hint="可以不填，不会保存"),
)


_STAGE = insert(cast("Table", StagedRow.__table__))
"""Built once, past the mapper: a million rows need no objects."""

_SAID = {"amount": "amount_yuan", "happened_on": "happened_on", "village": "village_code", "risk": "risk"}
"""Where it is staged what a row may say."""


def name_digest(name: str, key: Key | None = None) -> str:
    """Return enough of a keyed digest to say that a name differs, and not enough to find one."""
    said = b"name\0" + name.encode("utf-8", "surrogatepass")
    return mac(key or keys().index.key, said).hex()[:NAME_SIGNS]


@dataclass(frozen=True)
class Said:
    """What a row says of somebody whom the roster does not know."""

    number: int
    name: str
    id_number: str
    village_code: str
    risk: str | None

    @classmethod
    def of(cls, line: Line) -> Self:
        """Take it out of a line."""
        values = line.values
        return cls(line.number, values["name"], values["id_number"], values["village"], values.get("risk"))


class _Taker:
    """Stages rows; what becomes of them is found out when all are there."""

    def __init__(self, run: Run) -> None:
        self._batch_id = int(run.batch.about)

    def see(self, line: Line) -> str | None:
        return None

    def settle(self, units: Sequence[Unit], *, write: bool) -> list[Outcome]:
        if write and units:
            self._stage([line for unit in units for line in unit.lines])
        return [Outcome(unit, NEW) for unit in units]

    def _stage(self, lines: Sequence[Line]) -> None:
        """Insert what is needed for matching: the key is read once, and numbers are in their plain form already.

        What no row of a chunk says is not sent: each value has its price a million times. A zero is said.
        """
        key, batch_id = keys().index.key, self._batch_id
        said = [column for column in _SAID if any(line.values.get(column) is not None for line in lines)]
        rows = []
        for number, values, _ in lines:
            row = {
                "batch_id": batch_id,
                "row_no": number,
                "digest": digest_of_plain(values["id_number"], key=key, kind="id_number"),
                "name_digest": name_digest(values["name"], key),
            }
            for column in said:
                row[_SAID[column]] = values[column]
            rows.append(row)
        db.session.execute(_STAGE, rows)


def _finish(run: Run, hold_on: HoldOn) -> None:
    from backend.services import alert_matching  # the alerts stand on the imports

    alert_matching.match(int(run.batch.about), lambda numbers: _said(run, numbers), hold_on)


def _give_up(run: Run) -> None:
    from backend.services import alert_returns  # the alerts stand on the imports

    alert_returns.give_back(int(run.batch.about), run.batch.id)


def _said(run: Run, numbers: Set[int]) -> list[Said]:
    """Read some rows again from the sealed file: a name and a number are kept nowhere else, and go with it."""
    batch = run.batch
    if not batch.parts:
        return []
    lines = Reading(ALERTS, shelf.rows_of(batch.id, batch.form, batch.parts), run).lines()
    return [Said.of(line) for line in lines if line.number in numbers]


ALERTS = Kind(
    "alerts",
    "部门预警",
    Action.PUSH_ALERTS,
    COLUMNS,
    _Taker,
    chunk=5000,
    is_straight=True,
    finish=_finish,
    give_up=_give_up,
    said="一人一行，按身份证号对本县农村户，金额到了预警线的才往村里派。花名册里没有的，填了户籍村的也派。",
)
