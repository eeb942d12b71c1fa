"""Pictures, recordings and documents of a case: one entrance each, content sealed, the same content once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, Role, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.files.documents import accept_document
from backend.files.pictures import accept_picture
from backend.files.recordings import accept_recording
from backend.files.store import FileStore
from backend.models import Case, StoredFile
from backend.models.places import same_place
from backend.policy.county import current_policy
from backend.privacy.current import keys
from backend.services.declarations import find_receipt
from backend.services.living import where_they_live
from backend.services.storage import files_root
from backend.workflow.engine import find_case
from backend.workflow.trail import record_on_case

PICTURE, RECORDING, DOCUMENT = "picture", "recording", "document"
OTHER_PAPER = "other"
ORIGINAL, THUMBNAIL = "original", "thumbnail"
MOST_FILES = 100


@dataclass(frozen=True)
class _Cleaned:
    """What is left of an upload after its entrance."""

    kind: str
    media_type: str
    content: bytes
    thumbnail: bytes | None = None
    what: str = ""


def store() -> FileStore:
    """Return the store with the key ring of this moment."""
    return FileStore(files_root(), keys())


@where_they_live
def add_file(case_id: int, content: bytes, *, kind: str, by: Actor, what: str = "") -> StoredFile:
    """Take one picture, recording or document of a case; the same content again changes nothing, the first stands.

    `what` says which paper a document is (dictionary `papers`; empty: another one). The content is stored before the
    row: a crash between leaves an orphan that is swept, never a row without content.
    """
    require(by.role, Action.ADD_FILE)
    place = db.session.scalars(select(Case.id).where(Case.id == case_id)).one_or_none()
    if place is None:
        raise NotFound
    return _add(case_id, content, kind, what, by)


def add_to_declaration(declaration_id: int, content: bytes, *, kind: str, by: Actor, what: str = "") -> StoredFile:
    """Take a picture, a document or the announced voice note from whoever declared."""
    require(by.role, Action.DECLARE)
    declaration = find_receipt(declaration_id, by=by)
    if declaration.closed_at is not None:
        raise NotPossibleNow("这次申报已经办结，不能再补照片。有新情况请重新申报。")
    return _add(declaration.case_id, content, kind, what, by)


def read_file(file_id: int, *, variant: str = ORIGINAL, by: Actor) -> tuple[StoredFile, bytes]:
    """Return a file of a case within the actor's place, and its content."""
    require(by.role, Action.READ_FILE)
    row = db.session.scalars(select(StoredFile).where(StoredFile.id == file_id)).one_or_none()
    if row is None or variant not in {ORIGINAL, THUMBNAIL}:
        raise NotFound
    return row, store().get(row.id, variant)


_ENDINGS = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


def download_name(row: StoredFile) -> str:
    """Return the name under which a file is saved: ours, never the sender's, which may hold somebody's name."""
    return f"{row.id}{_ENDINGS.get(row.media_type, '')}"


def sweep_orphans() -> int:
    """Delete content without a row, a day after it was stored; return how many files went."""
    return store().sweep(_with_a_row)


def _with_a_row(ids: Sequence[int]) -> set[int]:
    with as_system("which of these stored files still have a row?"):
        found = set(db.session.scalars(select(StoredFile.id).where(StoredFile.id.in_(ids))))
    db.session.rollback()  # nobody's snapshot grows old over a long walk through the disk
    return found


def _add(case_id: int, content: bytes, kind: str, what: str, by: Actor) -> StoredFile:
    sha256 = hashlib.sha256(content).hexdigest()
    with as_system("is this content here already?"):
        known = db.session.scalars(_same(case_id, sha256)).one_or_none()
    if known is not None:
        return known
    cleaned = _clean(content, kind, _checked_what(what, kind, by))
    file_id, shelf = new_id(), store()
    shelf.put(file_id, ORIGINAL, cleaned.content)
    if cleaned.thumbnail is not None:
        shelf.put(file_id, THUMBNAIL, cleaned.thumbnail)
    return _write_row(case_id, file_id, sha256, cleaned, by)


@use_case
def _write_row(case_id: int, file_id: int, sha256: str, cleaned: _Cleaned, by: Actor) -> StoredFile:
    with as_system("a file joins its case"):
        case = find_case(case_id)
        known = db.session.scalars(_same(case_id, sha256)).one_or_none()
        if known is not None:
            return known
        if (db.session.scalar(_counted(case_id, by)) or 0) >= MOST_FILES:
            raise Invalid.field("file", f"这一件的附件已经有{MOST_FILES}个了，请不要再传；要紧的可以换下不清楚的。")
        row = StoredFile(
            id=file_id,
            case_id=case.id,
            household_id=case.household_id,
            sha256=sha256,
            kind=cleaned.kind,
            what=cleaned.what,
            media_type=cleaned.media_type,
            size=len(cleaned.content),
            sent_by_role=by.role,
            sent_by=by.id,
            stored_at=clock.now(),
            **same_place(case),
        )
        db.session.add(row)
        record_on_case(case, by=by, action=Action.ADD_FILE, detail={"file": str(file_id), "kind": cleaned.kind})
    return row


def _counted(case_id: int, by: Actor) -> Select[int]:
    """Count what fills the sender's own room: each phone has its own, and the desks one together.

    Whoever typed a family's number joined its case: they must neither fill it nor notice what lies there.
    """
    of_phones = StoredFile.sent_by_role == Role.FARMER
    mine = ~of_phones if by.is_staff else and_(of_phones, StoredFile.sent_by == by.id)
    return select(func.count()).select_from(StoredFile).where(StoredFile.case_id == case_id, mine)


def _same(case_id: int, sha256: str) -> Select[StoredFile]:
    return select(StoredFile).where(StoredFile.case_id == case_id, StoredFile.sha256 == sha256)


def _checked_what(what: str, kind: str, by: Actor) -> str:
    if kind != DOCUMENT:
        return ""
    if what and what not in current_policy(by.county_code).dictionaries["papers"]:
        raise Invalid.field("what", "请选择这是什么材料。")
    return what or OTHER_PAPER


def _clean(content: bytes, kind: str, what: str) -> _Cleaned:
    if kind == PICTURE:
        picture = accept_picture(content)
        return _Cleaned(PICTURE, "image/jpeg", picture.jpeg, picture.thumbnail)
    if kind == RECORDING:
        recording = accept_recording(content)
        return _Cleaned(RECORDING, recording.media_type, recording.content)
    if kind == DOCUMENT:
        document = accept_document(content)
        return _Cleaned(DOCUMENT, document.media_type, document.content, what=what)
    raise Invalid.field("kind", "只能传照片、录音或文件。")
