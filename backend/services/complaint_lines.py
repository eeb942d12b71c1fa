"""What the sender of a complaint is told: the lines of its own timeline, and a message that there is news."""

from collections.abc import Mapping
from datetime import date

from backend import clock
from backend.access.actor import Actor
from backend.db import db, new_id
from backend.models import Complaint, ComplaintLine
from backend.models.places import same_place
from backend.policy.county import current_policy
from backend.services.sealing import Sealer
from backend.workflow.deadlines import spoken_at
from backend.workflow.outbox import owe
from backend.workflow.places import name_of
from backend.workflow.telling import in_words

RECEIVED, PASSED_UP, ANSWERED = "received", "passed_up", "answered"
STATUS_NAMES: Mapping[str, str] = {RECEIVED: "已收到", PASSED_UP: "已转上一级", ANSWERED: "已答复"}
TOLD: Mapping[str, str] = {
    RECEIVED: "已收到。{office}会在{due}前答复，答复写在这张回执上。村里看不到这件事。",
    PASSED_UP: "已转到{office}，会在{due}前答复。",
    ANSWERED: "{office}已答复，写在下面。",
}


def tell(row: Complaint, kind: str, *, due_on: date | None, by: Actor, detail: str = "") -> None:
    """Write one line, and owe its sender the news unless it was they who acted; without a name nobody is known."""
    line_id = new_id()
    office = name_of(row.township_code or row.county_code)
    row.status = kind
    db.session.add(
        ComplaintLine(
            id=line_id,
            complaint_id=row.id,
            account_id=row.account_id,
            kind=kind,
            sentence=TOLD[kind].format(office=office, due=in_words(due_on) if due_on else ""),
            detail_sealed=_sealer(line_id).keep("detail_sealed", detail),
            happened_at=clock.now(),
            **same_place(row),
        )
    )
    if row.account_id is None or by.account_id == row.account_id:
        return
    owe(
        kind="progress",
        subject=f"complaint:{row.id}:{line_id}",
        recipient=f"account:{row.account_id}",
        county_code=row.county_code,
        data={
            "number": row.receipt_no,
            "status": STATUS_NAMES[kind],
            "office": office,
            "at": clock.local(clock.now()).strftime("%Y-%m-%d %H:%M"),
        },
        page="pages/complaints/complaints",
        not_before=spoken_at(clock.now(), current_policy(row.county_code).ladder),
    )


def line_of(line: ComplaintLine) -> str:
    """Return a line's detail in clear."""
    return _sealer(line.id).open("detail_sealed", line.detail_sealed)


def _sealer(line_id: int) -> Sealer:
    return Sealer("complaint_lines", line_id)
