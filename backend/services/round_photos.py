"""Photos of a regular visit: never demanded, announced with the visit, sent one by one, each content once.

A visit may be at a household without any case, so its photos hang on the visit. Source: 国办函〔2026〕12号 (no photo
is a condition of anything); the path is that of a home check's photos.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound
from backend.files.pictures import accept_picture
from backend.models import RegularVisit, StoredFile
from backend.models.places import same_place
from backend.services import audit, files, rounds

JPEG = "image/jpeg"


@dataclass(frozen=True)
class SeenVisit:
    """One visit with the photos that have come, and how many of the announced ones have not."""

    visit: RegularVisit
    photos: Sequence[StoredFile]

    @property
    def missing(self) -> int:
        """Return how many announced photos are still on their way; nothing waits for them."""
        return len(set(self.visit.announced) - {each.sha256 for each in self.photos})


def add_photo(visit_id: int, content: bytes, *, by: Actor) -> StoredFile:
    """Take one announced photo of a visit; the same content again changes nothing.

    The content is stored before the row, as for a case. Errors: `NotFound` outside the actor's place; `Invalid` for
    content that the visit did not announce, or that is no picture.
    """
    require(by.role, Action.FILE_ROUND)
    sha256 = hashlib.sha256(content).hexdigest()
    visit = db.session.scalars(select(RegularVisit).where(RegularVisit.id == visit_id)).one_or_none()
    if visit is None:
        raise NotFound
    if sha256 not in visit.announced:
        raise Invalid.field("file", "这张照片没有随走访一起报，不能加在这次走访里。")
    known = _known(visit_id, sha256)
    if known is not None:
        return known
    picture, file_id, shelf = accept_picture(content), new_id(), files.store()
    shelf.put(file_id, files.ORIGINAL, picture.jpeg)
    shelf.put(file_id, files.THUMBNAIL, picture.thumbnail)
    return _write_row(visit_id, file_id, sha256, len(picture.jpeg), by)


def visits_seen(household_id: int, *, by: Actor) -> list[SeenVisit]:
    """Return a household's visits with their photos, the latest first; errors as `rounds.visits_of`."""
    visits = rounds.visits_of(household_id, by=by)
    query = select(StoredFile).where(StoredFile.visit_id.in_([each.id for each in visits])).order_by(StoredFile.id)
    photos = db.session.scalars(query).all()
    return [SeenVisit(visit, [each for each in photos if each.visit_id == visit.id]) for visit in visits]


@use_case
def _write_row(visit_id: int, file_id: int, sha256: str, size: int, by: Actor) -> StoredFile:
    visit = db.session.scalars(select(RegularVisit).where(RegularVisit.id == visit_id).with_for_update()).one()
    known = _known(visit_id, sha256)
    if known is not None:
        return known
    row = StoredFile(
        id=file_id,
        visit_id=visit.id,
        household_id=visit.household_id,
        sha256=sha256,
        kind=files.PICTURE,
        media_type=JPEG,
        size=size,
        sent_by_role=by.role,
        sent_by=by.id,
        stored_at=clock.now(),
        **same_place(visit),
    )
    db.session.add(row)
    subject, detail = f"household:{visit.household_id}", {"file": str(file_id), "visit": str(visit.id)}
    audit.record_on_session(by=by, action=Action.ADD_FILE, subject=subject, detail=dict(detail))
    return row


def _known(visit_id: int, sha256: str) -> StoredFile | None:
    query = select(StoredFile).where(StoredFile.visit_id == visit_id, StoredFile.sha256 == sha256)
    return db.session.scalars(query).one_or_none()
