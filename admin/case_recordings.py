"""Recordings on a case page: each with what it says in writing, and the voice of a declaration beside its words."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.access.permissions import ROLE_NAMES, Role
from backend.models import Declaration, StoredFile
from backend.services.files import RECORDING
from backend.services.recordings import Written


def recordings_of(files: Sequence[StoredFile], written: Mapping[int, Written]) -> list[dict[str, Any]]:
    """Return the recordings of a case, the oldest first."""
    return [
        {
            "id": row.id,
            "media_type": row.media_type,
            "who": ROLE_NAMES[Role(row.sent_by_role)],
            "at": row.stored_at,
            "written": written.get(row.id),
        }
        for row in files
        if row.kind == RECORDING
    ]


def spoken_in(row: Declaration, files: Sequence[StoredFile], written: Mapping[int, Written]) -> dict[str, Any]:
    """Return what is known of the voice note of a declaration: whether it has come, and its words."""
    file = next((each for each in files if row.voice_sha256 and each.sha256 == row.voice_sha256), None)
    return {"file": file.id if file else None, "written": written.get(file.id) if file else None}
