"""People of many places ask at the same moment, again and again: nobody ever sees a row of somewhere else."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from backend import clock
from backend.models import Case
from tests.faults.serving import Server
from tests.people import COUNTY, NEXT_VILLAGE, OTHER_TOWNSHIP, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast, Maker, id_number

pytestmark = [pytest.mark.shows("scale.6", "story.4"), pytest.mark.timeout(600)]
PLACES = {
    "village": VILLAGE,
    "next_village": NEXT_VILLAGE,
    "other_village": OTHER_VILLAGE,
    "reviewer": TOWNSHIP,
    "other_reviewer": OTHER_TOWNSHIP,
    "county_op": COUNTY,
}
EACH = 3


@dataclass
class Reader:
    """One person who asks for lists and for every case there is, over and over."""

    place: str
    token: str
    villages: dict[int, str]
    until: float
    seen: Counter[int] = field(default_factory=Counter)
    foreign: list[str] = field(default_factory=list)

    def read(self, web: Server) -> None:
        told = {"Authorization": f"Bearer {self.token}"}
        while clock.monotonic() < self.until:
            page = web.ask("GET", "/api/v1/tasks?size=50", **told)
            self.seen[page.status] += 1
            for row in page.json["items"]:
                if not self.villages[int(row["case_id"])].startswith(self.place):
                    self.foreign.append(f"{self.place} was told of {row['case_id']}")
            for case_id, village in self.villages.items():
                answer = web.ask("GET", f"/api/v1/cases/{case_id}", **told)
                self.seen[answer.status] += 1
                if answer.status != (200 if village.startswith(self.place) else 404):
                    self.foreign.append(f"{self.place} asked for {case_id} and heard {answer.status}")


@pytest.mark.parametrize(("threads", "seconds"), [(12, 2), pytest.param(32, 60, marks=pytest.mark.slow)])
def test_nobody_sees_a_row_of_another_place(
    make: Maker, cast: Cast, web: Server, note: Callable[..., None], threads: int, seconds: int
) -> None:
    """Reliability 28."""
    for serial in range(EACH * 3):
        village = (VILLAGE, NEXT_VILLAGE, OTHER_VILLAGE)[serial % 3]
        make.declaration(openid=f"of-{serial}", village_code=village, id_number=id_number(serial))
    villages = {row.id: row.village_code for row in make.rows(Case)}
    tokens = {login: cast.phone(login).token for login in PLACES}
    logins, until = list(PLACES), clock.monotonic() + seconds
    readers = [Reader(PLACES[login], tokens[login], villages, until) for login in (logins * threads)[:threads]]
    hands = [threading.Thread(target=each.read, args=(web,)) for each in readers]
    for each in hands:
        each.start()
    for each in hands:
        each.join()

    answers = sum((each.seen for each in readers), Counter[int]())
    foreign = [line for each in readers for line in each.foreign]
    note(
        f"{threads} threads, {seconds} s",
        messages=sum(answers.values()),
        others=foreign[:3] or dict(answers),
        allowed=0,
    )
    assert foreign == []
    assert set(answers) == {200, 404}
    assert all(each.seen[200] for each in readers)
