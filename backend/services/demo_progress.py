"""How far the invented people have come, in a small file: whoever asks costs the database nothing."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from backend.services.storage import settings


@dataclass(frozen=True)
class Progress:
    """So many households of so many have lived up to now."""

    made: int
    total: int


def _path() -> Path:
    return settings().data_dir / "demo-progress.json"


def note(progress: Progress) -> None:
    """Write down how far the making has come."""
    draft = _path().with_suffix(".new")
    draft.write_text(json.dumps(asdict(progress)))
    draft.replace(_path())


def noted() -> Progress | None:
    """Return what was written down last; None before anything was."""
    try:
        return Progress(**json.loads(_path().read_text()))
    except (OSError, ValueError, TypeError):
        return None


def is_being_made() -> bool:
    """Say whether invented people are still living through the past, or were broken off there and will go on."""
    known = noted()
    return known is not None and known.made < known.total
