"""Which phones read a household's file: confirmed at the door or by a code, taken back one by one, let go by itself."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import NotFound
from backend.models import AccountHousehold, Case, Declaration
from backend.services import audit
from backend.workflow import engine
from backend.workflow.engine import find_case


def phones_of(case_id: int, *, by: Actor) -> Sequence[AccountHousehold]:
    """Return the phones that read this household's file now, the oldest first."""
    require(by.role, Action.CONFIRM_PHONE)
    household_id = db.session.scalars(select(Case.household_id).where(Case.id == case_id)).one_or_none()
    if household_id is None:
        raise NotFound
    return db.session.scalars(_live(household_id).order_by(AccountHousehold.id)).all()


@use_case
def confirm(case_id: int, declaration_id: int, *, by: Actor) -> AccountHousehold:
    """Confirm, at the door, that the family holds the phone that declared: it may read the file from now on."""
    require(by.role, Action.CONFIRM_PHONE)
    case = find_case(case_id)
    account_id = _account_that_declared(case, declaration_id)
    link = _link_of(account_id, case.household_id)
    if link is None:
        link = _new_link(account_id, case.household_id, confirmed_by=by.id)
        engine.note(case, "confirm_phone", by=by, detail={"declaration": str(declaration_id)})
    return link


def confirm_by_code(household_id: int, *, by: Actor) -> None:
    """Let the actor's phone read a household's file, inside the transaction that found the code right."""
    if by.account_id is None or _link_of(by.account_id, household_id) is not None:
        return
    link = _new_link(by.account_id, household_id, confirmed_by=None)
    _note(household_id, "confirm_phone_by_code", link, by)


@use_case
def withdraw(case_id: int, declaration_id: int, *, by: Actor) -> None:
    """Take the access of the phone that declared back: lost, sold, or never theirs."""
    require(by.role, Action.CONFIRM_PHONE)
    case = find_case(case_id)
    account_id = _account_that_declared(case, declaration_id)
    _withdraw(case, _link_of(account_id, case.household_id), by, {"declaration": str(declaration_id)})


@use_case
def withdraw_one(case_id: int, phone_id: int, *, by: Actor) -> None:
    """Take back the access of one of the phones that `phones_of` lists, however it was confirmed."""
    require(by.role, Action.CONFIRM_PHONE)
    case = find_case(case_id)
    link = db.session.scalars(_live(case.household_id).where(AccountHousehold.id == phone_id)).one_or_none()
    _withdraw(case, link, by, {"phone": str(phone_id)})


@use_case
def let_go(case_id: int, *, by: Actor) -> None:
    """Let go of a file that the actor's own phone reads: it is sold or given away, or its holder is no longer of it."""
    require(by.role, Action.CONFIRM_BY_CODE)
    case = find_case(case_id)
    link = _link_of(by.account_id, case.household_id) if by.account_id is not None else None
    if link is None:
        raise NotFound
    link.withdrawn_at = clock.now()
    _note(case.household_id, "let_go_phone", link, by)


def _withdraw(case: Case, link: AccountHousehold | None, by: Actor, detail: dict[str, str]) -> None:
    if link is None:
        raise NotFound
    link.withdrawn_at = clock.now()
    engine.note(case, "withdraw_phone", by=by, detail=detail)


def _new_link(account_id: int, household_id: int, *, confirmed_by: int | None) -> AccountHousehold:
    link = AccountHousehold(
        id=new_id(),
        account_id=account_id,
        household_id=household_id,
        confirmed_by=confirmed_by,
        confirmed_at=clock.now(),
    )
    db.session.add(link)
    return link


def _note(household_id: int, action: str, link: AccountHousehold, by: Actor) -> None:
    """Write it into the history of the household's newest case; where it has none, into that of the session."""
    detail = {"phone": str(link.id)}
    with as_system("a phone and a household's file"):
        newest = select(Case.id).where(Case.household_id == household_id).order_by(Case.id.desc()).limit(1)
        case_id = db.session.scalar(newest)
        if case_id is not None:
            engine.note(find_case(case_id), action, by=by, detail=detail)
    if case_id is None:
        audit.record_on_session(by=by, action=action, subject=f"household:{household_id}", detail=dict(detail))


def _account_that_declared(case: Case, declaration_id: int) -> int:
    query = select(Declaration.account_id).where(Declaration.id == declaration_id, Declaration.case_id == case.id)
    account_id = db.session.scalars(query).one_or_none()
    if account_id is None:
        raise NotFound
    return account_id


def _live(household_id: int) -> Select[AccountHousehold]:
    return select(AccountHousehold).where(
        AccountHousehold.household_id == household_id, AccountHousehold.withdrawn_at.is_(None)
    )


def _link_of(account_id: int, household_id: int) -> AccountHousehold | None:
    return db.session.scalars(_live(household_id).where(AccountHousehold.account_id == account_id)).one_or_none()
