"""A village that goes into another township's takes along what no village may see, and nothing of its neighbours."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update

from backend import clock
from backend.access.permissions import Action
from backend.db import db
from backend.errors import NotFound
from backend.models import Assignment, Complaint, ComplaintLine, Objection, Region, Task
from backend.services import complaint_answers, objection_readings, office_meetings, region_merges, satisfactions
from backend.services.office_meetings import Handed, OfficeMeetingForm
from backend.workflow import places
from backend.workflow.states import Kind
from tests.people import NEXT_VILLAGE, OTHER_TOWNSHIP, OTHER_VILLAGE, TOWNSHIP, VILLAGE
from tests.services.sitting import Village
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.test_objections import KEPT, Wall
from tests.services.test_objections import village as village
from tests.services.test_objections import wall as wall
from tests.services.test_satisfactions import Ended
from tests.services.test_satisfactions import ended as ended

pytestmark = pytest.mark.shows("console.6", "procedure.7")


@pytest.fixture(autouse=True)
def _places_as_they_were(app: Flask) -> Iterator[None]:
    """Regions are kept between tests: what a test made of them is taken back."""
    yield
    with app.app_context():
        db.session.execute(delete(Region).where(Region.level == "grid"))
        db.session.execute(update(Region).where(Region.code == VILLAGE).values(level="village", leads_to=None))
        db.session.commit()
        places.forget()


def complain(wall: Wall, said_place: str, name: str) -> int:
    body = {"kind": "fees", "target": "village", "said_place": said_place, "text": f"{name}收了两百块", "phone": ""}
    with clock.at(wall.village.now):
        answer = wall.village.cast.farmer(name).post("/complaints", key=str(uuid.uuid4()), **body)
    assert answer.status_code == 201, answer.json
    return max(row.id for row in wall.village.make.rows(Complaint))


def merge(where: Village | Ended) -> None:
    with clock.at(where.now), where.cast.acting("county_lead") as by:
        region_merges.begin(VILLAGE, OTHER_VILLAGE, by=by, reason="撤并")
    with clock.at(where.now), where.app.app_context():
        region_merges.carry_on()


def meeting(wall: Wall) -> OfficeMeetingForm:
    """Return a sitting that hands something to the township, and something to the village."""
    handed = [Handed("清查台账", code, wall.village.today + timedelta(days=9)) for code in (TOWNSHIP, VILLAGE)]
    return OfficeMeetingForm("other", wall.village.today, "调度", handed=tuple(handed))


def test_the_objections_go_to_the_new_township_which_answers_them(wall: Wall) -> None:
    wall.object()
    [row] = wall.village.make.rows(Objection)
    merge(wall.village)

    with pytest.raises(NotFound):
        wall.village.run(objection_readings.read_objection, row.id, login="reviewer")
    wall.village.run(objection_readings.read_objection, row.id, login="other_reviewer")
    wall.answer(Action.KEEP_AFTER_OBJECTION, KEPT, login="other_reviewer")
    assert wall.duties(wall.first) == []
    assert [each.village_code for each in wall.village.make.rows(Objection)] == [""]


def test_who_was_not_content_is_called_back_by_the_new_township(ended: Ended) -> None:
    ended.mark()
    merge(ended)

    def listed(login: str) -> int:
        with ended.as_(login) as by:
            return len(satisfactions.call_backs(by=by))

    assert (listed("reviewer"), listed("other_reviewer")) == (0, 1)
    assert [each.owner_region for each in ended.duties(Kind.CALL_BACK)] == [OTHER_TOWNSHIP]


def test_complaints_follow_the_village_they_speak_of_and_no_other(wall: Wall) -> None:
    mine, neighbours = complain(wall, VILLAGE, "甲"), complain(wall, NEXT_VILLAGE, "乙")
    merge(wall.village)

    def listed(login: str) -> list[int]:
        return [each.complaint.id for each in wall.village.run(complaint_answers.complaints, login=login)]

    assert (listed("reviewer"), listed("other_reviewer")) == ([neighbours], [mine])
    for complaint_id, login in ((neighbours, "reviewer"), (mine, "other_reviewer")):
        opened = wall.village.run(complaint_answers.read_complaint, complaint_id, login=login)
        version = opened.listed.duty.version
        wall.village.run(complaint_answers.answer, complaint_id, login=login, version=version, words="已退还")
    lines = {(each.complaint_id, each.township_code) for each in wall.village.make.rows(ComplaintLine)}
    assert lines == {(mine, OTHER_TOWNSHIP), (neighbours, TOWNSHIP)}


def test_what_a_township_owes_itself_stays_and_what_the_village_was_given_goes(wall: Wall) -> None:
    wall.village.run(office_meetings.record, meeting(wall), login="county_lead")
    merge(wall.village)

    duties = {each.owner_region for each in wall.village.make.rows(Task) if each.kind == Kind.ASSIGNMENT}
    rows = {(each.owner_region, each.village_code) for each in wall.village.make.rows(Assignment)}
    assert duties == {TOWNSHIP, OTHER_VILLAGE}
    assert rows == {(TOWNSHIP, TOWNSHIP), (OTHER_VILLAGE, OTHER_VILLAGE)}
