"""Counts the instructions of the three hottest requests: `make instructions`, with RECORD=1 the new baseline.

Times on a machine that others use say little; a count says the same on each run. On SQLite, in one process, warm: what
the web server, the network and MariaDB cost is not in it. N requests are subtracted from 2N, so that marks cancel.
"""

import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from admin.sessions import COOKIE
from backend.access.permissions import Role
from backend.workflow.states import State
from bench import requests
from bench.copies import READY_TO_DECIDE
from bench.county import County, fill, make_empty, open_county, villages
from bench.settings import CHECKOUT, DATA

BASELINE = CHECKOUT / "bench" / "instructions.json"
CASES, FARMERS = 800, 40
WARM, COUNTED = 3, 8
MOST_CHANGE = 0.03
KINDS = {"declare": "a declaration", "decide": "a township's decision", "queue": "a page of the console's queue"}
MARK = "getpriority"
Message = dict[str, Any]


def main() -> int:
    """Count, print, compare with what was recorded; 1 when a request costs more by over three in a hundred."""
    if shutil.which("valgrind") is None:
        print("callgrind is needed: sudo apt-get install -y --no-install-recommends valgrind", file=sys.stderr)
        return 2
    DATA.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="sw-instructions-") as folder:
        counts = _count(_plan(Path(folder)), Path(folder))
    found = {"made_with": made_with(), "instructions": counts}
    if os.environ.get("RECORD"):
        BASELINE.write_text(json.dumps(found, indent=1) + "\n")
        print(*lines(counts, counts), "recorded as the new baseline", sep="\n")
        return 0
    recorded = json.loads(BASELINE.read_text())
    print(*lines(counts, recorded["instructions"]), sep="\n")
    if recorded["made_with"] != found["made_with"]:
        print(f"recorded with {recorded['made_with']}, counted with {found['made_with']}: RECORD=1 records anew")
        return 0
    grown = [kind for kind in KINDS if counts[kind] > recorded["instructions"][kind] * (1 + MOST_CHANGE)]
    print(f"more instructions than recorded: {', '.join(grown)}" if grown else "no request costs more than recorded")
    return 1 if grown else 0


def lines(counts: dict[str, int], recorded: dict[str, int]) -> Iterator[str]:
    """Yield a line for each request: its count, what was recorded, and by how much it differs."""
    for kind, words in KINDS.items():
        change = counts[kind] / recorded[kind] - 1
        yield f"{words:<30} {counts[kind]:>12,} instructions, recorded {recorded[kind]:>12,} ({change:+.2%})"


def made_with() -> dict[str, str]:
    """What a count depends on besides our own code."""
    return {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "valgrind": subprocess.run(["valgrind", "--version"], capture_output=True, text=True).stdout.strip(),
        **{name: version(name) for name in ("SQLAlchemy", "Flask", "cryptography")},
    }


def _plan(folder: Path) -> Path:
    """Make a county in this folder, and write down what is sent to it."""
    url = f"sqlite:///{folder / 'county.sqlite3'}"
    make_empty(url)
    county = open_county(url, folder)
    fill(county, CASES, shares=READY_TO_DECIDE)
    kinds = []
    for messages in (_declarations(county), _decisions(county), _pages(county)):
        some = {"warm": WARM, "once": COUNTED, "twice": 2 * COUNTED}
        kinds.append({name: [next(messages) for _ in range(count)] for name, count in some.items()})
    path = folder / "plan.json"
    path.write_text(json.dumps({"url": url, "home": str(folder), "kinds": kinds}))
    return path


def _declarations(county: County) -> Iterator[Message]:
    tokens = county.farmers(FARMERS)
    for token in tokens:
        yield _posted("/api/v1/declarations", requests.declaration(villages()[1]), token)


def _decisions(county: County) -> Iterator[Message]:
    town = villages()[0][:9]
    token = county.phone_of("reviewer", Role.TOWN_REVIEW, town)
    for case in county.copies(CASES, READY_TO_DECIDE):
        if case.state == State.VISITED and case.village[:9] == town:
            yield _posted(f"/api/v1/cases/{case.id}/decisions", requests.decision(case), token)


def _pages(county: County) -> Iterator[Message]:
    """Yield pages of the village's desk, which owes more than a page of one kind of duty."""
    cookie = f"{COOKIE}={county.console_of('village', Role.VILLAGE, villages()[0])}"
    while True:
        yield {"path": "/console/queue/", "method": "GET", "body": None, "headers": {"Cookie": cookie}}


def _posted(path: str, body: bytes, token: str) -> Message:
    named = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return {
        "path": path,
        "method": "POST",
        "body": body.decode(),
        "headers": {**named, "Idempotency-Key": str(uuid.uuid4())},
    }


def _count(plan: Path, folder: Path) -> dict[str, int]:
    words = [
        *("valgrind", "--tool=callgrind", "--instr-atstart=no", f"--dump-before={MARK}", "--quiet"),
        *(f"--callgrind-out-file={folder / 'counted'}", sys.executable, "-m", "bench.hot", str(plan)),
    ]
    done = subprocess.run(
        words, cwd=CHECKOUT, env={**os.environ, "PYTHONHASHSEED": "0"}, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    # Each part was written at a mark: the first holds what went before all, and then comes once, twice, once, twice.
    parts = [_total(folder / f"counted.{number}") for number in range(2, 2 + 2 * len(KINDS))]
    return {kind: (parts[2 * number + 1] - parts[2 * number]) // COUNTED for number, kind in enumerate(KINDS)}


def _total(path: Path) -> int:
    found = re.search(r"^totals: (\d+)$", path.read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"callgrind wrote no total to {path.name}")
    return int(found[1])


if __name__ == "__main__":
    sys.exit(main())
