"""How long each kind of data is kept: `retention.yaml` as rows, read by the jobs, the documentation and a test."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "retention.yaml"


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of data: what of it, how long (a number of the rules, "" for good), what happens then, and why."""

    kind: str
    of: str
    then: str
    source: str
    keep: str = ""
    by: str = ""
    tables: tuple[str, ...] = ()


@cache
def kinds() -> tuple[Kept, ...]:
    """Return every kind in the order of the file."""
    rows: list[dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(Kept(**row | {"tables": tuple(row.get("tables", ()))}) for row in rows)
