"""A county that has lived for a while: invented families in every state, and somebody at every desk."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Role
from backend.access.scope import act_within
from backend.db import db
from backend.demo import lives
from backend.demo.cast import CAST, Member
from backend.models import Case, Identity, Staff
from backend.policy import county as county_policy
from backend.privacy import current
from backend.schema import migrate
from backend.services import batches, counties, demo, demo_clock, demo_crowd, figures, files, group_meetings, sign_ins
from backend.services.batches import Proposal
from backend.services.group_meetings import GroupMeetingForm
from backend.settings import Settings
from backend.workflow import places
from backend.workflow.states import State
from tests.admin.desk import Desk
from tests.admin.neglected import INSTEAD
from tests.api.photos import photo

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
"""A Wednesday morning: what the county looks like does not depend on the day on which the tests run."""
HOUSEHOLDS = 60
PASSWORD = "correct horse battery"
HOME, NEXT, ELSEWHERE, ABROAD = demo.HOME_VILLAGE, "130126100202", "130126101201", "340321"
VILLAGES = {HOME, NEXT, ELSEWHERE}
ABROAD_DESK = "abroad-op"
NEIGHBOURS = {
    "next-village": (Role.VILLAGE, NEXT),
    "next-reviewer": (Role.TOWN_REVIEW, ELSEWHERE[:9]),
    ABROAD_DESK: (Role.COUNTY_OP, ABROAD),
}
LOGINS = (
    *(login for login, _, _ in CAST if login not in {"village2", "reviewer2"}),
    "liaison",
    *NEIGHBOURS,
)
"""The village beside, the township beside, and another county."""


@dataclass
class Grown:
    """The application on a database of its own, and a browser for whoever works in it."""

    app: Flask
    desks: dict[str, Desk] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> "Grown":
        """Return the county that was made in a folder, with everybody signed in."""
        grown = cls(_application(folder))
        with grown.open():
            for login in LOGINS:
                grown.desk(login)
            with grown.app.app_context():
                db.session.execute(select(1))
                db.session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                db.session.rollback()
                db.engine.dispose()
        shutil.copy(grown._file, grown._file.with_suffix(".kept"))
        return grown

    @property
    def _file(self) -> Path:
        with self.app.app_context():
            return Path(db.engine.url.database or "")

    def take_back(self) -> None:
        """Undo whatever was written since everybody signed in."""
        file = self._file
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        for rest in ("-wal", "-shm"):
            Path(f"{file}{rest}").unlink(missing_ok=True)
        shutil.copy(file.with_suffix(".kept"), file)
        _forget()

    def desk(self, login: str) -> Desk:
        """Return the browser in which somebody is signed in."""
        if login not in self.desks:
            desk = Desk(self.app.test_client())
            page = desk.sign_in(login, PASSWORD)
            assert page.status == 200, (login, page.text)
            self.desks[login] = desk
        return self.desks[login]

    def actor(self, login: str) -> Actor:
        """Return somebody as the services see them."""
        with self.app.app_context():
            row = db.session.scalars(select(Staff).where(Staff.login == login)).one()
            identity = db.session.scalars(select(Identity).where(Identity.staff_id == row.id)).one()
            return sign_ins._staff(row, identity, None, None)

    @contextmanager
    def acting(self, login: str) -> Iterator[Actor]:
        """Run services as somebody, within their scope."""
        by = self.actor(login)
        with self.app.app_context():
            act_within(by.scope)
            yield by

    @contextmanager
    def open(self) -> Iterator["Grown"]:
        """Let this be the county that the process works for, on its own morning."""
        _forget()
        clock.use_offset(timedelta)
        current.use(self.app.extensions["settings"].keys_path)
        with clock.at(NOW):
            yield self


def _forget() -> None:
    demo_clock._known.clear()
    county_policy.forget()
    places.forget()


def grow(folder: Path) -> None:
    """Make the county in a database of its own."""
    grown = Grown(_application(folder))
    with grown.open():
        with grown.app.app_context():
            migrate()
            _places()
            _people()
        _more(grown)
        with grown.app.app_context():
            db.engine.dispose()


def _application(folder: Path) -> Flask:
    from wsgi import create_app

    app = create_app(
        Settings(data_dir=folder, secret_key="tests", wechat_push_token="p", secure_cookies=False, demo=True)
    )
    app.testing = True
    return app


def _places() -> None:
    """Make a county of two townships with few villages, so that a village has families in many states."""
    known = {code[:digits] for code in VILLAGES for digits in (9, 12)}
    rows = counties.read_regions(demo.REGIONS)
    here = [row for row in rows if row["level"] not in {"township", "village"} or row["code"] in known]
    counties.init_county(demo.COUNTY, regions=here, preset=demo.PRESET, phone="0311-82520000", demo=True)


def _people() -> None:
    demo.make_accounts()
    with pytest.MonkeyPatch.context() as neglected:
        for name, value in INSTEAD.items():
            neglected.setattr(lives, name, value)
        demo_crowd.make(HOUSEHOLDS, report=lambda progress: None)
    demo.mark_complete()
    rows = counties.read_regions(demo.REGIONS.parent / f"{ABROAD}.csv")
    counties.init_county(ABROAD, regions=rows, preset="ANHUI_2022", phone="0564-3000000", demo=True)
    demo.hire([Member(login, "邻居", role, place) for login, (role, place) in NEIGHBOURS.items()])
    word = sign_ins.hasher.hash(PASSWORD)
    for row in db.session.scalars(select(Staff).where(Staff.login.in_(LOGINS))):
        row.password_hash = word
    db.session.commit()


def _more(grown: Grown) -> None:
    """Add through the forms what the invented lives do not hold."""
    town, county, village = grown.desk("town-op"), grown.desk("county-op"), grown.desk("village")
    said = {"kind": "fees", "target": "village", "said_place": HOME, "text": "让我交两百块", "name": "孙二"}
    town.press(town.get("/console/complaints/new"), "/complaints/new", **said)
    storm = {"name": "七月暴雨", "number": "灵应急〔2026〕7号", "kind": "natural", "area": HOME[:9]}
    county.press(county.get("/console/disasters/"), "/disasters/", **storm)
    town.press(town.get("/console/slips/"), "/slips/", code=ABROAD)
    village.press(village.get("/console/reporters/"), "/reporters/", name="孙乡贤", standing="elder")
    with grown.acting("village") as by:
        case_id = db.session.scalars(select(Case.id).where(Case.state == State.ACCEPTED)).first() or 0
        files.add_file(case_id, photo(), kind="picture", by=by)
        said = GroupMeetingForm("第一组", clock.today(), "怎样申报", 12)
        group_meetings.record(said, by=by)
    with grown.app.app_context():
        figures.count_places()
    with grown.acting("county-op") as by:
        [passed] = db.session.scalars(select(Case.id).where(Case.state == State.PASSED).limit(1))
        batches.prepare("灵防贫〔2026〕1号", clock.today(), by=by, proposals=[Proposal(passed)])
