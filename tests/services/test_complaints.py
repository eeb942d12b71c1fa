"""投诉建议: anybody, named or not, a level above; never within reach of whoever is complained about (practice P31)."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from backend import clock
from backend.access.permissions import PERMISSIONS, Action, Role
from backend.db import db
from backend.models import AuditRow, Complaint, ComplaintLine, Task, Throttle
from backend.policy.presets import load_preset
from backend.services import audit, reminders, retention
from backend.services.storage import settings
from backend.workflow.states import Kind
from tests.people import TOWNSHIP, VILLAGE, Cast, Maker

pytestmark = pytest.mark.shows("procedure.7", "A33", "A34")

NAME, PHONE, TEXT = "孙悟净", "13987654321", "村里让我交两百块办手续"
DAY = date(2026, 3, 6)


class Letterbox:
    """Somebody who complains, and those who answer."""

    def __init__(self, app: Flask, cast: Cast, make: Maker) -> None:
        self.app, self.cast, self.make, self.today = app, cast, make, DAY

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, time(9), tzinfo=clock.SHANGHAI)

    def send(self, openid: str = "complainer", path: str = "/complaints", whose: Any = None, **changes: Any) -> Any:
        body = {"kind": "fees", "target": "village", "said_place": VILLAGE, "text": TEXT, "phone": ""}
        key = changes.pop("key", None) or str(uuid.uuid4())
        with clock.at(self.now):
            return (whose or self.cast.farmer(openid)).post(path, key=key, **(body | changes))

    def get(self, who: Any, path: str, **query: Any) -> Any:
        with clock.at(self.now):
            return (self.cast.phone(who) if isinstance(who, str) else who).get(path, **query)

    def do(self, login: str, path: str, **body: Any) -> Any:
        with clock.at(self.now):
            return self.cast.phone(login).post(path, **body)

    def only(self) -> Complaint:
        [row] = self.make.rows(Complaint)
        return row

    def duties(self) -> list[Task]:
        return [task for task in self.make.rows(Task) if task.open_due is not None]


@pytest.fixture
def box(app: Flask, cast: Cast, make: Maker) -> Letterbox:
    return Letterbox(app, cast, make)


def everything_in_the_database(app: Flask) -> Iterator[tuple[str, str]]:
    with app.app_context(), db.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}").mappings():  # noqa: S608 - our own tables
                yield table, str(dict(row))


def test_any_account_complains_without_a_case_and_gets_a_receipt_with_a_date(box: Letterbox) -> None:
    answer = box.send(name=NAME)

    assert answer.status_code == 201, answer.json
    assert len(answer.json["receipt_no"]) == 12
    assert answer.json["due_on"] == "2026-03-21"
    [line] = answer.json["timeline"]
    assert "3月21日前答复" in line["sentence"]
    [duty] = box.duties()
    assert (duty.kind, duty.role, duty.owner_region) == (Kind.COMPLAINT, "TOWN_REVIEW", TOWNSHIP)
    assert (duty.case_id, duty.village_code) == (None, "")


def test_a_repeat_of_the_same_intention_is_one_complaint(box: Letterbox) -> None:
    key = str(uuid.uuid4())
    first, second = box.send(key=key), box.send(key=key)

    assert first.json["receipt_no"] == second.json["receipt_no"]
    assert len(box.make.rows(Complaint)) == len(box.duties()) == 1


def test_without_a_name_nothing_leads_to_the_account_and_the_number_shows_the_answer(box: Letterbox) -> None:
    phone = box.cast.farmer("complainer")
    number = box.send().json["receipt_no"]

    assert box.only().account_id is None
    assert box.get(phone, "/complaints/mine").json["items"] == []
    kept = [row for table, row in everything_in_the_database(box.app) if number in row]
    assert not [row for row in kept if str(phone.account_id) in row]
    with clock.at(box.now):
        found = box.cast.farmer("somebody else").post("/complaints/lookups", receipt_no=number)
        wrong = box.cast.farmer("somebody else").post("/complaints/lookups", receipt_no="K7M3Q9TDX4A2")
    assert found.json["status"] == "已收到"
    assert wrong.status_code in {404, 422}


@pytest.mark.parametrize("login", ["village", "head", "next_village"])
def test_no_village_reaches_a_complaint(box: Letterbox, login: str) -> None:
    box.send(name=NAME, phone=PHONE)
    row = box.only()
    pages = [box.get(login, "/complaints"), box.get(login, f"/complaints/{row.id}")]
    queue = box.get(login, "/tasks", whose="all")

    assert [page.status_code for page in pages] == [403, 403]
    assert queue.json["items"] == []
    with box.cast.acting(login):
        assert list(db.session.scalars(select(Complaint))) == []
        assert list(db.session.scalars(select(ComplaintLine))) == []
        assert list(db.session.scalars(select(Task))) == []
    assert not [
        table for table, text in everything_in_the_database(box.app) if NAME in text or TEXT in text or PHONE in text
    ]


def test_one_about_the_township_goes_to_the_county_and_the_township_sees_nothing(box: Letterbox) -> None:
    box.cast.staff_id("county_lead"), box.cast.staff_id("town_lead"), box.cast.staff_id("reviewer")
    sent = box.send(target="township", said_place=TOWNSHIP, name=NAME)
    row = box.only()

    assert sent.status_code == 201, sent.json
    assert box.get("reviewer", "/complaints").json["items"] == []
    assert box.get("reviewer", f"/complaints/{row.id}").status_code == 404
    [listed] = box.get("county_op", "/complaints").json["items"]
    assert listed["place_name"]
    box.today = date(2026, 4, 10)
    with clock.at(box.now), box.app.app_context():
        reminders.sweep()
    told = {message.recipient for message in box.make.messages(kind="duty")}
    assert f"staff:{box.cast.staff_id('county_lead')}" in told
    assert not told & {f"staff:{box.cast.staff_id(each)}" for each in ("town_lead", "reviewer")}


def test_the_township_answers_in_words_and_the_sender_hears_that_there_is_news(box: Letterbox) -> None:
    phone = box.cast.farmer("complainer")
    box.send(name=NAME)
    [listed] = box.get("reviewer", "/complaints").json["items"]
    opened = box.get("reviewer", f"/complaints/{listed['id']}").json

    done = box.do("reviewer", f"/complaints/{listed['id']}/answers", version=listed["version"], words="已责成退还")

    assert "text" not in listed
    assert (opened["name"], opened["text"]) == (NAME, TEXT)
    assert done.status_code == 201, done.json
    [mine] = box.get(phone, "/complaints/mine").json["items"]
    assert (mine["status"], mine["timeline"][-1]["detail"], mine["due_on"]) == ("已答复", "已责成退还", None)
    [message] = box.make.messages(kind="progress")
    assert (message.recipient, message.data["status"]) == (f"account:{phone.account_id}", "已答复")
    assert box.duties() == []
    again = box.do("reviewer", f"/complaints/{listed['id']}/answers", version=listed["version"], words="再答")
    assert again.status_code == 409


def test_whoever_opened_a_complaint_is_in_its_own_chain(box: Letterbox, tmp_path: Any) -> None:
    box.send(name=NAME)
    row = box.only()
    box.get("reviewer", f"/complaints/{row.id}")

    assert [(each.chain, each.action) for each in box.make.rows(AuditRow) if each.chain.startswith("complaint:")] == [
        (f"complaint:{row.id}", "read_complaint")
    ]
    with box.app.app_context():
        assert [line for line in audit.verify(settings().roots_path) if "complaint" in line] == []


def test_passed_up_it_lies_with_the_county_alone_under_a_new_limit(box: Letterbox) -> None:
    phone = box.cast.farmer("complainer")
    box.send(name=NAME)
    row = box.only()
    box.today = date(2026, 3, 16)
    up = box.do("reviewer", f"/complaints/{row.id}/passings", version=1, words="涉及乡镇干部，请县里办")

    assert up.status_code == 201, up.json
    assert box.get("reviewer", f"/complaints/{row.id}").status_code == 404
    [listed] = box.get("county_op", "/complaints").json["items"]
    assert listed["due_on"] == "2026-03-31"
    [mine] = box.get(phone, "/complaints/mine").json["items"]
    assert mine["status"] == "已转上一级"
    assert box.do("reviewer", f"/complaints/{row.id}/answers", version=1, words="答").status_code == 404
    done = box.do("county_op", f"/complaints/{row.id}/answers", version=listed["version"], words="已核查处理")
    assert done.status_code == 201, done.json
    assert box.do("county_op", f"/complaints/{row.id}/passings", version=2, words="再转").status_code == 409


def test_the_county_does_not_answer_over_the_townships_head(box: Letterbox) -> None:
    box.send()

    assert box.do("county_op", f"/complaints/{box.only().id}/answers", version=1, words="答").status_code == 403


def test_somebody_without_a_phone_is_typed_in_by_township_or_county(box: Letterbox) -> None:
    with clock.at(box.now):
        town, village = box.cast.phone("town_op"), box.cast.phone("village")
    entered = box.send(path="/complaints/entries", whose=town, name=NAME)
    refused = [
        box.send(path="/complaints/entries", whose=village),
        box.send(path="/complaints/entries", whose=town, target="township", said_place=TOWNSHIP),
    ]

    assert entered.status_code == 201, entered.json
    assert (box.only().account_id, box.only().entered_by) == (None, box.cast.staff_id("town_op"))
    assert [answer.status_code for answer in refused] == [403, 422]


def test_who_complains_again_and_again_waits(box: Letterbox) -> None:
    codes = [box.send().status_code for _ in range(8)]

    assert codes[:5] == [201] * 5
    assert 429 in codes[5:]


def test_after_its_years_no_account_hangs_on_a_complaint(box: Letterbox) -> None:
    years = load_preset("NATIONAL").numbers["complaints_kept_years"]
    box.send(name=NAME)
    box.do("reviewer", f"/complaints/{box.only().id}/answers", version=1, words="已责成退还")

    def left() -> set[int | None]:
        return {row.account_id for table in (Complaint, ComplaintLine) for row in box.make.rows(table)}

    with clock.at(box.now + timedelta(days=years * 366)), box.app.app_context():
        before = left()
        retention.forget_by_rule()
    assert None not in before
    assert left() == {None}
    assert box.only().name_sealed is None


def test_what_slows_complaints_down_names_no_account_and_no_minute(box: Letterbox) -> None:
    account = box.cast.farmer("complainer").account_id
    for _ in range(6):
        box.send()
    box.cast.farmer("complainer").post("/complaints/lookups", receipt_no="K7M3Q9TDX4A2")

    rows = box.make.rows(Throttle)
    assert rows
    assert not [row.key for row in rows if str(account) in row.key]
    assert {clock.is_whole_day(row.changed_at) for row in rows} == {True}
    assert {clock.local(row.until_at).minute % 15 for row in rows if row.until_at} == {0}
    assert {clock.local(row.until_at).second for row in rows if row.until_at} == {0}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "nothing"}, "kind"),
        ({"target": "nobody"}, "target"),
        ({"said_place": "130126"}, "said_place"),
        ({"said_place": "999999100001"}, "said_place"),
        ({"text": "！！！"}, "text"),
    ],
)
def test_a_wrong_field_is_named(box: Letterbox, change: dict[str, str], field: str) -> None:
    answer = box.send(**change)

    assert answer.status_code == 422
    assert field in answer.json["fields"]


def test_no_role_of_a_village_answers_or_enters() -> None:
    below = {Role.GRID, Role.VILLAGE, Role.HEAD}

    assert not below & (PERMISSIONS[Action.ANSWER_COMPLAINT] | PERMISSIONS[Action.ENTER_COMPLAINT])
    assert Role.FARMER in PERMISSIONS[Action.COMPLAIN]
