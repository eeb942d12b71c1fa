import json
import re
from dataclasses import FrozenInstanceError, replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from backend.errors import Invalid
from backend.policy import PRESETS, Limit, as_values, diff, from_values, load_preset, meanings
from backend.policy.checks import structural_findings
from backend.policy.dictionary_meanings import dictionary_of
from backend.policy.meanings import meaning_of
from backend.workdays import Workdays
from backend.workflow.budget import longest_path, validate

NATIONAL = load_preset("NATIONAL")
FILES = Path(__file__).parents[2] / "backend" / "policy" / "presets"
STATUTORY = Workdays()

KEYS_OF_THE_DOMAIN = {
    "T_ACCEPT", "T_VISIT", "T_REJECT", "T_REVIEW", "T_PUBLIC", "T_COMPARE", "T_TOTAL", "T_PLAN", "T_FEEDBACK", "V_MON",
    "V_AWAY", "V_REMOVED", "MEET_MON", "MEET_Q", "GC_BACKFILL", "T_TOWN", "T_COUNTY", "T_FIX", "T_OBJ", "T_RECHECK",
    "T_CLUE", "T_ANNOUNCE",
}  # fmt: skip

PUBLISHED = [
    ("NATIONAL", {"T_TOTAL": "15d", "T_PUBLIC": "5d"}),
    ("ANHUI_2022", {"T_ACCEPT": "2d", "T_VISIT": "2wd", "T_TOTAL": "20wd", "T_PUBLIC": "5d"}),
    ("HEBEI_LINGSHOU_2022", {"T_TOTAL": "15d", "V_MON": "30d", "V_LIFTED": "30d"}),
    ("GANSU_2021", {"T_VISIT": "5wd", "T_REJECT": "5wd", "T_TOTAL": "25wd"}),
    ("GANSU_2023", {"T_VISIT": "5wd", "T_AFTER_VISIT": "15wd", "T_REJECT": "5wd"}),
    ("HAINAN_2021", {"T_TOTAL": "20wd"}),
    ("JIANGXI_10WD", {"T_TOTAL": "10wd"}),
]


@pytest.mark.shows("procedure.5")
@pytest.mark.parametrize(("name", "limits"), PUBLISHED)
def test_a_preset_says_what_its_place_published(name, limits):
    policy = load_preset(name)

    assert {key: str(policy.limits[key]) for key in limits} == limits
    assert (policy.name, policy.version) == (name, 0)


@pytest.mark.shows("procedure.5")
@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_every_preset_fits_its_totals_from_every_day_of_the_year(name, year):
    assert validate(load_preset(name), year) == []


def test_every_limit_of_the_domain_has_a_value():
    assert set(NATIONAL.limits) >= KEYS_OF_THE_DOMAIN


@pytest.mark.parametrize("name", PRESETS)
def test_every_written_limit_flag_and_number_names_its_source(name):
    section = ""
    for line in (FILES / f"{name}.yaml").read_text(encoding="utf-8").splitlines():
        section = line.split(":")[0] if line[:1].isalpha() else section
        if section in {"limits", "flags", "numbers"} and line.startswith("  ") and line.strip()[0] != "#":
            assert "# " in line


@pytest.mark.parametrize("name", PRESETS)
def test_no_key_is_written_twice_in_a_preset(name):
    def walk(node):
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            assert len(keys) == len(set(keys))
        for child in node.value if isinstance(node.value, list) else []:
            for part in child if isinstance(child, tuple) else (child,):
                walk(part)

    walk(yaml.compose((FILES / f"{name}.yaml").read_text(encoding="utf-8")))


@pytest.mark.shows("procedure.5")
def test_the_national_days_are_those_of_the_budget():
    path = longest_path(NATIONAL, date(2026, 3, 1), STATUTORY)
    days = {step: (day - date(2026, 3, 1)).days for step, day in path.items()}

    assert [days[step] for step in ("T_ACCEPT", "T_VISIT", "T_COMPARE", "T_REVIEW")] == [1, 3, 5, 6]
    assert [days[step] for step in ("T_PUBLIC", "T_TOWN", "T_COUNTY", "T_ANNOUNCE")] == [11, 13, 14, 15]


@pytest.mark.shows("procedure.5")
@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize(
    "step", ["T_ACCEPT", "T_VISIT", "T_COMPARE", "T_REVIEW", "T_PUBLIC", "T_TOWN", "T_COUNTY", "T_ANNOUNCE"]
)
def test_a_step_that_takes_a_month_is_found(name, step):
    policy = load_preset(name)
    slow = replace(policy, limits={**policy.limits, step: Limit(40)})
    stops_before = policy.flags["total_ends_at"] == "decision" and step == "T_ANNOUNCE"

    assert stops_before or any("T_TOTAL" in finding for finding in validate(slow))


@pytest.mark.shows("procedure.5")
def test_the_first_draft_of_the_national_limits_would_have_been_refused():
    draft = {"T_ACCEPT": "1wd", "T_VISIT": "2wd", "T_COMPARE": "5d", "T_REVIEW": "5d"}

    [*findings] = validate(from_values("NATIONAL", {"limits": draft}, 1))

    assert findings[0].startswith("limits.T_TOTAL：15 天装不下各步，全年有 365 个起始日会超")


@pytest.mark.shows("procedure.5")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"limits": {"T_PUBLIC": Limit(4)}}, "公示不得少于 5 天"),
        ({"limits": {}}, "缺少这一项"),
        ({"flags": {**NATIONAL.flags, "compare_position": "nowhere"}}, "「nowhere」没有定义"),
        ({"departments": {}}, "「education」没有定义"),
        ({"dictionaries": {**NATIONAL.dictionaries, "hardships": {}}}, "字典是空的"),
        ({"limits": {**NATIONAL.limits, "T_VISIT.urgent": Limit(9)}}, "加急的时限比平常的还长"),
    ],
)
def test_a_policy_with_a_hole_is_found(change, words):
    holed = replace(NATIONAL, **change)

    assert any(words in finding for finding in structural_findings(holed))
    assert validate(holed) == structural_findings(holed)


def test_only_a_county_with_a_green_channel_needs_time_for_its_papers():
    short = {"limits": {"GC_BACKFILL": "3d"}}

    [finding] = validate(from_values("NATIONAL", short, 1))

    assert finding.startswith("limits.GC_BACKFILL")
    assert validate(from_values("NATIONAL", {**short, "flags": {"green_channel": False}}, 1)) == []


@pytest.mark.shows("procedure.5")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"limits": {"T_NEVER": "3d"}}, "limits.T_NEVER"),
        ({"limits": {"T_VISIT": "48h"}}, "limits.T_VISIT"),
        ({"limits": {"T_VISIT": 2}}, "limits.T_VISIT"),
        ({"flags": {"green_channel": "yes"}}, "flags.green_channel"),
        ({"numbers": {"quorum_thirds": True}}, "numbers.quorum_thirds"),
        ({"numbers": {"quorum_thirds": -1}}, "numbers.quorum_thirds"),
        ({"texts": {"hotline": "  "}}, "texts.hotline"),
        ({"dictionaries": {"colours": {"red": "红"}}}, "dictionaries.colours"),
        ({"dictionaries": {"risks": {"坏": "坏"}}}, "dictionaries.risks.坏"),
        ({"departments": {"posts": {"name": "邮政局"}}}, "departments.posts"),
        ({"surprises": {}}, "surprises"),
        ({"dictionaries": {"risks": "因病"}}, "dictionaries.risks"),
        ({"limits": "15d"}, "limits"),
    ],
)
def test_a_wrong_value_is_refused_and_named(changes, field):
    with pytest.raises(Invalid) as refusal:
        from_values("NATIONAL", changes, 1)

    assert list(refusal.value.fields) == [field]


def test_all_wrong_values_are_named_at_once():
    with pytest.raises(Invalid) as refusal:
        from_values("NATIONAL", {"limits": {"A": "1d", "B": "1d"}, "numbers": {"C": 1}}, 1)

    assert set(refusal.value.fields) == {"limits.A", "limits.B", "numbers.C"}


def test_there_is_no_preset_of_another_name():
    with pytest.raises(Invalid):
        load_preset("../settings")


@pytest.mark.shows("procedure.5")
def test_a_county_changes_values_adds_reasons_and_removes_risks():
    changes = {
        "limits": {"T_VISIT": "1d"},
        "dictionaries": {"return_reasons": {"seal": "缺公章"}, "transfers": {"petitions": None}},
        "texts": {"monitored_household": "防止返贫致贫对象"},
    }

    policy = from_values("HEBEI_LINGSHOU_2022", changes, 3)

    assert (policy.name, policy.version) == ("HEBEI_LINGSHOU_2022", 3)
    assert policy.limits["T_VISIT"] == Limit(1)
    assert policy.dictionaries["return_reasons"]["seal"] == "缺公章"
    assert "petitions" not in policy.dictionaries["transfers"]
    assert policy.dictionaries["risks"] == NATIONAL.dictionaries["risks"]
    assert load_preset("HEBEI_LINGSHOU_2022").limits["T_VISIT"] == Limit(2)


@pytest.mark.parametrize("name", PRESETS)
def test_a_policy_survives_json(name):
    policy = load_preset(name)

    again = from_values("NATIONAL", json.loads(json.dumps(as_values(policy))), 0)

    assert as_values(again) == as_values(policy)


@pytest.mark.shows("procedure.5")
def test_the_difference_is_said_line_by_line():
    county = from_values("NATIONAL", {"limits": {"T_VISIT": "2wd"}, "dictionaries": {"transfers": {"other": None}}}, 1)

    assert diff(NATIONAL, NATIONAL) == []
    assert diff(NATIONAL, county) == ["limits.T_VISIT: 2d → 2wd", "dictionaries.transfers.other: 转其他单位 → ∅"]


def test_a_policy_cannot_be_changed_in_place():
    with pytest.raises(TypeError):
        NATIONAL.limits["T_VISIT"] = Limit(9)
    with pytest.raises(FrozenInstanceError):
        NATIONAL.version = 2


def test_urgency_shortens_the_first_limits_only():
    assert str(NATIONAL.limit("T_VISIT", "critical")) == "0d"
    assert NATIONAL.limit("T_VISIT", "normal") == NATIONAL.limit("T_VISIT") == Limit(2)
    assert NATIONAL.limit("T_TOWN", "critical") == NATIONAL.limits["T_TOWN"]


def test_the_departments_are_those_of_the_two_annexes():
    groups = [group for department in NATIONAL.departments.values() for group in department.groups]

    assert (groups.count("policy"), groups.count("data")) == (16, 15)


def test_refusal_before_a_visit_has_formal_grounds_only():
    assert set(NATIONAL.dictionaries["formal_refusal_reasons"]) == {
        "not_of_county",
        "already_watched",
        "same_matter_open",
    }


def test_a_risk_is_offered_in_a_farmers_words():
    words = NATIONAL.dictionaries

    assert set(words["risk_words"]) == set(words["risks"]) == set(words["risk_offices"])
    assert not any(sign in phrase for phrase in words["risk_words"].values() for sign in "贫致返")
    assert len(words["channels"]) == 14
    assert len(words["must_visit"].keys() - {"by_roster"}) == 10


@pytest.mark.shows("procedure.5")
def test_every_value_that_a_county_may_change_says_in_chinese_what_it_is() -> None:
    policy = load_preset("NATIONAL")
    sections = ("limits", "flags", "numbers", "texts")
    pairs = [(section, key) for section in sections for key in getattr(policy, section)]

    said = [meaning_of(policy, section, key) for section, key in pairs]

    books = [dictionary_of(name) for name in policy.dictionaries]
    words = [word for each in said for word in (each.name, each.what, each.source)]
    words += [word for each in books for word in (each.name, each.what)]
    assert all(word and not re.search("[A-Za-z]", word) for word in words)
    assert sum(len(entries) for entries in meanings._known().values()) == len(pairs) + len(books)
