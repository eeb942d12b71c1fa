"""Whoever is lent to a higher office and still works in a village opens nothing that is said of that village (P31)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action, Role
from backend.access.scope import act_within
from backend.db import db
from backend.errors import NotAllowed
from backend.models import Complaint, Identity, Objection, Satisfaction
from backend.services import complaint_answers, objection_answers, objection_readings, satisfactions
from tests.people import NEXT_VILLAGE, TOWNSHIP, VILLAGE, Cast
from tests.services.test_complaints import Letterbox
from tests.services.test_complaints import box as box
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.test_objections import KEPT, Wall
from tests.services.test_objections import village as village
from tests.services.test_objections import wall as wall
from tests.services.test_satisfactions import Ended
from tests.services.test_satisfactions import ended as ended

pytestmark = pytest.mark.shows("procedure.7")
As = Callable[..., Any]


@pytest.fixture
def lent(app: Flask, cast: Cast) -> As:
    """Call a service as somebody of a higher office who wears a lower place's hat too."""

    def call(service: Any, *args: Any, at: datetime, place: str = VILLAGE, login: str = "reviewer", **more: Any) -> Any:
        if login not in worn:
            worn[login] = cast.actor(login)
            role = Role.VILLAGE if len(place) > len(TOWNSHIP) else Role.TOWN_OP
            with app.app_context():
                db.session.add(Identity(staff_id=worn[login].id, role=role, region_code=place, ended_at=None))
                db.session.commit()
        with clock.at(at), app.app_context():
            act_within(worn[login].scope)
            return service(*args, by=worn[login], **more)

    worn: dict[str, Any] = {}
    return call


def test_a_secretary_lent_to_the_township_has_no_complaint_about_their_village(box: Letterbox, lent: As) -> None:
    box.send()
    own = box.only().id
    box.send(said_place=NEXT_VILLAGE, openid="another")

    listed = lent(complaint_answers.complaints, at=box.now)
    assert [each.complaint.said_place for each in listed] == [NEXT_VILLAGE]
    with pytest.raises(NotAllowed):
        lent(complaint_answers.read_complaint, own, at=box.now)
    with pytest.raises(NotAllowed):
        lent(complaint_answers.answer, own, at=box.now, version=1, words="没有这回事")
    lent(complaint_answers.read_complaint, listed[0].complaint.id, at=box.now)


def test_a_township_clerk_lent_to_the_county_has_no_complaint_about_their_township(box: Letterbox, lent: As) -> None:
    box.send(target="township")
    as_both = {"at": box.now, "login": "county_op", "place": TOWNSHIP}

    assert lent(complaint_answers.complaints, **as_both) == []
    with pytest.raises(NotAllowed):
        lent(complaint_answers.read_complaint, box.only().id, **as_both)


def test_a_hat_that_was_taken_off_keeps_nobody_away(box: Letterbox, lent: As, app: Flask) -> None:
    box.send()
    assert lent(complaint_answers.complaints, at=box.now) == []
    with app.app_context():
        for hat in db.session.scalars(db.select(Identity).where(Identity.region_code == VILLAGE)):
            hat.ended_at = box.now
        db.session.commit()

    assert len(lent(complaint_answers.complaints, at=box.now)) == 1


def test_nor_do_they_read_or_answer_who_objected_to_a_family_of_theirs(wall: Wall, lent: As) -> None:
    wall.object()
    [row], [duty], at = wall.village.make.rows(Objection), wall.duties(wall.first), wall.village.now

    assert lent(objection_readings.objections, at=at) == []
    assert lent(objection_readings.objections_of, wall.first, at=at) == []
    with pytest.raises(NotAllowed):
        lent(objection_readings.read_objection, row.id, at=at)
    kept = {"version": duty.version, "form": KEPT}
    with pytest.raises(NotAllowed):
        lent(objection_answers.answer, row.id, Action.KEEP_AFTER_OBJECTION, at=at, **kept)


def test_nor_do_they_call_a_family_of_theirs_back(ended: Ended, lent: As) -> None:
    ended.mark()
    [row] = ended.make.rows(Satisfaction)

    assert lent(satisfactions.call_backs, at=ended.now) == []
    with pytest.raises(NotAllowed):
        lent(satisfactions.read_mark, row.id, at=ended.now)
    with pytest.raises(NotAllowed):
        lent(satisfactions.answer, row.id, at=ended.now, version=1, words="已说明")


def test_everybody_else_goes_on_as_before(box: Letterbox) -> None:
    box.send()

    assert len(box.get("reviewer", "/complaints").json["items"]) == 1
    assert box.get("county_op", f"/complaints/{box.make.rows(Complaint)[0].id}").status_code == 200
