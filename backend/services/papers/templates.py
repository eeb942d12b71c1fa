"""Templates of papers: the program's own, and what a county hands in instead; versions stay, and the way back."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Select, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound
from backend.files.word_check import check_template
from backend.files.word_filling import text_of
from backend.models import County, PaperTemplate
from backend.privacy.notice_check import Known, check_notice
from backend.services import audit
from backend.services.papers import catalogue
from backend.services.papers.kinds import Paper

LONGEST_NAME = 120
OWN_VERSION = 0
"""The number by which the audit calls the program's own text."""


def in_force(paper: Paper, county_code: str) -> tuple[bytes, int]:
    """Return the template that fills a county's paper now, and its version; `OWN_VERSION` is the program's own."""
    row = db.session.scalars(_current(paper.code, county_code)).first()
    return (row.content, row.version) if row is not None else (own(paper.code), OWN_VERSION)


@cache
def own(code: str) -> bytes:
    """Return the program's own template of a paper; made once a process."""
    return catalogue.find(code).own_template()


def own_versions(*, by: Actor) -> dict[str, int]:
    """Return which papers have a template of the county's own in force: code and version."""
    require(by.role, Action.MAKE_PAPER)
    query = select(PaperTemplate.paper, PaperTemplate.version).where(
        PaperTemplate.county_code == by.county_code, PaperTemplate.ended_at.is_(None)
    )
    return {row.paper: row.version for row in db.session.execute(query)}


def versions_of(code: str, *, by: Actor) -> Sequence[PaperTemplate]:
    """Return every version that the county handed in of a paper, the newest first."""
    require(by.role, Action.CHANGE_TEMPLATES)
    catalogue.find(code)
    query = select(PaperTemplate).where(PaperTemplate.county_code == by.county_code, PaperTemplate.paper == code)
    return db.session.scalars(query.order_by(PaperTemplate.version.desc())).all()


def read_version(code: str, version: int, *, by: Actor) -> bytes:
    """Return one version as it was handed in; `OWN_VERSION` is the program's own; `NotFound` for any other."""
    require(by.role, Action.CHANGE_TEMPLATES)
    if version == OWN_VERSION:
        return own(catalogue.find(code).code)
    query = select(PaperTemplate).where(
        PaperTemplate.county_code == by.county_code, PaperTemplate.paper == code, PaperTemplate.version == version
    )
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    return row.content


def hand_in(code: str, name: str, content: bytes, *, by: Actor) -> PaperTemplate:
    """Put a county's template in force from now on; papers made before stay as they were printed.

    Errors: `Invalid` for whatever is no harmless docx, for placeholders that nobody knows or that are missing, and for
    personal data written into what hangs on a wall.
    """
    require(by.role, Action.CHANGE_TEMPLATES)
    paper = catalogue.find(code)
    check_template(content, paper.names, paper.needs)
    if paper.hangs:
        _refuse_what_must_not_hang(content, by.county_code)
    return _keep(paper, name, content, by)


@use_case
def _keep(paper: Paper, name: str, content: bytes, by: Actor) -> PaperTemplate:
    # Of two who hand in at once the second waits here, and gets the next number.
    db.session.execute(select(County.code).where(County.code == by.county_code).with_for_update())
    last = db.session.scalar(
        select(PaperTemplate.version)
        .where(PaperTemplate.county_code == by.county_code, PaperTemplate.paper == paper.code)
        .order_by(PaperTemplate.version.desc())
        .limit(1)
    )
    _end_current(paper.code, by.county_code)
    row = PaperTemplate(
        id=new_id(),
        county_code=by.county_code,
        paper=paper.code,
        version=(last or OWN_VERSION) + 1,
        name=name.strip()[-LONGEST_NAME:] or f"{paper.title}.docx",
        content=content,
        handed_in_by=by.id,
        handed_in_by_name=by.name,
        handed_in_at=clock.now(),
    )
    db.session.add(row)
    _record(paper, row.version, by)
    return row


@use_case
def back_to_own(code: str, *, by: Actor) -> None:
    """Take the program's own text again; the county's versions stay for reading."""
    require(by.role, Action.CHANGE_TEMPLATES)
    paper = catalogue.find(code)
    if _end_current(code, by.county_code):
        _record(paper, OWN_VERSION, by)


def _current(code: str, county_code: str) -> Select[PaperTemplate]:
    return select(PaperTemplate).where(
        PaperTemplate.county_code == county_code, PaperTemplate.paper == code, PaperTemplate.ended_at.is_(None)
    )


def _end_current(code: str, county_code: str) -> bool:
    rows = db.session.scalars(_current(code, county_code).with_for_update()).all()
    for row in rows:
        row.ended_at = clock.now()
    return bool(rows)


def _refuse_what_must_not_hang(content: bytes, county_code: str) -> None:
    county = db.session.get_one(County, county_code)
    found = check_notice(text_of(content), Known(telephones=[county.phone] if county.phone else []))
    if found:
        said = "；".join(str(each) for each in found)
        raise Invalid.field("file", f"这份文书要贴出去，模板里有不能公开的：{said}。电话请用空格让程序填。")


def _record(paper: Paper, version: int, by: Actor) -> None:
    detail: dict[str, object] = {"paper": paper.title, "version": version}
    audit.record_on_session(by=by, action=Action.CHANGE_TEMPLATES, subject=f"template:{paper.code}", detail=detail)
