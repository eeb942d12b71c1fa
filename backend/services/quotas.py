"""The ledger of consents: how many subscribe messages an account still allows, by its own taps and WeChat's word."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.models import Account, Quota
from backend.services import wechat_accounts
from backend.services.templates import Template
from backend.workflow.outbox import ACCOUNT, STAFF

_SPEND = {
    kind: update(Quota)
    .where(
        Quota.account_id == wechat_accounts.behind(kind, select(Account.id)).scalar_subquery(),
        Quota.template == bindparam("of_template"),
        Quota.is_long_term.is_(False),
        Quota.remaining > 0,
    )
    .values(remaining=Quota.remaining - 1)
    for kind in wechat_accounts.KINDS
}


def answered(account_id: int, template: Template, status: str) -> None:
    """Write down an answer to the question for permission: a yes adds one, or opens a long-term template for good."""
    quota = _row(account_id, template.name)
    is_yes = status == "accept"
    quota.is_long_term = is_yes and template.kind == "long_term"
    quota.remaining = quota.remaining + 1 if is_yes and not quota.is_long_term else 0
    quota.said_no = not is_yes
    quota.changed_at = clock.now()


def spend(recipient: str, template: str) -> None:
    """Use up one consent of a recipient's account; a long-term one is not used up."""
    kind, row = wechat_accounts.asked(recipient)
    db.session.execute(_SPEND[kind], {**row, "of_template": template}, execution_options={"synchronize_session": False})


def nothing_left(account_id: int, template: str) -> None:
    """WeChat's own word (43101) is the truth about a quota that nobody can ask for."""
    quota = _row(account_id, template)
    quota.remaining, quota.is_long_term, quota.said_no, quota.changed_at = 0, False, True, clock.now()


def ledger_of(recipient: str, *, by: Actor) -> Sequence[Quota]:
    """Return what a person still allows, template by template: `recipient` as a message names them."""
    require(by.role, Action.READ_OUTBOX)
    kind, _, number = recipient.partition(":")
    if not number.isdecimal() or kind not in {STAFF, ACCOUNT}:
        return ()
    whose = Account.staff_id if kind == STAFF else Account.id
    mine = select(Account.id).where(whose == int(number), Account.county_code == by.county_code)
    return db.session.scalars(select(Quota).where(Quota.account_id.in_(mine)).order_by(Quota.template)).all()


def _row(account_id: int, template: str) -> Quota:
    quota = db.session.get(Quota, (account_id, template), with_for_update=True)
    if quota is None:
        quota = Quota(account_id=account_id, template=template, remaining=0, is_long_term=False, said_no=False)
        db.session.add(quota)
    return quota
