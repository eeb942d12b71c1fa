"""How the demonstration's townships looked at what home checks had found unsafe: most of it is put right."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Role
from backend.access.scope import as_system
from backend.db import db
from backend.models import Hazard, Task
from backend.services import demo, hazards
from backend.services.demo_past import act_as

PUT_RIGHT, WITHIN_DAYS = 0.97, (3, 13)
"""The share of what is old that was put right, and the days that it took."""
WORDS = {"housing": "屋顶和墙已经修好，镇村一起看过。", "water": "水管接通了，水能喝，镇村一起看过。"}
DONE = "已经整改，镇村一起上门看过。"


def strike_off(actors: Mapping[tuple[Role, str], Actor], today: datetime) -> None:
    """Strike off most of what was found long enough ago; the same of it in every run."""
    with as_system("the demonstration looks what was unsafe"):
        query = select(Hazard.id, Hazard.item, Task.version, Task.opened_at, Task.township_code, Task.head_name)
        joined = query.join(Task, Task.id == Hazard.task_id).where(Task.county_code == demo.COUNTY)
        found = db.session.execute(joined.where(Hazard.closed_on.is_(None)).order_by(Hazard.id)).all()
    for row in found:
        random = Random(f"{row.head_name}{row.item}")  # noqa: S311 - invented people are no secret
        looked = row.opened_at + timedelta(days=random.randint(*WITHIN_DAYS))
        if looked < today and random.random() < PUT_RIGHT:
            _strike(row.id, row.version, WORDS.get(row.item, DONE), actors[Role.TOWN_REVIEW, row.township_code], looked)


def _strike(hazard_id: int, version: int, words: str, by: Actor, moment: datetime) -> None:
    act_as(by, moment, lambda: hazards.close(hazard_id, by=by, version=version, words=words))
