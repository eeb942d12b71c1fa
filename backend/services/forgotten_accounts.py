"""What a phone leaves behind: its WeChat account where nothing else hangs on it, and answers that still hold names."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_, select

from backend.db import db
from backend.models import (
    Account,
    AccountHousehold,
    Attempt,
    Clue,
    Complaint,
    Declaration,
    Follower,
    IdempotencyKey,
    Message,
    Objection,
    PhoneCode,
    PushedEvent,
    Quota,
    Reporter,
    SignIn,
    Slip,
)
from backend.privacy.current import keys
from backend.privacy.seal import SealBroken, unseal
from backend.services import idempotency

NEEDED_BY: tuple[Any, ...] = (AccountHousehold, Clue, Complaint, Declaration, Objection, Reporter)
"""What keeps an account: it spoke for another family, or about something else."""
OF_ACCOUNT: tuple[Any, ...] = (SignIn, Quota, Slip, PhoneCode)


def forget(accounts: Sequence[int], words: set[str]) -> int:
    """Delete those of the accounts that nothing needs any more, and every kept answer that holds one of the words.

    The caller holds the transaction, sees every row, and has deleted the family's own rows before.
    """
    needed = {each for model in NEEDED_BY for each in db.session.scalars(_by(model, accounts))}
    bound = select(Account.id).where(Account.id.in_(accounts), Account.staff_id.is_not(None))
    free = sorted(set(accounts) - needed - set(db.session.scalars(bound)))
    gone = _forget_answers(words)
    if not free:
        return gone
    mine = db.session.execute(select(Account.openid, Account.unionid).where(Account.id.in_(free))).all()
    openids, unionids = [row.openid for row in mine], [row.unionid for row in mine if row.unionid]
    sent = select(Message.id).where(Message.recipient.in_([f"account:{each}" for each in free]))
    statements = [
        delete(Attempt).where(Attempt.message_id.in_(sent)),
        delete(Message).where(Message.recipient.in_([f"account:{each}" for each in free])),
        *(delete(model).where(model.account_id.in_(free)) for model in OF_ACCOUNT),
        delete(IdempotencyKey).where(IdempotencyKey.account.in_(free)),
        delete(PushedEvent).where(PushedEvent.openid.in_(openids)),
        delete(Follower).where(or_(Follower.openid.in_(openids), Follower.unionid.in_(unionids))),
        delete(Account).where(Account.id.in_(free)),
    ]
    return gone + sum(_rows(each) for each in statements)


def _by(model: Any, accounts: Sequence[int]) -> Any:
    return select(model.account_id).where(model.account_id.in_(accounts)).distinct()


def _rows(statement: Any) -> int:
    return int(db.session.execute(statement, execution_options={"synchronize_session": False}).rowcount)  # type: ignore[attr-defined]


def _forget_answers(words: set[str]) -> int:
    """Delete the kept answers that name somebody: a replay after that is told that the first try is unknown."""
    if not words:
        return 0
    query = select(IdempotencyKey).where(IdempotencyKey.answer_sealed.is_not(None))
    naming = [row for row in db.session.scalars(query.execution_options(yield_per=500)) if _names(row, words)]
    for row in naming:
        db.session.execute(
            delete(IdempotencyKey).where(IdempotencyKey.account == row.account, IdempotencyKey.key == row.key),
            execution_options={"synchronize_session": False},
        )
    return len(naming)


def _names(row: IdempotencyKey, words: set[str]) -> bool:
    try:
        text = unseal(row.answer_sealed or "", keys=keys(), place=idempotency.place_of(row.account, row.key))
    except SealBroken:
        return False
    return any(word in text for word in words)
