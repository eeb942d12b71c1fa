"""The telephone on a household's file, found again by its exact number and by nothing less."""

from collections.abc import Sequence
from typing import TypedDict

from sqlalchemy import or_, select

from backend.access.scope import as_system
from backend.db import db, use_case
from backend.models import Household
from backend.privacy.blind_index import digest
from backend.privacy.current import keys
from backend.privacy.seal import Place, SealBroken, seal, unseal

BATCH = 200


class OnFile(TypedDict):
    """The columns of a household that hold its telephone: sealed, and what it is found by."""

    phone_sealed: str | None
    phone_digest: str | None
    phone_key_id: str | None


def phone_on_file(household_id: int, number: str | None) -> OnFile:
    """Return what to write for a household's telephone, or for none."""
    if not number:
        return {"phone_sealed": None, "phone_digest": None, "phone_key_id": None}
    ring = keys()
    return {
        "phone_sealed": seal(number, keys=ring, place=Place("households", "phone_sealed", household_id)),
        "phone_digest": digest(number, keys=ring, kind="phone"),
        "phone_key_id": ring.index.current,
    }


def put_on_file(household: Household, number: str | None) -> None:
    """Let this be a household's telephone, and let nobody find it by an earlier one."""
    found = phone_on_file(household.id, number)
    household.phone_sealed = found["phone_sealed"]
    household.phone_digest, household.phone_key_id = found["phone_digest"], found["phone_key_id"]


def hand_phone_on(number: str, household: Household, other: Household) -> None:
    """Let a number leave one household's file for another's."""
    put_on_file(household, None)
    put_on_file(other, number)


@use_case
def reindex_batch(after: int) -> tuple[int, int, Sequence[int]]:
    """Index the next telephones that are not under the current key: after a change of keys, and after an upgrade.

    Returns the last row looked at (0: none is left), how many were written, and the households whose number does not
    open.
    """
    ring, damaged, changed = keys(), list[int](), 0
    with as_system("keys are rotated"):
        query = select(Household).where(
            Household.id > after,
            Household.phone_sealed.is_not(None),
            or_(Household.phone_key_id.is_(None), Household.phone_key_id != ring.index.current),
        )
        rows = db.session.scalars(query.order_by(Household.id).limit(BATCH)).all()
        for household in rows:
            place = Place("households", "phone_sealed", household.id)
            try:
                number = unseal(household.phone_sealed or "", keys=ring, place=place)
            except SealBroken:
                damaged.append(household.id)
                continue
            household.phone_digest = digest(number, keys=ring, kind="phone")
            household.phone_key_id = ring.index.current
            changed += 1
    return (rows[-1].id if rows else 0), changed, damaged
