"""The whole procedure, walked on its last days: does it fit, and can anything be skipped that must not be?"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from backend import clock
from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db, in_transaction
from backend.errors import Invalid, NotPossibleNow
from backend.models import Case, PolicyVersion, ReceiptLine, Task
from backend.policy import county as county_policy
from backend.policy.presets import load_preset
from backend.workdays import Workdays
from backend.workflow import engine
from backend.workflow.deadlines import due_on
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from backend.workflow.tasks import redate
from tests.people import COUNTY, Cast, Maker

WORDS = Reason((), "情况已当面讲清")


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=clock.SHANGHAI).astimezone(UTC)


class Walker:
    """Takes steps of the table for one case, each on the last day of its duty."""

    def __init__(self, app: Flask, cast: Cast, make: Maker) -> None:
        self.app, self.cast, self.make = app, cast, make
        self.case_id = 0

    def begin(self, day: date) -> None:
        self.today = day
        with clock.at(morning(day)):
            self.case_id = self.make.declaration().case_id

    def duties(self, *kinds: Kind) -> list[Task]:
        with self.app.app_context(), as_system("a test looks"):
            query = select(Task).where(Task.case_id == self.case_id, Task.open_due.is_not(None))
            rows = db.session.scalars(query.order_by(Task.open_due, Task.id)).all()
        return [row for row in rows if not kinds or Kind(row.kind) in kinds]

    def case(self) -> Case:
        with self.app.app_context(), as_system("a test looks"):
            return db.session.scalars(select(Case).where(Case.id == self.case_id)).one()

    def take(self, action: Action, login: str, kind: Kind | None, reason: Reason = WORDS, **detail: Any) -> None:
        """Take a step on the last day of the duty it closes (or today, if it closes none)."""
        [task] = self.duties(kind)[:1] if kind else [None]
        self.today = max(self.today, task.due_on) if task else self.today
        self.take_today(action, login, task, reason, **detail)

    def take_today(self, action: Action, login: str, task: Task | None, reason: Reason = WORDS, **detail: Any) -> None:
        version = task.version if task else None

        def work(by: Any) -> None:
            case = engine.find_case(self.case_id)
            engine.move(case, action, by=by, version=version, reason=reason, detail=detail)

        with clock.at(morning(self.today)), self.cast.acting(login) as by:
            in_transaction(lambda: work(by))

    def village(self) -> None:
        """Accept, visit, compare where it comes first, consult, meet, post, and let the days go by."""
        self.take(Action.ACCEPT, "village", Kind.ACCEPT)
        self.take(Action.FILE_VISIT, "village", Kind.VISIT)
        if self.duties(Kind.COMPARE):
            self.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
        self.take(Action.HOLD_CONSULTATION, "village", Kind.CONSULT)
        self.take(Action.HOLD_MEETING, "village", Kind.MEETING)
        self.take(Action.POST_NOTICE, "village", Kind.POST_NOTICE)

    def township_and_county(self) -> None:
        self.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
        while self.duties(Kind.DEPARTMENT_CHECK):
            self.take(Action.CHECK_DEPARTMENT, "second_reviewer", Kind.DEPARTMENT_CHECK)
        self.take(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)
        if self.duties(Kind.COMPARE):
            self.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
        self.take(Action.COUNTY_APPROVE, "county_lead", Kind.COUNTY_DECISION)
        self.decided_on = self.today
        self.take(Action.ANNOUNCE, "town_op", Kind.ANNOUNCE)


@pytest.fixture
def preset(app: Flask) -> Iterator[Any]:
    """Let the county follow a preset in its whole procedure, from long ago on."""

    def follow(name: str) -> None:
        with app.app_context():
            row = db.session.scalars(select(PolicyVersion).where(PolicyVersion.county_code == COUNTY)).one()
            row.preset, row.changes = name, {"flags": {"procedure": "full"}}
            db.session.commit()
        county_policy.forget()

    yield follow
    with app.app_context():
        row = db.session.scalars(select(PolicyVersion).where(PolicyVersion.county_code == COUNTY)).one()
        row.preset, row.changes = "NATIONAL", {}
        db.session.commit()


@pytest.fixture
def walker(app: Flask, cast: Cast, make: Maker, preset: Any) -> Walker:
    preset("NATIONAL")
    return Walker(app, cast, make)


@pytest.mark.shows("procedure.2", "procedure.6", "A12", "A13", "B32", "B33", "C08", "B57", "D33")
@pytest.mark.parametrize("begun_on", [date(2026, 3, 6), date(2026, 2, 14), date(2026, 9, 30), date(2026, 6, 17)])
def test_national_in_sequence_on_last_days_takes_fifteen_days(walker: Walker, begun_on: date) -> None:
    walker.begin(begun_on)
    walker.village()
    walker.township_and_county()

    assert walker.case().state == State.MONITORED
    assert (walker.today - begun_on).days <= 15
    assert walker.case().promised_on == begun_on + timedelta(days=15)
    beside, next_ = {Kind.ENTER_NATIONAL, Kind.TAKE_DOWN_NOTICE}, {Kind.PLAN, Kind.PAIR}
    assert {Kind(task.kind) for task in walker.duties()} == beside | next_


@pytest.mark.shows("procedure.3", "procedure.5", "D24", "D25")
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("HEBEI_LINGSHOU_2022", 15),
        ("ANHUI_2022", 40),
        ("GANSU_2021", 50),
        ("GANSU_2023", 40),
        ("HAINAN_2021", 40),
        ("JIANGXI_10WD", 20),
    ],
)
def test_every_preset_walks_through_on_its_last_days(walker: Walker, preset: Any, name: str, most: int) -> None:
    preset(name)
    walker.begin(date(2026, 3, 6))
    walker.village()
    walker.township_and_county()

    assert walker.case().state == State.MONITORED
    total_ends_on = walker.decided_on if name == "JIANGXI_10WD" else walker.today
    assert total_ends_on <= walker.case().promised_on
    assert (walker.today - date(2026, 3, 6)).days <= most
    assert [task.kind for task in walker.make.rows(Task) if task.due_on < task.appeared_on] == []


@pytest.mark.shows("procedure.5", "procedure.6", "D24")
@pytest.mark.parametrize(("name", "due"), [("ANHUI_2022", date(2026, 3, 10)), ("NATIONAL", date(2026, 3, 9))])
def test_the_home_check_counts_from_where_the_rules_begin_it(walker: Walker, preset: Any, name: str, due: date) -> None:
    """安徽: two working days from the declaration of Friday 6 March; the guide: two days from the acceptance."""
    preset(name)
    walker.begin(date(2026, 3, 6))
    walker.take(Action.ACCEPT, "village", Kind.ACCEPT)

    [visit] = walker.duties(Kind.VISIT)
    assert visit.due_on == due
    assert visit.opened_on == (date(2026, 3, 6) if name == "ANHUI_2022" else walker.today)


@pytest.mark.shows("procedure.5", "procedure.6")
def test_what_comes_after_the_totals_end_is_not_squeezed_into_it(walker: Walker, preset: Any) -> None:
    preset("JIANGXI_10WD")
    walker.begin(date(2026, 3, 6))
    walker.village()
    walker.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
    while walker.duties(Kind.DEPARTMENT_CHECK):
        walker.take(Action.CHECK_DEPARTMENT, "second_reviewer", Kind.DEPARTMENT_CHECK)
    walker.take(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)
    if walker.duties(Kind.COMPARE):
        walker.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    walker.today = walker.case().promised_on
    walker.take(Action.COUNTY_APPROVE, "county_lead", Kind.COUNTY_DECISION)

    [announce] = walker.duties(Kind.ANNOUNCE)
    limit = load_preset("JIANGXI_10WD").limit("T_ANNOUNCE")
    assert announce.due_on == due_on(walker.today, limit, Workdays()).on > walker.case().promised_on


@pytest.mark.shows("procedure.5", "procedure.6")
def test_a_review_whose_days_ran_out_under_the_notice_opens_with_a_day_left(walker: Walker, preset: Any) -> None:
    preset("HEBEI_LINGSHOU_2022")
    walker.begin(date(2026, 3, 6))
    walker.village()
    promised, visited_on = walker.case().promised_on, date.fromisoformat(walker.case().marks["visited_on"])
    walker.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)

    [review] = walker.duties(Kind.TOWN_REVIEW)
    assert (review.opened_on, review.appeared_on) == (visited_on, walker.today)
    assert visited_on + timedelta(days=5) < walker.today
    assert review.due_on == walker.today + timedelta(days=1)
    assert walker.case().promised_on == promised
    walker.today = review.due_on
    with clock.at(morning(walker.today)), walker.cast.acting("reviewer"):
        in_transaction(lambda: redate(engine.find_case(walker.case_id)))
    assert [task.due_on for task in walker.duties(Kind.TOWN_REVIEW)] == [review.due_on]


@pytest.mark.shows("procedure.9", "C30")
@pytest.mark.parametrize("name", ["NATIONAL", "HEBEI_LINGSHOU_2022"])
def test_nobody_reaches_the_county_without_having_been_posted(walker: Walker, preset: Any, name: str) -> None:
    preset(name)
    walker.begin(date(2026, 3, 6))
    walker.take(Action.ACCEPT, "village", Kind.ACCEPT)
    walker.take(Action.FILE_VISIT, "village", Kind.VISIT)
    if walker.duties(Kind.COMPARE):
        walker.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    walker.take(Action.HOLD_CONSULTATION, "village", Kind.CONSULT)
    walker.take(Action.MEETING_SAID_NO, "village", Kind.MEETING)

    with pytest.raises(NotPossibleNow, match="还没有评议公示"):
        walker.take(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)

    assert walker.case().state == State.VISITED


@pytest.mark.shows("procedure.9", "procedure.11", "D26")
def test_a_notice_cannot_be_closed_early(walker: Walker) -> None:
    walker.begin(date(2026, 3, 6))
    walker.village()
    posted = walker.today

    [watch] = walker.duties(Kind.WATCH_NOTICE)
    walker.today = posted + timedelta(days=5)
    with pytest.raises(NotPossibleNow):
        walker.take_today(Action.CLOSE_NOTICE, "village", watch)
    walker.today = posted + timedelta(days=6)
    walker.take_today(Action.CLOSE_NOTICE, "village", watch)

    assert watch.due_on == posted + timedelta(days=6)
    assert walker.case().state == State.VISITED


@pytest.mark.shows("procedure.2", "B34")
def test_no_no_is_final_in_the_village(walker: Walker) -> None:
    walker.begin(date(2026, 3, 6))
    walker.take(Action.ACCEPT, "village", Kind.ACCEPT)
    walker.take(Action.FILE_VISIT, "village", Kind.VISIT)
    walker.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    walker.take(Action.HOLD_CONSULTATION, "village", Kind.CONSULT)
    walker.take(Action.MEETING_SAID_NO, "village", Kind.MEETING)

    [review] = walker.duties(Kind.TOWN_REVIEW)
    assert walker.case().state == State.VISITED
    assert review.detail["village_says_no"]
    with pytest.raises(NotPossibleNow):  # nobody reaches the county without a notice either
        walker.take_today(Action.PASS_ON, "reviewer", review)
    with pytest.raises(Invalid):  # not included, and no other way named
        walker.take_today(Action.REFUSE, "reviewer", review, Reason(("can_cope",), "能应付"))
    walker.take_today(Action.REFUSE, "reviewer", review, Reason(("can_cope",), "能应付"), alternative="无困难，已说明")
    assert walker.case().state == State.NOT_INCLUDED
    assert walker.duties() == []


@pytest.mark.shows("procedure.2")
def test_an_objection_holds_the_county_up_until_it_is_answered(walker: Walker) -> None:
    walker.begin(date(2026, 3, 6))
    walker.village()
    walker.take(Action.OBJECT, "town_op", None, objection="1")
    walker.today = walker.today + timedelta(days=6)
    [watch] = walker.duties(Kind.WATCH_NOTICE)
    with pytest.raises(NotPossibleNow):
        walker.take_today(Action.CLOSE_NOTICE, "village", watch)

    walker.take(Action.KEEP_AFTER_OBJECTION, "reviewer", Kind.OBJECTION)
    walker.township_and_county()

    assert walker.case().state == State.MONITORED


@pytest.mark.shows("procedure.2")
def test_a_visit_after_an_objection_keeps_the_notice_that_hangs(walker: Walker) -> None:
    walker.begin(date(2026, 3, 6))
    walker.village()
    until = walker.case().marks["notice_until"]
    walker.take(Action.OBJECT, "town_op", None, objection="1")
    walker.take_today(Action.VISIT_AFTER_OBJECTION, "reviewer", walker.duties(Kind.OBJECTION)[0])
    walker.take_today(Action.FILE_VISIT, "village", walker.duties(Kind.VISIT)[0])

    assert walker.case().state == State.PUBLIC
    assert walker.case().marks["notice_until"] == until
    walker.township_and_county()
    assert walker.case().state == State.MONITORED


@pytest.fixture
def doubted(walker: Walker) -> Any:
    """Bring a family that somebody else found to its notice, and send the village there again for an objection."""

    def bring(*, objected_after: int = 1) -> None:
        walker.begin(date(2026, 3, 6))
        with walker.app.app_context(), as_system("somebody else found this family"):
            db.session.execute(update(Case).where(Case.id == walker.case_id).values(channel="routine_patrol"))
            db.session.commit()
        walker.village()
        if objected_after > 5:
            walker.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
        else:
            walker.today += timedelta(days=objected_after)
        walker.take(Action.OBJECT, "town_op", None, objection="1")
        walker.take_today(Action.VISIT_AFTER_OBJECTION, "reviewer", walker.duties(Kind.OBJECTION)[0])

    return bring


@pytest.mark.shows("procedure.2", "procedure.9")
@pytest.mark.parametrize("name", ["NATIONAL", "ANHUI_2022", "JIANGXI_10WD", "HEBEI_LINGSHOU_2022"])
def test_no_risk_seen_under_a_notice_spares_the_family_nothing_if_the_township_disagrees(
    walker: Walker, preset: Any, doubted: Any, name: str
) -> None:
    preset(name)
    doubted()
    walker.take_today(Action.FIND_NO_RISK, "village", walker.duties(Kind.VISIT)[0])

    assert walker.case().state == State.PUBLIC
    told = max(walker.make.rows(ReceiptLine), key=lambda line: line.id)
    assert (told.kind, told.due_on) == ("found_without_risk", walker.duties(Kind.WATCH_NOTICE)[0].due_on)
    with pytest.raises(NotPossibleNow):  # the notice hangs its full days
        walker.take_today(Action.CLOSE_NOTICE, "village", walker.duties(Kind.WATCH_NOTICE)[0])
    walker.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
    [review] = walker.duties(Kind.TOWN_REVIEW)
    assert review.detail == {"village_says_no": True}
    assert walker.duties(Kind.TAKE_DOWN_NOTICE)
    with pytest.raises(NotPossibleNow, match="归口核查"):
        walker.take_today(Action.PASS_ON, "reviewer", review)
    while walker.duties(Kind.DEPARTMENT_CHECK):
        walker.take(Action.CHECK_DEPARTMENT, "second_reviewer", Kind.DEPARTMENT_CHECK)
    walker.take(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)
    if "compared" not in walker.case().marks:
        with pytest.raises(NotPossibleNow, match="信息比对"):
            walker.take_today(Action.COUNTY_APPROVE, "county_lead", (walker.duties(Kind.COUNTY_DECISION) or [None])[0])
        walker.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    walker.take(Action.COUNTY_APPROVE, "county_lead", Kind.COUNTY_DECISION)


@pytest.mark.shows("procedure.2")
def test_no_risk_seen_after_the_notice_is_the_townships_to_judge_with_all_that_was_owed(
    walker: Walker, preset: Any, doubted: Any
) -> None:
    preset("ANHUI_2022")
    doubted(objected_after=6)
    walker.take_today(Action.FIND_NO_RISK, "village", walker.duties(Kind.VISIT)[0])

    assert walker.case().state == State.VISITED
    [review] = walker.duties(Kind.TOWN_REVIEW)
    assert review.detail == {"village_says_no": True}
    assert walker.duties(Kind.COMPARE)
    assert walker.duties(Kind.DEPARTMENT_CHECK)
    assert walker.duties(Kind.TAKE_DOWN_NOTICE)


@pytest.mark.shows("procedure.2")
def test_a_village_that_sees_the_risk_after_all_has_taken_its_no_back(walker: Walker, doubted: Any) -> None:
    doubted()
    walker.take_today(Action.FIND_NO_RISK, "village", walker.duties(Kind.VISIT)[0])
    walker.take(Action.OBJECT, "town_op", None, objection="2")
    walker.take_today(Action.VISIT_AFTER_OBJECTION, "reviewer", walker.duties(Kind.OBJECTION)[0])
    walker.take_today(Action.FILE_VISIT, "village", walker.duties(Kind.VISIT)[0])
    walker.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)

    assert [task.detail for task in walker.duties(Kind.TOWN_REVIEW)] == [{}]


@pytest.mark.shows("procedure.2", "D53")
def test_an_outcome_is_rechecked_once_and_by_others(walker: Walker) -> None:
    walker.begin(date(2026, 3, 6))
    walker.village()
    walker.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
    refusal = Reason(("can_cope",), "能应付")
    walker.take(
        Action.REFUSE, "town_lead", Kind.TOWN_REVIEW, refusal, alternative="转民政临时救助", transfer="civil_affairs"
    )
    walker.take(Action.ASK_RECHECK, "village", None)

    [recheck] = walker.duties(Kind.RECHECK)
    with pytest.raises(NotPossibleNow):  # the same leader refused before
        walker.take_today(Action.CONFIRM_OUTCOME, "town_lead", recheck)
    assert walker.case().state == State.RECHECKING
    assert walker.duties(Kind.REFERRAL)


@pytest.mark.shows("procedure.2", "D28", "D30")
def test_the_green_channel_helps_first_and_has_its_own_clock(walker: Walker) -> None:
    walker.begin(date(2026, 3, 6))
    walker.take_today(Action.ACCEPT, "village", walker.duties(Kind.ACCEPT)[0])
    walker.take_today(Action.FILE_VISIT, "village", walker.duties(Kind.VISIT)[0])
    walker.take_today(Action.ASK_GREEN_CHANNEL, "village", None)
    walker.take_today(Action.GREEN_TOWN_AGREES, "town_lead", walker.duties(Kind.GREEN_TOWN)[0])
    walker.take_today(Action.GREEN_COUNTY_AGREES, "county_op", walker.duties(Kind.GREEN_COUNTY)[0])
    [aid] = walker.duties(Kind.DELIVER_AID)
    walker.take_today(Action.DELIVER_AID, "village", aid)

    assert aid.due_on == walker.today == date(2026, 3, 6)
    assert walker.case().marks["backfill_by"] == "2026-03-21"
    if walker.duties(Kind.COMPARE):
        walker.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    walker.take(Action.HOLD_CONSULTATION, "village", Kind.CONSULT)
    walker.take(Action.HOLD_MEETING, "village", Kind.MEETING)
    walker.take(Action.POST_NOTICE, "village", Kind.POST_NOTICE)
    walker.township_and_county()
    assert walker.case().state == State.MONITORED
    assert walker.today <= date(2026, 3, 21)
