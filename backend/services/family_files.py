"""一户一档: one family's whole file in the order of the archive, with what it lacks at its beginning (practice P44).

Nobody is asked for a paper for its sake: it is put together from what the steps wrote down. It leaves the house, so the
audit keeps who printed it; numbers stay masked, and what people wrote of illness and want is left out unless a reason
is given. So are photos, which show faces and papers: they are printed only where somebody also asks for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid
from backend.models import Case, StoredFile, Watch
from backend.policy.county import policy_of
from backend.privacy.mask import mask_id, mask_text
from backend.privacy.redaction import scrub
from backend.privacy.texts import clean_text
from backend.services import audit, case_records, cases, dossiers
from backend.services.check_people import id_number_of
from backend.services.family_folders import PAPERS
from backend.services.family_gaps import gaps_of
from backend.services.family_papers import Paper, Source
from backend.services.files import DOCUMENT, PICTURE, RECORDING
from backend.workflow.archive import PART_NAMES, Part
from backend.workflow.states import STATE_NAMES, State
from backend.workflow.watching import STANDING_NAMES, Standing

MOST_REASON = 200
PHOTO = "image/jpeg"


@dataclass(frozen=True)
class Folder:
    """One part of the file: its papers, or that it is missing, or that it is not its turn yet."""

    name: str
    papers: Sequence[Paper]
    is_missing: bool


@dataclass(frozen=True)
class Relative:
    """One member of the household; the ID number masked."""

    name: str
    relation: str
    id_masked: str


@dataclass(frozen=True)
class Photo:
    """One picture to be printed: where its content is had, what it shows, and on which day it was kept."""

    file_id: int
    name: str
    kept_on: date


@dataclass(frozen=True)
class FamilyFile:
    """One file as it was printed: its number, whose it is, what it lacks, and every part with its papers."""

    number: str
    printed_at: datetime
    case: Case
    standing: str
    members: Sequence[Relative]
    folders: Sequence[Folder]
    attached: Sequence[tuple[str, int]]
    photos: Sequence[Photo]
    is_whole: bool

    @property
    def missing(self) -> list[str]:
        """Return what is missing, in the archive's order."""
        return [folder.name for folder in self.folders if folder.is_missing]


@use_case
def print_file(case_id: int, *, by: Actor, reason: str = "", with_photos: bool = False) -> FamilyFile:
    """Return a family's whole file for printing; with a reason, also what was written of illness and want.

    With `with_photos` its pictures too, which needs the reason. The case may be any of the family's: the file is that
    of the case which included it. Errors: `NotFound` outside the actor's place; `Invalid` for a reason that is none.
    """
    require(by.role, Action.PRINT_FAMILY_FILE)
    why = clean_text(reason, most=MOST_REASON, field="reason") if reason.strip() else ""
    if with_photos and not why:
        raise Invalid.field("reason", "照片上有人脸和证件，要印照片请写明理由。")
    if why:
        require(by.role, Action.REVEAL)
    file = cases.read_case(case_id, by=by)
    if "included_by" in file.case.marks:
        file = cases.read_case(int(file.case.marks["included_by"]), by=by)
    case = file.case
    watch = db.session.scalars(select(Watch).where(Watch.case_id == case.id)).one_or_none()
    policy = policy_of(case.county_code, case.policy_version)
    source = Source(file, dossiers.gathered_on(case, by=by), case_records.read_records(case, by=by), watch, policy, by)
    missing = set(gaps_of([(case, watch)])[case.id])
    photos = _photos(file.files, policy.dictionaries["papers"]) if with_photos else []
    made = FamilyFile(
        number=str(new_id()),
        printed_at=clock.now(),
        case=case,
        standing=STANDING_NAMES[Standing(watch.standing)] if watch else STATE_NAMES[State(case.state)],
        members=_members(source),
        folders=[Folder(PART_NAMES[part], _papers(part, source, why), part in missing) for part in Part],
        attached=_attached(file.files, policy.dictionaries["papers"]),
        photos=photos,
        is_whole=bool(why),
    )
    detail: dict[str, object] = {"number": made.number, **({"why": scrub(why)} if why else {})}
    detail |= {"photos": len(photos)} if photos else {}
    audit.record_on_session(by=by, action=Action.PRINT_FAMILY_FILE, subject=f"case:{case.id}", detail=detail)
    return made


def _papers(part: Part, source: Source, why: str) -> list[Paper]:
    found = PAPERS[part](source)
    return found if why else [replace(paper, text=mask_text(paper.text)) for paper in found]


def _members(source: Source) -> list[Relative]:
    relations = source.names["relations"]
    return [
        Relative(
            each.person.name,
            relations.get(each.person.relation, each.person.relation),
            mask_id(number) if (number := id_number_of(each.person)) else "未登记",
        )
        for each in source.dossier.members
    ]


def _photos(files: Sequence[StoredFile], names: Mapping[str, str]) -> list[Photo]:
    """Return the pictures, and the documents that were sent as one; only what our own entrance re-encoded."""
    return [
        Photo(row.id, names.get(row.what, "照片"), clock.local(row.stored_at).date())
        for row in files
        if row.media_type == PHOTO
    ]


def _attached(files: Sequence[StoredFile], names: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return what lies in the file store besides, each kind with how many: they are looked at on the screen."""
    kinds = {PICTURE: "照片", RECORDING: "录音"}
    said = [names.get(row.what, row.what) if row.kind == DOCUMENT else kinds.get(row.kind, row.kind) for row in files]
    return [(name, said.count(name)) for name in dict.fromkeys(said)]
