"""People of many places ask at the same moment, again and again: nobody ever sees a row of somewhere else."""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import ceil

import pytest

from backend import clock
from backend.errors import NotFound
from backend.models import Case, CaseEvent
from miniprogram_api.errors import body_of
from tests.at_once import at_once
from tests.faults.serving import Answer, Server, ask_over
from tests.people import COUNTY, NEXT_VILLAGE, OTHER_TOWNSHIP, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast, Maker, id_number

pytestmark = [pytest.mark.shows("scale.6", "story.4"), pytest.mark.timeout(5400)]
PLACES = {
    "village": VILLAGE,
    "next_village": NEXT_VILLAGE,
    "other_village": OTHER_VILLAGE,
    "reviewer": TOWNSHIP,
    "other_reviewer": OTHER_TOWNSHIP,
    "county_op": COUNTY,
}
EACH = 3
UNKNOWN = body_of(NotFound())
WRITES = 4
"""Every so many times somebody who asks for a case also tries to take a step on it."""
TRIES = {"action": "accept", "version": 0}
"""Nobody ever saw this version, so that nothing changes: whoever may not is refused, whoever may is out of date."""


@dataclass
class Reader:
    """One person who asks for lists and for every case there is, and tries a step now and then, over and over."""

    place: str
    token: str
    villages: dict[int, str]
    most: int
    read: Counter[int] = field(default_factory=Counter)
    tried: Counter[int] = field(default_factory=Counter)
    foreign: list[str] = field(default_factory=list)

    def work(self, web: Server) -> None:
        """Ask round after round, each over a connection of its own: one that is kept stays with one process."""
        while self.read.total() + self.tried.total() < self.most:
            with web.connected() as connection:
                self._round(partial(ask_over, connection, Authorization=f"Bearer {self.token}"))

    def _round(self, ask: Callable[..., Answer]) -> None:
        page = ask("GET", "/api/v1/tasks?size=50")
        self.read[page.status] += 1
        for row in page.json["items"]:
            if not self.villages[int(row["case_id"])].startswith(self.place):
                self.foreign.append(f"{self.place} was told of {row['case_id']}")
        for case_id, village in self.villages.items():
            path, mine = f"/api/v1/cases/{case_id}", village.startswith(self.place)
            answer = ask("GET", path)
            self.read[answer.status] += 1
            self._judge(answer, case_id, {200} if mine else {404})
            if self.read.total() % WRITES == 0:
                answer = ask("POST", f"{path}/decisions", TRIES, Idempotency_Key=str(uuid.uuid4()))
                self.tried[answer.status] += 1
                self._judge(answer, case_id, {403, 409} if mine else {404})

    def _judge(self, answer: Answer, case_id: int, right: set[int]) -> None:
        """Also what is refused says nothing of another place's family."""
        if answer.status not in right or (answer.status == 404 and answer.json != UNKNOWN):
            self.foreign.append(f"{self.place} asked for {case_id} and heard {answer.status} {answer.json}")


@pytest.mark.parametrize(("threads", "most"), [(12, 600), pytest.param(32, 200_000, marks=pytest.mark.slow)])
def test_nobody_sees_a_row_of_another_place(
    make: Maker, cast: Cast, web: Server, note: Callable[..., None], threads: int, most: int
) -> None:
    """Reliability 28."""
    for serial in range(EACH * 3):
        village = (VILLAGE, NEXT_VILLAGE, OTHER_VILLAGE)[serial % 3]
        make.declaration(openid=f"of-{serial}", village_code=village, id_number=id_number(serial))
    villages = {row.id: row.village_code for row in make.rows(Case)}
    tokens, before = {login: cast.phone(login).token for login in PLACES}, len(make.rows(CaseEvent))
    logins = (list(PLACES) * threads)[:threads]
    readers = [Reader(PLACES[login], tokens[login], villages, ceil(most / threads)) for login in logins]

    began = clock.monotonic()
    at_once([partial(each.work, web) for each in readers])
    seconds = clock.monotonic() - began

    read, tried = (sum((getattr(each, what) for each in readers), Counter[int]()) for what in ("read", "tried"))
    foreign = [line for each in readers for line in each.foreign]
    others = foreign[:3] or f"read {dict(read)}, tried {dict(tried)}"
    note(f"{threads} threads", messages=read.total() + tried.total(), others=others, seconds=round(seconds), allowed=0)
    assert foreign == []
    assert read.total() + tried.total() >= most
    assert tried.total() >= most / 10
    assert set(read) == {200, 404}
    assert set(tried) == {403, 404, 409}
    assert all(each.read[200] for each in readers)
    assert len(make.rows(CaseEvent)) == before
