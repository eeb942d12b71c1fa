"""What a voice note says, in writing: so that a decision on it has words, and who cannot hear it can read it.

Whoever listened writes it down beside the recording, with name and time; a correction is a further row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES, Action, Role, require
from backend.db import db, new_id, use_case
from backend.errors import NotFound, NotPossibleNow
from backend.models import RecordingText, StoredFile
from backend.models.places import same_place
from backend.services.files import RECORDING
from backend.services.living import where_they_live
from backend.services.sealing import MOST_WORDS, Sealer, needed
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.ties import refuse_kin

_TABLE = "recording_texts"


@dataclass(frozen=True)
class Written:
    """What one recording says as it was last written down: by whom, and when."""

    words: str = field(repr=False)
    who: str
    written_at: datetime


@use_case
@where_they_live
def write_down(case_id: int, file_id: int, words: str, *, by: Actor) -> RecordingText:
    """Write down what a recording of a case says; what was written before stays in the file.

    Errors: `NotFound` outside the actor's place; `NotPossibleNow` for what is no recording; `Invalid` without words.
    """
    require(by.role, Action.WRITE_DOWN_RECORDING)
    case = find_case(case_id)
    refuse_kin(case, by)
    query = select(StoredFile).where(StoredFile.id == file_id, StoredFile.case_id == case.id)
    file = db.session.scalars(query).one_or_none()
    if file is None:
        raise NotFound
    if file.kind != RECORDING:
        raise NotPossibleNow("这不是录音，不用写成文字。")
    said, row_id = needed(words, "words", MOST_WORDS), new_id()
    row = RecordingText(
        id=row_id,
        file_id=file.id,
        case_id=case.id,
        household_id=case.household_id,
        words_sealed=Sealer(_TABLE, row_id).must("words_sealed", said),
        by_id=by.id,
        by_name=by.name,
        by_role=by.role,
        written_at=clock.now(),
        **same_place(case),
    )
    db.session.add(row)
    case.content_version += 1  # whoever judges the file now judges other words
    engine.note(case, Action.WRITE_DOWN_RECORDING, by=by, detail={"file": str(file.id)})
    return row


def written_of(files: Sequence[StoredFile]) -> dict[int, Written]:
    """Return by file what recordings of a case say, as last written; for whoever has read the case."""
    ids = [each.id for each in files if each.kind == RECORDING]
    if not ids:
        return {}
    query = select(RecordingText).where(RecordingText.file_id.in_(ids)).order_by(RecordingText.id)
    return {
        row.file_id: Written(
            Sealer(_TABLE, row.id).open("words_sealed", row.words_sealed),
            f"{ROLE_NAMES[Role(row.by_role)]} {row.by_name}".strip(),
            row.written_at,
        )
        for row in db.session.scalars(query)
    }
