"""One transaction per use case on SQLite and MariaDB: how it begins, retries, commits and rings the doorbell."""

import secrets
import sqlite3
import threading
from collections.abc import Callable, Set
from datetime import UTC, datetime
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String, event
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, configure_mappers, registry
from sqlalchemy.types import JSON, TypeDecorator

from backend import clock, inserts, updates
from backend.errors import TryLater

P = ParamSpec("P")
T = TypeVar("T")

DEADLOCK, LOCK_WAIT = 1213, 1205
MARIADB = frozenset({"mysql", "mariadb"})
GONE = frozenset({2003, 2006, 2013, 2055, 1047, 1053, 1180, 1290})
CROWDED = frozenset({1040, 1203, 1226, 1041, 1135})
"""Too many connections: of all, of this user, or more than the machine has memory or threads for."""
FULL = frozenset({3, 20, 1021, 1026, 1114})
"""No room: a file cannot be written, the disk is full, a table cannot grow. MariaDB goes on once there is room."""
FROM_THE_ENGINE, NO_ROOM = 1030, "error 28 "
"""A storage engine's own error; of these, 28 is the system's word for a full disk, the others are not temporary."""
MOST_TRIES = 4
MOST_IN_A_ROW = 30_000

after_commit: list[Callable[[frozenset[str]], None]] = []
"""Called with the names of the bells that a committed transaction asked for; a failing one costs nothing."""


class Moment(TypeDecorator[datetime]):
    """An instant, stored as naive UTC with microseconds; naive input is refused, for it says nothing."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """MariaDB drops fractions of a second unless it is told to keep them."""
        return dialect.type_descriptor(mysql.DATETIME(fsp=6) if dialect.name in MARIADB else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone says nothing")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return it aware."""
        return value.replace(tzinfo=UTC) if value is not None else None


class _Sized(TypeDecorator[str]):
    """Text of so many signs at most; each kind of it says how MariaDB keeps and compares it, and that it is cached."""

    impl = String

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


class Symbols(_Sized):
    """Text for codes, digests and openids: compared byte by byte on both databases, trailing blanks and all."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """MariaDB compares without case unless it is told otherwise."""
        binary = mysql.VARCHAR(self.length, charset="utf8mb4", collation="utf8mb4_bin")
        return dialect.type_descriptor(binary if dialect.name in MARIADB else String(self.length))


class Words(_Sized):
    """Text that people write, with every sign there is."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """MariaDB's default collation thinks that two emojis are equal."""
        full = mysql.VARCHAR(self.length, charset="utf8mb4", collation="utf8mb4_unicode_520_ci")
        return dialect.type_descriptor(full if dialect.name in MARIADB else String(self.length))


class Sealed(_Sized):
    """A ciphertext as ASCII text: a quarter of the room that words would take in a row; a long one lies beside it."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """One byte a sign, compared byte by byte."""
        if dialect.name not in MARIADB:
            return dialect.type_descriptor(String(self.length))
        if self.length > MOST_IN_A_ROW:
            return dialect.type_descriptor(mysql.MEDIUMTEXT(charset="ascii", collation="ascii_bin"))
        return dialect.type_descriptor(mysql.VARCHAR(self.length, charset="ascii", collation="ascii_bin"))


RowId = BigInteger().with_variant(Integer(), "sqlite")
Document = JSON(none_as_null=True)


class Base(DeclarativeBase):
    """What every table has: stable constraint names, so that migrations can speak of them."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: Moment()},
    )

    def __init__(self, **values: Any) -> None:
        """Fill a new row at once: nobody has read it, so none of its attributes has a history to keep.

        Not where a table looks at what it is given (`validates`): what keeps a row out of a village must see it.
        """
        if values.keys() <= _filled_at_once(type(self)):
            vars(self).update(values)
        else:
            self.registry.constructor(self, **values)


@cache
def _filled_at_once(kind: type[Base]) -> Set[str]:
    mapper = kind.__mapper__
    return frozenset() if mapper.validators else frozenset(mapper.column_attrs.keys())


class _Database(SQLAlchemy):
    """Flask-SQLAlchemy, whose farewell at the end of a request cannot cost it the answer that is made already."""

    def _teardown_session(self, exc: BaseException | None) -> None:
        try:
            super()._teardown_session(exc)
        except DBAPIError as error:
            if not is_away(error):
                raise
            # The connection died meanwhile, and the server has undone by itself what was open.
            self.session.registry.clear()


db = _Database(model_class=Base, session_options={"expire_on_commit": False})
event.listen(FlaskSession, "before_flush", inserts.write_new_rows)
event.listen(FlaskSession, "before_flush", updates.write_changed_rows)


@event.listens_for(FlaskSession, "do_orm_execute")
def _read_anew_what_is_locked(state: ORMExecuteState) -> None:
    """Whoever locks a row sees it as it is once the lock is held, not as the session remembers it from before.

    What the use case has changed itself is written first, also where it writes nothing by itself until its end.
    """
    if getattr(state.statement, "_for_update_arg", None) is not None:
        state.session.flush()
        state.update_execution_options(populate_existing=True)


class _Ids:
    """Row ids made here: time-ordered, unguessable in practice, and known before the insert."""

    EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
    SPARE = 22

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        millisecond = int(clock.real_now().timestamp() * 1000) - self.EPOCH_MS
        with self._lock:
            fresh = (millisecond << self.SPARE) | secrets.randbits(self.SPARE)
            self._last = fresh if fresh >> self.SPARE > self._last >> self.SPARE else self._last + 1
            return self._last


def first_id_at(moment: datetime) -> int:
    """Return the smallest id that `new_id` could have made at `moment` (real time)."""
    return (int(moment.timestamp() * 1000) - _Ids.EPOCH_MS) << _Ids.SPARE


new_id = _Ids().next
"""Make a row id: 41 bits of milliseconds, 22 of chance; no database counter, so any number of writers agree."""


def transaction_is_open() -> bool:
    """Say whether the current session holds a transaction: nobody may talk to the outside while it does."""
    return db.session().in_transaction()


def ring(bell: str) -> None:
    """Ask for `bell` to be rung once the current transaction has committed."""
    db.session.info.setdefault("bells", set()).add(bell)


def use_case(work: Callable[P, T]) -> Callable[P, T]:
    """Run the function as one transaction; inside another use case it joins that one."""

    @wraps(work)
    def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        return in_transaction(lambda: work(*args, **kwargs))

    return whole


def in_transaction(work: Callable[[], T]) -> T:
    """Run `work` in one write transaction, again after a deadlock, and ring the bells once it has committed.

    Errors: `TryLater` when the database is away or the lock is not to be had after four tries.
    """
    session = db.session()
    if session.info.get("writing"):
        return work()
    for attempt in range(MOST_TRIES):
        try:
            result = _once(session, work)
        except DBAPIError as error:
            if not _worth_another_try(error) or attempt == MOST_TRIES - 1:
                _raise_plainly(error)
            continue
        _ring_bells(session)
        return result
    raise TryLater


def _once(session: Session, work: Callable[[], T]) -> T:
    _forget_what_was_read(session)
    session.info["writing"] = True
    try:
        if not session.in_transaction():
            session.connection(execution_options={"writes": True})
        result = work()
        session.commit()
    except BaseException:
        session.info.pop("bells", None)
        session.rollback()
        raise
    finally:
        session.info["writing"] = False
    return result


def connect_models() -> None:
    """Connect all models with each other now; otherwise the first statement does, in each process that forks."""
    configure_mappers()


def _forget_what_was_read(session: Session) -> None:
    """Let the use case see what is committed now, not what was read before it began.

    On SQLite that belongs to an older snapshot, so the transaction ends. MariaDB runs at READ COMMITTED: each statement
    sees what was committed before it, and it is enough to read the rows again; a round trip less. A commit forgets
    nothing by itself, so that what a use case returns can be shown; the next use case reads it anew.
    """
    is_clean = not (session.new or session.dirty or session.deleted)
    if not is_clean or (session.in_transaction() and session.get_bind().dialect.name not in MARIADB):
        session.rollback()
    session.expire_all()


def _error_number(error: DBAPIError) -> int | None:
    args = getattr(error.orig, "args", ())
    return args[0] if args and isinstance(args[0], int) else None


def _worth_another_try(error: DBAPIError) -> bool:
    """Say whether the whole use case may simply be done again: somebody else was there first, and has committed."""
    return isinstance(error, IntegrityError) or _error_number(error) in {DEADLOCK, LOCK_WAIT}


def is_lock_wait(error: DBAPIError) -> bool:
    """Say whether a row was waited for that somebody else holds."""
    return _error_number(error) == LOCK_WAIT


def is_away(error: DBAPIError) -> bool:
    """Say whether the error means that the database cannot be reached or written now, not that we wrote nonsense."""
    number = _error_number(error)
    if number in GONE | CROWDED | FULL | {DEADLOCK, LOCK_WAIT} or error.connection_invalidated:
        return True
    if number == FROM_THE_ENGINE:
        return NO_ROOM in str(error.orig)
    return isinstance(error.orig, sqlite3.OperationalError) and any(
        sign in str(error.orig) for sign in ("locked", "disk", "readonly", "unable to open")
    )


def _raise_plainly(error: DBAPIError) -> None:
    if is_away(error):
        raise TryLater from error
    raise error


def _ring_bells(session: Session) -> None:
    bells = frozenset(session.info.pop("bells", ()))
    if not bells:
        return
    for doorbell in after_commit:
        doorbell(bells)
