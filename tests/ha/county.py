"""The county that lives on the machines: its people with their phones, and the messages that they are owed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import requests
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.access.permissions import Role
from backend.access.scope import act_within
from backend.db import db, in_transaction
from backend.models import PolicyVersion
from backend.schema import migrate
from backend.services import counties, sign_ins, staff
from backend.services.demo import COUNTY, REGIONS
from backend.services.staff import NewStaff
from backend.services.templates import TEMPLATES, for_emulator
from backend.settings import Settings
from backend.wechat.emulator.config import DEMO_APP_ID
from backend.wechat.emulator.store import Phone, Store
from backend.workflow.outbox import PRESSING, owe
from deploy.run.stack import Stack
from tests.faults.town import DATA, Town
from wsgi import create_app

FARMERS = 600
"""Enough that none hears more in a day than WeChat lets through."""
VILLAGES = 6
OWED_EACH_TIME = 60
RULES = {"numbers": {"unconfirmed_declarations_a_day": 1_000}}
"""A phone speaks for few families a day; here there are few phones."""


@dataclass
class Living:
    """A county with the tokens of the phones in it."""

    town: Town
    farmers: list[str]
    cadres: list[str]
    villages: list[str]

    def owe_over(self, subject: str, seconds: float) -> None:
        """Owe a message to each of so many people, one after the other over so many seconds; the sweep finds them."""
        self.town.settle(OWED_EACH_TIME, subject)
        with self.town.app.app_context():
            began = clock.now()
            people = list(self.town.of(subject).values())
            moments = [began + timedelta(seconds=seconds * place / len(people)) for place in range(len(people))]

            def work() -> None:
                for account, moment in zip(people, moments, strict=True):
                    owe(
                        kind="duty",
                        subject=subject,
                        recipient=f"account:{account}",
                        county_code=COUNTY,
                        data=DATA,
                        priority=PRESSING,
                        not_before=moment,
                    )

            in_transaction(work)


def settled(settings: Settings, wechat: str) -> Living:
    """Make the schema, the county and its people, through the first node and the services."""
    app = create_app(settings)
    with app.app_context():
        migrate()
        rows = counties.read_regions(REGIONS)
        counties.init_county(COUNTY, regions=rows, preset="NATIONAL", phone="0311-82520000", demo=True)
        in_transaction(lambda: db.session.execute(update(PolicyVersion).values(changes=RULES)))
    lasting = [each | {"kind": "long_term"} for each in for_emulator() if each["kind"] == "one_time"]
    requests.put(f"{wechat}/_emulator/templates", json=lasting, timeout=10).raise_for_status()
    town = Town(Stack(settings.public_url, wechat, settings.data_dir, 0), app)
    town.move_to_morning()
    villages = [row["code"] for row in rows if row["level"] == "village"][:VILLAGES]
    names = [f"farmer-{number}" for number in range(FARMERS)]
    _hand_out_phones(settings.data_dir, [*names, *(f"phone-of-{village}" for village in villages)])
    farmers = [_opened(app, name) for name in names]
    return Living(town, farmers, [_cadres_phone(app, village) for village in villages], villages)


def _hand_out_phones(data: Path, openids: list[str]) -> None:
    store = Store(data / "emulator")
    store._db.execute("BEGIN")
    for openid in openids:
        store.add_phone(Phone(openid, f"s-{openid}", f"u-{openid}", openid, None, False, False, None))
        for name in ("duty", "progress"):
            store.allow(openid, TEMPLATES[name].template_id, 1, is_blocked=False)
    store._db.execute("COMMIT")
    store.close()


def _opened(app: Flask, openid: str) -> str:
    with app.app_context():
        return sign_ins.open_phone(DEMO_APP_ID, openid, COUNTY).token


def _cadres_phone(app: Flask, village: str) -> str:
    with app.app_context():
        cadre, _ = staff.add_staff(NewStaff(f"cadre-{village}", "王村干", Role.VILLAGE, village, "村干部"))
        staff_id = cadre.id
    with app.app_context():
        first = sign_ins.open_phone(DEMO_APP_ID, f"phone-of-{village}", COUNTY)
    with app.app_context():
        code = in_transaction(lambda: sign_ins.make_code(staff_id, sign_ins.BIND))
    with app.app_context():
        act_within(first.actor.scope)
        return sign_ins.bind_phone(code, by=first.actor).token


@contextmanager
def living(settings: Settings, wechat: str) -> Iterator[Living]:
    found = settled(settings, wechat)
    try:
        yield found
    finally:
        clock.use_offset(timedelta)
        with found.town.app.app_context():
            db.session.remove()
            db.engine.dispose()


def write_templates(path: Path) -> Path:
    path.write_text(json.dumps(for_emulator(), ensure_ascii=False), encoding="utf-8")
    return path
