"""One family with everything that the whole procedure can hold, for tests that ask who reaches it."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.permissions import Action, Role
from backend.access.scope import as_system
from backend.db import db
from backend.models import (
    AlertBatch,
    Assignment,
    Case,
    Clue,
    ComparisonResult,
    Complaint,
    Declaration,
    Meeting,
    Objection,
    Person,
    Satisfaction,
)
from backend.services import (
    alert_schedule,
    authorizations,
    batches,
    comparisons,
    counties,
    disasters,
    files,
    kin,
    objections,
    office_meetings,
    reporters,
)
from backend.services.authorization_forms import AuthorizationForm
from backend.services.disasters import EventForm
from backend.services.kin import KinForm
from backend.services.objections import ObjectionForm
from backend.services.office_meetings import Handed, OfficeMeetingForm
from backend.workflow.states import Kind
from tests.api.photos import photo
from tests.jobs.ladder import signed_in
from tests.people import TOWNSHIP, VILLAGE, Cast
from tests.services.desks import nothing_found
from tests.services.sitting import Village
from tests.services.test_two_counties import OTHER, REGIONS

ABROAD = {
    "village_abroad": (Role.VILLAGE, 12),
    "lead_abroad": (Role.TOWN_LEAD, 9),
    "county_abroad": (Role.COUNTY_LEAD, 6),
}
"""Staff of another county, one at each level."""


@dataclass
class Proceedings:
    """The ids of one family's rows, by the names that addresses use."""

    village: Village
    ids: dict[str, int] = field(default_factory=dict)

    def one(self, kind: type[Any]) -> int:
        """Return the id of the only row of a kind about this family."""
        with self.village.app.app_context(), as_system("a test looks"):
            by_case = select(kind.id).where(kind.case_id == self.ids["case_id"])
            return db.session.scalars(by_case.order_by(kind.id)).first()

    def person(self) -> int:
        with self.village.app.app_context(), as_system("a test looks"):
            household = select(Case.household_id).where(Case.id == self.ids["case_id"]).scalar_subquery()
            return db.session.scalars(select(Person.id).where(Person.household_id == household)).first()


def bring_along(village: Village) -> Proceedings:
    """Bring a family as far as a posted notice with an objection, and leave one of everything beside it."""
    row = Proceedings(village)
    case_id = row.ids["case_id"] = village.declare("张三", openid="sender")
    village.take(case_id, Action.ACCEPT, "village")
    village.take(case_id, Action.FILE_VISIT, "head")
    row.ids["person_id"] = person = row.person()
    signed = village.run(authorizations.authorize, case_id, AuthorizationForm(person))
    version = village.duty(case_id, Kind.COMPARE).version
    found = nothing_found(person, vehicles="hit")
    village.run(comparisons.compare, case_id, found, login="county_op", version=version)
    village.consult(case_id)
    village.meet(case_id)
    notice = village.posted(case_id)
    row.ids["notice_id"], row.ids["authorization_id"] = notice.id, signed.id
    row.ids["kin_id"] = village.run(
        kin.register, case_id, KinForm("village_cadre", "parent", "某干部"), login="reviewer"
    ).id
    said = ObjectionForm("assets", "他家去年在县城买了一辆大货车", key=str(uuid.uuid4()))
    village.run(objections.enter_objection, case_id, said, login="town_op")
    with clock.at(village.now), signed_in(village.cast, "village") as by:
        row.ids["reporter_id"] = reporters.invite("孙乡贤", "elder", by=by)[0].id
    sits_on = village.today + timedelta(days=3)
    row.ids["batch_id"] = village.run(batches.prepare, "灵防返贫〔2026〕1号", sits_on, login="county_op").id
    flood = EventForm("暴雨", "灵防汛〔2026〕1号", "natural", (TOWNSHIP,))
    row.ids["event_id"] = village.run(disasters.open_event, flood, login="county_op").id
    row.ids["file_id"] = village.run(files.add_file, case_id, photo(), kind="picture").id
    with village.app.app_context(), as_system("a test looks"):
        hit = select(ComparisonResult.id).where(ComparisonResult.case_id == case_id, ComparisonResult.result == "hit")
        row.ids["result_id"] = db.session.scalars(hit).one()
        row.ids["meeting_id"] = db.session.scalars(select(Meeting.id).order_by(Meeting.id)).first() or 0
    row.ids["task_id"] = village.duty(case_id, Kind.WATCH_NOTICE).id
    row.ids["declaration_id"] = row.one(Declaration)
    row.ids["objection_id"], row.ids["clue_id"] = row.one(Objection), row.one(Clue)
    row.ids["satisfaction_id"], row.ids["complaint_id"] = say_what_was_wrong(village)
    row.ids["delivery_id"] = a_delivery(village)
    row.ids["assignment_id"] = handed_out(village)
    return row


def handed_out(village: Village) -> int:
    """Let the township hand something out to the village, and return its id."""
    handed = (Handed("请把台账补齐", VILLAGE, village.today),)
    sitting = OfficeMeetingForm("monthly", village.today, "月会商", handed=handed)
    village.run(office_meetings.record, sitting, login="reviewer")
    [row] = village.make.rows(Assignment)
    return row.id


def a_delivery(village: Village) -> int:
    """Let the county's departments owe something, and return the id of one such delivery."""
    with village.app.app_context(), clock.at(village.now + timedelta(days=30)):
        alert_schedule.open_due()
        return db.session.scalars(select(AlertBatch.id)).first() or 0


def say_what_was_wrong(village: Village) -> tuple[int, int]:
    """Let another family end its case, be discontent, and complain; return the ids of the mark and the complaint."""
    village.declare("赵四", openid="ender")
    phone = village.cast.farmer("ender")
    with clock.at(village.now):
        [receipt] = phone.get("/declarations").json["items"]
        said = {"kind": "slow", "target": "village", "said_place": VILLAGE, "text": "去了三趟没人办", "name": "赵四"}
        for path, body in (
            (f"/declarations/{receipt['id']}/withdrawals", {}),
            (f"/declarations/{receipt['id']}/marks", {"mark": "dissatisfied", "words": "没人接电话"}),
            ("/complaints", said),
        ):
            assert phone.post(path, **body).status_code == 201
    [mark], [complaint] = village.make.rows(Satisfaction), village.make.rows(Complaint)
    return mark.id, complaint.id


def hire_abroad(app: Flask, cast: Cast) -> None:
    """Set up another county and let the cast hire its staff."""
    with app.app_context():
        counties.init_county(OTHER, regions=counties.read_regions(REGIONS), preset="ANHUI_2022", phone="0564-3000000")
    village = next(row["code"] for row in counties.read_regions(REGIONS) if row["level"] == "village")
    cast.LOGINS.update({name: (role, village[:digits], "外县人") for name, (role, digits) in ABROAD.items()})
