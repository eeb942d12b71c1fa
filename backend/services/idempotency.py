"""The same request sent twice has one effect and one answer."""

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend import clock
from backend.db import MARIADB, db, in_transaction, is_lock_wait, use_case
from backend.errors import DomainError, Invalid, KeyReused, StillRunning
from backend.models import County, IdempotencyKey
from backend.policy.county import current_policy
from backend.privacy.current import keys
from backend.privacy.seal import Place, seal, unseal
from backend.services import in_flight

NO_COUNTY_DAYS = 90
DONE = range(200, 300)
_TABLE = cast("Table", IdempotencyKey.__table__)
_CLAIM = insert(_TABLE)
_KEEP = update(_TABLE).where(_TABLE.c.account == bindparam("by"), _TABLE.c.key == bindparam("under"))
"""Said at every request that changes something: built once, past the mapper, for no object is made of them."""


@dataclass(frozen=True)
class Answer:
    """A status and a body, and whether they are a replay."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


class _AlreadyThere(Exception):
    """Somebody wrote this key before us."""


def digest_of(route: str, body: bytes) -> str:
    """Return the digest by which two requests are the same."""
    return hashlib.sha256(route.encode() + b"\0" + body).hexdigest()


def once(account: int, key: str, request_digest: str, work: Callable[[], Answer]) -> Answer:
    """Do `work` and keep its answer in the same transaction, or replay what was answered to this key before.

    Errors: `KeyReused` for another body, with the row that the first one made; `StillRunning` when the first one is not
    done within five seconds.
    """

    def first_time() -> Answer:
        _claim(account, key, request_digest)
        answer = work()
        _keep(account, key, answer)
        return answer

    with _in_turn(account, key):
        try:
            return in_transaction(first_time)
        except _AlreadyThere:
            return _replay(account, key, request_digest)


def _in_turn(account: int, key: str) -> AbstractContextManager[None]:
    """Let the requests under one key come one after the other; MariaDB does that by itself, with the key's row."""
    if db.session().get_bind().dialect.name in MARIADB:
        return nullcontext()
    db.session.rollback()  # nobody waits with a connection in hand; what was read before is read again anyway
    return in_flight.alone(account, key)


def _claim(account: int, key: str, request_digest: str) -> None:
    row = {"account": account, "key": key, "request_digest": request_digest, "made_at": clock.real_now()}
    try:
        db.session.execute(_CLAIM, row)
    except IntegrityError as error:
        raise _AlreadyThere from error
    except DBAPIError as error:
        if is_lock_wait(error):
            raise StillRunning from error
        raise


def _keep(account: int, key: str, answer: Answer) -> None:
    sealed = _sealed(account, key, answer.body)
    db.session.execute(_KEEP, {"by": account, "under": key, "status": answer.status, "answer_sealed": sealed})


def _replay(account: int, key: str, request_digest: str) -> Answer:
    known = db.session.scalars(
        select(IdempotencyKey).where(IdempotencyKey.account == account, IdempotencyKey.key == key)
    ).one_or_none()
    if known is None or known.status is None or known.answer_sealed is None:
        raise StillRunning
    body = json.loads(unseal(known.answer_sealed, keys=keys(), place=place_of(account, key)))
    if known.request_digest != request_digest:
        raise KeyReused(_row_of(known.status, body))
    return Answer(known.status, body, replayed=True)


def _row_of(status: int, body: dict[str, Any]) -> str | None:
    """Return the id in an answer that says that something was done; the same account has read it, or may have."""
    made = body.get("id") if status in DONE else None
    return None if made is None else str(made)


def place_of(account: int, key: str) -> Place:
    """Return where an answer is sealed: a row here is known by both, so both are bound to it."""
    return Place("idempotency_keys", f"answer_sealed:{key}", account)


def _sealed(account: int, key: str, body: dict[str, Any]) -> str:
    return seal(json.dumps(body, ensure_ascii=False), keys=keys(), place=place_of(account, key))


@use_case
def keep_refusal(account: int, key: str, request_digest: str, answer: Answer) -> None:
    """Keep a lasting refusal, so that a retry of it reads the same; somebody else's row under this key stands."""
    if db.session.get(IdempotencyKey, (account, key)) is None:
        db.session.add(
            IdempotencyKey(
                account=account,
                key=key,
                request_digest=request_digest,
                status=answer.status,
                answer_sealed=_sealed(account, key, answer.body),
                made_at=clock.real_now(),
            )
        )


def is_lasting(error: DomainError) -> bool:
    """Say whether the same request would be refused again for ever.

    Only what is wrong with the request itself. Who may, what one may see and where a case stands can change: whoever
    wears another hat or comes a day later sends the same work again, and must be heard.
    """
    return isinstance(error, Invalid)


@use_case
def forget_old() -> int:
    """Delete keys older than the rules keep them (90 days), at most a thousand at a time; return how many.

    Where counties of one installation differ the longest counts: a key says nothing of its county.
    """
    days = [current_policy(code).numbers["receipts_kept_days"] for code in db.session.scalars(select(County.code))]
    before = clock.real_now() - timedelta(days=max(days, default=NO_COUNTY_DAYS))
    old = select(IdempotencyKey.account, IdempotencyKey.key).where(IdempotencyKey.made_at < before)
    rows = db.session.execute(old.limit(1000)).all()
    for account, key in rows:
        db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.account == account, IdempotencyKey.key == key))
    return len(rows)
