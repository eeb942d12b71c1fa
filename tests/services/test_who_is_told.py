"""Practice P22: who is told what, where and when; every event of the procedure against every audience and channel.

A row says what one event writes on the applicant's receipt, whether their phone is owed a message, and at whose desk a
new duty is announced. Real cases are driven through every row, and what arose is compared, no more and no less.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db, in_transaction, new_id
from backend.models import Message, Notice, Objection, Person, ReceiptLine
from backend.models.places import same_place
from backend.services import (
    appointments,
    corrections,
    delays,
    notices,
    objection_answers,
    rechecks,
    reminders,
    splits,
)
from backend.services.appointments import AppointmentForm, CallForm
from backend.services.objection_answers import AnswerForm
from backend.services.splits import DIVORCE, SplitForm
from backend.workflow import engine
from backend.workflow.awaited import AWAITED, KEPT_QUIET
from backend.workflow.sentences import TOLD
from backend.workflow.sentences_afterwards import TOLD_AFTERWARDS
from backend.workflow.states import ENDS, Kind, State
from backend.workflow.steps import Reason
from backend.workflow.tasks import open_duties
from tests.people import FORM, NEXT_VILLAGE, Cast, Maker
from tests.services.sitting import Village
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.7", "procedure.2")

VILLAGE, TOWNSHIP, LEAD, COUNTY, NEXT = "village", "township", "the township's lead", "county", "next village"
DESKS = {
    VILLAGE: ("village", "head"),
    TOWNSHIP: ("reviewer", "second_reviewer", "town_op"),
    LEAD: ("town_lead",),
    COUNTY: ("county_lead", "county_op"),
    NEXT: ("next_village",),
}
OBJECTOR, WHAT_WAS_OBJECTED, WHY_UNHAPPY = "孙悟净", "他家去年在县城买了一辆大货车", "来了三次都没人接"


@dataclass(frozen=True)
class Row:
    """One event: the line on the receipt, whether the applicant's phone hears, which desks do, and an objector."""

    line: str | None
    message: bool = True
    desks: frozenset[str] = frozenset()
    objector: bool = False


def row(line: str | None, *desks: str, message: bool = True, objector: bool = False) -> Row:
    return Row(line, message and line is not None, frozenset(desks), objector)


TABLE: dict[str, Row] = {
    # What the applicant does is written on the receipt; the phone that did it needs no message.
    "declares": row("received", VILLAGE, message=False),
    "supplies what was asked": row("supplemented", VILLAGE, message=False),
    "withdraws": row("withdrawn", message=False),
    "asks for a recheck": row("recheck_asked", LEAD, message=False),
    # The desk.
    "accepted": row("accepted", VILLAGE),
    "returned for information": row("returned", VILLAGE),
    "formally refused": row("not_accepted"),
    "handed to another office": row("transferred", TOWNSHIP),
    "handed to another village": row("handed_over", NEXT),
    "family parted": row("split_family", VILLAGE),
    "seen again after it parted": row("checked_anew"),
    # The visit.
    "appointment": row("appointed"),
    "nobody was home": row("rescheduled"),
    "visited": row("found", COUNTY),
    "compared": row(None, VILLAGE),
    # The village.
    "consulted": row("consulted", VILLAGE),
    "meeting date": row("meeting_called"),
    "meeting agreed": row("met", VILLAGE),
    "meeting did not agree": row("meeting_said_no", TOWNSHIP),
    "exact text before posting": row("to_be_posted"),
    "posted": row("posted", VILLAGE),
    "objection": row("objected", TOWNSHIP),
    "objection answered": row("objection_answered", objector=True),
    "visited again for an objection": row("sent_back", VILLAGE, objector=True),
    "notice over": row("notice_over", TOWNSHIP, VILLAGE),
    # Township and county.
    "sent back": row("sent_back", VILLAGE),
    "passed on": row("passed", COUNTY),
    "decided": row("approved", TOWNSHIP),
    "announced": row("monitored", TOWNSHIP, VILLAGE),
    "not included": row("not_included", TOWNSHIP),
    "terminated": row("terminated"),
    "referral answered": row("referral_answered"),
    # Afterwards.
    "recheck confirms": row("outcome_confirmed"),
    "recheck overturns": row("outcome_overturned", VILLAGE),
    "promise missed": row("delayed"),
    # Help first.
    "green channel agreed": row("aid_first", VILLAGE),
    "first help delivered": row("aid_delivered"),
}

ELSEWHERE = {
    "visited": "the short procedure's one line for a visit",
    "found_without_risk": "a visit that saw no risk: tests/services/test_full_procedure tells of it",
    "joined": "a second declaration's own line: tests/services/test_objections and test_corrections tell of it",
    "refused_join": "the same",
    "step_late": "no step of the roads is late before the promise: tests/jobs/test_pressing and test_dates_and_delays",
    "promise_moved": "the calendar moves a promise: tests/services/test_redating tells of it",
    **dict.fromkeys(TOLD_AFTERWARDS, "after inclusion: test_help, test_removals and test_family_warnings tell of it"),
    "new_date": "a leader issues a 督办单: tests/jobs/test_pressing tells of it",
}
"""Sentences that no row of the whole procedure's main roads writes, and who tests them."""

Steps = Iterator[tuple[str, Callable[[], Any]]]


class Road(Village):
    """One family on its way, taken by services where an event has one."""

    def __init__(self, app: Flask, cast: Cast, make: Maker) -> None:
        super().__init__(app, cast, make)
        for logins in DESKS.values():
            for login in logins:
                cast.staff_id(login)
        self.case_id, self.token = 0, ""

    def begins(self) -> None:
        self.case_id = self.declare("张三")

    def step(
        self, action: Action, login: str, *kinds: Kind, codes: tuple[str, ...] = (), **detail: Any
    ) -> Callable[[], Any]:
        """Return a step of the table, with the version of the duty that it answers."""

        def go() -> None:
            version = self.duty(self.case_id, *kinds).version if kinds else None

            def work(by: Any) -> None:
                case = engine.find_case(self.case_id)
                engine.move(case, action, by=by, version=version, reason=Reason(codes, "情况已讲清"), detail=detail)

            with clock.at(self.now), self.cast.acting(login) as by:
                in_transaction(lambda: work(by))

        return go

    def phone(self) -> Any:
        return self.cast.farmer("phone of 张三")

    def receipt(self) -> Any:
        with clock.at(self.now):
            [found] = self.phone().get("/declarations").json["items"]
            return self.phone().get(f"/declarations/{found['id']}").json

    def send(self, what: str, **body: Any) -> Any:
        with clock.at(self.now):
            answer = self.phone().post(f"/declarations/{self.receipt()['id']}/{what}", **body)
        assert answer.status_code == 201, answer.json
        return answer.json

    def appoint(self) -> None:
        form = AppointmentForm(on=self.today, day_part="afternoon")
        self.run(appointments.appoint_visit, self.case_id, form=form)

    def call(self) -> None:
        [result] = self.run(appointments.call_meeting, [self.case_id], form=CallForm(on=self.today, place="村委会院里"))
        assert result.is_called

    def part(self) -> None:
        case = self.case(self.case_id)
        with self.app.app_context(), as_system("a test adds a member"):
            wife = Person(id=new_id(), household_id=case.household_id, name="李四", **same_place(case))
            wife.relation, wife_id = "spouse", wife.id
            db.session.add(wife)
            db.session.commit()
        self.run(splits.split, self.case_id, SplitForm((wife_id,), DIVORCE), words="离婚证已看原件")

    def object(self) -> None:
        body = {"token": self.token, "number": 1, "ground": "assets", "text": WHAT_WAS_OBJECTED, "name": OBJECTOR}
        with clock.at(self.now):
            answer = self.cast.farmer("objector").post("/objections", **body)
        assert answer.status_code == 201, answer.json

    def answer_objection(self, action: Action) -> Callable[[], Any]:
        def go() -> None:
            newest = max(self.make.rows(Objection), key=lambda each: each.id)
            version = self.duty(self.case_id, Kind.OBJECTION).version
            form = AnswerForm(words="已核对，不影响", answer="已核查，谢谢您")
            self.run(objection_answers.answer, newest.id, action, login="reviewer", version=version, form=form)

        return go

    def hear(self, *, overturn: bool, login: str = "town_lead") -> Callable[[], Any]:
        def go() -> None:
            version = self.duty(self.case_id, Kind.RECHECK).version
            self.run(rechecks.answer, self.case_id, login=login, version=version, overturn=overturn, words="已复核")

        return go

    def post(self) -> None:
        notice = self.run(notices.prepare, [self.case_id])
        self.run(notices.post, notice.id, form=self.posting(self.case_id))
        self.token = notice.token

    def wait_for_the_end_of_the_notice(self) -> None:
        self.today += timedelta(days=6)
        self.the_program_closes()

    def miss_the_promise(self) -> None:
        self.today = self.case(self.case_id).promised_on + timedelta(days=1)
        with clock.at(self.now), self.app.app_context():
            delays.tell_delays()


def to_the_meeting(road: Road) -> Steps:
    yield "declares", road.begins
    yield "accepted", road.step(Action.ACCEPT, "village", Kind.ACCEPT)
    yield "appointment", road.appoint
    yield "nobody was home", road.step(Action.RESCHEDULE, "village", Kind.VISIT)
    yield "visited", road.step(Action.FILE_VISIT, "head", Kind.VISIT)
    yield "compared", road.step(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    yield "consulted", lambda: road.consult(road.case_id)
    yield "meeting date", road.call


def to_the_wall(road: Road) -> Steps:
    yield from to_the_meeting(road)
    yield "meeting agreed", lambda: road.meet(road.case_id)
    yield "exact text before posting", lambda: road.read_out(road.case_id)
    yield "posted", road.post


def to_the_township(road: Road) -> Steps:
    yield from to_the_wall(road)
    yield "notice over", road.wait_for_the_end_of_the_notice


def included(road: Road) -> Steps:
    yield from to_the_wall(road)
    yield "objection", road.object
    yield "objection answered", road.answer_objection(Action.KEEP_AFTER_OBJECTION)
    yield "notice over", road.wait_for_the_end_of_the_notice
    check_departments(road)
    yield "passed on", road.step(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)
    yield "decided", road.step(Action.COUNTY_APPROVE, "county_lead", Kind.COUNTY_DECISION)
    yield "announced", road.step(Action.ANNOUNCE, "town_op", Kind.ANNOUNCE)


def visited_again(road: Road) -> Steps:
    yield from to_the_wall(road)
    yield "objection", road.object
    yield "visited again for an objection", road.answer_objection(Action.VISIT_AFTER_OBJECTION)


def not_agreed(road: Road) -> Steps:
    yield from to_the_meeting(road)
    yield "meeting did not agree", road.step(Action.MEETING_SAID_NO, "village", Kind.MEETING)
    yield "sent back", road.step(Action.SEND_BACK, "reviewer", Kind.TOWN_REVIEW, codes=("visit_again",))


def refuse(road: Road) -> Callable[[], Any]:
    way = {"alternative": "转民政临时救助", "transfer": "civil_affairs"}
    return road.step(Action.REFUSE, "reviewer", Kind.TOWN_REVIEW, codes=("can_cope",), **way)


def refused(road: Road) -> Steps:
    yield from to_the_township(road)
    yield "not included", refuse(road)
    yield "referral answered", road.step(Action.ANSWER_REFERRAL, "town_op", Kind.REFERRAL)
    yield "asks for a recheck", lambda: road.send("rechecks", words="请再看看")
    yield "recheck confirms", road.hear(overturn=False)


def overturned(road: Road) -> Steps:
    yield from to_the_township(road)
    yield "not included", refuse(road)
    yield "asks for a recheck", lambda: road.send("rechecks", words="请再看看")
    yield "recheck overturns", road.hear(overturn=True)
    yield "promise missed", road.miss_the_promise


def returned(road: Road) -> Steps:
    yield "declares", road.begins
    yield (
        "returned for information",
        road.step(Action.RETURN_FOR_INFORMATION, "village", Kind.ACCEPT, codes=("papers",)),
    )
    yield "supplies what was asked", lambda: road.send("supplements", words="补来了")
    yield "withdraws", lambda: road.send("withdrawals", words="不办了")


def formally_refused(road: Road) -> Steps:
    yield "declares", road.begins
    yield (
        "formally refused",
        road.step(Action.REFUSE_FORMALLY, "town_op", Kind.ACCEPT, codes=("already_watched",)),
    )


def transferred(road: Road) -> Steps:
    yield "declares", road.begins
    yield "handed to another office", road.step(Action.TRANSFER, "town_op", Kind.ACCEPT, transfer="petitions")


def handed_over(road: Road) -> Steps:
    yield "declares", road.begins
    yield (
        "handed to another village",
        lambda: road.run(corrections.hand_over, road.case_id, NEXT_VILLAGE, login="town_lead", words="户口在那个村"),
    )


def parted(road: Road) -> Steps:
    yield "declares", road.begins
    yield "accepted", road.step(Action.ACCEPT, "village", Kind.ACCEPT)
    yield "visited", road.step(Action.FILE_VISIT, "head", Kind.VISIT)
    yield "family parted", road.part
    yield "seen again after it parted", road.step(Action.CHECK_ANEW, "head", Kind.CHECK_ANEW)


def terminated(road: Road) -> Steps:
    yield "declares", road.begins
    yield "terminated", road.step(Action.TERMINATE, "town_op", codes=("moved_away",))


def helped_first(road: Road) -> Steps:
    yield "declares", road.begins
    yield "accepted", road.step(Action.ACCEPT, "village", Kind.ACCEPT)
    yield "visited", road.step(Action.FILE_VISIT, "head", Kind.VISIT)
    road.step(Action.ASK_GREEN_CHANNEL, "village")()
    road.step(Action.GREEN_TOWN_AGREES, "town_lead", Kind.GREEN_TOWN)()
    yield "green channel agreed", road.step(Action.GREEN_COUNTY_AGREES, "county_lead", Kind.GREEN_COUNTY)
    yield "first help delivered", road.step(Action.DELIVER_AID, "village", Kind.DELIVER_AID)


ROADS = (
    included,
    visited_again,
    not_agreed,
    refused,
    overturned,
    returned,
    formally_refused,
    transferred,
    handed_over,
    parted,
    terminated,
    helped_first,
)


def check_departments(road: Road) -> None:
    with road.app.app_context(), as_system("a test looks"):
        open_ones = [task for task in open_duties(road.case_id) if task.kind == Kind.DEPARTMENT_CHECK]
    for task in open_ones:
        with clock.at(road.now), road.cast.acting("second_reviewer") as by:
            in_transaction(partial(check, road.case_id, by, task.version))


def check(case_id: int, by: Any, version: int) -> None:
    case = engine.find_case(case_id)
    engine.move(case, Action.CHECK_DEPARTMENT, by=by, version=version, reason=Reason((), "属实"))


@dataclass(frozen=True)
class Arisen:
    """What is in the database: the lines of the applicant's receipt, and every message."""

    lines: tuple[ReceiptLine, ...]
    messages: tuple[Message, ...]


def arisen(road: Road) -> Arisen:
    with clock.at(road.now), road.app.app_context():
        reminders.sweep()
    lines = sorted(road.make.rows(ReceiptLine), key=lambda line: line.id)
    return Arisen(tuple(lines), tuple(road.make.messages()))


def heard(road: Road, before: Arisen, after: Arisen) -> Row:
    """Return what one event told: to whom, and where."""
    lines = [line.kind for line in after.lines[len(before.lines) :]]
    known = {message.id for message in before.messages}
    messages = [message for message in after.messages if message.id not in known]
    staff = {f"staff:{road.cast.staff_id(login)}": desk for desk, logins in DESKS.items() for login in logins}
    duties = {message.recipient for message in messages if message.data.get("hint") == "有一项新的待办"}
    news = [message for message in messages if message.kind == "progress"]
    mine, objectors = (f"account:{road.cast.farmer(each).account_id}" for each in ("phone of 张三", "objector"))
    assert len(lines) <= 1, lines
    assert {message.recipient for message in news} <= {mine, objectors}
    assert {message.template for message in news} <= {"progress"}
    for desk, logins in DESKS.items():  # a desk hears together, or not at all
        present = {f"staff:{road.cast.staff_id(login)}" for login in logins} & duties
        assert len(present) in {0, len(logins)}, (desk, present)
    return Row(
        lines[0] if lines else None,
        [message.recipient for message in news].count(mine) == 1,
        frozenset(staff[each] for each in duties),
        objectors in {message.recipient for message in news},
    )


@pytest.fixture
def road(app: Flask, cast: Cast, make: Maker, preset: Any) -> Road:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    return Road(app, cast, make)


@pytest.mark.parametrize("way", ROADS, ids=lambda way: way.__name__)
def test_every_event_tells_whom_the_table_says_and_nobody_else(road: Road, way: Callable[[Road], Steps]) -> None:
    for event, act in way(road):
        before = arisen(road)
        act()
        assert heard(road, before, arisen(road)) == TABLE[event], event


def test_every_row_of_the_table_is_walked(road: Road) -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    walked = {name for name in TABLE if source.count(f'yield "{name}"') + source.count(f'yield (\n        "{name}"')}

    assert walked == set(TABLE)


def test_every_sentence_for_applicants_has_a_row() -> None:
    told = {each.line for each in TABLE.values() if each.line}

    assert set(TOLD) == told | set(ELSEWHERE)


def test_a_message_says_that_there_is_news_and_nothing_else(road: Road) -> None:
    for _, act in included(road):
        act()

    for message in road.make.messages(kind="progress"):
        assert set(message.data) == {"number", "status", "office", "at"}
        assert not [word for word in ("张三", "贫", "病", OBJECTOR, "货车") if word in str(message.data)]


def test_the_exact_line_of_the_wall_is_on_the_receipt_before_it_hangs(road: Road) -> None:
    for event, act in to_the_wall(road):
        act()
        if event == "exact text before posting":
            [line] = [each for each in road.receipt()["timeline"] if each["kind"] == "to_be_posted"]
            assert road.case(road.case_id).state == State.REVIEWED

    [notice] = road.make.rows(Notice)
    with road.app.app_context():
        assert line["detail"] in notices.text_of(notice)


def test_a_second_reading_of_the_same_line_is_no_news(road: Road) -> None:
    for _, act in to_the_meeting(road):
        act()
    road.meet(road.case_id)
    road.read_out(road.case_id)
    road.read_out(road.case_id)

    assert [line["kind"] for line in road.receipt()["timeline"]].count("to_be_posted") == 1


def test_the_village_and_the_family_are_not_told_who_objected(road: Road) -> None:
    for _, act in included(road):
        act()
    with clock.at(road.now):
        village = road.cast.phone("village")
        pages = [village.get(f"/cases/{road.case_id}"), village.get("/inbox"), village.get("/tasks", whose="all")]
    pages_of_the_family = road.receipt()

    assert [page.status_code for page in pages] == [200] * 3
    assert not [page for page in pages if OBJECTOR in page.text or WHAT_WAS_OBJECTED in page.text]
    assert OBJECTOR not in str(pages_of_the_family)
    assert WHAT_WAS_OBJECTED not in str(pages_of_the_family)


@pytest.mark.parametrize("way", ROADS, ids=lambda way: way.__name__)
def test_while_a_case_is_open_its_receipt_says_what_is_awaited_from_whom_and_by_when(
    road: Road, way: Callable[[Road], Steps]
) -> None:
    for event, act in way(road):
        act()
        receipt = road.receipt()
        if State(road.case(road.case_id).state) not in ENDS:
            assert receipt["awaiting"], event
        for each in receipt["awaiting"]:
            assert each["what"] in AWAITED.values()
            assert each["whom"]
            assert each["due_on"] >= "2026-03-06"
        assert "孙" not in str(receipt["awaiting"])


def test_every_kind_of_duty_is_awaited_in_words_or_kept_quiet_for_a_reason() -> None:
    assert set(AWAITED) | set(KEPT_QUIET) == set(Kind)
    assert not set(AWAITED) & set(KEPT_QUIET)


def test_a_receipt_that_joined_awaits_the_same_as_a_first_one_and_nothing_of_that_case(road: Road) -> None:
    with clock.at(road.now):
        road.make.declaration(openid="first", head_name="孙行", id_number=FORM["id_number"])
        road.make.declaration(openid="second", head_name="孙行", id_number=FORM["id_number"])
        shown = [road.cast.farmer(each).get("/declarations").json["items"][0] for each in ("first", "second")]

    assert shown[0]["awaiting"] == shown[1]["awaiting"] != []


def test_somebody_else_s_joining_is_not_awaited_on_ones_own_receipt(road: Road) -> None:
    with clock.at(road.now):
        first = road.make.declaration(openid="phone of 张三")
        road.case_id = first.case_id
    for _, act in list(to_the_meeting(road))[1:4]:
        act()
    with clock.at(road.now):
        road.make.declaration(openid="another", relation="neighbour", declarer_name="王五")

    assert len(road.receipt()["awaiting"]) == 1
