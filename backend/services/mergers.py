"""Two cases of one family become one: the newer goes into the older, with everything that belongs to it."""

from typing import Any

from sqlalchemy import select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import Invalid, NotPossibleNow
from backend.models import (
    AccountHousehold,
    Authorization,
    Case,
    Clue,
    Declaration,
    DisasterHousehold,
    HomeCheck,
    Household,
    Kinship,
    Person,
    PersonDigest,
    ReceiptLine,
    RecordingText,
    StoredFile,
    Visit,
)
from backend.models.places import Place as Levels
from backend.models.places import same_place
from backend.privacy.texts import clean_text
from backend.services import money
from backend.workflow import engine, telling, verdicts
from backend.workflow.duties import NOT_IDENTIFYING, UNDECIDED
from backend.workflow.engine import find_case
from backend.workflow.states import STATE_NAMES, Kind, State
from backend.workflow.steps import Reason
from backend.workflow.tasks import close_duty, open_duties
from backend.workflow.ties import refuse_kin

MOST_WORDS = 500
MERGED = "merged"
NEWS = {"synchronize_session": False}


@use_case
def merge(case_id: int, other_id: int, *, by: Actor, words: str) -> Case:
    """Join two open cases of one family and return the older, which goes on where it stands.

    Declarations, clues, visits, checks and files of the newer go along; its senders are told 已并入办理; its people
    and confirmed phones become those of the older household. Errors: `NotPossibleNow` once either is decided.
    """
    require(by.role, Action.MERGE_CASES)
    said = clean_text(words, most=MOST_WORDS, field="words")
    if case_id == other_id:
        raise Invalid.field("other_id", "请选另一件。")
    older, newer = (find_case(each) for each in sorted((case_id, other_id)))  # ids grow with time
    _refuse_unfit(older, newer, by)
    with as_system("two cases of one family become one"):
        _carry_over(newer, older)
        senders = _carry_declarations(newer, older)
        for declaration in senders:
            verdicts.settle_joined(older, "joined", by=by, declaration_id=declaration.id)
            telling.tell(declaration, "joined", due_on=None, promised_on=declaration.promised_on, by=by)
            declaration.closed_at = clock.now()
        _carry_clues(newer, older, by)
        for each in (newer, older):
            money.flag(each, "merge", by=by)
        _close_newer(newer, older, by, said)
        _join_households(newer, older)
        older.content_version += 1
        engine.note(older, "merge", by=by, reason=Reason(words=said), detail={"merged": str(newer.id)})
    return older


def _refuse_unfit(older: Case, newer: Case, by: Actor) -> None:
    for case in (older, newer):
        if case.procedure in NOT_IDENTIFYING:
            raise NotPossibleNow(
                "新的申报不能和监测对象的风险消除、预警并在一起，要单独核实。正在办风险消除的，请等新的申报核实清楚再办。"
            )
        if State(case.state) not in UNDECIDED:
            raise NotPossibleNow(f"其中一件现在是“{STATE_NAMES[State(case.state)]}”，不能并在一起。")
        refuse_kin(case, by)


def _carry_over(newer: Case, older: Case) -> None:
    there = select(StoredFile.sha256).where(StoredFile.case_id == older.id)
    known = set(db.session.scalars(there))
    visits = db.session.scalars(select(Visit).where(Visit.case_id == newer.id)).all()
    checks = db.session.scalars(select(HomeCheck).where(HomeCheck.case_id == newer.id)).all()
    texts = db.session.scalars(select(RecordingText).where(RecordingText.case_id == newer.id)).all()
    rows: list[Visit | HomeCheck | RecordingText] = [*visits, *checks, *texts]
    for row in rows:
        _put(row, older)
        row.case_id = older.id
    for file in db.session.scalars(select(StoredFile).where(StoredFile.case_id == newer.id)):
        if file.sha256 not in known:
            _put(file, older)
            file.case_id = older.id


def _put(row: Any, case: Case) -> None:
    """Give a row about a family the household and the place of the older case."""
    row.household_id = case.household_id
    for level, code in same_place(case).items():
        setattr(row, level, code)


def _carry_declarations(newer: Case, older: Case) -> list[Declaration]:
    declared = list(db.session.scalars(select(Declaration).where(Declaration.case_id == newer.id)))
    place = same_place(older)
    for declaration in declared:
        declaration.case_id, declaration.joined = older.id, True
        for level, code in place.items():
            setattr(declaration, level, code)
        _move_lines(declaration, place)
        clues = update(Clue).where(Clue.declaration_id == declaration.id)
        db.session.execute(clues.values(case_id=older.id), execution_options=NEWS)
    db.session.flush()
    return [each for each in declared if each.closed_at is None]


def _move_lines(declaration: Declaration, place: Levels) -> None:
    """Give the lines of a receipt the place of its family: their address changes, and nothing that they say."""
    lines = update(ReceiptLine).where(ReceiptLine.declaration_id == declaration.id)
    db.session.execute(lines.values(**place), execution_options=NEWS)


def _carry_clues(newer: Case, older: Case, by: Actor) -> None:
    """Let what else spoke of the newer case join too; a clue that had its verdict keeps it."""
    db.session.flush()
    query = select(Clue).where(Clue.case_id.in_([newer.id, older.id]), Clue.household_id == newer.household_id)
    for clue in db.session.scalars(query.execution_options(populate_existing=True)):
        _put(clue, older)
        clue.case_id, clue.joined = older.id, True
        if clue.verdict is None:
            verdicts.settle(clue, "joined", by=by)


def _close_newer(newer: Case, older: Case, by: Actor, said: str) -> None:
    for task in open_duties(newer.id):
        if task.kind == Kind.JOIN:
            close_duty(task, by=by, how=Action.MERGE_CASES, version=newer.version)
    ending = Reason((MERGED,), said)
    engine.move(newer, Action.TERMINATE, by=by, reason=ending, detail={"into": str(older.id)})


def _join_households(newer: Case, older: Case) -> None:
    """Give the newer household's people and phones to the older one, each once; the empty one says where they went."""
    if newer.household_id == older.household_id:
        return
    names = set(db.session.scalars(select(Person.name).where(Person.household_id == older.household_id)))
    index = db.session.scalars(select(PersonDigest).where(PersonDigest.household_id == newer.household_id)).all()
    indexed = {row.person_id for row in index}
    for person in db.session.scalars(select(Person).where(Person.household_id == newer.household_id)):
        if person.name not in names or person.id in indexed:
            _put(person, older)
    for table in (PersonDigest, Kinship, Authorization, DisasterHousehold):
        for row in db.session.scalars(select(table).where(table.household_id == newer.household_id)):
            _put(row, older)
    there = select(AccountHousehold.account_id).where(
        AccountHousehold.household_id == older.household_id, AccountHousehold.withdrawn_at.is_(None)
    )
    known = set(db.session.scalars(there))
    for link in db.session.scalars(select(AccountHousehold).where(AccountHousehold.household_id == newer.household_id)):
        if link.account_id not in known:
            link.household_id = older.household_id
    household = db.session.scalars(select(Household).where(Household.id == newer.household_id)).one()
    household.merged_into_id = older.household_id
