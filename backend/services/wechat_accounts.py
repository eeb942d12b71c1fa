"""The WeChat account behind a recipient: an account itself, or the one that a member of staff bound last."""

from collections.abc import Mapping
from typing import Any, TypeVarTuple

from sqlalchemy import Select, bindparam, false, select

from backend.db import db
from backend.models import Account, Staff
from backend.workflow.outbox import ACCOUNT, STAFF

Ts = TypeVarTuple("Ts")
NOBODY = ""
KINDS = (ACCOUNT, STAFF, NOBODY)


def behind(kind: str, query: Select[*Ts]) -> Select[*Ts]:
    """Return the query for the account of a recipient of this kind; its parameter is the recipient's `row`.

    Whoever no longer works here is told nothing of a duty any more.
    """
    if kind == ACCOUNT:
        mine = query.where(Account.id == bindparam("row"))
    elif kind == STAFF:
        mine = query.join(Staff, Staff.id == Account.staff_id).where(Staff.id == bindparam("row"), Staff.is_active)
    else:
        mine = query.where(false())
    return mine.order_by(Account.id.desc()).limit(1)


def asked(recipient: str) -> tuple[str, Mapping[str, Any]]:
    """Return a recipient's kind, one of `KINDS`, and the parameter of `behind`."""
    kind, _, row = recipient.partition(":")
    return (kind, {"row": int(row)}) if kind in {ACCOUNT, STAFF} else (NOBODY, {})


_ACCOUNT = {kind: behind(kind, select(Account)) for kind in KINDS}


def account_of(recipient: str) -> Account | None:
    """Return the account behind a recipient."""
    kind, row = asked(recipient)
    return db.session.scalars(_ACCOUNT[kind], row).first()
