"""How old the newest finished backup of a folder is, read off the names that backups have there."""

import re
from datetime import UTC, datetime
from pathlib import Path

from backend import clock
from backend.services.backups.manifests import MANIFEST

WHOLE, BETWEEN = "whole", "between"
PATTERNS = {WHOLE: f"*Z/{MANIFEST}", BETWEEN: f"*Z/{BETWEEN}/*Z/{MANIFEST}"}
_NAMED = re.compile(r"\d{8}T\d{6}Z")


def ages(folder: str) -> dict[str, float]:
    """Return the age in seconds of the newest whole backup, and of the newest step between two; what is not, is absent.

    A backup has a manifest once it is finished: one that was cut off does not count. Errors: `OSError`.
    """
    found = {kind: list(_moments(Path(folder), pattern)) for kind, pattern in PATTERNS.items()}
    return {kind: (clock.real_now() - max(moments)).total_seconds() for kind, moments in found.items() if moments}


def _moments(folder: Path, pattern: str) -> list[datetime]:
    names = (path.parent.name for path in folder.glob(pattern))
    return [datetime.strptime(name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for name in names if _NAMED.fullmatch(name)]
