"""Who pushes which alerts how often: the schedule of seed 004 as a table, and what a county may change in it."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from backend.errors import Invalid
from backend.policy import load_preset
from backend.policy.rhythms import Rhythm

PRESETS = ("NATIONAL", "ANHUI_2022", "HEBEI_LINGSHOU_2022", "GANSU_2021", "GANSU_2023", "HAINAN_2021", "JIANGXI_10WD")
NEW_YEAR, LAST_DAY = date(2026, 1, 1), date(2026, 12, 31)
HALF_MONTHLY = [date(2026, month, day) for month in range(1, 13) for day in (1, 16)]
EVERY_TEN_DAYS = [date(2026, month, day) for month in range(1, 13) for day in (1, 11, 21)]
MONTHLY = [date(2026, month, 1) for month in range(1, 13)]
WEEKLY = [date(2026, 1, 4) + timedelta(days=7 * week) for week in range(52)]
END_OF_THE_SEASON = [date(2026, 10, 31)]

SCHEDULE = (
    pytest.param("disaster", "emergency", WEEKLY, id="D15 disaster", marks=pytest.mark.shows("D15")),
    pytest.param("epidemic", "health", WEEKLY, id="D15 epidemic", marks=pytest.mark.shows("D15")),
    pytest.param("dropout", "education", WEEKLY, id="D15 dropout", marks=pytest.mark.shows("D15")),
    pytest.param("medical_watched", "medical_insurance", EVERY_TEN_DAYS, id="D16", marks=pytest.mark.shows("D16")),
    pytest.param("medical_ordinary", "medical_insurance", MONTHLY, id="D17", marks=pytest.mark.shows("D17")),
    pytest.param("housing", "housing", HALF_MONTHLY, id="D18 housing", marks=pytest.mark.shows("D18")),
    pytest.param("water", "water", HALF_MONTHLY, id="D18 water", marks=pytest.mark.shows("D18")),
    pytest.param("work", "human_resources", HALF_MONTHLY, id="D18 work", marks=pytest.mark.shows("D18")),
    pytest.param("serious_illness", "health", HALF_MONTHLY, id="D18 illness", marks=pytest.mark.shows("D13", "D18")),
    pytest.param("low_income", "civil_affairs", HALF_MONTHLY, id="D18 poor", marks=pytest.mark.shows("D13", "D18")),
    pytest.param("disabled", "disabled_federation", HALF_MONTHLY, id="D18 ill", marks=pytest.mark.shows("D13", "D18")),
    pytest.param("business", "agriculture", [], id="D19", marks=pytest.mark.shows("D19")),
    pytest.param("college", "education", END_OF_THE_SEASON, id="D20", marks=pytest.mark.shows("D13", "D20")),
)


@pytest.mark.shows("monitoring.3")
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("topic", "office", "due"), SCHEDULE)
def test_each_department_owes_what_the_seed_says_on_the_days_it_says(
    preset: str, topic: str, office: str, due: list[date]
) -> None:
    words = load_preset(preset).dictionaries

    owed = Rhythm.of(topic, words).due_within(NEW_YEAR, LAST_DAY)

    assert words["alert_offices"][topic] == office
    assert [on for _, on in owed] == due
    assert all(begins <= on for begins, on in owed)


@pytest.mark.shows("D15", "D16", "D17", "D18")
@pytest.mark.parametrize("topic", ["disaster", "medical_watched", "medical_ordinary", "housing"])
def test_no_day_falls_between_two_deliveries_and_none_is_asked_twice(topic: str) -> None:
    rhythm = Rhythm.of(topic, load_preset("NATIONAL").dictionaries)

    periods = rhythm.due_within(NEW_YEAR, LAST_DAY)

    for (_, on), (begins, _) in pairwise(periods):
        assert begins == on + timedelta(days=1) or (rhythm.marks and begins == on), (on, begins)


@pytest.mark.shows("D20")
def test_the_season_of_new_students_is_september_and_october() -> None:
    rhythm = Rhythm.of("college", load_preset("NATIONAL").dictionaries)

    assert rhythm.due_within(NEW_YEAR, LAST_DAY) == [(date(2026, 9, 1), date(2026, 10, 31))]


@pytest.mark.shows("D13")
def test_every_group_that_the_seed_names_is_on_the_list_of_what_departments_screen() -> None:
    topics = "、".join(load_preset("NATIONAL").dictionaries["alert_topics"].values())

    for group in ("大病患者", "低保", "特困", "鳏寡孤独", "重度残疾人", "大学新生", "留守", "困境儿童"):
        assert group in topics


@pytest.mark.shows("D14")
def test_a_county_chooses_its_rhythms_from_words_each_of_which_can_be_kept() -> None:
    words = load_preset("NATIONAL").dictionaries

    kept = {code: Rhythm.parse(days) for code, days in words["alert_rhythm_days"].items()}

    assert set(kept) == set(words["alert_rhythm_names"])
    assert set(words["alert_rhythms"].values()) <= set(kept)


@pytest.mark.shows("D14")
@pytest.mark.parametrize("written", ["0d", "29", "0,5", "11-01..10-01", "02-30..03-01", "weekly", ""])
def test_a_rhythm_that_cannot_be_kept_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        Rhythm.parse(written)
