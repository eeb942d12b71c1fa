"""What village, township and county do with a case, and what they see of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, NotFound, NotPossibleNow, OutOfDate
from backend.models import Authorization, Case, CaseEvent, Declaration, StoredFile, Task, Visit
from backend.models.places import same_place
from backend.models.tasks import UNSEEN_IN_VILLAGE
from backend.policy.county import policy_of
from backend.privacy.current import keys
from backend.privacy.seal import Place, seal, unseal
from backend.privacy.texts import clean_text
from backend.services import judgements, visit_turns
from backend.services.judgements import BatchRef, JudgementForm
from backend.services.living import LENT_ACTIONS, is_lent, where_they_live
from backend.workflow import engine, telling, verdicts
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.tasks import close_duty, open_duties

MOST_FINDINGS = 4000
MOST_WORDS = 1000
MOST_PHOTOS = 9
MOST_COMPANION = 50


@dataclass(frozen=True)
class Spot:
    """Where a visit took place, only if the visitor chose to say so."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class VisitForm:
    """What a home visit found. Photos are announced by their hashes and may arrive later; none is demanded."""

    findings: str
    conclusion: str
    way: str = "home"
    visited_on: date | None = None
    companion: str = ""
    spot: Spot | None = None
    photos: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseFile:
    """Everything about one case that somebody at a desk needs."""

    case: Case
    duties: Sequence[Task]
    declarations: Sequence[Declaration]
    visits: Sequence[Visit]
    events: Sequence[CaseEvent]
    files: Sequence[StoredFile]
    actions: tuple[Action, ...]
    missing_photos: int = 0


@where_they_live
def read_case(case_id: int, *, by: Actor) -> CaseFile:
    """Return one case with what belongs to it; one outside the actor's place does not exist."""
    require(by.role, Action.READ_CASES)
    case = db.session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    visits = db.session.scalars(select(Visit).where(Visit.case_id == case_id).order_by(Visit.id)).all()
    files = db.session.scalars(select(StoredFile).where(StoredFile.case_id == case_id).order_by(StoredFile.id)).all()
    events = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)).all()
    declarations = db.session.scalars(
        select(Declaration).where(Declaration.case_id == case_id).order_by(Declaration.id)
    ).all()
    announced = {sha for visit in visits for sha in visit.announced} | _announced_papers(case_id)
    announced |= {row.voice_sha256 for row in declarations if row.voice_sha256}
    lent = is_lent(case, by=by)
    duties = [each for each in open_duties(case_id) if not lent or each.kind not in UNSEEN_IN_VILLAGE]
    return CaseFile(
        case=case,
        duties=duties,
        declarations=declarations,
        visits=visits,
        events=events,
        files=files,
        actions=tuple(each for each in engine.actions_for(case, by, duties) if not lent or each in LENT_ACTIONS),
        missing_photos=len(announced - {file.sha256 for file in files}),
    )


def _announced_papers(case_id: int) -> set[str]:
    """Return the hashes of signed papers whose scans were announced."""
    papers = select(Authorization.paper_sha256).where(
        Authorization.case_id == case_id, Authorization.paper_sha256.is_not(None)
    )
    return {sha for sha in db.session.scalars(papers) if sha}


def words_of(file: CaseFile) -> dict[int, str]:
    """Return the free texts of a case by the id of their row: for those who judge it, never for a list."""
    ring = keys()
    texts = {
        row.id: unseal(row.hardship_sealed, keys=ring, place=Place("declarations", "hardship_sealed", row.id))
        for row in file.declarations
    }
    texts |= {
        row.id: unseal(row.findings_sealed, keys=ring, place=Place("visits", "findings_sealed", row.id))
        for row in file.visits
    }
    texts |= {
        row.id: unseal(row.reason_sealed, keys=ring, place=Place("case_events", "reason_sealed", row.id))
        for row in file.events
        if row.reason_sealed
    }
    return texts


@use_case
def accept(case_id: int, *, by: Actor, version: int) -> Case:
    """Take a declaration on: the village owes a home visit from now."""
    case = find_case(case_id)
    engine.move(case, Action.ACCEPT, by=by, version=version)
    return case


STEP_AFTER = {"not_home": Action.RESCHEDULE}
"""The step that a conclusion leads to, where it is not the usual one."""


@use_case
@where_they_live
def file_visit(case_id: int, *, by: Actor, version: int, form: VisitForm) -> Visit:
    """Record a home visit and hand the case to the township."""
    case = find_case(case_id)
    visit = _visit(case, form, by)
    engine.move(
        case,
        STEP_AFTER.get(form.conclusion, Action.FILE_VISIT),
        by=by,
        version=version,
        detail={"visit": str(visit.id)},
    )
    db.session.add(visit)
    visit_turns.count(visit, by=by)
    return visit


@dataclass(frozen=True)
class Seen:
    """What somebody had before their eyes when they decided: the duty's version and the file's."""

    version: int
    content_version: int | None = None


@use_case
def decide(
    case_id: int,
    action: Action,
    *,
    by: Actor,
    seen: Seen,
    reason: Reason | None = None,
    judgement: JudgementForm | None = None,
    batch: BatchRef | None = None,
) -> Case:
    """Take one of the steps that need no record of their own kind: pass on, send back, refuse, approve, terminate.

    `judgement` holds opinion, category, another way and transfer. Errors: those of `move` and of
    `judgements.prepare`; `OutOfDate` when another reviewer was quicker or the file has grown since.
    """
    if action not in DECISIONS | BY_BATCH or (action in BY_BATCH and batch is None):
        raise NotPossibleNow
    words = clean_text(reason.words, most=MOST_WORDS, field="words") if reason and reason.words.strip() else ""
    codes = reason.codes if reason else ()
    case = find_case(case_id)
    prepared = judgements.prepare(
        case,
        action,
        judgement or JudgementForm(),
        by=by,
        reason=Reason(codes=codes, words=words),
        batch_id=batch.id if batch else None,
    )
    engine.move(
        case,
        action,
        by=by,
        version=seen.version,
        content_version=seen.content_version,
        reason=prepared.reason,
        detail={**prepared.detail, **(batch.detail if batch else {})},
    )
    if prepared.row is not None:
        db.session.add(prepared.row)
    return case


DECISIONS = frozenset(
    {
        Action.ACCEPT,
        Action.RETURN_FOR_INFORMATION,
        Action.REFUSE_FORMALLY,
        Action.PASS_ON,
        Action.SEND_BACK,
        Action.REFUSE,
        Action.TERMINATE,
        Action.COUNTY_APPROVE,
        Action.COUNTY_SEND_BACK,
        Action.COUNTY_REJECT,
    }
)


BY_BATCH = frozenset({Action.COUNTY_AGREES_BY_PHONE})
"""Decisions that are made under a batch's number only: what a leader said by telephone is noted on its paper."""


@use_case
def fetch_information(case_id: int, *, by: Actor, version: int, words: str) -> Case:
    """Complete a returned declaration at the family's door: a missing paper never ends a case."""
    said = clean_text(words, most=MOST_WORDS, field="words")
    case = find_case(case_id)
    engine.move(case, Action.SUPPLEMENT, by=by, version=version, reason=Reason(words=said))
    return case


@use_case
def join_declaration(case_id: int, declaration_id: int, *, by: Actor, version: int) -> Case:
    """Confirm that another declaration speaks of this household: its sender is told that it is being dealt with."""
    require(by.role, Action.JOIN_DECLARATION)
    case = find_case(case_id)
    task = _join_duty(case.id, declaration_id, version)
    declaration = db.session.scalars(
        select(Declaration).where(Declaration.id == declaration_id, Declaration.case_id == case.id)
    ).one()
    engine.note(case, "join_declaration", by=by, detail={"declaration": str(declaration.id)})
    close_duty(task, by=by, how=Action.JOIN_DECLARATION, version=case.version)
    verdicts.settle_joined(case, "joined", by=by, declaration_id=declaration.id)
    telling.tell(declaration, "joined", due_on=None, promised_on=declaration.promised_on, by=by)
    declaration.closed_at = clock.now()
    return case


def _companion(text: str) -> str:
    return clean_text(text, most=MOST_COMPANION, field="companion") if text.strip() else ""


def _join_duty(case_id: int, declaration_id: int, version: int) -> Task:
    for task in open_duties(case_id):
        if task.kind == Kind.JOIN and task.detail.get("declaration") == str(declaration_id):
            if task.version != version:
                raise OutOfDate
            return task
    raise OutOfDate


def _visit(case: Case, form: VisitForm, by: Actor) -> Visit:
    policy = policy_of(case.county_code, case.policy_version)
    complaints = Complaints()
    findings = complaints.take(lambda: clean_text(form.findings, most=MOST_FINDINGS, field="findings"), "")
    companion = complaints.take(lambda: _companion(form.companion), "")
    if form.conclusion not in policy.dictionaries["visit_conclusions"]:
        complaints.add("conclusion", "请选择核实结论。")
    if form.way not in policy.dictionaries["visit_ways"]:
        complaints.add("way", "请选择走访方式。")
    visited_on = form.visited_on or clock.today()
    if visited_on > clock.today():
        complaints.add("visited_on", "走访日期不能晚于今天。")
    if len(form.photos) > MOST_PHOTOS:
        complaints.add("photos", f"照片最多{MOST_PHOTOS}张。")
    complaints.raise_if_any()
    visit_id = new_id()
    return Visit(
        id=visit_id,
        case_id=case.id,
        household_id=case.household_id,
        visitor_id=by.id,
        visitor_name=by.name,
        companion=companion,
        visited_on=visited_on,
        way=form.way,
        findings_sealed=seal(findings, keys=keys(), place=Place("visits", "findings_sealed", visit_id)),
        conclusion=form.conclusion,
        latitude=form.spot.latitude if form.spot else None,
        longitude=form.spot.longitude if form.spot else None,
        announced=list(form.photos),
        filed_at=clock.now(),
        **same_place(case),
    )
