"""Meetings with their figures, what they hand out, inspections by lot, and what was done to inform people."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.errors import Invalid, NotAllowed, NotPossibleNow, OutOfDate
from backend.models import Assignment, Inspected, OfficeMeeting, Task
from backend.services import inspections, meeting_packs, office_meetings, publicity
from backend.services.office_meetings import Handed, OfficeMeetingForm
from backend.services.publicity import PublicityForm
from tests.people import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, Cast, Maker
from tests.services.watching import households

pytestmark = pytest.mark.shows("monitoring.7")
TODAY = date(2026, 3, 6)


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with clock.at(datetime(2026, 3, 6, 1, tzinfo=UTC)):
        yield


def sit(cast: Cast, login: str = "county_op", **changes: Any) -> OfficeMeeting:
    handed = (Handed("核实三户的措施", TOWNSHIP, TODAY + timedelta(days=7), "housing"),)
    form = {"kind": "monthly", "held_on": TODAY, "subject": "研判认定结果", "attended": ("民政局", "医保局")}
    with cast.acting(login) as by:
        return office_meetings.record(
            OfficeMeetingForm(**{**form, "handed": handed, "minutes": "逐户研判", **changes}), by=by
        )


@pytest.mark.shows("B52", "D38", "D39", "D45", "D46", "D52", "C41", "B15")
def test_a_monthly_meeting_keeps_its_figures_and_hands_out_duties(cast: Cast, make: Maker) -> None:
    make.declaration()

    meeting = sit(cast)

    assert meeting.figures["found"] == 1
    assert meeting.figures["under_way"] == 1
    assert set(meeting.figures) == set(meeting_packs.FIGURES)
    [task] = [each for each in make.rows(Task) if each.kind == "assignment"]
    assert (task.role, task.owner_region, task.due_on) == ("TOWN_REVIEW", TOWNSHIP, TODAY + timedelta(days=7))
    with cast.app.app_context():
        assert office_meetings.minutes_of(meeting) == "逐户研判"


@pytest.mark.shows("D47", "B62", "B66", "C44")
def test_what_was_handed_out_is_answered_and_accepted_by_the_level_above(cast: Cast, make: Maker) -> None:
    sit(cast, kind="quarterly")
    with cast.acting("town_op") as by:
        [(row, task, answer)] = office_meetings.assignments(by=by)
        assert answer == ""
        with pytest.raises(NotPossibleNow):
            office_meetings.accept(row.id, True, by=by, version=task.version)
        [(row, task, answer)] = office_meetings.assignments(by=by)
        row_id, version = row.id, task.version
        office_meetings.answer(row_id, by=by, version=version, words="三户都看过")
        with pytest.raises(NotPossibleNow, match="上一级"):
            office_meetings.accept(row_id, True, by=by, version=version + 1)
    with cast.acting("county_op") as by:
        [(row, task, answer)] = office_meetings.assignments(by=by)
        assert answer == "三户都看过"
        with pytest.raises(OutOfDate):
            office_meetings.accept(row.id, True, by=by, version=999)
        [(row, task, _)] = office_meetings.assignments(by=by)
        office_meetings.accept(row.id, False, by=by, version=task.version)
    with cast.acting("town_op") as by:
        [(row, task, _)] = office_meetings.assignments(by=by)
        office_meetings.answer(row.id, by=by, version=task.version, words="补看了一户")
    with cast.acting("county_op") as by:
        [(row, task, _)] = office_meetings.assignments(by=by)
        office_meetings.accept(row.id, True, by=by, version=task.version)
        assert office_meetings.assignments(by=by) == []

    assert make.rows(Assignment)[0].closed_by_name == "陈业务"


def test_what_the_county_handed_to_itself_is_accepted_by_another_person(cast: Cast, make: Maker) -> None:
    sit(cast, handed=(Handed("汇总三个乡镇的情况", COUNTY, TODAY + timedelta(days=7)),))
    with cast.acting("county_op") as by:
        [(row, task, _)] = office_meetings.assignments(by=by)
        row_id = row.id
        office_meetings.answer(row_id, by=by, version=task.version, words="汇总好了")
        with pytest.raises(NotPossibleNow, match="另一位"):
            office_meetings.accept(row_id, True, by=by, version=2)

    with cast.acting("county_lead") as by:
        office_meetings.accept(row_id, True, by=by, version=2)

    assert make.rows(Assignment)[0].closed_by_name == "褚县长"


def test_a_meeting_hands_out_within_its_own_place_only(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        sit(cast, "town_op", handed=(Handed("", OTHER_TOWNSHIP, date(2020, 1, 1), "nobody"),))
    assert set(refused.value.fields) == {
        f"handed.0.{name}" for name in ("what", "owner_region", "due_on", "department")
    }
    with pytest.raises(Invalid) as refused:
        sit(cast, kind="party", subject="", held_on=TODAY + timedelta(days=1))
    assert set(refused.value.fields) == {"kind", "subject", "held_on"}
    with pytest.raises(NotAllowed):
        sit(cast, "village")
    sit(cast)
    with cast.acting("other_reviewer") as by:
        assert office_meetings.assignments(by=by) == []
        assert office_meetings.meetings_of(by=by) == []


@pytest.mark.shows("A26", "C37", "C42")
def test_an_inspection_draws_by_lot_and_anybody_can_draw_the_same_again(app: Flask, cast: Cast, make: Maker) -> None:
    households(app, 40)
    with cast.acting("town_op") as by:
        first = inspections.draw(3, 5, by=by)
        again = inspections.draw(3, 5, by=by, seed=first.seed)
        other = inspections.draw(3, 5, by=by, seed="another")
        facts = (first.drawn_from, first.villages)
        drawn = [[row.household_id for row in inspections.drawn(each.id, by=by)] for each in (first, again, other)]
        with pytest.raises(Invalid):
            inspections.draw(0, 5, by=by)

    assert drawn[0] == drawn[1] != drawn[2]
    assert (len(drawn[0]), *facts) == (5, 40, 1)


@pytest.mark.shows("A26", "C35", "B66")
def test_what_an_inspection_finds_is_put_right_by_the_village(app: Flask, cast: Cast, make: Maker) -> None:
    households(app, 3)
    with cast.acting("town_op") as by:
        inspection = inspections.draw(1, 2, by=by)
        good, bad = (row.id for row in inspections.drawn(inspection.id, by=by))
        inspections.note(good, "good", by=by, words="都好")
        with pytest.raises(Invalid):
            inspections.note(bad, "minor", by=by, words="走访记录不全")
        inspections.note(bad, "minor", by=by, words="走访记录不全", put_right_by=TODAY + timedelta(days=5))
        with pytest.raises(NotPossibleNow):
            inspections.note(bad, "good", by=by, words="又看了")

    assert [(row.owner_region, row.finding_id) for row in make.rows(Assignment)] == [(VILLAGE, bad)]
    assert [row.outcome for row in make.rows(Inspected)] == ["good", "minor"]


@pytest.mark.shows("A05", "A06", "A07", "B19", "B61", "D51")
def test_trainings_articles_and_samples_are_kept_and_name_nobody(cast: Cast) -> None:
    with cast.acting("village") as by:
        publicity.note(PublicityForm("training", "怎样申报", TODAY, "网格员", 12), by=by)
        publicity.note(PublicityForm("sample", "知不知道怎样申报", TODAY, asked=20, knew=17), by=by)
        publicity.note(PublicityForm("article", "申报明白纸", TODAY, text="有困难可以自己申报。"), by=by)
        assert publicity.awareness(by=by) == (20, 17)
        with pytest.raises(Invalid) as refused:
            publicity.note(PublicityForm("party", "", TODAY + timedelta(days=1), asked=1, knew=2), by=by)
        assert set(refused.value.fields) == {"kind", "subject", "held_on", "people"}
        with pytest.raises(Invalid):
            publicity.note(PublicityForm("article", "公告", TODAY, text="请打13812345678找张三"), by=by)
        assert [each.kind for each in publicity.done_by(by=by)] == ["article", "sample", "training"]
