"""A practice county: the same screens and rules, invented families, and nothing that ever leaves the house (P50).

Its code begins with digits of no province; `places.is_practice` reads that, and the outbox asks it. People practise in
a hat of their own, beside their real one. Beginning anew takes every family away and invents others; the audit stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from backend import clock
from backend.access.actor import Actor, staff_actor
from backend.access.permissions import APART, Action, Role, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.demo.people import households
from backend.errors import NotFound, NotPossibleNow
from backend.models import Case, County, Deputy, Identity, PolicyVersion, Region, Staff
from backend.policy.county import forget
from backend.services import audit, counties, declarations, offices
from backend.services.declarations import DeclarationForm
from backend.services.practice_wiping import wipe
from backend.workflow.places import PRACTICE, name_of

FILL, ANEW = "fill", "anew"
MARK = "（练习）"
FAMILIES, VILLAGES = 12, 6
AT_ONCE = 200
COUNTY_DIGITS, TOWNSHIP_DIGITS = 6, 9
_FIRST_PERSON = 6_000_000
"""Far from the invented people of a demonstration, whose numbers begin at nought."""
_SEED = 50


@dataclass(frozen=True)
class Standing:
    """How a practice county stands: what is still to be done, and how many people may practise in it."""

    county: County
    wants: str
    people: int


def standing(*, by: Actor) -> Standing | None:
    """Return the practice county of the administrator's county, if there is one."""
    require(by.role, Action.KEEP_PRACTICE)
    found = _of(by.county_code)
    if found is None:
        return None
    query = select(Identity.staff_id).where(Identity.region_code.startswith(found.code), Identity.ended_at.is_(None))
    return Standing(found, found.practice_wants, len(set(db.session.scalars(query))))


@use_case
def ask(*, by: Actor, anew: bool = False) -> County:
    """Make the practice county, let those practise who came since, or begin anew; a job does what takes long."""
    require(by.role, Action.KEEP_PRACTICE)
    made = set_up(by.county_code)
    made.practice_wants = ANEW if anew else FILL
    detail: dict[str, object] = {"did": made.practice_wants, "region": made.code}
    audit.record_on_session(by=by, action=Action.KEEP_PRACTICE, subject=f"practice:{made.code}", detail=detail)
    return made


@use_case
def set_up(county_code: str) -> County:
    """Return the practice county of a county, made with its places and its rules of today where there is none.

    Errors: `NotFound` for no county; `NotPossibleNow` in a practice county itself.
    """
    real = db.session.scalars(select(County).where(County.code == county_code).with_for_update()).one_or_none()
    if real is None:
        raise NotFound("没有这个县。")
    if real.practice_of is not None:
        raise NotPossibleNow("这里就是练习县。")
    found = _of(county_code)
    if found is not None:
        return found
    code = _free_code(county_code)
    made = counties.init_county(code, regions=list(_places(real, code)), preset=real.preset, demo=real.is_demo)
    made.name, made.practice_of, made.practice_wants = f"{real.name}{MARK}", county_code, FILL
    newest = select(PolicyVersion).where(
        PolicyVersion.county_code == county_code, PolicyVersion.from_on <= clock.today()
    )
    rules = db.session.scalars(newest.order_by(PolicyVersion.version.desc()).limit(1)).one()
    mine = db.session.scalars(select(PolicyVersion).where(PolicyVersion.county_code == code)).one()
    mine.preset, mine.changes = rules.preset, dict(rules.changes)
    db.session.flush()
    forget()
    offices.ensure(code)
    return made


def carry_on() -> int:
    """Do what practice counties still want, in short transactions; return for how many there was something to do."""
    query = select(County.code, County.practice_wants).where(County.practice_of.is_not(None))
    wanted = [(row.code, row.practice_wants) for row in db.session.execute(query) if row.practice_wants]
    db.session.rollback()
    for code, wants in wanted:
        if wants == ANEW:
            wipe(code)
        fill(code)
    return len(wanted)


def fill(code: str) -> None:
    """Let everybody practise, and invent families where there is none."""
    while _let_practise(code):
        pass
    _invent(code)


@use_case
def _let_practise(code: str) -> int:
    """Give the next few people of the real county a practice hat for each that they wear there."""
    county = db.session.get_one(County, code)
    query = select(Identity).join(Staff, Staff.id == Identity.staff_id)
    worn = query.where(Staff.county_code == county.practice_of, Staff.is_active, Identity.ended_at.is_(None))
    lent = select(Deputy.identity_id).where(Deputy.county_code == county.practice_of, Deputy.identity_id.is_not(None))
    own = worn.where(Identity.role.not_in(APART), Identity.id.not_in(lent))
    hats = db.session.scalars(own.order_by(Identity.id)).all()
    there = select(Identity.staff_id, Identity.role, Identity.region_code).where(Identity.region_code.startswith(code))
    known = {(row.staff_id, row.role, row.region_code) for row in db.session.execute(there)}
    places = set(db.session.scalars(select(Region.code).where(Region.code.startswith(code))))
    missing = [
        (hat, place)
        for hat in hats
        if hat.region_code.startswith(county.practice_of or "-")
        and (place := code + hat.region_code[COUNTY_DIGITS:]) in places
        and (hat.staff_id, hat.role, place) not in known
    ][:AT_ONCE]
    rows = [
        {
            "id": new_id(),
            "staff_id": hat.staff_id,
            "role": hat.role,
            "region_code": place,
            "title": f"{hat.title}{MARK}"[:60],
            "ended_at": None,
            "until_on": None,
        }
        for hat, place in missing
    ]
    if rows:
        db.session.execute(insert(Identity), rows)
    return len(rows)


@use_case
def _invent(code: str) -> None:
    county = db.session.get_one(County, code)
    county.practice_wants = ""
    with as_system("a practice county is filled"):
        villages = _villages(code)
        if not villages or db.session.scalar(select(Case.id).where(Case.county_code == code).limit(1)) is not None:
            return
        for family in households(_SEED, FAMILIES, villages, first=_FIRST_PERSON):
            head, township = family.head, family.village_code[:TOWNSHIP_DIGITS]
            form = DeclarationForm(
                village_code=family.village_code,
                head_name=head.name,
                phone=head.phone or "",
                risk=family.risk,
                hardship=family.hardship,
                id_number=head.id_number,
                relation="village_cadre",
            )
            declarations.declare(form, by=_hand_of(township))


def _villages(code: str) -> Sequence[str]:
    """Return some villages, first those in which somebody practises."""
    query = select(Region.code).where(Region.code.startswith(code), Region.level == "village").order_by(Region.code)
    worn = select(Identity.region_code).where(Identity.region_code.startswith(code), Identity.role == Role.VILLAGE)
    peopled = set(db.session.scalars(worn))
    return sorted(db.session.scalars(query), key=lambda each: (each not in peopled, each))[:VILLAGES]


def _hand_of(township: str) -> Actor:
    return staff_actor(
        staff_id=0,
        role=Role.TOWN_OP,
        region_code=township,
        name="练习",
        title=name_of(township),
        account_id=None,
        session_id=None,
    )


def _places(real: County, code: str) -> Iterator[dict[str, str]]:
    query = select(Region).where(Region.code.startswith(real.code), Region.leads_to.is_(None))
    for row in db.session.scalars(query.where(Region.level.in_(("county", "township", "village")))):
        name = row.name if row.level == "village" else f"{row.name}{MARK}"
        parent = code + row.parent_code[COUNTY_DIGITS:] if row.parent_code.startswith(real.code) else row.parent_code
        place = code + row.code[COUNTY_DIGITS:]
        yield {"code": place, "name": name[:80], "level": row.level, "parent_code": parent, "phone": ""}


def _free_code(county_code: str) -> str:
    taken = set(db.session.scalars(select(County.code)))
    for first in PRACTICE:
        if (code := first + county_code[2:]) not in taken:
            return code
    raise NotPossibleNow("练习县的代码用完了，请联系维护人员。")


def _of(county_code: str) -> County | None:
    return db.session.scalars(select(County).where(County.practice_of == county_code)).one_or_none()
