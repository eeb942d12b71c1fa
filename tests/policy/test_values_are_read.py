"""Nothing that a county can change is without effect: the program reads every limit, flag, number and text."""

import re
from functools import cache

import pytest

from backend.policy import from_values, load_preset
from backend.policy.values import PLAIN, RETIRED
from tests.architecture.reading import ROOT

pytestmark = pytest.mark.shows("procedure.5")

NATIONAL = load_preset("NATIONAL")
FOLDERS = ("backend", "admin", "jobs", "miniprogram_api")
SAYS_ONLY_WHAT_IS = {"meanings.yaml", "values.py"}
BY_TABLE = {
    "county_centre": "CALLED of admin/stations.py, by level",
    "township_station": "the same",
    "village_station": "the same",
    "console_idle_minutes": "sign_ins.py, by kind of session",
    "phone_token_minutes": "the same",
    "staff_code_minutes": "the same",
    "removal_months_odd": "removal_rules.yaml",
    "single_risk_measures": "help_rules.yaml",
    "labour_measure_months": "help_rules.yaml",
    "complaints_kept_years": "retention.yaml",
    "messages_kept_days": "the same",
    "codes_kept_days": "the same",
    "sign_ins_kept_days": "the same",
}
"""Read through a table, where their name stands by itself."""
BUILT = {
    "monitoring_line_": 'r"monitoring_line_(',
    "screening_": '"screening_"',
    "alert_burden_": 'f"alert_burden_{',
    "alert_percent_": 'f"alert_percent_{',
}
"""Names put together of a year, a risk or a group of families, and where."""
VALUES = [(section, key) for section in PLAIN for key in getattr(NATIONAL, section)]


@cache
def program() -> str:
    files = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")))
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in files
        if path.suffix in {".py", ".html", ".yaml"}
        and path.parent.name != "presets"
        and path.name not in SAYS_ONLY_WHAT_IS
    )


def reading_of(section: str, key: str) -> str:
    """Return, as a pattern, how the program writes that it reads a value; the limits of urgency go by their base."""
    for prefix, written in BUILT.items():
        if key.startswith(prefix):
            return re.escape(written)
    if section == "limits":
        return rf'"{key.split(".")[0]}["."]'
    if key in BY_TABLE:
        return rf'("{key}"|: {key}\b)'
    return rf"""({section}\[["']{key}["']\]|\bwords\.{key}\b)"""


@pytest.mark.parametrize(("section", "key"), VALUES)
def test_the_program_reads_every_value_that_a_county_can_change(section: str, key: str) -> None:
    assert re.search(reading_of(section, key), program()), f"{section}.{key}"


@pytest.mark.parametrize("section", PLAIN)
def test_a_value_that_nothing_reads_would_be_found(section: str) -> None:
    assert not re.search(reading_of(section, "never_read"), program())


def test_what_is_no_longer_read_is_gone_and_spoils_no_older_rules() -> None:
    plain = {section: dict.fromkeys(RETIRED[section], "3d") for section in PLAIN}
    books = {name: {"visit": "入户时"} for name in RETIRED["dictionaries"]}

    policy = from_values("NATIONAL", {**plain, "dictionaries": books}, 2)

    for section in RETIRED:
        assert RETIRED[section]
        assert not RETIRED[section] & set(getattr(policy, section))
