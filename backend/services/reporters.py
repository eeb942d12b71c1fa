"""Villagers (党员、乡贤…) whom the village authorises to report: they see only their own reports (practice S6)."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound
from backend.models import Reporter
from backend.policy.county import current_policy
from backend.privacy.names import clean_name
from backend.services import audit, throttles

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_SIGNS = 10
CODE_LIFETIME = timedelta(days=3)
FREE_TRIES = 5


@use_case
def invite(name: str, standing: str, *, by: Actor) -> tuple[Reporter, str]:
    """Authorise a villager to report, and return the one-time code to type into their own phone."""
    require(by.role, Action.AUTHORISE_REPORTER)
    if standing not in current_policy(by.county_code).dictionaries["reporter_standings"]:
        raise Invalid.field("standing", "请选择是党员、乡贤还是别的身份。")
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_SIGNS))
    reporter = Reporter(
        id=new_id(),
        county_code=by.county_code,
        village_code=by.region_code[:12],
        name=clean_name(name, field="name"),
        standing=standing,
        code_digest=_digest(code),
        code_until=clock.real_now() + CODE_LIFETIME,
        authorised_by=by.id,
        authorised_at=clock.now(),
    )
    db.session.add(reporter)
    _record(Action.AUTHORISE_REPORTER, reporter, by)
    return reporter, code


def accept_invitation(code: str, *, by: Actor) -> Reporter:
    """Take the village's authorisation to one's own phone.

    Errors: `Invalid` for a code that is wrong, used or old; `TooMany` for somebody who guesses.
    """
    require(by.role, Action.BECOME_REPORTER)
    reporter = _try_code(code.strip().upper(), by)
    if reporter is None:
        raise Invalid.field("code", "授权码不对、已用过或已过期，请向村里要一个新的。")
    return reporter


@use_case
def _try_code(code: str, by: Actor) -> Reporter | None:
    """Count a failure in the same transaction that found it, and so return instead of raising."""
    key = f"reporter:{by.account_id}"
    throttles.refuse_if_waiting(key)
    query = select(Reporter).where(
        Reporter.code_digest == _digest(code),
        Reporter.county_code == by.county_code,
        Reporter.code_until > clock.real_now(),
        Reporter.ended_at.is_(None),
    )
    reporter = db.session.scalars(query.with_for_update()).one_or_none()
    if reporter is None:
        throttles.count_failure(key, free=FREE_TRIES)
        return None
    reporter.account_id, reporter.code_digest, reporter.code_until = by.account_id, None, None
    return reporter


@use_case
def end(reporter_id: int, *, by: Actor) -> None:
    """Take the authorisation back; what was reported stays."""
    require(by.role, Action.AUTHORISE_REPORTER)
    query = select(Reporter).where(Reporter.id == reporter_id, Reporter.village_code == by.region_code[:12])
    reporter = db.session.scalars(query).one_or_none()
    if reporter is None:
        raise NotFound
    reporter.ended_at, reporter.code_digest = clock.now(), None
    _record("end_reporter", reporter, by)


def reporters_of(by: Actor) -> Sequence[Reporter]:
    """Return whom the actor's village has authorised."""
    require(by.role, Action.AUTHORISE_REPORTER)
    query = select(Reporter).where(Reporter.village_code == by.region_code[:12], Reporter.ended_at.is_(None))
    return db.session.scalars(query.order_by(Reporter.id)).all()


def authorised(by: Actor) -> Reporter | None:
    """Return the authorisation that this phone holds, if it holds one."""
    if by.account_id is None:
        return None
    query = select(Reporter).where(
        Reporter.account_id == by.account_id, Reporter.county_code == by.county_code, Reporter.ended_at.is_(None)
    )
    return db.session.scalars(query.order_by(Reporter.id.desc()).limit(1)).first()


def _record(action: str, reporter: Reporter, by: Actor) -> None:
    audit.record_on_session(by=by, action=action, subject=f"reporter:{reporter.id}", detail={})


def _digest(code: str) -> str:
    return hashlib.sha256(f"reporter:{code}".encode()).hexdigest()
