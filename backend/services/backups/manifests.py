"""What a backup says of itself: its moment, its parts with their hashes, how many rows, under which keys."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from backend.errors import Invalid
from backend.services.backups import durable

MANIFEST = "manifest.json"
FORM = 1
"""Grows when an older program could not read it."""


@dataclass(frozen=True)
class Part:
    """One file of a backup."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Position:
    """Where in MariaDB's binary log the database's moment lies."""

    log: str
    at: int


@dataclass(frozen=True)
class Manifest:
    """What a whole backup or a step between consists of; `taken_at` is real time (UTC)."""

    taken_at: datetime
    dialect: str
    database: str
    schema: str
    parts: tuple[Part, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    files: int = 0
    file_bytes: int = 0
    without_content: tuple[int, ...] = ()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    position: Position | None = None
    logs: tuple[Part, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of its own parts; content of files is shared and counted apart."""
        return sum(part.size for part in self.parts)

    def with_parts(self, *parts: Part) -> "Manifest":
        """Return it with its parts."""
        return replace(self, parts=parts)

    def write(self, path: Path) -> None:
        """Write it, safe from a power cut, as JSON that people can read."""
        values = asdict(self) | {"form": FORM, "taken_at": self.taken_at.isoformat()}
        durable.write(path, json.dumps(values, ensure_ascii=False, indent=1))

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read one; `Invalid` names the file that cannot be used."""
        try:
            return _read(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise Invalid(f"{path} 读不懂或已损坏，这份备份不能用。") from error


def _read(values: dict[str, Any]) -> Manifest:
    if values.pop("form") != FORM:
        raise ValueError("of another program")
    for name in ("parts", "logs"):
        values[name] = tuple(Part(**each) for each in values[name])
    position = values.pop("position")
    return Manifest(
        **values
        | {
            "taken_at": datetime.fromisoformat(values["taken_at"]),
            "without_content": tuple(values["without_content"]),
            "keys": {ring: tuple(ids) for ring, ids in values["keys"].items()},
            "position": Position(**position) if position else None,
        }
    )
