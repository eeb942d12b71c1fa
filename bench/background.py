"""Does one long piece of work in a process of its own, `python -m bench.background WORK`, until it is stopped."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import delete

from backend import clock
from backend.access.permissions import Role
from backend.access.scope import act_within
from backend.db import db, in_transaction
from backend.models import Leader
from backend.services import disasters, redating, reminders, rotation, sign_ins
from backend.services.disasters import EventForm, Listed
from bench import requests
from bench.county import PASSWORD_OF_ALL, County, open_county, villages
from bench.duties import MOMENT
from bench.settings import COUNTY
from deploy.run.words import say

LINES = 800


def sweep(county: County) -> None:
    """Remind of a hundred thousand duties."""
    with clock.at(MOMENT), county.app.app_context():
        while reminders.sweep():
            pass


def recompute(county: County) -> None:
    """Work every open date out anew."""
    with county.app.app_context():
        redating.recompute_dates(COUNTY)


def rotate(county: County) -> None:
    """Bring everything sealed under a new key; the rotation of an earlier run was killed and may seem to go on."""
    with county.app.app_context():
        in_transaction(lambda: db.session.execute(delete(Leader)))
        rotation.begin("seal")
        rotation.carry_on("seal")


def take_list(county: County) -> None:
    """Read a list of struck households."""
    county.console_of("importer", Role.COUNTY_OP, COUNTY)
    with county.app.app_context():
        actor = sign_ins.sign_in("importer", PASSWORD_OF_ALL, address="127.0.0.1").actor
    number = f"灵政〔2026〕{os.getpid()}号"
    with county.app.app_context():
        act_within(actor.scope)
        event = disasters.open_event(EventForm("七月暴雨", number, "natural", (COUNTY,)), by=actor)
        event_id = event.id
    lines = [
        Listed(villages()[serial % len(villages())], "张建国", "15400000000", requests.id_number())
        for serial in range(LINES)
    ]
    with county.app.app_context():
        act_within(actor.scope)
        disasters.import_list(event_id, lines, by=actor)


WORKS: Mapping[str, Callable[[County], None]] = {
    "sweep": sweep,
    "recompute": recompute,
    "rotation": rotate,
    "import": take_list,
}


def main(work: str) -> None:
    """Open the county, say so, and begin."""
    county = open_county(os.environ["BENCH_URL"], Path(os.environ["BENCH_HOME"]))
    say("begun")
    WORKS[work](county)


if __name__ == "__main__":
    main(sys.argv[1])
