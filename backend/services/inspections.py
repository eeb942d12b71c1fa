"""Inspections by lot: drawn with a recorded seed, findings become rectification (seed 000)."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import Household, Inspected, Inspection
from backend.models.places import same_place
from backend.policy.county import current_policy
from backend.services.office_meetings import Handed, hand_out
from backend.services.sealing import Sealer, needed

MOST_VILLAGES, MOST_HOUSEHOLDS = 50, 20
GOOD = "good"


@use_case
def draw(villages: int, households: int, *, by: Actor, seed: str = "") -> Inspection:
    """Draw villages of the actor's place, and households of each; the same seed over the same list draws the same.

    Errors: `Invalid` for numbers out of bounds, or a place in which nobody lives.
    """
    require(by.role, Action.INSPECT)
    if not 1 <= villages <= MOST_VILLAGES or not 1 <= households <= MOST_HOUSEHOLDS:
        raise Invalid.field("villages", f"一次最多抽{MOST_VILLAGES}个村，每村最多{MOST_HOUSEHOLDS}户。")
    lot = seed.strip() or secrets.token_hex(8)
    if len(lot) > 40 or not lot.isascii():
        raise Invalid.field("seed", "抽签的种子最多40个字母或数字。")
    people = db.session.scalars(select(Household).where(Household.merged_into_id.is_(None))).all()
    if not people:
        raise Invalid.field("villages", "辖区里还没有农户。")
    by_village: dict[str, list[Household]] = {}
    for each in people:
        by_village.setdefault(each.village_code, []).append(each)
    inspection = Inspection(
        id=new_id(),
        county_code=by.county_code,
        region_code=by.region_code,
        seed=lot,
        villages=min(villages, len(by_village)),
        households=households,
        drawn_from=len(people),
        drawn_by=by.id,
        drawn_by_name=by.name,
        drawn_at=clock.now(),
    )
    db.session.add(inspection)
    db.session.flush()
    for village in sorted(by_village, key=lambda code: _lot(lot, code))[:villages]:
        for each in sorted(by_village[village], key=lambda row: _lot(lot, str(row.id)))[:households]:
            db.session.add(
                Inspected(
                    inspection_id=inspection.id,
                    household_id=each.id,
                    head_name=each.head_name,
                    outcome="",
                    **same_place(each),
                )
            )
    return inspection


@use_case
def note(inspected_id: int, outcome: str, *, by: Actor, words: str, put_right_by: date | None = None) -> Inspected:
    """Write down what was found at a household; what is wrong becomes a duty of the village until it is accepted."""
    require(by.role, Action.INSPECT)
    said = needed(words, "words")
    row = db.session.scalars(select(Inspected).where(Inspected.id == inspected_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    if row.outcome:
        raise NotPossibleNow("这一户已经登记过了。")
    if outcome not in current_policy(by.county_code).dictionaries["inspection_outcomes"]:
        raise Invalid.field("outcome", "请选择查看的结果。")
    if outcome != GOOD and put_right_by is None:
        raise Invalid.field("put_right_by", "有问题的，请定整改的期限。")
    row.outcome, row.found_by_name, row.found_on = outcome, by.name, clock.today()
    row.words_sealed = Sealer("inspected", row.id).must("words_sealed", said)
    if outcome != GOOD and put_right_by is not None:
        handed = Handed(f"督查发现问题，请整改（{row.head_name}户）", row.village_code, put_right_by)
        hand_out(handed, by=by, finding_id=row.id)
    return row


def inspections_of(*, by: Actor, size: int = 50) -> Sequence[Inspection]:
    """Return the inspections of the actor's own office, the newest first."""
    require(by.role, Action.INSPECT)
    query = select(Inspection).where(Inspection.region_code == by.region_code)
    return db.session.scalars(query.order_by(Inspection.id.desc()).limit(size)).all()


def drawn(inspection_id: int, *, by: Actor) -> Sequence[Inspected]:
    """Return the households that were drawn, as far as they lie in the actor's place."""
    require(by.role, Action.INSPECT)
    query = select(Inspected).where(Inspected.inspection_id == inspection_id)
    return db.session.scalars(query.order_by(Inspected.village_code, Inspected.id)).all()


def words_of(row: Inspected) -> str:
    """Return what was found, in clear."""
    return Sealer("inspected", row.id).open("words_sealed", row.words_sealed)


def _lot(seed: str, what: str) -> str:
    """Return the lot of something: nobody can tell it beforehand, everybody can draw it again."""
    return hashlib.sha256(f"{seed}:{what}".encode()).hexdigest()
