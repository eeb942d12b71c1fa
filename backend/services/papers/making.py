"""Makes one paper: its facts into the template in force, and on record before anybody has it."""

import hashlib
from dataclasses import dataclass, field, replace

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import use_case
from backend.errors import NotAllowed, NotPossibleNow
from backend.files.word_filling import fill
from backend.services import audit, offline
from backend.services.papers import catalogue, templates
from backend.services.papers.kinds import TITLE, Paper
from backend.workflow.engine import find_case
from backend.workflow.trail import record_on_case


@dataclass(frozen=True)
class MadePaper:
    """A paper as it left: its kind, the name of its file, and the file."""

    paper: Paper
    name: str
    content: bytes = field(repr=False)


def make(code: str, about: int, *, by: Actor) -> MadePaper:
    """Return one paper about a case, a notice, a sitting, or what else its kind is about.

    Who had it made, when and from which template is in the audit. Errors: `NotFound` outside the actor's place;
    `NotPossibleNow` where there is nothing yet that the paper could say, or while the county's files are offline.
    """
    offline.refuse_files(by.county_code)
    paper = catalogue.find(code)
    require(by.role, Action.MAKE_PAPER)
    require(by.role, paper.asks)
    if not by.is_staff:
        raise NotAllowed
    facts = paper.facts(about, by)
    if facts.case is not None and not paper.of(facts.case):
        raise NotPossibleNow("这一户没有这种文书。")
    case_id = facts.case.id if facts.case is not None else None
    template, version = templates.in_force(paper, by.county_code)
    filling = replace(facts.filling, values={TITLE: paper.title, **facts.filling.values})
    content = fill(template, filling)
    _record(paper, about, case_id, by, template=version, sha256=hashlib.sha256(content).hexdigest())
    name = f"{paper.title}-{facts.number}.docx" if facts.number else f"{paper.title}.docx"
    return MadePaper(paper, name, content)


@use_case
def _record(paper: Paper, about: int, case_id: int | None, by: Actor, **made: object) -> None:
    detail: dict[str, object] = {"paper": paper.title, **made}
    if case_id is not None:
        record_on_case(find_case(case_id), by=by, action=Action.MAKE_PAPER, detail=detail)
    else:
        audit.record_on_session(by=by, action=Action.MAKE_PAPER, subject=f"{paper.about}:{about}", detail=detail)
