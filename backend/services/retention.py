"""Lets go of what was kept long enough: families whose file is over, and rows that their rule no longer needs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, func, inspect, or_, select, update
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import NotPossibleNow
from backend.models import (
    Attempt,
    Case,
    Complaint,
    ComplaintLine,
    County,
    Household,
    Message,
    OneTimeCode,
    PhoneCode,
    PhoneConfirmation,
    PushedEvent,
    SignIn,
    Slip,
    Throttle,
    Watch,
)
from backend.policy.county import current_policy
from backend.policy.removing import months_before
from backend.privacy.ciphers import SealBroken
from backend.services import endings, erasures
from backend.services.pace import Pace

AT_ONCE = 500
log = structlog.get_logger()
MOST_FAMILIES = 2000
"""Families that one day's job erases at most; the next day goes on."""
MONTHS_A_YEAR = 12
NOT_INCLUDED, WATCHED = "not_included", "watched"


@dataclass(frozen=True)
class Rule:
    """Rows that go, or whose columns are overwritten, so many days after a moment of theirs; `is_real`: real time."""

    model: type[Any]
    since: Any
    keep: str
    blank: dict[str, Any] | None = None
    is_real: bool = False
    only: Callable[[], ColumnElement[bool]] | None = None
    children: tuple[tuple[type[Any], Any], ...] = ()


_SENDER = ("name_sealed", "phone_sealed", "account_id")
_ANSWERED_AT = select(Complaint.answered_at).where(Complaint.id == ComplaintLine.complaint_id).scalar_subquery()
RULES: tuple[Rule, ...] = (
    Rule(OneTimeCode, OneTimeCode.expires_at, "codes_kept_days", is_real=True),
    Rule(Throttle, Throttle.changed_at, "codes_kept_days", is_real=True),
    Rule(PhoneCode, PhoneCode.expires_at, "codes_kept_days", is_real=True),
    Rule(PhoneConfirmation, PhoneConfirmation.expires_at, "codes_kept_days", is_real=True),
    Rule(Slip, Slip.given_at, "codes_kept_days"),
    Rule(PushedEvent, PushedEvent.taken_at, "codes_kept_days", is_real=True),
    Rule(
        # What only ever lay in an inbox, or in the day's digest, was over when it was written.
        *(Message, func.coalesce(Message.ended_at, Message.owed_at), "messages_kept_days"),
        only=lambda: Message.state.in_(endings.FINAL),
        children=((Attempt, Attempt.message_id),),
    ),
    Rule(
        *(SignIn, SignIn.expires_at, "sign_ins_kept_days", {"address": "", "device": ""}),
        is_real=True,
        only=lambda: or_(SignIn.address != "", SignIn.device != ""),
    ),
    Rule(
        *(Complaint, Complaint.answered_at, "complaints_kept_years", dict.fromkeys(_SENDER)),
        only=lambda: or_(*(getattr(Complaint, name).is_not(None) for name in _SENDER)),
    ),
    Rule(
        *(ComplaintLine, _ANSWERED_AT, "complaints_kept_years", {"account_id": None}),
        only=lambda: ComplaintLine.account_id.is_not(None),
    ),
)


def forget_by_rule() -> int:
    """Apply every rule in short transactions; return how many rows went or were overwritten.

    Where counties of one installation differ, the longest time counts.
    """
    policies = [current_policy(code) for code in _counties()]
    gone, pace = 0, Pace()
    for rule in RULES if policies else ():
        longest = max(policy.numbers[rule.keep] for policy in policies)
        while some := _forget_some(rule, _before(rule, longest)):
            gone += some
            pace.rest_at_times()
    return gone


def _counties() -> list[str]:
    codes = list(db.session.scalars(select(County.code)))
    db.session.rollback()
    return codes


def _before(rule: Rule, number: int) -> datetime:
    if rule.keep.endswith("_days"):
        return (clock.real_now() if rule.is_real else clock.now()) - timedelta(days=number)
    return _moment_before(number * MONTHS_A_YEAR)


def _moment_before(months: int) -> datetime:
    now = clock.local(clock.now())
    day = months_before(now.date(), months)
    return now.replace(year=day.year, month=day.month, day=day.day)


@use_case
def _forget_some(rule: Rule, before: datetime) -> int:
    key = inspect(rule.model).primary_key[0]
    query = select(key).where(rule.since < before, *([rule.only()] if rule.only else []))
    with as_system("what was kept long enough goes"):
        ids = db.session.scalars(query.order_by(key).limit(AT_ONCE)).all()
        mine = key.in_(ids)
        statements: list[Any] = [delete(child).where(pointer.in_(ids)) for child, pointer in rule.children]
        statements.append(
            delete(rule.model).where(mine) if rule.blank is None else update(rule.model).where(mine).values(rule.blank)
        )
        for each in statements if ids else ():
            db.session.execute(each, execution_options={"synchronize_session": False})
    return len(ids)


def erase_due() -> int:
    """Erase the families whose file was kept as long as their county keeps it; return how many."""
    gone, pace = 0, Pace()
    for code in _counties():
        numbers = current_policy(code).numbers
        watched = _moment_before(numbers["watched_kept_years"] * MONTHS_A_YEAR)
        for because, household_id, with_roster in [
            *_not_included(code, _moment_before(numbers["not_included_kept_months"])),
            *_once_watched(code, watched),
        ][:MOST_FAMILIES]:
            more = {"because": because, "with_roster": with_roster, "unless_watched_since": watched.date()}
            gone += _erase(household_id, **more)
            pace.rest_at_times()
    return gone


def _erase(household_id: int, **how: Any) -> bool:
    """Erase one family; what stands in the way of one keeps none of the others."""
    try:
        return bool(erasures.erase(household_id, **how))
    except NotPossibleNow:  # another family that turned out to be this one has something open
        return False
    except (SealBroken, IntegrityError) as error:
        log.error("family_not_erased", household=household_id, why=type(error).__name__)  # noqa: TRY400 - as above
        return False


def _not_included(county_code: str, before: datetime) -> Iterator[tuple[str, int, bool]]:
    """Yield families that were never watched and whose last case is over that long."""
    watched = select(Watch.id).where(Watch.household_id == Case.household_id).exists()
    query = _last_cases(county_code).where(~watched).having(func.max(Case.closed_at) < before)
    yield from _found(NOT_INCLUDED, query)


def _once_watched(county_code: str, before: datetime) -> Iterator[tuple[str, int, bool]]:
    """Yield families whose last time of being watched, and last case, are over that long."""
    watches = select(Watch.id).where(Watch.household_id == Case.household_id)
    late = or_(
        Watch.removed_on.is_(None) & Watch.ended_on.is_(None),
        Watch.removed_on >= before.date(),
        Watch.ended_on >= before.date(),
    )
    query = _last_cases(county_code).where(watches.exists(), ~watches.where(late).exists())
    yield from _found(WATCHED, query.having(func.max(Case.closed_at) < before))


def _last_cases(county_code: str) -> Any:
    return (
        select(Case.household_id, func.max(Household.is_provisional))
        .join(Household, Household.id == Case.household_id)
        .where(Case.county_code == county_code, Case.head_name != erasures.GONE)
        .group_by(Case.household_id)
        .having(func.count() == func.count(Case.closed_at))
        .limit(MOST_FAMILIES)
    )


def _found(because: str, query: Any) -> list[tuple[str, int, bool]]:
    with as_system("whose file was kept long enough?"):
        found = [(because, row[0], bool(row[1])) for row in db.session.execute(query)]
    db.session.rollback()
    return found
