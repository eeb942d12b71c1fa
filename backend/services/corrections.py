"""A wrong turn mended: another village, one family twice, a wrong ID number, another head, a death.

Each correction is an event of the history; nothing is undone silently. Source: issue item 12, practice P24 and P25.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, Role, require
from backend.access.scope import Receipted, Scoped, as_system
from backend.db import Base, db, use_case
from backend.errors import Invalid, NotAllowed, NotFound
from backend.models import Case, Declaration, Household, Person, Region, Watch
from backend.models.places import Place as Levels
from backend.models.places import place_of
from backend.privacy.current import keys
from backend.privacy.id_numbers import parse_id_number
from backend.privacy.initials import initials
from backend.privacy.mask import mask_id
from backend.privacy.seal import Place, seal, unseal
from backend.privacy.texts import clean_text
from backend.services import farewells, money
from backend.services.check_people import id_number_of, people_of, set_id_number
from backend.services.known import index_of, is_registered_elsewhere
from backend.workflow import engine, telling
from backend.workflow.engine import find_case
from backend.workflow.living import REGISTERED_IN, VISITED_IN, owner_of
from backend.workflow.places import name_of
from backend.workflow.refusals import refuse_ended
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.tasks import ask_again, open_duties
from backend.workflow.ties import refuse_kin

MOST_WORDS = 500
TOWN_DIGITS = 9
HEAD, OTHER = "head", "other"


@use_case
def hand_over(case_id: int, village_code: str, *, by: Actor, words: str, is_register: bool = True) -> Case:
    """Give a case to the village where it belongs (户籍不符), with its tasks and clocks; no date changes.

    Every row of the household goes along, so that the new village reads the whole file and the old one reads it no
    more; both places stay in the history. `is_register`: the family is registered there. Errors: `NotAllowed` for a
    township that gives to another township.
    """
    require(by.role, Action.HAND_OVER)
    said = clean_text(words, most=MOST_WORDS, field="words")
    case = _case(case_id, by)
    refuse_ended(case)
    old = case.village_code
    _refuse_wrong_village(village_code, old, by)
    with as_system("a case goes to the village where it belongs"):
        household = db.session.scalars(
            select(Household).where(Household.id == case.household_id).with_for_update()
        ).one()
        _move_rows(household.id, place_of(village_code))
        _forget_second_village(case, household, is_register=is_register)
        for task in open_duties(case.id):
            task.owner_region = owner_of(case, Kind(task.kind), Role(task.role))
            ask_again(case, task)
        detail = {"from": old, "to": village_code}
        engine.note(case, "hand_over", by=by, reason=Reason(words=said), detail=detail)
        where = f"现在由{name_of(village_code[:TOWN_DIGITS])}{name_of(village_code)}办理。"
        for declaration in _open_declarations(case):
            promised = declaration.promised_on
            telling.tell(declaration, "handed_over", due_on=None, promised_on=promised, detail=where, by=by)
    return case


@use_case
def correct_id(case_id: int, person_id: int, number: str, *, by: Actor, words: str) -> tuple[str, str]:
    """Correct a person's ID number and return both numbers masked, as they stand sealed in the history.

    Errors: `Invalid` when it is no number, or when it is registered in another household, which is then a matter of
    joining two households, not of typing.
    """
    require(by.role, Action.CORRECT_ID)
    said = clean_text(words, most=MOST_WORDS, field="words")
    case = _case(case_id, by)
    person = member_of(case, person_id)
    right = parse_id_number(number, field="id_number", today=clock.today()).number
    known = tuple(index_of(right).values())
    if is_registered_elsewhere(case.county_code, known, household_id=case.household_id):
        raise Invalid.field("id_number", "这个号码登记在另一户。如果是同一家人，请先把两件并在一起办。")
    if any(id_number_of(each) == right for each in people_of(case.household_id) if each.id != person.id):
        raise Invalid.field("id_number", "这个号码登记在这一户的另一位家人名下。")
    wrong = id_number_of(person)
    set_id_number(person, right, is_unique=True)
    _correct_declarations(case, wrong, right)
    before, after = mask_id(wrong) if wrong else "未登记", mask_id(right)
    spoken = Reason(words=f"{before} 改为 {after}。{said}")
    engine.note(case, "correct_id", by=by, reason=spoken, detail={"person": str(person.id)})
    return before, after


@use_case
def change_head(case_id: int, person_id: int, *, by: Actor, old_head_is: str, words: str) -> Case:
    """Make another member the head; `old_head_is` says what the old one is to the new one."""
    require(by.role, Action.CORRECT_FAMILY)
    said = clean_text(words, most=MOST_WORDS, field="words")
    case = _case(case_id, by)
    make_head(case, member_of(case, person_id), old_head_is)
    engine.note(case, "change_head", by=by, reason=Reason(words=said), detail={"person": str(person_id)})
    return case


@use_case
def record_death(case_id: int, person_id: int, *, by: Actor, died_on: date, new_head_id: int | None = None) -> Case:
    """Write down that a member died: messages to them stop at once, and the case follows who is left.

    Errors: `Invalid` when the head died and nobody is named in their place though somebody lives.
    """
    require(by.role, Action.CORRECT_FAMILY)
    case = _case(case_id, by)
    person = member_of(case, person_id)
    if died_on > clock.today():
        raise Invalid.field("died_on", "日期不能晚于今天。")
    living = [each for each in people_of(case.household_id) if each.id != person.id]
    was_head = person.relation == HEAD
    if was_head and living and new_head_id is None:
        raise Invalid.field("new_head_id", "去世的是户主，请选一位新户主。")
    person.died_on = died_on
    db.session.flush()
    if was_head and new_head_id is not None:
        make_head(case, member_of(case, new_head_id), OTHER)
    with as_system("messages to the dead stop"):
        stopped = farewells.stop_messages(case, person)
    money.flag(case, "record_death", by=by)
    detail = {"person": str(person.id), "left": len(living), "receipts": stopped}
    engine.note(case, "record_death", by=by, detail=detail)
    return case


def make_head(case: Case, person: Person, old_head_is: str) -> None:
    """Let a member lead the household of a locked case: its name stands on the case and on what is owed for it."""
    for each in people_of(case.household_id):
        if each.relation == HEAD and each.id != person.id:
            each.relation = old_head_is
    person.relation = HEAD
    household = db.session.scalars(select(Household).where(Household.id == case.household_id)).one()
    household.head_name = case.head_name = person.name
    case.initials = initials(person.name)
    for task in open_duties(case.id):
        task.head_name = person.name
    for watch in db.session.scalars(select(Watch).where(Watch.household_id == household.id)):
        watch.head_name = person.name


def _case(case_id: int, by: Actor) -> Case:
    case = find_case(case_id)
    refuse_kin(case, by)
    return case


def _refuse_wrong_village(village_code: str, old: str, by: Actor) -> None:
    level = db.session.scalar(select(Region.level).where(Region.code == village_code))
    if level != "village" or village_code[:6] != old[:6]:
        raise Invalid.field("village_code", "请在本县的村里选；别的县的，请用“转办”。")
    if village_code == old:
        raise Invalid.field("village_code", "这一户已经在这个村了。")
    if not village_code.startswith(by.region_code):
        raise NotAllowed("转到别的乡镇要由县里办。")


def _move_rows(household_id: int, place: Levels) -> None:
    """Give every row about the household its new place: their address is what the region scope reads."""
    mine = [*_rows_of(household_id)]
    for row in mine:
        for level, code in place.items():
            setattr(row, level, code)
    db.session.flush()


def _rows_of(household_id: int) -> Iterator[Base]:
    """Yield every row about a household, whatever table comes to be: by household, by case, or by receipt."""
    cases = list(db.session.scalars(select(Case.id).where(Case.household_id == household_id)))
    declared = list(db.session.scalars(select(Declaration.id).where(Declaration.case_id.in_(cases))))
    for mapper in Base.registry.mappers:
        table: Any = mapper.class_
        if not issubclass(table, (Scoped, Receipted)):
            continue
        if hasattr(table, "household_id"):
            mine = table.household_id == household_id
        elif hasattr(table, "case_id"):
            mine = table.case_id.in_(cases)
        elif hasattr(table, "declaration_id"):
            mine = table.declaration_id.in_(declared)
        else:
            continue  # a sitting or a sheet is the village's, not the family's
        yield from db.session.scalars(select(table).where(mine))


def _forget_second_village(case: Case, household: Household, *, is_register: bool) -> None:
    """Let a family that is handed to the village where it lives have one village again; another second one stays."""
    if is_register and REGISTERED_IN in case.marks:
        engine.remember(case, **{REGISTERED_IN: case.village_code})
    if household.other_village == case.village_code:
        household.other_village = None
        engine.remember(case, **{VISITED_IN: ""})


def _open_declarations(case: Case) -> list[Declaration]:
    query = select(Declaration).where(Declaration.case_id == case.id, Declaration.closed_at.is_(None))
    return list(db.session.scalars(query))


def member_of(case: Case, person_id: int) -> Person:
    """Return a member of a case's household; whoever died or left, and anybody else, does not exist."""
    query = select(Person).where(Person.id == person_id, Person.household_id == case.household_id)
    person = db.session.scalars(query.where(Person.is_member)).one_or_none()
    if person is None:
        raise NotFound
    return person


def _correct_declarations(case: Case, wrong: str, right: str) -> None:
    """Let the right number open the receipts on which the wrong one was declared."""
    for declaration in db.session.scalars(select(Declaration).where(Declaration.case_id == case.id)):
        place = Place("declarations", "id_sealed", declaration.id)
        if declaration.id_sealed and unseal(declaration.id_sealed, keys=keys(), place=place) == wrong:
            declaration.id_sealed = seal(right, keys=keys(), place=place)
