"""The families of a list that somebody brings: each found by its village and its head, or said by its line."""

from collections.abc import Sequence

from sqlalchemy import select

from backend.access.actor import Actor
from backend.db import db
from backend.errors import Invalid
from backend.models import Household
from backend.services.village_names import Known, plain, villages_by_name

MOST_LINES, MOST_SAID = 2000, 10


def families_of(listed: Sequence[tuple[str, str]], *, by: Actor) -> Sequence[Household]:
    """Return the households of the actor's place that a list names, each once, in its order.

    Errors: `Invalid` for `listed` says of the first lines that name nobody, or more than one, what is wrong.
    """
    if not 1 <= len(listed) <= MOST_LINES:
        raise Invalid.field("listed", f"名单请一行一户，最多{MOST_LINES}户。")
    villages, found, wrong = villages_by_name(by.county_code), {}, []
    for number, (village, head_name) in enumerate(listed, start=1):
        heads = _called(villages, village, head_name.strip())
        if len(heads) == 1:
            found[heads[0].id] = heads[0]
        else:
            wrong.append(f"第{number}行{'没有找到这一户' if not heads else '不止一户，请先在花名册里分清'}")
    if wrong:
        raise Invalid.field("listed", "；".join(wrong[:MOST_SAID]) + "。")
    return list(found.values())


def _called(villages: Known, village: str, head_name: str) -> Sequence[Household]:
    codes = villages.get(village.strip()) or villages.get(plain(village)) or []
    query = select(Household).where(Household.village_code.in_(codes), Household.head_name == head_name)
    return db.session.scalars(query.where(Household.merged_into_id.is_(None)).limit(2)).all()
