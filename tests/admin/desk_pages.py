"""Every page of the county's, the township's and the village's desks, with something on it."""

import uuid
from collections.abc import Callable, Iterator

from flask import Flask

from backend import clock
from backend.models import Clue, Complaint, CountyBatch, DisasterEvent, Meeting, Notice
from backend.services import batches, clues, disasters, notices, reporters
from backend.services.batches import Proposal
from backend.services.clues import ClueForm
from backend.services.disasters import EventForm, Listed
from tests.admin.desk import Desk
from tests.admin.pages import Page
from tests.checks import following
from tests.jobs.ladder import signed_in
from tests.people import TOWNSHIP, VILLAGE, Cast, Maker, id_number
from tests.services.desks import Desks
from tests.services.sitting import Village


def pages_of_the_desks(
    app: Flask, console: Callable[[str], Desk], make: Maker, cast: Cast
) -> Iterator[tuple[str, Page]]:
    """Bring families to every desk and open each of its pages as whoever works there."""
    with following(app):
        village, desks = Village(app, cast, make), Desks(app, cast, make)
        agreed = village.agreed("陈六", "林七")
        village.family("吴八")
        posted = village.agreed("郑九")
        desks.family("周十")
        desks.to_the_county()
        with clock.at(desks.now):
            _fill(cast, desks.case_id, village, agreed, posted)
            yield from _opened(app, console, make)


def _fill(cast: Cast, to_decide: int, village: Village, agreed: list[int], posted: list[int]) -> None:
    with cast.acting("county_op") as by:
        batches.prepare("灵防贫〔2026〕1号", clock.today(), by=by, proposals=[Proposal(to_decide)])
    with cast.acting("town_op") as by:
        clues.report(ClueForm("petition", VILLAGE, "孙二", "房子塌了一间", source_no="12号"), by=by)
    form = EventForm("七月暴雨", "灵应急〔2026〕7号", "natural", (TOWNSHIP,))
    with cast.acting("county_op") as by:
        event = disasters.open_event(form, by=by)
    with cast.acting("county_op") as by:
        disasters.import_list(event.id, [Listed(VILLAGE, "马三", "13800000009", id_number(9))], by=by)
    said = {"kind": "fees", "target": "village", "said_place": VILLAGE, "text": "让我交两百块"}
    assert cast.farmer("complainer").post("/complaints", key=str(uuid.uuid4()), **said).status_code == 201
    with signed_in(cast, "village") as by:
        reporters.invite("孙乡贤", "elder", by=by)
    village.posted(*posted)
    village.run(notices.prepare, agreed)


def _opened(app: Flask, console: Callable[[str], Desk], make: Maker) -> Iterator[tuple[str, Page]]:
    [batch], [event], [clue] = (
        make.rows(CountyBatch),
        make.rows(DisasterEvent),
        [each for each in make.rows(Clue) if each.channel == "petition"],
    )
    sheets = [f"notices/{notice.id}" for notice in make.rows(Notice)]
    records = [f"papers/sitting/{meeting.id}" for meeting in make.rows(Meeting)[:1]]
    sat = [f"sittings/{meeting.id}" for meeting in make.rows(Meeting)]
    of_rules = ["rules/", *(f"rules/?group={each}" for each in ("flags", "numbers", "texts"))]
    of_rules += ["rules/dictionaries", "rules/ladder", "rules/ladder/edit"]
    of_rules += ["rules/departments", "rules/departments/edit", "slips/"]
    of_rules += [f"rules/dictionaries/{each}" for each in ("hardships", "categories", "risk_offices")]
    lists = ["alerts/", "registers/", "board/", "ledger/", "exports/", "exports/?ledger=office_list"]
    complaints = ["complaints/", "complaints/new", *(f"complaints/{each.id}" for each in make.rows(Complaint))]
    seen: dict[str, list[str]] = {
        "county_lead": [*of_rules, "rules/edit", "rules/history", f"batches/{batch.id}", f"disasters/{event.id}"],
        "reviewer": [*complaints, "call-backs/"],
        "county_op": [
            *lists,
            "ledger/vacancies",
            "papers/",
            *("paper-templates/sitting", "paper-templates/notice"),
            "calendar/",
            "calendar/?year=2027",
            "batches/",
            f"batches/{batch.id}",
            "disasters/",
            "lookup/",
        ],
        "town_op": ["clues/", "clues/new", f"clues/{clue.id}", "entries/", f"disasters/{event.id}", *sheets, *sat],
        "village": ["reporters/", "board/", "ledger/", "notices/", *sheets, "sittings/", *sat, *records]
        + [f"sittings/new/{kind}" for kind in ("consultation", "meeting", "failed")],
    }
    for login, paths in seen.items():
        desk = console(login)
        for path in paths:
            page = desk.get(f"/console/{path}")
            assert page.status == 200, (login, path)
            yield f"{login}: {path}", page
