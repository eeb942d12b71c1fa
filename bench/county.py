"""A county on a database of its own: its people through the services, its cases loaded in bulk."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from backend import clock
from backend.access.permissions import LEVEL_OF_ROLE, Role
from backend.access.scope import act_within
from backend.db import db, in_transaction
from backend.models import Account, PolicyVersion, Staff
from backend.models import County as CountyRow
from backend.schema import migrate
from backend.services import counties, sign_ins, staff
from backend.services.staff import NewStaff
from backend.settings import Settings
from bench.copies import SHARES, Copy, Desks, Shares, Stencil, copies
from bench.load import engine_for, load
from bench.patterns import make_patterns
from bench.settings import APP_ID, CHECKOUT, COUNTY, DATA, LOADER, REGIONS
from wsgi import create_app

PHONES = 64
FARMERS = 2_000
"""Phones that declare while it is measured: enough that each declares a few times, as in life."""
RULES = {"numbers": {"unconfirmed_declarations_a_day": 1_000}}
"""A phone speaks for few families a day; among thousands of declarations a minute chance lets one speak for more."""
PASSWORD_OF_ALL = "correct horse battery"  # noqa: S105 - of a county that lives for minutes
UNTIL = clock.real_now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
"""When the last case came in."""
NAMES = {Role.VILLAGE: "王村干", Role.TOWN_REVIEW: "周研判", Role.COUNTY_LEAD: "褚县长"}
NOT_AT_A_DESK = {Role.GRID, Role.DEPT}
"""Their places are made by a county, not read from the region file; no copied case is theirs."""


@cache
def stencils() -> tuple[Stencil, ...]:
    """Return what cases are copied from: those of a demonstration made once, by the services."""
    return tuple(Stencil(pattern) for pattern in make_patterns(DATA / "patterns"))


@cache
def villages() -> tuple[str, ...]:
    """Return the codes of the county's villages."""
    return tuple(row["code"] for row in counties.read_regions(REGIONS) if row["level"] == "village")


def settings_for(url: str, home: Path, redis_url: str = "") -> Settings:
    """Return the settings of a real county on this database."""
    return Settings(
        database_url=url,
        redis_url=redis_url,
        data_dir=home,
        keys_file=str(DATA / "keys.json"),
        secret_key="bench",  # noqa: S106 - of a server that lives for minutes
        wechat_app_id=APP_ID,
        secure_cookies=False,
    )


@dataclass(frozen=True)
class County:
    """A county that is ready: its application, and who acts in it."""

    app: Flask
    url: str
    home: Path
    desks: Desks

    @property
    def settings(self) -> Settings:
        """What the county's servers run with."""
        found: Settings = self.app.extensions["settings"]
        return found

    def farmers(self, count: int = FARMERS) -> list[str]:
        """Return the tokens of so many phones, signed in just now, that have declared nothing yet."""
        found = []
        for number in range(count):
            with self.app.app_context():
                found.append(sign_ins.open_phone(APP_ID, f"new-farmer-{number}", COUNTY).token)
        return found

    def accounts_of_farmers(self, count: int) -> list[int]:
        """Return the accounts of the first of these phones, in their order."""
        with self.app.app_context():
            names = [f"new-farmer-{number}" for number in range(count)]
            rows = db.session.execute(select(Account.openid, Account.id).where(Account.openid.in_(names))).all()
            known = {row.openid: row.id for row in rows}
            return [known[name] for name in names]

    def phone_of(self, login: str, role: Role, region: str) -> str:
        """Return the token of a bound phone of somebody, hired when first needed."""
        _hire(self.app, login, role, region)
        with self.app.app_context():
            first = sign_ins.open_phone(APP_ID, f"phone-of-{login}", COUNTY)
        if first.actor.is_staff:
            return first.token
        with self.app.app_context():
            code = sign_ins.make_code(_staff_id(login), sign_ins.BIND)
            db.session.commit()
        with self.app.app_context():
            act_within(first.actor.scope)
            return sign_ins.bind_phone(code, by=first.actor).token

    def console_of(self, login: str, role: Role, region: str) -> str:
        """Return the token of a console session of somebody."""
        _hire(self.app, login, role, region)
        known = update(Staff).where(Staff.login == login).values(password_hash=sign_ins.hasher.hash(PASSWORD_OF_ALL))
        with self.app.app_context():
            in_transaction(lambda: db.session.execute(known))
        with self.app.app_context():
            return sign_ins.sign_in(login, PASSWORD_OF_ALL, address="127.0.0.1").token

    def copies(self, count: int, shares: Shares = SHARES) -> Iterator[Copy]:
        """Invent this county's cases."""
        return copies(count, stencils(), villages(), until=UNTIL, accounts=self.desks.accounts, shares=shares)


def _staff_id(login: str) -> int:
    return db.session.scalars(select(Staff.id).where(Staff.login == login)).one()


def _hire(app: Flask, login: str, role: Role, region: str) -> int:
    with app.app_context():
        if db.session.scalar(select(Staff.id).where(Staff.login == login)) is None:
            staff.add_staff(NewStaff(login, NAMES.get(role, "李办事"), role, region, "测试"))
    with app.app_context():
        return _staff_id(login)


def open_county(url: str, home: Path, redis_url: str = "") -> County:
    """Return the county of this database; one that is empty is migrated and gets its people."""
    app = create_app(settings_for(url, home, redis_url))
    with app.app_context():
        migrate()
        if db.session.get(CountyRow, COUNTY) is None:
            regions = counties.read_regions(REGIONS)
            counties.init_county(COUNTY, regions=regions, preset="NATIONAL", phone="0311-82520000")
            db.session.execute(update(PolicyVersion).values(changes=RULES))
            db.session.commit()
    village = villages()[0]
    at_the_desks = {
        role.value: _hire(app, f"desk-{role.value.lower()}", role, village[:digits])
        for role, digits in LEVEL_OF_ROLE.items()
        if role not in NOT_AT_A_DESK
    }
    return County(app, url, home, Desks(at_the_desks, _accounts(app)))


def _accounts(app: Flask) -> tuple[int, ...]:
    found = []
    for number in range(PHONES):
        with app.app_context():
            found.append(sign_ins.open_phone(APP_ID, f"farmer-{number}", COUNTY).actor.account_id or 0)
    return tuple(found)


@dataclass(frozen=True)
class Loaded:
    """What a kept database was loaded with; another loader or schema means loading anew."""

    cases: int
    schema: str
    loader: int


def keep_loaded(name: str, url: str, cases: int) -> County:
    """Return the county called `name` with so many cases, loaded once and kept in the ignored folder."""
    home = DATA / name
    home.mkdir(parents=True, exist_ok=True)
    mark, wanted = home / "loaded.json", Loaded(cases, _first_schema(), LOADER)
    if mark.exists() and json.loads(mark.read_text()) == asdict(wanted):
        return open_county(url, home)
    mark.unlink(missing_ok=True)
    make_empty(url)
    county = open_county(url, home)
    print(f"{name}: loading {cases:,} cases, once", flush=True)
    fill(county, cases, said=True)
    mark.write_text(json.dumps(asdict(wanted)))
    return county


def fill(county: County, cases: int, *, shares: Shares = SHARES, said: bool = False) -> None:
    """Load so many cases into the county."""
    with county.app.app_context():
        load(county.url, county.copies(cases, shares), county.desks, total=cases if said else 0)


def make_empty(url: str) -> None:
    """Throw the database away and make it anew."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        return
    server, _, rest = url.partition("/bench_")
    name, _, query = rest.partition("?")
    with engine_for(f"{server}/mysql?{query}").connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS bench_{name}")
        connection.exec_driver_sql(f"CREATE DATABASE bench_{name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")


def _first_schema() -> str:
    """Return the digest of the first migration: later ones are simply done to what is there."""
    [first] = CHECKOUT.glob("migrations/0001_*.py")
    return hashlib.sha256(first.read_bytes()).hexdigest()
