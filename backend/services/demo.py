"""Makes a county of invented people: its places, its staff with accounts and phones; never beside a real county."""

import re
import secrets
from collections.abc import Iterable
from pathlib import Path

import requests
from sqlalchemy import select, update

from backend import clock
from backend.access.actor import Actor, staff_actor
from backend.access.permissions import Action, Role, may
from backend.db import db, in_transaction, ring, use_case
from backend.demo.cast import Member, cast
from backend.demo.people import phone as invented_number
from backend.demo.phones import DemoPhone, Emulator
from backend.errors import NotPossibleNow
from backend.models import Account, County, Identity, Region, Staff
from backend.services import counties, offices, second_factors, sign_ins, staff
from backend.services.staff import NewStaff
from backend.services.storage import settings
from backend.services.templates import TEMPLATES

COUNTY, PRESET = "130126", "NATIONAL"
REGIONS = Path(__file__).resolve().parent.parent / "regions_data" / f"{COUNTY}.csv"
HOME_VILLAGE = f"{COUNTY}100201"
"""The village in which the demonstration's cast works."""

LIAISON_OF = "medical_insurance"
FARMER = "farmer"
ALLOWED_MESSAGES = 10
_FIRST_OFFICE_NUMBER = 50_000_000
"""Far from the serial numbers of the invented households' telephones."""

_HIRED_AT_ONCE = 20
_ACCOUNT_LINE = re.compile(r"^ {2}([a-z0-9-]+) +(\S{12,}) ", re.MULTILINE)


def refuse_beside_real_people() -> None:
    """Raise `NotPossibleNow` outside demo mode, and where the database holds a county that is no demonstration."""
    if not settings().demo:
        raise NotPossibleNow("现在不是演示方式，不能编造人员。演示请用 make run；正式使用请用 flask county init。")
    if db.session.scalar(select(County.code).where(County.is_demo.is_(False)).limit(1)) is not None:
        raise NotPossibleNow("这个数据库里有正式的县，不能往里面编造人员。请换一个空的数据库。")


def make_county() -> None:
    """Make the county with its real townships and villages; their telephones are numbers that nobody has."""
    if db.session.get(County, COUNTY) is not None:
        return
    rows = counties.read_regions(REGIONS)
    for place, row in enumerate(rows):
        if row["level"] in {"township", "village"}:
            row["phone"] = invented_number(_FIRST_OFFICE_NUMBER + place)
    phone = invented_number(_FIRST_OFFICE_NUMBER - 1)
    counties.init_county(COUNTY, regions=rows, preset=PRESET, phone=phone, demo=True)


def villages() -> list[str]:
    """Return the codes of the county's villages."""
    query = select(Region.code).where(Region.level == "village", Region.code.startswith(COUNTY)).order_by(Region.code)
    return list(db.session.scalars(query))


def hire(members: Iterable[Member]) -> None:
    """Hire whoever is not there yet, a few in each transaction."""
    known = set(db.session.scalars(select(Staff.login).where(Staff.county_code == COUNTY)))
    missing = [member for member in members if member.login not in known]
    for first in range(0, len(missing), _HIRED_AT_ONCE):
        _hire(missing[first : first + _HIRED_AT_ONCE])


@use_case
def _hire(members: list[Member]) -> None:
    for each in members:
        staff.add_staff(NewStaff(each.login, each.name, each.role, each.region_code, each.title))


def actors() -> dict[tuple[Role, str], Actor]:
    """Return one actor for every role and place of the county: whoever was hired first."""
    query = (
        select(Staff, Identity)
        .join(Identity, Identity.staff_id == Staff.id)
        .where(Staff.county_code == COUNTY, Staff.is_active, Identity.ended_at.is_(None))
        .order_by(Staff.id)
    )
    found: dict[tuple[Role, str], Actor] = {}
    for person, identity in db.session.execute(query):
        found.setdefault((Role(identity.role), identity.region_code), _actor(person, identity))
    return found


def _actor(person: Staff, identity: Identity) -> Actor:
    return staff_actor(
        staff_id=person.id,
        role=Role(identity.role),
        region_code=identity.region_code,
        name=person.name,
        title=identity.title,
        account_id=None,
        session_id=None,
    )


def members() -> list[Member]:
    """Return everybody who gets an account: the cast, and the liaison of one department."""
    office = offices.office_of(COUNTY, LIAISON_OF).code
    return [*cast(HOME_VILLAGE), Member("liaison", "孔令辉", Role.DEPT, office)]


def accounts_file() -> Path:
    """Return where the accounts to try are written down, for the owner of the data folder only."""
    return settings().data_dir / "demo-accounts.txt"


def make_accounts() -> None:
    """Hire the cast, give each member a random password, and write all of them down with today's addresses."""
    offices.ensure(COUNTY)
    people = members()
    hire(people)
    path = accounts_file()
    known = dict(_ACCOUNT_LINE.findall(path.read_text(encoding="utf-8"))) if path.exists() else {}
    passwords = {each.login: _password(each.login, known.get(each.login)) for each in people}
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(_written(people, passwords), encoding="utf-8")
    draft.replace(path)


def _password(login: str, known: str | None) -> str:
    """Return the password that is written down, or set a new one: a crash in between only makes another."""
    person = db.session.scalars(select(Staff).where(Staff.login == login)).one()
    if known is not None and person.password_hash is not None:
        return known
    word = "-".join(secrets.token_hex(2) for _ in range(4))
    code = in_transaction(lambda: sign_ins.make_code(person.id, sign_ins.PASSWORD))
    sign_ins.set_password(code, word)
    return word


def _written(people: list[Member], passwords: dict[str, str]) -> str:
    names = {row.code: row.name for row in db.session.execute(select(Region.code, Region.name))}
    lines = ["演示账号（密码是这台机器上随机生成的，只在这里写着）", f"控制台：{settings().public_url}/console/", ""]
    lines.insert(2, f"申报码（村公告栏上的，扫码进小程序）：{HOME_VILLAGE} {names[HOME_VILLAGE]}")
    for each in people:
        where = names.get(each.region_code, each.region_code)
        lines.append(f"  {each.login:<12} {passwords[each.login]}  {where} {each.title} {each.name}")
    if settings().emulator_url:
        lines += ["", "这几个人的手机（微信模拟器，看收到的通知）："]
        lines += [f"  {settings().emulator_url}/phones/{each.openid}  {each.nickname}" for each in phones()]
    return "\n".join([*lines, ""])


def phones() -> list[DemoPhone]:
    """Return the phones to look at: a farmer's, and one for each member of the cast who gets messages."""
    holders = [(FARMER, "农户 田大爷")]
    holders += [(m.login, f"{m.title} {m.name}") for m in members() if may(m.role, Action.READ_TASKS)]
    return [
        DemoPhone(openid_of(holder), nickname, invented_number(_FIRST_OFFICE_NUMBER - 2 - place))
        for place, (holder, nickname) in enumerate(holders)
    ]


def openid_of(holder: str) -> str:
    """Return the openid of a demonstration phone: 28 signs, as WeChat's own."""
    return f"oDemo-{holder}".ljust(28, "0")


def make_phone(phone: DemoPhone) -> bool:
    """Make one phone in the emulator, or find it again; False when the emulator is away, and it goes on without."""
    if not settings().emulator_url:
        return False
    try:
        Emulator(settings().emulator_url).make(phone)
    except requests.RequestException:
        return False
    return True


def make_phones() -> bool:
    """Make the phones to look at and bind the staff's; False when there is no emulator just now."""
    address = settings().emulator_url
    if not address or not Emulator(address).is_there() or not all(make_phone(phone) for phone in phones()):
        return False
    admin = actors()[Role.ADMIN, COUNTY]
    for member in members():
        if may(member.role, Action.READ_TASKS):
            _bind(member, by=admin)
    return True


def allow_messages() -> bool:
    """Let the phones' owners allow some messages, which WeChat pushes to us; False when that cannot be done now."""
    emulator = Emulator(settings().emulator_url)
    try:
        for phone in phones():
            template = "progress" if phone.openid == openid_of(FARMER) else "duty"
            emulator.allow(phone, TEMPLATES[template].template_id, ALLOWED_MESSAGES)
    except requests.RequestException:
        return False
    return True


@use_case
def _bind(member: Member, *, by: Actor) -> None:
    """Bind a member's phone with a one-time code, as at the console; once."""
    openid = openid_of(member.login)
    account = db.session.scalars(select(Account).where(Account.openid == openid)).one_or_none()
    if account is not None and account.staff_id is not None:
        return
    ticket = sign_ins.open_phone(settings().wechat_app_id, openid, COUNTY)
    staff_id = db.session.scalars(select(Staff.id).where(Staff.login == member.login)).one()
    sign_ins.bind_phone(staff.make_bind_code(staff_id, by=by), by=ticket.actor)
    # The invented people did so some days ago: their phones may confirm at once.
    bound = update(Account).where(Account.id == ticket.actor.account_id)
    db.session.execute(bound.values(bound_at=clock.real_now() - 2 * second_factors.SETTLED_AFTER))


def is_complete() -> bool:
    """Say whether the demonstration was made to its end."""
    county = db.session.get(County, COUNTY)
    return county is not None and county.demo_made_at is not None


@use_case
def mark_complete() -> None:
    """Note that everybody is there, and let the month's visits be made: until now no job made any."""
    db.session.get_one(County, COUNTY).demo_made_at = clock.now()
    ring("month")
    ring("figures")
