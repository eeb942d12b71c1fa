"""Makes one large ledger in a process of its own: `python -m bench.exporting STEP URL HOME ROWS`."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter
from sqlalchemy import select

from backend import clock
from backend.access.scope import act_within
from backend.db import db
from backend.models import Export
from backend.services import sign_ins
from backend.services.exports import making
from backend.services.exports.asking import DONE, AskForm, ask
from bench.county import PASSWORD_OF_ALL, open_county

LEDGER = "clues"
COLUMNS = 15
MOST_OFF = 0.05
"""A copied case has a clue; a few were added since by hand."""


def export(url: str, home: Path, rows: int) -> float:
    """Ask for the ledger as somebody does, make it as a worker does, and return the seconds of that."""
    county = open_county(url, home)
    with county.app.app_context():
        actor = sign_ins.sign_in("exporter", PASSWORD_OF_ALL, address="127.0.0.1").actor
    with county.app.app_context():
        act_within(actor.scope)
        asked = ask(AskForm(LEDGER, "量一量"), by=actor, password=PASSWORD_OF_ALL)
        export_id = asked.id
    with county.app.app_context():
        began = clock.monotonic()
        making.carry_on()
        took = clock.monotonic() - began
    with county.app.app_context():
        made = db.session.scalars(select(Export).where(Export.id == export_id)).one()
        if made.standing != DONE or abs(made.rows - rows) > rows * MOST_OFF:
            raise RuntimeError(f"{made.standing}: {made.rows} rows {made.why}")
    return took


def floor(url: str, home: Path, rows: int) -> float:
    """Write as many cells with the library alone."""
    began = clock.monotonic()
    with TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(f"{folder}/book.xlsx", {"constant_memory": True, "tmpdir": folder})
        sheet = book.add_worksheet()
        for row in range(rows):
            for column in range(COLUMNS):
                sheet.write_string(row, column, f"第{row}行第{column}栏")
        book.close()
    return clock.monotonic() - began


STEPS = {"export": export, "floor": floor}


def main(step: str, url: str, home: str, rows: str) -> None:
    """Run one step and print its seconds and its peak of memory."""
    seconds = STEPS[step](url, Path(home), int(rows))
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": _peak()}) + "\n")


def _peak() -> float:
    """Return the most memory that this program held; `getrusage` would count what its parent held when it was begun."""
    lines = Path("/proc/self/status").read_text().splitlines()
    [kilobytes] = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(kilobytes) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
