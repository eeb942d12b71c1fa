"""The requests that are sent: all real, none the same as another where it changes something."""

import itertools
import json
import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from backend.demo.people import check_digit
from backend.workflow.states import Kind
from bench.client import request
from bench.copies import Copy

_JSON = {"Content_Type": "application/json"}
_FIRST_BIRTHDAY = date(1940, 1, 1)
_DAYS, _SERIALS = 20_000, 999
_numbers = itertools.count(1)


def id_number() -> str:
    """Return an ID number never given before, right in form: 71 is no prefecture of Hebei."""
    number = next(_numbers)
    born = _FIRST_BIRTHDAY + timedelta(days=number // _SERIALS % _DAYS)
    first = f"137199{born:%Y%m%d}{number % _SERIALS:03d}"
    return first + check_digit(first)


def declarations(tokens: Sequence[str], villages: Sequence[str], count: int) -> list[bytes]:
    """Return so many declarations, each of another family, from these phones in turn, whoever comes first."""
    first = random.randrange(len(tokens))
    return [
        request(
            "POST",
            "/api/v1/declarations",
            body=declaration(villages[number % len(villages)]),
            Authorization=f"Bearer {tokens[(first + number) % len(tokens)]}",
            Idempotency_Key=str(uuid.uuid4()),
            **_JSON,
        )
        for number in range(count)
    ]


def declaration(village: str) -> bytes:
    """Return the body of a declaration of a family that nobody knows yet."""
    form = {
        "village_code": village,
        "head_name": "张建国",
        "phone": "15400000000",
        "hardship": "屋顶漏雨，没钱修，老人和孩子住在里面",
        "risk": "housing",
        "id_number": id_number(),
        "consents": {"health": True, "assets": True, "minors": False},
    }
    return json.dumps(form).encode()


def decision(case: Copy) -> bytes:
    """Return the body of a township's passing on of a case as it was loaded."""
    pattern = case.pattern.of
    seen = pattern.owed[Kind.TOWN_REVIEW], pattern.case["content_version"]
    return passing_on(*seen, pattern.case["marks"]["category"])


def passing_on(version: int, content_version: int, category: str) -> bytes:
    """Return the body of a township's passing on of a case of which these versions were seen."""
    body = {
        "action": "pass_on",
        "version": version,
        "content_version": content_version,
        "opinion": "情况属实，建议纳入监测，先帮助修缮房屋。",
        "category": category,
    }
    return json.dumps(body).encode()


def decisions(tokens: dict[str, str], cases: Iterable[Copy]) -> Iterator[bytes]:
    """Yield a decision on each case, by a reviewer of its township."""
    for case in cases:
        yield decided(case.id, decision(case), tokens[case.village[:9]])


def decided(case_id: int, body: bytes, token: str) -> bytes:
    """Return the request of one decision."""
    return request(
        "POST",
        f"/api/v1/cases/{case_id}/decisions",
        body=body,
        Authorization=f"Bearer {token}",
        Idempotency_Key=str(uuid.uuid4()),
        **_JSON,
    )


def task_page(token: str) -> bytes:
    """Return the request of a page of 50 duties on the phone."""
    return request("GET", "/api/v1/tasks?size=50", Authorization=f"Bearer {token}")


def console_page(cookie: str, query: str = "") -> bytes:
    """Return the request of the console's queue page."""
    return request("GET", f"/console/queue/{query}", Cookie=cookie)
