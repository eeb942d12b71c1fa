"""`python -m bench.page [OTHER RESULTS…]` writes docs/benchmarks.md: of each figure what was measured last."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import instructions, kept
from bench.catalogue import all_figures
from bench.figures import HIGHER
from bench.kept import Row, newest, read, write
from bench.settings import CHECKOUT

PAGE = CHECKOUT / "docs" / "benchmarks.md"
PARTS = {
    "requests": (
        "Requests on MariaDB",
        "Real requests over HTTP beside the same statements typed by hand under the same Flask and gunicorn.",
    ),
    "sqlite": ("SQLite beside MariaDB", "The same requests to counties loaded alike; the floor is MariaDB here."),
    "million": (
        "A million cases in one county",
        "Pages of the queue on one connection; each case a copy of a real one.",
    ),
    "console": ("The console at a million cases", "Beside the statements of the same page typed by hand."),
    "nation": (
        "The country",
        "All 620,573 villages and a million open cases on one MariaDB; the same county measured alone and within it. "
        "[How it is made](scale.md).",
    ),
    "reminders": ("Reminders", "The sweep, the senders, and how long a declaration waits meanwhile."),
    "imports": ("Imports", "A roster and a department's alerts, with the memory they take."),
    "rounds": ("Visits of a month", "The sweep that makes every household's duty once."),
}
HEAD = ("figure", "value", "unit", "bare floor", "of it", "at 10,000", "growth", "aim", "kept", "run")
INTRODUCTION = """# Benchmarks

Written by `make bench-page` from what `make bench` measured; not by hand. One table a part. **Bare floor** is the
least that the same work can cost here (the same statements typed by hand, a bare call, one row); **of it** is the value
as a part or a multiple of that. **At 10,000** is the same thing measured in the same run at ten thousand cases, and
**growth** how many times that it is now. A figure is the median of its rounds, which take turns with their floors. Aims
are set on ratios where there is one, for a machine's own speed says little. **Run** leads to when, of which commit and
on what it was measured.
"""
INSTRUCTIONS = """## Instructions

What `make instructions` compares with: the processor's instructions of one request on SQLite, counted by callgrind.
"""


def main(others: Sequence[str]) -> int:
    """Put the results together, keep them so, and write the page; 1 when a file is not there."""
    try:
        rows = kept.merged(all_figures(), newest([read(), *(read(_there(name)) for name in others)]))
    except FileNotFoundError as error:
        print(f"there is no results' file {error}", file=sys.stderr)
        return 1
    write(rows)
    PAGE.write_text(page(rows), "utf-8")
    print(f"{sum(bool(row.get('measured')) for row in rows)} of {len(rows)} figures in {PAGE.relative_to(CHECKOUT)}")
    return 0


def _there(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise FileNotFoundError(name)
    return path


def page(rows: Sequence[Row]) -> str:
    """Return the page: the parts, what was not measured, and the runs."""
    measured = [row for row in rows if row.get("measured")]
    runs = list({_key(row): row["measured"] for row in sorted(measured, key=_key)})
    lines = [INTRODUCTION]
    for part, (title, words) in PARTS.items():
        some = [row for row in measured if row["part"] == part]
        if some:
            lines += [f"## {title}", "", words, "", *_table(some, runs), ""]
    lines += [INSTRUCTIONS, *_instructions(), ""]
    missing = [row["name"] for row in rows if not row.get("measured")]
    if missing:
        lines += ["## Not measured yet", "", *(f"- {name}" for name in missing), ""]
    lines += ["## Runs", "", *_runs(measured, runs)]
    return "\n".join(lines) + "\n"


def _instructions() -> Iterator[str]:
    recorded = json.loads(instructions.BASELINE.read_text())
    yield "| request | instructions |"
    yield "| --- | ---: |"
    for kind, words in instructions.KINDS.items():
        yield f"| {words} | {recorded['instructions'][kind]:,} |"
    yield ""
    yield f"Recorded with {', '.join(f'{name} {number}' for name, number in recorded['made_with'].items())}."


def _key(row: Row) -> tuple[str, str]:
    return row["measured"]["date"], row["measured"]["commit"]


def _table(rows: Sequence[Row], runs: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f"| {' | '.join(HEAD)} |"
    yield "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: |"
    for row in rows:
        is_growth = row["growth"] is not None and row["growth"] == row["ratio"]
        sign = "≥" if row["better"] == HIGHER else "≤"
        cells = (
            row["name"],
            _number(row["value"]),
            row["unit"],
            "" if is_growth else _number(row["floor"]),
            "" if is_growth else _ratio(row["ratio"]),
            _number(row["small"]),
            _ratio(row["growth"]),
            "" if row["aim"] is None else f"{sign} {_number(row['aim'])}",
            "" if row["aim"] is None else "yes" if row["ok"] else "**no**",
            f"[{runs.index(_key(row)) + 1}](#runs)",
        )
        yield f"| {' | '.join(cells)} |"


def _runs(rows: Sequence[Row], runs: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield "| run | date (UTC) | commit | processor | cores | memory | kernel | Python | MariaDB | SQLite |"
    yield "| ---: | --- | --- | --- | ---: | ---: | --- | --- | --- | --- |"
    for number, key in enumerate(runs, start=1):
        made = next(row["measured"] for row in rows if _key(row) == key)
        on = made["machine"]
        cells = (number, made["date"], made["commit"], on["processor"], on["cores"], f"{on['memory_gb']} GB")
        programs = (on["kernel"], on["python"], on["mariadb"], on["sqlite"])
        yield f"| {' | '.join(map(str, (*cells, *programs)))} |"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
