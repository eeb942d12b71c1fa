"""满意度: one mark after the end; the township calls back whoever was not satisfied, and the village never knows."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.permissions import PERMISSIONS, Action, Role
from backend.db import db
from backend.models import AuditRow, CaseEvent, Message, Satisfaction, Task
from backend.services import reminders
from backend.workflow.states import Kind
from tests.people import Cast, Maker
from tests.services.desks import Desks
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.7", "A34")

WHY = "来了三次都没人接，话也没说清楚"


class Ended(Desks):
    """A family whose case has ended, and its phone."""

    def receipt(self) -> Any:
        [found] = self.phone().get("/declarations").json["items"]
        return self.phone().get(f"/declarations/{found['id']}").json

    def phone(self) -> Any:
        return self.cast.farmer("phone of 张三")

    def mark(self, mark: str = "dissatisfied", words: str = WHY) -> Any:
        with clock.at(self.now):
            return self.phone().post(f"/declarations/{self.receipt()['id']}/marks", mark=mark, words=words)

    def read(self) -> Any:
        with clock.at(self.now):
            return self.receipt()

    def ask(self, login: str, path: str, **query: Any) -> Any:
        with clock.at(self.now):
            return self.cast.phone(login).get(path, **query)

    def tell(self, login: str, path: str, **body: Any) -> Any:
        with clock.at(self.now):
            return self.cast.phone(login).post(path, **body)


@pytest.fixture
def ended(app: Flask, cast: Cast, make: Maker, preset: Any) -> Ended:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    ended = Ended(app, cast, make)
    ended.family()
    ended.to_the_township()
    ended.refuse()
    return ended


def test_nobody_judges_before_the_end(app: Flask, cast: Cast, make: Maker, preset: Any) -> None:  # noqa: F811
    preset("NATIONAL")
    running = Ended(app, cast, make)
    running.family()

    assert running.mark().status_code == 409
    assert running.read()["satisfaction"]["may_mark_until"] is None


@pytest.mark.parametrize("mark", ["satisfied", "mostly", "dissatisfied"])
def test_a_mark_without_words_is_taken_and_asks_nobody_for_anything(ended: Ended, mark: str) -> None:
    assert ended.mark(mark, "").status_code == 201

    assert ended.read()["satisfaction"]["mark"] == mark
    assert ended.duties(Kind.CALL_BACK) == []


@pytest.mark.parametrize("end", ["included", "withdrawn"])
def test_every_end_can_be_judged(app: Flask, cast: Cast, make: Maker, preset: Any, end: str) -> None:  # noqa: F811
    preset("NATIONAL")
    family = Ended(app, cast, make)
    family.family()
    if end == "included":
        family.village()
        family.township_and_county()
    else:
        with clock.at(family.now):
            family.phone().post(f"/declarations/{family.receipt()['id']}/withdrawals", words="不用了")

    assert family.mark("satisfied", "").status_code == 201


def test_words_of_discontent_owe_a_call_of_the_township_with_a_limit(ended: Ended) -> None:
    ended.mark()

    [duty] = ended.duties(Kind.CALL_BACK)
    assert (duty.role, duty.owner_region, duty.limit_key) == ("TOWN_REVIEW", "130126100", "T_CALL_BACK")
    assert duty.due_on > ended.today
    assert [each["what"] for each in ended.read()["awaiting"]][-1] == "给您回话"


def test_the_answer_is_read_on_the_timeline_and_a_message_says_that_there_is_news(ended: Ended, make: Maker) -> None:
    ended.mark()
    [line] = ended.ask("reviewer", "/call-backs").json["items"]
    opened = ended.ask("reviewer", f"/call-backs/{line['id']}").json
    before = len(make.messages(kind="progress"))

    done = ended.tell(
        "reviewer", f"/call-backs/{line['id']}/answers", version=line["version"], words="已电话致歉，讲清了原因"
    )

    assert "words" not in line
    assert opened["words"] == WHY
    assert done.status_code == 201, done.json
    receipt = ended.read()
    assert (receipt["timeline"][-1]["kind"], receipt["timeline"][-1]["detail"]) == (
        "called_back",
        "已电话致歉，讲清了原因",
    )
    assert ended.duties(Kind.CALL_BACK) == []
    assert [message.data["status"] for message in make.messages(kind="progress")[before:]] == ["已回访答复"]
    assert ended.mark("satisfied", "").status_code == 409  # answered: it is settled
    again = ended.tell("reviewer", f"/call-backs/{line['id']}/answers", version=line["version"], words="再答")
    assert again.status_code == 409


def test_a_mark_is_one_changes_for_some_days_and_closes_the_call(ended: Ended, make: Maker) -> None:
    ended.mark()
    ended.days_later(30)
    changed = ended.mark("satisfied", "后来讲清楚了")
    ended.days_later(1)

    assert changed.status_code == 201
    assert len(make.rows(Satisfaction)) == 1
    assert ended.duties(Kind.CALL_BACK) == []
    assert ended.mark("mostly", "").status_code == 409


def test_the_village_that_is_judged_knows_nothing(ended: Ended, app: Flask, make: Maker) -> None:
    ended.mark()
    pages = [
        ended.ask("village", f"/cases/{ended.case_id}"),
        ended.ask("village", "/tasks", whose="all"),
        ended.ask("head", "/tasks", whose="all"),
        ended.ask("village", "/inbox"),
    ]
    [row] = make.rows(Satisfaction)
    refused = [ended.ask("village", "/call-backs"), ended.ask("village", f"/call-backs/{row.id}")]

    with ended.as_("village"):
        assert list(db.session.scalars(select(Satisfaction))) == []
        assert list(db.session.scalars(select(Task).where(Task.kind == Kind.CALL_BACK))) == []
    assert [page.status_code for page in pages] == [200] * 4
    assert not [page for page in pages if WHY in page.text or "回访" in page.text or "call_back" in page.text]
    assert [page.status_code for page in refused] == [403, 403]
    assert not [event for event in make.rows(CaseEvent) if "mark" in event.action or "call" in event.action]
    assert [audit.action for audit in make.rows(AuditRow) if audit.action == Action.LEAVE_MARK]


def test_the_reminders_of_the_call_go_to_the_township_alone(ended: Ended, app: Flask, cast: Cast, make: Maker) -> None:
    township, village = cast.staff_id("reviewer"), (cast.staff_id("village"), cast.staff_id("head"))
    ended.mark()
    [duty] = ended.duties(Kind.CALL_BACK)
    for day in (0, 6, 12, 16):
        ended.days_later(day)
        with clock.at(ended.now), app.app_context():
            reminders.sweep()

    told = {message.recipient for message in make.messages(kind="duty") if message.task_id == duty.id}
    assert f"staff:{township}" in told
    assert not told & {f"staff:{each}" for each in village}


def test_another_township_and_a_strangers_phone_reach_nothing(ended: Ended, make: Maker, cast: Cast) -> None:
    ended.mark()
    [row] = make.rows(Satisfaction)

    assert ended.ask("other_reviewer", f"/call-backs/{row.id}").status_code == 404
    assert ended.ask("other_reviewer", "/call-backs").json["items"] == []
    with clock.at(ended.now):
        stranger = cast.farmer("a stranger").post(f"/declarations/{row.declaration_id}/marks", mark="satisfied")
    assert stranger.status_code == 404


def test_what_was_written_is_sealed_and_no_row_names_a_member_of_staff(ended: Ended, make: Maker) -> None:
    ended.mark()

    [row] = make.rows(Satisfaction)
    assert WHY not in str(vars(row))
    columns = set(Satisfaction.__table__.columns.keys())
    assert not {name for name in columns if "staff" in name or "visitor" in name or name.endswith("_name")}
    assert not PERMISSIONS[Action.CALL_BACK] & {Role.GRID, Role.VILLAGE, Role.HEAD}
    assert [message for message in make.messages() if WHY in str(message.data)] == []
    assert isinstance(make.messages()[0], Message)
