"""The three separate consents: given later or withdrawn, each with its date; never the end or the delay of a case.

Source: PIPL 15 and 29. What a withdrawal stops is the use that the consent was for: without `assets` the person is not
compared from now on. The others are shown to whoever judges, who leaves that information out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotPossibleNow
from backend.models import Authorization, Case, ConsentChange, Declaration, Person
from backend.models.places import same_place
from backend.policy.county import policy_of
from backend.services.authorizations import SIGNED
from backend.services.declarations import CONSENTS, SELF, find_receipt
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.steps import Reason

ASSETS = "assets"


@dataclass(frozen=True)
class OwnConsent:
    """One consent as it stands, and every change of it since the declaration."""

    code: str
    is_given: bool
    history: Sequence[ConsentChange]


@dataclass(frozen=True)
class OwnConsents:
    """The consents on one receipt, and whether this phone may change them."""

    declaration: Declaration
    consents: Sequence[OwnConsent]
    may_change: bool


@use_case
def change(declaration_id: int, consent: str, *, is_given: bool, by: Actor, consequence_told: bool = False) -> None:
    """Give or withdraw one consent on a receipt of one's own, from a phone that was confirmed at the door.

    Errors: `Invalid` when nobody was told what a withdrawal means; `NotPossibleNow` for an unconfirmed phone, or a
    receipt for somebody else: nobody consents for another.
    """
    require(by.role, Action.CHANGE_CONSENT)
    declaration = find_receipt(declaration_id, by=by)
    if consent not in CONSENTS:
        raise Invalid.field("consent", "请选要改的是哪一项同意。")
    if not is_given and not consequence_told:
        raise Invalid.field("consequence_told", "请先看清楚收回以后会怎样，再确认收回。")
    with as_system("somebody changes their own consent"):
        case = find_case(declaration.case_id)
        if not _may_change(declaration, case, by):
            raise NotPossibleNow("这部手机还没有经村里上门确认，或者这张回执是替别人申报的，不能改这一项。")
        if bool(declaration.consents.get(consent)) == is_given:
            return
        declaration.consents = {**declaration.consents, consent: is_given}
        db.session.add(_change(declaration, consent, is_given=is_given))
        if consent == ASSETS and not is_given:
            _stop_comparing(declaration, case)
        engine.note(case, "change_consent", by=by, reason=_said(case, consent, is_given=is_given))


def own_consents(*, by: Actor, size: int = 50) -> list[OwnConsents]:
    """Return what the holder of this account agreed to, receipt by receipt, the newest first."""
    require(by.role, Action.CHANGE_CONSENT)
    query = select(Declaration).where(Declaration.account_id == by.account_id).order_by(Declaration.id.desc())
    mine = db.session.scalars(query.limit(size)).all()
    with as_system("somebody reads their own consents"):
        cases = {
            each.id: each for each in db.session.scalars(select(Case).where(Case.id.in_([d.case_id for d in mine])))
        }
        changes = _changes_of([each.id for each in mine])
    return [
        OwnConsents(each, _standing(each, changes), _may_change(each, cases[each.case_id], by))
        for each in mine
        if each.relation == SELF
    ]


def _said(case: Case, consent: str, *, is_given: bool) -> Reason:
    """Say in the history, for whoever judges, which consent counts no more or counts now."""
    name = policy_of(case.county_code, case.policy_version).dictionaries["consents"][consent]
    return Reason(words=f"{'现在' if is_given else '收回'}：{name}")


def _may_change(declaration: Declaration, case: Case, by: Actor) -> bool:
    return declaration.relation == SELF and case.household_id in by.households


def _changes_of(declaration_ids: Sequence[int]) -> Sequence[ConsentChange]:
    query = select(ConsentChange).where(ConsentChange.declaration_id.in_(declaration_ids)).order_by(ConsentChange.id)
    return db.session.scalars(query).all()


def _standing(declaration: Declaration, changes: Sequence[ConsentChange]) -> list[OwnConsent]:
    mine = [each for each in changes if each.declaration_id == declaration.id]
    return [
        OwnConsent(code, bool(declaration.consents.get(code)), [each for each in mine if each.consent == code])
        for code in CONSENTS
    ]


def _change(declaration: Declaration, consent: str, *, is_given: bool) -> ConsentChange:
    return ConsentChange(
        id=new_id(),
        declaration_id=declaration.id,
        account_id=declaration.account_id,
        consent=consent,
        is_given=is_given,
        changed_on=clock.today(),
        changed_at=clock.now(),
        **same_place(declaration),
    )


def _stop_comparing(declaration: Declaration, case: Case) -> None:
    """Take back the newest authorization of the person who declared; what was compared before stays on file."""
    person = select(Person.id).where(
        Person.household_id == case.household_id, Person.name == declaration.head_name, Person.is_member
    )
    newest = (
        select(func.max(Authorization.id)).where(Authorization.person_id.in_(person)).group_by(Authorization.person_id)
    )
    live = select(Authorization).where(
        Authorization.id.in_(newest), Authorization.status == SIGNED, Authorization.withdrawn_on.is_(None)
    )
    for row in db.session.scalars(live):
        row.withdrawn_on, row.consequence_told = clock.today(), True
