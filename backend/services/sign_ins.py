"""Who is at the other end: signing in on a phone or in the console, and for how long."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update
from sqlalchemy.orm import joinedload

from backend import clock
from backend.access.actor import Actor, phone_actor, staff_actor
from backend.access.permissions import Role
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotAllowed, SignInFirst, TooMany
from backend.models import Account, AccountHousehold, CountySafety, Identity, OneTimeCode, SignIn, Staff
from backend.policy.county import current_policy
from backend.services import networks, second_factors, throttles

PHONE, CONSOLE, HALFWAY = "phone", "console", "halfway"
"""A session of the halfway edge knows the password and waits for the second factor; no screen takes it."""
A_WORKING_DAY = timedelta(hours=10)
"""So long a session of the console lasts at most, however busy."""
SHORTEST = timedelta(minutes=5)
"""Whatever a county's rules say: somebody must have the time to come in and change them."""
SEEN_EVERY = timedelta(minutes=1)
FREE_TRIES = 5
FREE_TRIES_OF_AN_ADDRESS = 20
"""A whole office goes out by one address: its people's slips together must not shut it out."""
BIND, PASSWORD = "bind", "password"
LINK_LIFETIME = timedelta(hours=48)
SHORTEST_PASSWORD = 10
A_MINUTE_TO_LOOK = timedelta(minutes=10)
"""So long somebody has to find their telephone, or to set it up."""

hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's argon2id parameters: about 40 ms here, against 216 ms of the library's default on the same machine."""
_NOBODYS_HASH = hasher.hash(secrets.token_hex(16))


@dataclass(frozen=True)
class Ticket:
    """A session just begun: the token is shown once and never stored."""

    token: str
    expires_at: datetime
    actor: Actor
    edge: str


@dataclass(frozen=True)
class Where:
    """From where somebody comes: their address, and browser and system in words; a phone says neither."""

    address: str = ""
    device: str = ""


NOWHERE = Where()
_LASTS = {CONSOLE: A_WORKING_DAY, HALFWAY: A_MINUTE_TO_LOOK}


def digest(token: str) -> str:
    """Return what is kept of a token or code: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


@use_case
def open_phone(app_id: str, openid: str, county_code: str, *, unionid: str | None = None) -> Ticket:
    """Begin a session for a WeChat account; one seen for the first time is made on the spot.

    A phone signs in again by itself whenever its token is over: staff go on in the identity that they wore there last.
    """
    account = db.session.scalars(
        select(Account).where(Account.app_id == app_id, Account.openid == openid, Account.county_code == county_code)
    ).one_or_none()
    if account is None:
        account = Account(
            id=new_id(), app_id=app_id, openid=openid, county_code=county_code, made_at=clock.now(), staff_id=None
        )
        db.session.add(account)
    if unionid is not None:
        account.unionid = unionid
    identity = first_identity(account.staff_id, rather=_worn_last(account)) if account.staff_id else None
    return begin(PHONE, account=account, identity=identity)


def _worn_last(account: Account) -> int | None:
    mine = select(SignIn.identity_id).where(SignIn.account_id == account.id, SignIn.edge == PHONE)
    return db.session.scalar(mine.order_by(SignIn.started_at.desc(), SignIn.id.desc()).limit(1))


def bind_phone(code: str, *, by: Actor) -> Ticket:
    """Bind the actor's WeChat account to a member of staff with a one-time code from the console.

    Errors: `Invalid` for a code that is wrong, used or over; `TooMany` for somebody who guesses.
    """
    ticket = _try_bind(code, by)
    if ticket is None:
        raise Invalid.field("code", "绑定码不对、已用过或已过期，请向管理员要一个新的。")
    return ticket


@use_case
def _try_bind(code: str, by: Actor) -> Ticket | None:
    throttles.refuse_if_waiting(f"bind:{by.account_id}")
    staff_id = _use_code(code.strip().upper(), BIND)
    if staff_id is None:
        throttles.count_failure(f"bind:{by.account_id}", free=FREE_TRIES)
        return None
    account = db.session.scalars(select(Account).where(Account.id == by.account_id)).one()
    if account.staff_id != staff_id:
        account.staff_id, account.bound_at = staff_id, clock.real_now()
    end_all(account_id=account.id)
    return begin(PHONE, account=account, identity=first_identity(staff_id))


@use_case
def unbind_phone(by: Actor) -> None:
    """Take the actor's own phone off their name at once; from then on it is like any other."""
    account = db.session.scalars(select(Account).where(Account.id == by.account_id)).one_or_none()
    if account is not None:
        account.staff_id = account.bound_at = None
        end_all(account_id=account.id)


def sign_in(login: str, password: str, *, address: str, device: str = "") -> Ticket:
    """Begin a console session; the answer and its time are the same for an unknown name and a wrong password.

    Whoever has a second factor, or needs one, gets a ticket of the halfway edge (`second_steps`).
    Errors: `Invalid`; `NotAllowed` from a network that the county does not list; `TooMany` while this name, whether
    anybody bears it or not, or this address has to wait.
    """
    ticket = _try_sign_in(login.strip(), password, Where(address, device))
    if ticket is None:
        raise Invalid.field("password", "用户名或密码不对。")
    return ticket


@use_case
def _try_sign_in(login: str, password: str, where: Where) -> Ticket | None:
    """Count a failure in the same transaction that found it, and so return instead of raising."""
    staff = db.session.scalars(select(Staff).where(Staff.login == login).with_for_update()).one_or_none()
    name, door = f"name:{digest(login)}", f"address:{where.address}"
    throttles.refuse_if_waiting(door)
    if staff is None:
        throttles.refuse_if_waiting(name)
    else:
        refuse_if_locked(staff)
    usable = staff if staff and staff.is_active and staff.password_hash else None
    right = password_fits(usable.password_hash if usable and usable.password_hash else _NOBODYS_HASH, password)
    if usable is None or not right:
        throttles.count_failure(door, free=FREE_TRIES_OF_AN_ADDRESS)
        if staff is None:
            throttles.count_failure(name, free=FREE_TRIES)
        else:
            slow_down(staff)
        return None
    throttles.forget(door)
    networks.refuse_elsewhere(usable.county_code, where.address)
    identity = first_identity(usable.id)
    if identity is not None and _needs_second_step(identity):
        return begin(HALFWAY, account=None, identity=identity, where=where)
    usable.failed_sign_ins, usable.locked_until = 0, None
    return begin(CONSOLE, account=None, identity=identity, where=where)


def _needs_second_step(identity: Identity) -> bool:
    """Misses of the code count on from those of the password: the door never forgets halfway."""
    is_demanded = second_factors.is_demanded(Role(identity.role), identity.region_code[:6])
    return is_demanded or second_factors.has_one(identity.staff_id)


_HELD = (
    select(
        SignIn.id,
        SignIn.ended_at,
        SignIn.expires_at,
        SignIn.seen_at,
        Account.id.label("account_id"),
        Account.county_code,
        Identity.role,
        Identity.region_code,
        Identity.title,
        Identity.ended_at.label("identity_ended_at"),
        Identity.until_on,
        CountySafety.networks,
        Staff.id.label("staff_id"),
        Staff.name,
        Staff.is_active,
        AccountHousehold.household_id,
    )
    .outerjoin(Account, Account.id == SignIn.account_id)
    .outerjoin(Identity, Identity.id == SignIn.identity_id)
    .outerjoin(Staff, Staff.id == SignIn.staff_id)
    .outerjoin(CountySafety, CountySafety.county_code == Staff.county_code)
    .outerjoin(
        AccountHousehold,
        and_(AccountHousehold.account_id == SignIn.account_id, AccountHousehold.withdrawn_at.is_(None)),
    )
    .where(SignIn.token_digest == bindparam("digest"), SignIn.edge == bindparam("edge"))
)
"""Asked at every request: built once, no more columns than it takes to know somebody, a row for each household."""


def who(token: str, edge: str, *, address: str = "") -> Actor:
    """Return who holds this token; `SignInFirst` when it is unknown, over, of another edge, or its holder is gone.

    Errors: `NotAllowed` at the console from an `address` that the county does not list.
    """
    now = clock.real_now()
    rows = db.session.execute(_HELD, {"digest": digest(token), "edge": edge}).all()
    if not rows:
        raise SignInFirst
    row = rows[0]
    if row.ended_at or row.expires_at <= now:
        raise SignInFirst
    if row.seen_at + idle(edge, row.county_code or (row.region_code or "")[:6]) <= now:
        raise SignInFirst
    if row.seen_at + SEEN_EVERY <= now:
        _note_seen(row.id, now)
    if row.role is not None:
        if not row.is_active or row.identity_ended_at or (row.until_on and row.until_on < clock.today()):
            raise SignInFirst
        if edge != PHONE and not networks.lets_in(row.networks or "", address):
            raise NotAllowed(networks.ELSEWHERE)
        return staff_actor(
            staff_id=row.staff_id,
            role=Role(row.role),
            region_code=row.region_code,
            name=row.name,
            title=row.title,
            account_id=row.account_id,
            session_id=row.id,
        )
    return phone_actor(
        account_id=row.account_id,
        county_code=row.county_code,
        households=tuple(each.household_id for each in rows if each.household_id is not None),
        session_id=row.id,
    )


@use_case
def sign_out(by: Actor) -> None:
    """End the actor's session at once."""
    mine = update(SignIn).where(SignIn.id == by.session_id, SignIn.ended_at.is_(None))
    db.session.execute(mine.values(ended_at=clock.real_now()))


@use_case
def switch_identity(identity_id: int, *, by: Actor) -> Ticket:
    """Go on as another of one's own identities, in a new session; the old token is worth nothing any more."""
    session = db.session.scalars(select(SignIn).where(SignIn.id == by.session_id)).one()
    query = select(Identity).where(Identity.id == identity_id, Identity.staff_id == by.id, is_worn())
    identity = db.session.scalars(query.options(joinedload(Identity.staff))).one_or_none() if by.is_staff else None
    if identity is None:
        raise Invalid.field("identity_id", "没有这个身份。")
    session.ended_at = clock.real_now()
    account = db.session.scalars(select(Account).where(Account.id == session.account_id)).one_or_none()
    return begin(session.edge, account=account, identity=identity, where=Where(session.address, session.device))


def identities_of(staff_id: int) -> list[Identity]:
    """Return the identities somebody may act in."""
    query = select(Identity).where(Identity.staff_id == staff_id, is_worn()).order_by(Identity.id)
    return list(db.session.scalars(query))


def end_all(*, account_id: int | None = None, staff_id: int | None = None, but: int | None = None) -> None:
    """End every session of an account or of a member of staff, but one, inside the caller's transaction."""
    mine = update(SignIn).where(SignIn.ended_at.is_(None))
    mine = mine.where(SignIn.id != but) if but is not None else mine
    mine = mine.where(SignIn.account_id == account_id) if account_id else mine.where(SignIn.staff_id == staff_id)
    db.session.execute(mine.values(ended_at=clock.real_now()), execution_options={"synchronize_session": False})


def minutes_to_bind(county_code: str) -> int:
    """Return for how many minutes a code that binds a phone holds in this county."""
    return _by_rule("staff_code_minutes", county_code) // timedelta(minutes=1)


def make_code(staff_id: int, purpose: str) -> str:
    """Make a one-time code inside the caller's transaction: short and speakable to bind, long for a link."""
    lifetime = _by_rule("staff_code_minutes", _county_of(staff_id)) if purpose == BIND else LINK_LIFETIME
    letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
    code = "".join(secrets.choice(letters) for _ in range(10)) if purpose == BIND else secrets.token_urlsafe(24)
    db.session.add(
        OneTimeCode(
            digest=digest(f"{purpose}:{code}"),
            purpose=purpose,
            staff_id=staff_id,
            expires_at=clock.real_now() + lifetime,
        )
    )
    return code


def forget_codes(staff_id: int) -> None:
    """Make every code and link of somebody worthless, inside the caller's transaction."""
    open_ones = update(OneTimeCode).where(OneTimeCode.staff_id == staff_id, OneTimeCode.used_at.is_(None))
    db.session.execute(open_ones.values(used_at=clock.real_now()))


@use_case
def set_password(code: str, password: str) -> None:
    """Set a password with a one-time link; every session of that person ends."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid.field("password", f"密码至少{SHORTEST_PASSWORD}位。")
    staff_id = _use_code(code, PASSWORD)
    if staff_id is None:
        raise Invalid.field("code", "这个链接已经用过或过期了，请管理员重新发一个。")
    staff = db.session.scalars(select(Staff).where(Staff.id == staff_id)).one()
    staff.password_hash = hasher.hash(password)
    staff.failed_sign_ins, staff.locked_until = 0, None
    end_all(staff_id=staff_id)


def _use_code(code: str, purpose: str) -> int | None:
    now = clock.real_now()
    used = update(OneTimeCode).where(
        OneTimeCode.digest == digest(f"{purpose}:{code}"),
        OneTimeCode.purpose == purpose,
        OneTimeCode.used_at.is_(None),
        OneTimeCode.expires_at > now,
    )
    if db.session.execute(used.values(used_at=now)).rowcount != 1:  # type: ignore[attr-defined]
        return None
    return db.session.scalar(select(OneTimeCode.staff_id).where(OneTimeCode.digest == digest(f"{purpose}:{code}")))


def begin(edge: str, *, account: Account | None, identity: Identity | None, where: Where = NOWHERE) -> Ticket:
    """Begin a session inside the caller's transaction; `SignInFirst` for an account without a hat."""
    token, now = secrets.token_urlsafe(32), clock.real_now()
    county = identity.region_code[:6] if identity else account.county_code if account else ""
    session = SignIn(
        id=new_id(),
        token_digest=digest(token),
        edge=edge,
        account_id=account.id if account else None,
        staff_id=identity.staff_id if identity else None,
        identity_id=identity.id if identity else None,
        started_at=now,
        seen_at=now,
        expires_at=now + (_LASTS.get(edge) or idle(edge, county)),
        address=where.address[:45],
        device=where.device[:60],
    )
    db.session.add(session)
    if identity is not None:
        actor = _staff(identity.staff, identity, account, session.id)
    elif account is not None:
        households = _households_of(account.id)
        actor = phone_actor(
            account_id=account.id, county_code=account.county_code, households=households, session_id=session.id
        )
    else:
        raise SignInFirst("您的账号还没有岗位，请联系管理员。")
    return Ticket(token, session.expires_at, actor, edge)


def idle(edge: str, county_code: str) -> timedelta:
    """Return after how long without a request a session is over; a phone's lasts no longer anyway."""
    return _by_rule("phone_token_minutes" if edge == PHONE else "console_idle_minutes", county_code)


def _by_rule(name: str, county_code: str) -> timedelta:
    if not county_code:
        return SHORTEST
    return max(timedelta(minutes=current_policy(county_code).numbers[name]), SHORTEST)


def _county_of(staff_id: int) -> str:
    query = select(Identity.region_code).where(Identity.staff_id == staff_id).order_by(Identity.ended_at, Identity.id)
    return (db.session.scalar(query.limit(1)) or "")[:6]


def _staff(staff: Staff, identity: Identity, account: Account | None, session_id: int) -> Actor:
    return staff_actor(
        staff_id=staff.id,
        role=Role(identity.role),
        region_code=identity.region_code,
        name=staff.name,
        title=identity.title,
        account_id=account.id if account else None,
        session_id=session_id,
    )


def is_worn() -> ColumnElement[bool]:
    """Return the clause for a hat that is worn: not taken back, and an inspector's days are not over."""
    return and_(Identity.ended_at.is_(None), or_(Identity.until_on.is_(None), Identity.until_on >= clock.today()))


def first_identity(staff_id: int, *, rather: int | None = None) -> Identity | None:
    """Return whom somebody acts as: `rather` that identity, while it is worn, or else their first.

    Whoever left acts as nobody, and their phone is like any other again.
    """
    query = (
        select(Identity)
        .join(Staff, Staff.id == Identity.staff_id)
        .where(Identity.staff_id == staff_id, is_worn(), Staff.is_active)
    )
    order = (Identity.id == rather).desc(), Identity.id
    return db.session.scalars(query.options(joinedload(Identity.staff)).order_by(*order).limit(1)).first()


def _households_of(account_id: int) -> tuple[int, ...]:
    query = select(AccountHousehold.household_id).where(
        AccountHousehold.account_id == account_id, AccountHousehold.withdrawn_at.is_(None)
    )
    return tuple(db.session.scalars(query))


@use_case
def _note_seen(session_id: int, now: datetime) -> None:
    db.session.execute(update(SignIn).where(SignIn.id == session_id).values(seen_at=now))


def password_fits(kept: str, password: str) -> bool:
    """Say whether this is the password of which a hash is kept."""
    try:
        return hasher.verify(kept, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def refuse_if_locked(staff: Staff) -> None:
    """Raise `TooMany` while somebody who kept missing has to wait."""
    if staff.locked_until and staff.locked_until > clock.real_now():
        raise TooMany(retry_after=_seconds_until(staff.locked_until))


def slow_down(staff: Staff) -> None:
    """Count a wrong password or code of somebody; from the fifth on each makes them wait longer."""
    staff.failed_sign_ins += 1
    if staff.failed_sign_ins >= FREE_TRIES:
        delay = throttles.delay_after(staff.failed_sign_ins - FREE_TRIES)
        staff.locked_until = clock.real_now() + delay


def _seconds_until(moment: datetime) -> int:
    return max(1, int((moment - clock.real_now()).total_seconds()))
