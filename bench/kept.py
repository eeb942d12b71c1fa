"""The results' file: each figure as it was last measured, with the day, commit and machine of that measuring."""

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from backend import clock
from bench.figures import Figure
from bench.settings import CHECKOUT, RESULTS
from tests import mariadb

SIZES = ("NATION_PART", "CONSOLE_CASES", "CONSOLE_ROWS", "ROUND_HOUSEHOLDS")
"""What makes a run smaller; its figures are no results."""
NOT_THE_PROGRAM = (":!docs", ":!bench/results.json")
Row = dict[str, Any]


def is_a_try() -> bool:
    """Say whether something was made smaller than what is measured for good."""
    return any(os.environ.get(name) for name in SIZES)


def read(path: Path = RESULTS) -> list[Row]:
    """Return the rows of a results' file; none when there is no file."""
    rows: list[Row] = json.loads(path.read_text()) if path.exists() else []
    return rows


def keep(by_part: Mapping[str, Iterable[Figure]]) -> None:
    """Write what was measured now, and leave every other figure as it was measured before.

    One row for every figure of today's bench, also for those never measured; a figure that is gone goes.
    """
    write(merged(by_part, read(), stamp()))


def merged(by_part: Mapping[str, Iterable[Figure]], before: Sequence[Row], measured: Row | None = None) -> list[Row]:
    """Return a row for each figure: this run's where it measured, else the older one."""
    known = {row["name"]: row for row in before if row.get("measured")}
    return [
        (figure.as_json() | {"measured": measured} if figure.values else _older(figure, known)) | {"part": part}
        for part, figures in by_part.items()
        for figure in figures
    ]


def _older(figure: Figure, known: Mapping[str, Row]) -> Row:
    return known.get(figure.name) or figure.as_json() | {"measured": None}


def write(rows: Sequence[Row]) -> None:
    """Write the results' file."""
    RESULTS.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


def newest(files: Iterable[Sequence[Row]]) -> list[Row]:
    """Put several results' files together: of each figure the one measured last."""
    found: dict[str, Row] = {}
    for row in (row for rows in files for row in rows):
        if row["name"] not in found or _date(row) > _date(found[row["name"]]):
            found[row["name"]] = row
    return list(found.values())


def _date(row: Row) -> str:
    return (row.get("measured") or {}).get("date", "") if row["value"] is not None else ""


@cache
def stamp() -> Row:
    """Say when, of which commit and on what this was measured."""
    return {"date": f"{clock.real_now():%Y-%m-%d %H:%M}", "commit": _commit(), "machine": machine()}


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=CHECKOUT, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", ".", *NOT_THE_PROGRAM)
    return (git("rev-parse", "--short", "HEAD") or "none") + ("+changes" if changed else "")


def machine() -> Row:
    """Describe what is measured on: what a reader needs to judge a figure."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "mariadb": mariadb.version(),
        "sqlite": sqlite3.sqlite_version,
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
