"""A phone shows that its holder has the number on a household's file, by a code sent there: never to a number typed.

Asking is the same act whether anybody is known or not: it writes the same rows, says the same words and takes as long.
Who is meant is looked up later, by the job that sends.
"""

from datetime import timedelta

from sqlalchemy import delete, func, select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotPossibleNow, TooMany
from backend.models import Account, Household, Message, Person, PhoneCode
from backend.policy.county import current_policy
from backend.policy.ladder import Way
from backend.privacy import codes
from backend.privacy.current import keys
from backend.privacy.id_numbers import parse_id_number
from backend.privacy.names import clean_name
from backend.privacy.seal import Place, seal, unseal
from backend.services import family_phones, throttles
from backend.services.channels.contract import NotThisWay
from backend.services.known import index_of, known_person
from backend.services.storage import settings
from backend.services.templates import TEMPLATES
from backend.workflow.deadlines import spoken_at
from backend.workflow.outbox import URGENT, owe

KIND = "code"
LIFE = timedelta(minutes=10)
A_DAY = timedelta(hours=24)
BETWEEN = timedelta(minutes=1)
KEPT = timedelta(days=7)
MOST_GUESSES = 5
FREE_TRIES = 10
COVERED = "●●●●●●"
"""What stands in the outbox in the place of the code, which is computed when it is sent."""


def ask(id_number: str, name: str, *, by: Actor) -> int:
    """Ask for a code to the number on the file of the household of this person; return for how many minutes it holds.

    `name` is the person's or the head's. Errors: `Invalid` for what cannot be a number or a name; `TooMany`;
    `NotPossibleNow` where the installation sends no text messages, and outside their hours.
    """
    require(by.role, Action.CONFIRM_BY_CODE)
    number = parse_id_number(id_number, field="id_number", today=clock.today()).number
    called = clean_name(name, field="name")
    if not is_open():
        raise NotPossibleNow("这里还没有开通短信验证码。请等村干部上门时，当面帮您确认这部手机。")
    if spoken_at(clock.now(), current_policy(by.county_code).ladder, Way.SMS) > clock.now():
        raise NotPossibleNow("现在不是发短信的时间，怕吵着人休息。请白天再来，或者等村干部上门时当面确认。")
    _ask(number, called, by)
    return LIFE // timedelta(minutes=1)


def confirm(code: str, *, by: Actor) -> None:
    """Let this phone read the household's file from now on: its holder has read the code there.

    Errors: one and the same `Invalid` whether the code is wrong, used, over, or never was anybody's; `TooMany`.
    """
    require(by.role, Action.CONFIRM_BY_CODE)
    if not _try_confirm(code, by):
        raise Invalid.field("code", "验证码不对、已用过或已过期。请再看看短信，或者重新要一个。")


def is_open() -> bool:
    """Say whether this installation can send a code at all."""
    return bool(settings().sms_provider and TEMPLATES[KIND].sms_code)


@use_case
def _ask(number: str, called: str, by: Actor) -> None:
    _refuse_too_many(by)
    now, row_id = clock.real_now(), new_id()
    older = update(PhoneCode).where(PhoneCode.account_id == by.account_id, PhoneCode.ended_at.is_(None))
    db.session.execute(older.values(ended_at=now), execution_options={"synchronize_session": False})
    row = PhoneCode(
        id=row_id,
        account_id=by.account_id,
        county_code=by.county_code,
        id_sealed=seal(number, keys=keys(), place=_place(row_id)),
        name=called,
        asked_at=now,
        expires_at=now + LIFE,
    )
    db.session.add(row)
    owe(
        kind="code",
        subject=f"code:{row_id}",
        # To nobody's inbox: whoever asks must not read there whether anything was sent.
        recipient=f"code:{row_id}",
        county_code=by.county_code,
        data={"code": COVERED, "minutes": str(LIFE // timedelta(minutes=1))},
        ways=(Way.SMS,),
        priority=URGENT,
        not_after=clock.now() + LIFE,
    )


def _refuse_too_many(by: Actor) -> None:
    # Held until the commit, so that many at once are counted one after the other.
    db.session.execute(select(Account.id).where(Account.id == by.account_id).with_for_update())
    now, most = clock.real_now(), current_policy(by.county_code).numbers["phone_codes_a_day"]
    mine = select(func.count(), func.max(PhoneCode.asked_at)).where(
        PhoneCode.account_id == by.account_id, PhoneCode.asked_at > now - A_DAY
    )
    count, last = db.session.execute(mine).one()
    if count >= most:
        raise TooMany("今天要验证码的次数已满，请明天再来，或者等村干部上门时当面确认。", retry_after=3600)
    if last is not None and last + BETWEEN > now:
        wait = int((last + BETWEEN - now).total_seconds()) + 1
        raise TooMany(f"验证码刚刚要过，请等{wait}秒再要。", retry_after=wait)


@use_case
def _try_confirm(code: str, by: Actor) -> bool:
    """Count a wrong guess in the same transaction that found it, and so return instead of raising."""
    key, now = f"code:{by.account_id}", clock.real_now()
    throttles.refuse_if_waiting(key)
    query = select(PhoneCode).where(
        PhoneCode.account_id == by.account_id, PhoneCode.ended_at.is_(None), PhoneCode.expires_at > now
    )
    row = db.session.scalars(query.order_by(PhoneCode.id.desc()).limit(1).with_for_update()).first()
    if row is None or not codes.fits(code, row.id, keys=keys()) or row.household_id is None:
        throttles.count_failure(key, free=FREE_TRIES)
        if row is not None:
            row.wrong += 1
            row.ended_at = now if row.wrong >= MOST_GUESSES else None
        return False
    row.ended_at = now
    throttles.forget(key)
    family_phones.confirm_by_code(row.household_id, by=by)
    return True


@use_case
def forget_old() -> int:
    """Delete what was asked more than a week ago, at most a thousand at a time; return how many."""
    old = select(PhoneCode.id).where(PhoneCode.asked_at < clock.real_now() - KEPT).limit(1000)
    ids = db.session.scalars(old).all()
    db.session.execute(delete(PhoneCode).where(PhoneCode.id.in_(ids)))
    return len(ids)


def finds_somebody(message: Message) -> bool:
    """Look up, when a code is about to be sent, whose number it goes to; False where it goes to nobody.

    Runs inside the sender's transaction. One number is sent only so many codes a day, whoever asks: silently, for
    the asker must not learn that somebody else asked.
    """
    row = _row_of(message)
    if row is None or row.ended_at is not None or row.expires_at <= clock.real_now():
        return False
    if row.id_sealed is not None:
        row.household_id = _household_asked_for(row)
        row.id_sealed, row.name = None, ""
    return row.household_id is not None


def letter_of(message: Message) -> tuple[str, dict[str, str]]:
    """Return the telephone and the words of a code about to be sent; raises `NotThisWay`."""
    row = _row_of(message)
    if row is None or row.household_id is None:
        raise NotThisWay("没有可以发的登记手机")
    with as_system("the telephone on a household's file"):
        household = db.session.scalars(select(Household).where(Household.id == row.household_id)).one_or_none()
        if household is None or not household.phone_sealed:
            raise NotThisWay("没有可以发的登记手机")
        phone = unseal(household.phone_sealed, keys=keys(), place=Place("households", "phone_sealed", household.id))
    return phone, {**message.data, "code": codes.code_of(row.id, keys=keys())}


def _row_of(message: Message) -> PhoneCode | None:
    query = select(PhoneCode).where(PhoneCode.id == int(message.subject.rpartition(":")[2]))
    return db.session.scalars(query.with_for_update()).one_or_none()


def _household_asked_for(row: PhoneCode) -> int | None:
    """Return the household with this member whose number somebody of the staff wrote down, unless it had its share."""
    number = unseal(row.id_sealed or "", keys=keys(), place=_place(row.id))
    known = known_person(row.county_code, tuple(index_of(number).values()), name=row.name)
    if known is None or not known.name_fits:
        return None
    with as_system("whose telephone may be sent a code?"):
        query = select(Household.id).where(
            Household.id == known.household_id,
            Household.phone_sealed.is_not(None),
            Household.phone_confirmed_at.is_not(None),
        )
        is_member = select(Person.id).where(Person.id == known.person_id, Person.is_member)
        found = db.session.scalar(query.with_for_update())
        if found is None or db.session.scalar(is_member) is None:
            return None
    sent = select(func.count()).where(PhoneCode.household_id == found, PhoneCode.asked_at > row.asked_at - A_DAY)
    most = current_policy(row.county_code).numbers["phone_codes_a_day"]
    return found if (db.session.scalar(sent) or 0) < most else None


def _place(row_id: int) -> Place:
    return Place("phone_codes", "id_sealed", row_id)
