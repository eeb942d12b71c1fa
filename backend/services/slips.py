"""A slip for whoever stands at the wrong county's door: where the matter belongs, and whom to call (practice P24)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound, TooMany
from backend.models import Account, County, Region, Slip
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.privacy.receipts import new_receipt_no
from backend.workflow.deadlines import on_the_day
from backend.workflow.places import place

VILLAGE_DIGITS, COUNTY_DIGITS = 12, 6
MOST_A_DAY = 10
ANY_OTHER = "elsewhere"
"""The entry of the dictionary `other_counties` that speaks for every county without one of its own."""


@dataclass(frozen=True)
class Elsewhere:
    """Where a village that is not of this county belongs, and whom to call there, in words."""

    name: str
    call: str
    is_here: bool = False


def is_of(code: str, county_code: str) -> bool:
    """Say whether this is the code of a village of the county."""
    found = place(code) if code.startswith(county_code) else None
    return found is not None and found.level == "village"


def elsewhere(code: str, county_code: str, policy: Policy) -> Elsewhere | None:
    """Return where a village's code leads outside the county; None for one of ours, or for what is no such code."""
    there = code[:COUNTY_DIGITS]
    if len(code) != VILLAGE_DIGITS or not (code.isascii() and code.isdigit()) or there == county_code:
        return None
    written = policy.dictionaries["other_counties"]
    county = db.session.get(County, there)
    if county is not None:
        return Elsewhere(county.name, _call_of(county, written.get(f"c{there}", "")), is_here=True)
    name = db.session.scalar(select(Region.name).where(Region.code == there))
    call = written.get(f"c{there}") or written.get(ANY_OTHER, "")
    return Elsewhere(name or "", call)


def sentence(where: Elsewhere) -> str:
    """Say where a village belongs, and whom to call there."""
    whose = f"这个村属于{where.name}" if where.name else "这个村在别的县"
    return f"{whose}，请打{where.call} 申报。" if where.call else f"{whose}，请到那边申报。"


@use_case
def give(village_code: str, *, by: Actor) -> Slip:
    """Give a slip for a village of another county; it holds nothing about whoever asks for it.

    Six digits are enough where only the county is known. At an office's desk it is nobody's phone's, and not counted.
    Errors: `Invalid` for a place of this county, and for what is no code; `TooMany` after ten a day and phone.
    """
    require(by.role, Action.DECLARE)
    village_code = village_code.ljust(VILLAGE_DIGITS, "0") if len(village_code) == COUNTY_DIGITS else village_code
    account_id = None if may(by.role, Action.GIVE_SLIP) else by.account_id
    if is_of(village_code, by.county_code):
        raise Invalid.field("village_code", "这个村就在本县，请直接申报。")
    where = elsewhere(village_code, by.county_code, current_policy(by.county_code))
    if where is None:
        raise Invalid.field("village_code", "村的编码应是12位数字，请重新扫码或选村。")
    _refuse_too_many(account_id)
    slip = Slip(
        id=new_id(),
        number=new_receipt_no(),
        account_id=account_id,
        county_code=by.county_code,
        said_code=village_code,
        there_name=where.name,
        call=where.call,
        is_here=where.is_here,
        given_at=clock.now(),
    )
    db.session.add(slip)
    return slip


def own_slips(*, by: Actor, before: int | None = None, size: int = 20) -> Sequence[Slip]:
    """Return the slips that this account was given, the newest first."""
    require(by.role, Action.DECLARE)
    if by.account_id is None:
        return ()
    query = select(Slip).where(Slip.account_id == by.account_id).order_by(Slip.id.desc())
    if before is not None:
        query = query.where(Slip.id < before)
    return db.session.scalars(query.limit(size)).all()


def desk_slips(*, by: Actor, size: int = 20) -> Sequence[Slip]:
    """Return the slips that the county's desks gave lately, the newest first."""
    require(by.role, Action.GIVE_SLIP)
    query = select(Slip).where(Slip.account_id.is_(None), Slip.county_code == by.county_code)
    return db.session.scalars(query.order_by(Slip.id.desc()).limit(size)).all()


def read_slip(number: str, *, by: Actor) -> Slip:
    """Return a slip of the county's desks by its number, to be printed again; `NotFound` for any other."""
    require(by.role, Action.GIVE_SLIP)
    query = select(Slip).where(Slip.number == number, Slip.account_id.is_(None), Slip.county_code == by.county_code)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def neighbours(*, by: Actor) -> dict[str, str]:
    """Return the counties that this one knows by name or number: code and what is known of them, for choosing."""
    require(by.role, Action.GIVE_SLIP)
    policy = current_policy(by.county_code)
    others = select(County.code).where(County.code != by.county_code, County.practice_of.is_(None))
    here = db.session.scalars(others).all()
    written = [code[1:] for code in policy.dictionaries["other_counties"] if code != ANY_OTHER]
    found = {code: elsewhere(code.ljust(VILLAGE_DIGITS, "0"), by.county_code, policy) for code in (*here, *written)}
    return {code: f"{there.name} {there.call}".strip() for code, there in sorted(found.items()) if there}


def _call_of(county: County, written: str) -> str:
    return written or (f"那边的电话 {county.phone}" if county.phone else "")


def _refuse_too_many(account_id: int | None) -> None:
    if account_id is None:
        return
    # Held until the commit, so that many at once are counted one after the other.
    db.session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    since = on_the_day(clock.today(), time())
    mine = select(Slip.id).where(Slip.account_id == account_id, Slip.given_at >= since)
    if len(db.session.scalars(mine.limit(MOST_A_DAY)).all()) >= MOST_A_DAY:
        raise TooMany("今天开的指引单已经够多了，请直接打单子上的电话。", retry_after=3600)
