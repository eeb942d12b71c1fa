"""Campaigns: an ordinary visit inside the window counts, progress is by village, and the unreached are a list."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.errors import Invalid, NotAllowed, NotPossibleNow
from backend.models import Assignment, CampaignFamily, Clue
from backend.services import campaign_findings, campaigns, rounds
from backend.services.campaign_findings import AnswerForm, GoesOn
from backend.services.campaigns import CampaignForm, Progress
from backend.services.round_forms import RoundForm, Topic
from tests.people import VILLAGE, Cast, Maker
from tests.services.watching import FINE, households

pytestmark = pytest.mark.shows("monitoring.8", "C02", "C13", "C31", "C32", "C38", "C39")
ORDER = CampaignForm(
    "春季集中排查", "灵防〔2026〕3号", "screening", "everybody", date(2026, 3, 1), date(2026, 3, 31), ("有没有新车",)
)


def at(day: int, month: int = 3) -> Any:
    return clock.at(datetime(2026, month, day, 1, tzinfo=UTC))


def visit(cast: Cast, household: int, day: int, form: RoundForm = FINE, month: int = 3) -> None:
    with cast.acting("village") as by, at(day, month):
        rounds.file_round(household, form, by=by)


def begin(cast: Cast, form: CampaignForm = ORDER, login: str = "county_op") -> int:
    with cast.acting(login) as by, at(10):
        return campaigns.begin(form, by=by).id


def test_a_visit_inside_the_window_counts_before_and_after_the_order(app: Flask, cast: Cast) -> None:
    first, second, third = households(app, 3)
    visit(cast, first, 5)

    campaign = begin(cast)
    visit(cast, second, 20)
    visit(cast, third, 2, month=4)

    with cast.acting("reviewer") as by:
        assert campaigns.progress(campaign, by=by) == [Progress(VILLAGE, 3, 2)]
        assert [row.household_id for row in campaigns.unreached(campaign, by=by)] == [third]
    with cast.acting("other_reviewer") as by:
        assert campaigns.progress(campaign, by=by) == []


def test_the_questions_are_answered_where_somebody_was(app: Flask, cast: Cast, make: Maker) -> None:
    [household] = households(app, 1)
    campaign = begin(cast)
    with cast.acting("village") as by, pytest.raises(NotPossibleNow):
        campaign_findings.answer(campaign, household, AnswerForm((0,)), by=by)
    visit(cast, household, 12)
    with cast.acting("village") as by:
        campaign_findings.answer(campaign, household, AnswerForm((0,)), by=by)
        with pytest.raises(Invalid):
            campaign_findings.answer(campaign, household, AnswerForm((1,)), by=by)

    assert [row.is_so for row in make.rows(CampaignFamily)] == [[0]]
    assert make.rows(Clue) == []
    assert make.rows(Assignment) == []


def test_what_the_questions_find_goes_on_as_a_clue_or_as_something_to_put_right(
    app: Flask, cast: Cast, make: Maker
) -> None:
    first, second = households(app, 2)
    campaign = begin(cast)
    for household in (first, second):
        visit(cast, household, 12)
    suspected = AnswerForm((0,), GoesOn.CLUE, "买了新车，贷款还不上", "job_loss")
    wrong = AnswerForm((), GoesOn.RECTIFICATION, "水龙头坏了没人修", put_right_by=date(2026, 3, 20))
    with cast.acting("village") as by, at(12):
        for unfit, field in (
            (replace(suspected, words=" "), "words"),
            (replace(wrong, put_right_by=None), "put_right_by"),
        ):
            with pytest.raises(Invalid) as refused:
                campaign_findings.answer(campaign, first, unfit, by=by)
            assert set(refused.value.fields) == {field}
        clue = campaign_findings.answer(campaign, first, suspected, by=by)
        duty = campaign_findings.answer(campaign, second, wrong, by=by)
        family = duty.family.id
        with pytest.raises(NotPossibleNow):
            campaign_findings.answer(campaign, second, wrong, by=by)

    assert [row.id for row in make.rows(Clue)] == [clue.clue_id]
    assert [(row.id, row.owner_region, row.finding_id) for row in make.rows(Assignment)] == [
        (duty.assignment_id, VILLAGE, family)
    ]
    with cast.acting("reviewer") as by:
        found = campaign_findings.found(campaign, by=by)
        assert [(row.head_name, campaign_findings.words_of(row)) for row in found] == [
            ("户000", "买了新车，贷款还不上"),
            ("户001", "水龙头坏了没人修"),
        ]
    with cast.acting("other_reviewer") as by:
        assert list(campaign_findings.found(campaign, by=by)) == []


def test_paper_sheets_carry_what_is_known(app: Flask, cast: Cast) -> None:
    [household] = households(app, 1)
    visit(cast, household, 5, RoundForm("home", "fine", {"industry": Topic("better", "养羊十只")}), month=2)
    campaign = begin(cast)

    with cast.acting("village") as by:
        [sheet] = campaigns.papers(campaign, by=by)

    assert sheet.known["industry"] == ("better", "养羊十只")
    assert len(sheet.known) == 13


def test_an_order_says_what_is_wrong_with_it(app: Flask, cast: Cast) -> None:
    households(app, 1)
    wrong = CampaignForm("", "", "party", "friends", date(2026, 3, 31), date(2026, 3, 1), ("",))
    with pytest.raises(Invalid) as refused:
        begin(cast, wrong)
    assert set(refused.value.fields) == {"name", "number", "kind", "whom", "until_on", "questions"}
    with pytest.raises(NotAllowed):
        begin(cast, login="village")
    with pytest.raises(Invalid, match="没有这样的户"):
        begin(cast, CampaignForm("回头看", "1号", "look_back", "watched", date(2026, 3, 1), date(2026, 3, 31)))


def test_a_closed_campaign_counts_no_more(app: Flask, cast: Cast) -> None:
    [household] = households(app, 1, tags=["disabled"])
    campaign = begin(cast, CampaignForm("十必访", "2号", "screening", "tagged", date(2026, 3, 1), date(2026, 3, 31)))
    with cast.acting("town_op") as by, pytest.raises(NotPossibleNow):
        campaigns.close(campaign, by=by)
    with cast.acting("county_op") as by:
        campaigns.close(campaign, by=by)
        assert campaigns.running(by=by) == []

    visit(cast, household, 20)

    with cast.acting("county_op") as by:
        assert campaigns.progress(campaign, by=by) == [Progress(VILLAGE, 1, 0)]


def test_families_may_be_named_by_a_list_and_a_line_that_names_nobody_is_said(app: Flask, cast: Cast) -> None:
    first, second, _ = households(app, 3)
    listed = replace(ORDER, whom="listed", listed=((VILLAGE, "户000"), (VILLAGE, " 户001 "), (VILLAGE, "户000")))

    with cast.acting("county_op") as by, at(10), pytest.raises(Invalid) as refused:
        campaigns.begin(replace(listed, listed=(*listed.listed, (VILLAGE, "没有的人"), ("没有的村", "户000"))), by=by)
    with cast.acting("other_reviewer") as by, at(10), pytest.raises(Invalid):
        campaigns.begin(listed, by=by)
    campaign = begin(cast, listed)

    assert refused.value.fields == {"listed": "第4行没有找到这一户；第5行没有找到这一户。"}
    with cast.acting("reviewer") as by:
        assert [row.household_id for row in campaigns.unreached(campaign, by=by)] == [first, second]
