"""A complaint on the township's desk: it is owed like any duty, names nobody, and leads to no family's page."""

import uuid
from collections.abc import Callable

import pytest

from tests.admin.desk import Desk
from tests.people import VILLAGE, Cast

Enter = Callable[[str], Desk]


@pytest.mark.shows("procedure.7", "A34")
def test_a_complaint_is_on_the_townships_desk_and_on_no_villages(console: Enter, cast: Cast) -> None:
    said = {"kind": "fees", "target": "village", "said_place": VILLAGE, "text": "让我交两百块", "name": "孙悟净"}
    sent = cast.farmer("complainer").post("/complaints", key=str(uuid.uuid4()), **said)
    assert sent.status_code == 201, sent.json

    township, village = console("reviewer"), console("village")
    queue, elsewhere = township.get("/console/queue/"), village.get("/console/queue/?tab=all")

    assert (queue.status, elsewhere.status) == (200, 200)
    assert "答复投诉建议" in queue.text
    assert not [link for link in queue.links if "/console/cases/" in link]
    assert not [word for word in ("孙悟净", "两百块") if word in queue.text]
    assert "投诉" not in elsewhere.text
