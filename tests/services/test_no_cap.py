"""Practice S5: nothing caps how many families a village, township or county includes, and nothing ranks people."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from backend import clock
from backend.access.permissions import Action
from backend.errors import Invalid
from backend.models import Case, Clue, Task
from backend.policy import PRESETS, load_preset
from backend.policy.presets import from_values
from backend.services import batch_pages, batches, county_waiting, lists
from backend.services.batches import Proposal
from backend.services.cases import Seen
from backend.services.lists import ListedCase
from backend.workflow.states import Kind, State
from tests.admin.conftest import console  # noqa: F401 - a fixture
from tests.architecture.reading import ROOT
from tests.checks import following
from tests.people import Cast, Maker
from tests.services.sitting import Village

pytestmark = pytest.mark.shows("procedure.2", "procedure.5", "A13", "D02")

NAMES = ("赵一", "钱二", "孙三", "李四", "周五", "吴六", "郑七", "王八斤", "冯九", "陈十", "褚十一", "卫十二")
COUNTS_NO_FAMILIES = {
    "unconfirmed_declarations_a_day": "of one phone that declares for others, against a flood of false ones",
    "phone_codes_a_day": "text messages to one telephone",
    "returns_without_lead": "how often one family may be sent back",
    "visitors_at_least": "people at one visit",
    "quorum_thirds": "people at one meeting",
    "rechecks_for_each_outcome": "of one family",
    "removal_months_at_least": "months",
    "grid_households_from": "how large a grid is drawn, not who of it is watched",
    "grid_households_to": "the same",
    "grid_households_at_most": "the same",
    "console_idle_minutes": "minutes",
    "phone_token_minutes": "minutes",
    "satisfaction_days": "days",
    "supervision_days_at_most": "days",
    "snooze_days_at_most": "days",
    "messages_a_day": "messages to one person of the staff",
    "routine_digest_from": "messages to one person of the staff",
    "digest_from": "messages to one person of the staff",
    "staff_code_minutes": "minutes",
    "receipts_kept_days": "days",
    "export_kept_hours": "hours",
    "month_ends_kept_months": "months",
    "year_ends_kept_years": "years",
    "staged_rows_kept_days": "days",
    "not_included_kept_months": "months",
    "watched_kept_years": "years",
    "complaints_kept_years": "years",
    "messages_kept_days": "days",
    "sign_ins_kept_days": "days",
    "codes_kept_days": "days",
    "authorization_days": "days",
    "sudden_income_cap": "yuan of one family",
    "sudden_expense_threshold": "yuan of one family",
    "income_window_months": "months",
    "removal_months_odd": "months",
    "plan_days_at_most": "days",
    "single_risk_measures": "measures of one family",
    "labour_measure_months": "months",
    "mass_risk_days": "days",
    "mass_risk_village": "families after whom somebody looks closer, and none of whom is left out",
    "mass_risk_township": "the same",
    "mass_risk_times": "the same",
    "round_days_early": "days",
    "first_away_days": "days",
    "alert_burden_watched_yuan": "yuan of one family",
    "alert_burden_ordinary_yuan": "yuan of one family",
    "alert_percent_watched": "of one family's income",
    "alert_percent_ordinary": "the same",
    "rural_income_yuan": "yuan of one person",
    "alert_red_percent": "of one family's burden",
    "alert_checked_days": "days",
    "alerts_a_village_at_once": "whom a village looks at first; the others' turn comes, and none is dropped",
    "screening_illness": "yuan of one family",
    "screening_schooling": "yuan of one family",
    "screening_disaster": "yuan of one family",
    "screening_accident": "yuan of one family",
    "screening_business_failure": "yuan of one family",
    "screening_job_loss": "yuan of one family",
}
"""Every number that a county may set, and why it limits no number of families. A new one has to find its place here."""
YEARS = re.compile(r"monitoring_line_20\d\d")
FLAGS = {
    "procedure",
    "compare_position",
    "compare_skippable",
    "parallel_public_and_town",
    "visit_from",
    "total_ends_at",
    "green_channel",
    "county_by_telephone",
    "disaster_past_total",
    "four_step",
    "meeting_form",
    "meeting_fallback",
    "notice_names",
    "remote_voices",
    "applicants_always_reviewed",
    "income_window",
    "decided_by",
    "visited_by",
    "rounds_by_grid",
}
"""Every switch: how a family is dealt with, never how many."""
WORDS = re.compile("名额|指标数|限额|控制数|控制比例|纳入比例|排名|名次|末位|打分|积分")
ALARMS = ("超出", "超过上限", "名额", "比例", "排名", "太多")


@pytest.mark.parametrize("name", PRESETS)
def test_no_number_and_no_switch_of_a_preset_counts_families(name: str) -> None:
    policy = load_preset(name)

    assert {key for key in policy.numbers if not YEARS.fullmatch(key)} == set(COUNTS_NO_FAMILIES)
    assert set(policy.flags) == FLAGS


@given(
    name=st.sampled_from(PRESETS),
    key=st.text("abcdefghijklmnopqrstuvwxyz_", min_size=3, max_size=20),
    value=st.integers(0, 1000),
)
def test_a_county_cannot_bring_a_cap_of_its_own(name: str, key: str, value: int) -> None:
    """Numbers, switches and limits are those that the program reads; another is refused, so none can be a quota."""
    for section in ("numbers", "flags", "limits"):
        if key not in getattr(load_preset(name), section):
            with pytest.raises(Invalid, match="没有这一项"):
                from_values(name, {section: {key: value}}, 1)


def test_no_word_of_the_program_speaks_of_quotas_or_ranks() -> None:
    folders = ("backend", "admin", "miniprogram_api", "jobs")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in READ]

    spoken = {str(path.relative_to(ROOT)): WORDS.findall(path.read_text(encoding="utf-8")) for path in files}
    assert len(files) > 100
    assert {name: words for name, words in spoken.items() if words} == {}


READ = {".py", ".yaml", ".html", ".js"}


@pytest.fixture(params=["as it is", "every number at its least"])
def rules(request: pytest.FixtureRequest, app: Flask) -> Iterator[None]:
    """NATIONAL, and a county that set every number of its own as low as it goes."""
    numbers = {} if request.param == "as it is" else dict.fromkeys(COUNTS_NO_FAMILIES, 1)
    with following(app, numbers=numbers):
        yield


@pytest.mark.usefixtures("rules")
def test_a_village_all_of_whose_twelve_families_are_included_meets_no_refusal_and_no_warning(
    app: Flask,
    cast: Cast,
    make: Maker,
    console: Any,  # noqa: F811 - the fixture imported above
) -> None:
    village = Village(app, cast, make)
    families = village.agreed(*NAMES)
    village.posted(*families)
    village.today = village.case(families[0]).discovered_on.replace(day=12)
    assert village.the_program_closes() == len(families)
    _departments(village, families)
    passed = village.run(
        lists.decide_each, Action.PASS_ON, _listed(village, families), login="reviewer", opinion="情况属实"
    )
    assert {each.message for each in passed} == {""}

    with clock.at(village.now), cast.acting("county_op") as by:
        assert {each.case.id for each in county_waiting.waiting(village.today, by=by)} == set(families)
    proposals = [Proposal(each) for each in families]
    batch = village.run(batches.prepare, "灵防贫〔2026〕3号", village.today, login="county_op", proposals=proposals)
    signed = village.run(batches.sign, batch.id, login="county_lead")
    with clock.at(village.now):
        page = console("county_lead").get(f"/console/batches/{batch.id}")
    announced = village.run(batch_pages.announce_batch, batch.id, login="county_op")

    assert {(item.outcome, item.said) for item in signed} == {("done", "")}
    assert {each.message for each in announced} == {""}
    assert {case.state for case in make.rows(Case)} == {State.MONITORED}
    assert len(make.rows(Case)) == len(make.rows(Clue)) == len(NAMES)
    assert [word for word in ALARMS if word in page.text] == []
    assert all(name in page.text for name in NAMES)


def _departments(village: Village, families: list[int]) -> None:
    for case_id in families:
        while owed := [each for each in _open(village, case_id) if each.kind == Kind.DEPARTMENT_CHECK]:
            village.take(case_id, Action.CHECK_DEPARTMENT, "second_reviewer")
            assert len(owed) == 1


def _open(village: Village, case_id: int) -> list[Task]:
    return [each for each in village.make.rows(Task) if each.case_id == case_id and each.open_due]


def _listed(village: Village, families: list[int]) -> list[ListedCase]:
    return [
        ListedCase(
            each,
            Seen(village.duty(each, Kind.TOWN_REVIEW).version, village.case(each).content_version),
            category="marginal",
        )
        for each in families
    ]
