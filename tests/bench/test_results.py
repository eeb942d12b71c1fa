"""Each part of the bench is measured when it suits: what is kept of it says when, and is there on one page."""

from typing import Any

import pytest

from bench import page
from bench.catalogue import BY_PART, FIGURES, all_figures
from bench.figures import HIGHER, LOWER, Figure
from bench.kept import machine, merged, newest

MACHINE = {
    "processor": "a processor",
    "cores": 2,
    "memory_gb": 23,
    "kernel": "Linux 6",
    "python": "3.11.7",
    "mariadb": "10.11.19",
    "sqlite": "3.40.1",
}


def on(day: str, commit: str) -> dict[str, Any]:
    return {"date": f"2026-11-{day} 10:00", "commit": commit, "machine": MACHINE}


def queue(*values: float) -> Figure:
    return Figure("queue page at a million", "ms", LOWER, 1.3, [*values], [10.0] if values else [], is_growth=True)


def declare(*values: float) -> Figure:
    return Figure("declare", "req/s", HIGHER, 0.4, [*values], [300.0] if values else [])


@pytest.mark.shows("scale.8")
def test_a_part_measured_later_leaves_the_others_as_they_were_measured() -> None:
    first = merged({"million": [queue(11.0)], "requests": [declare()]}, [], on("20", "aaa"))

    both = merged({"million": [queue()], "requests": [declare(150.0)]}, first, on("22", "bbb"))

    assert [(row["value"], row["measured"]["commit"]) for row in both] == [(11.0, "aaa"), (150.0, "bbb")]


@pytest.mark.shows("scale.8")
def test_of_two_results_files_the_figure_measured_last_counts() -> None:
    older = merged({"million": [queue(11.0)]}, [], on("20", "aaa"))
    newer = merged({"million": [queue(12.0)]}, [], on("21", "bbb"))
    none = merged({"million": [queue()]}, [], None)

    assert [row["value"] for files in ([older, newer], [newer, older], [newer, none]) for row in newest(files)] == [
        12.0,
        12.0,
        12.0,
    ]


@pytest.mark.shows("scale.8")
def test_the_page_shows_floor_growth_and_when_it_was_measured() -> None:
    figures = {"million": [queue(12.0)], "requests": [declare(90.0), Figure("decide", "req/s", HIGHER, 0.4)]}

    written = page.page(merged(figures, [], on("20", "aaa")))

    assert "| queue page at a million | 12 | ms |  |  | 10 | 1.20 | ≤ 1.3 | yes | [1](#runs) |" in written
    assert "| declare | 90 | req/s | 300 | 0.30 |  |  | ≥ 0.4 | **no** | [1](#runs) |" in written
    assert "- decide" in written.partition("## Not measured yet")[2]
    assert "| 1 | 2026-11-20 10:00 | aaa | a processor | 2 | 23 GB | Linux 6 | 3.11.7 | 10.11.19 | 3.40.1 |" in written


@pytest.mark.shows("scale.8")
def test_every_part_has_its_place_on_the_page_and_no_two_figures_one_name() -> None:
    names = [figure.name for figures in all_figures().values() for figure in figures]

    assert set(BY_PART) == set(page.PARTS)
    assert len(names) == len(set(names))


def test_a_machine_is_described_by_what_it_says_itself() -> None:
    assert set(machine()) == set(MACHINE)
    assert machine()["mariadb"][0].isdigit()


@pytest.mark.shows("scale.8", "reminders.7")
def test_no_figure_stands_in_the_place_of_another() -> None:
    names = [figure.name for part in BY_PART.values() for figure in part.values()]

    assert len(FIGURES) == len(set(names)) == len(names)
    for kind in ("MariaDB", "SQLite"):
        assert f"sweep, 100,000 overdue of 1,000,000 duties, of the same by hand, {kind}" in names
        assert f"slowest declaration during a sweep, of the slowest without, {kind}" in names
