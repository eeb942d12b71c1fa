"""The rows of one invented case that are the family's own: household, people, declaration and receipt."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from backend.models.places import place_of
from backend.privacy.blind_index import digests_by_key
from backend.privacy.current import keys
from backend.privacy.seal import Place, seal
from backend.workflow.sentences import STATUS_OF
from backend.workflow.states import ENDS
from bench.invented import (
    DECLARATION,
    DIGESTS,
    HOUSEHOLD,
    LINES,
    PERSON,
    Desks,
    InventedCase,
    business_day,
    due,
    moment,
)

Row = dict[str, Any]


@lru_cache(maxsize=1024)
def _levels(village: str) -> Row:
    return {**place_of(village)}


def place(case: InventedCase) -> Row:
    """Return the case's place at every level."""
    return _levels(case.village)


def sealed(table: str, column: str, row_id: int, text: str) -> str:
    """Seal a text for its place."""
    return seal(text, keys=keys(), place=Place(table, column, row_id))


def households(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the household, which names its open case."""
    row_id = case.id + HOUSEHOLD
    yield {
        "id": row_id,
        "household_id": row_id,
        "head_name": case.name,
        "phone_sealed": sealed("households", "phone_sealed", row_id, "15400000000"),
        "is_provisional": 1,
        "open_case_id": None if case.state in ENDS else case.id,
        "made_at": moment(case.entered_at),
        **place(case),
    }


def people(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the head of the household."""
    row_id = case.id + PERSON
    yield {
        "id": row_id,
        "household_id": case.id + HOUSEHOLD,
        "name": case.name,
        "relation": "head",
        "id_sealed": sealed("people", "id_sealed", row_id, _number(case)),
        **place(case),
    }


def person_digests(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield what the head is found by."""
    for number, (key_id, digest) in enumerate(digests_by_key(_number(case), keys=keys(), kind="id_number").items()):
        yield {
            "id": case.id + DIGESTS + number,
            "person_id": case.id + PERSON,
            "household_id": case.id + HOUSEHOLD,
            "key_id": key_id,
            "digest": digest,
            **place(case),
        }


def _number(case: InventedCase) -> str:
    """Return a number of 18 signs that is no ID number of anybody: its region and its check digit do not exist."""
    return f"9971{case.id % 10**14:014d}"


def declarations(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield the declaration that opened the case."""
    row_id = case.id + DECLARATION
    told = [step.tells for step in case.steps if step.tells in STATUS_OF]
    day = business_day(case.entered_at)
    yield {
        "id": row_id,
        "receipt_no": f"{case.id % 10**12:012d}",
        "case_id": case.id,
        "joined": 0,
        "said_village": case.village,
        "head_name": case.name,
        "hardship_sealed": sealed("declarations", "hardship_sealed", row_id, "屋顶漏雨，没钱修"),
        "phone_sealed": sealed("declarations", "phone_sealed", row_id, "15400000000"),
        "risk": case.risk,
        "relation": "self",
        "consents": '{"health": true, "assets": true, "minors": false}',
        "promised_on": due(case.village[:6], "T_TOTAL", day)[0].isoformat(),
        "status": STATUS_OF[told[-1] if told else "received"],
        "declared_at": moment(case.entered_at),
        "closed_at": moment(case.at(len(case.steps))) if case.state in ENDS else None,
        "account_id": case.account,
        **place(case),
    }


def receipt_lines(case: InventedCase, desks: Desks) -> Iterator[Row]:
    """Yield what the sender was told."""
    for number, told in enumerate(["received", *(step.tells for step in case.steps)]):
        yield {
            "id": case.id + LINES + number,
            "declaration_id": case.id + DECLARATION,
            "kind": told,
            "sentence": "村里会尽快联系您。",
            "happened_at": moment(case.at(number)),
            "account_id": case.account,
            **place(case),
        }
