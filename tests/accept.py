"""`python -m tests.accept [ISSUE]` runs the tests that show what an issue promises, and says which promise has none."""

import os
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import click
import pytest

from tests.promises import Demand, Promise, demands, issues, promises
from tests.showing import Shown

REQUIREMENTS = Path(__file__).resolve().parent.parent / "docs" / "requirements.md"
NOTHING = "NOTHING SHOWS THIS"
TITLE_WIDTH = 78


def is_shown(outcomes: Counter[str]) -> bool:
    """Say whether a promise is kept: something shows it, and everything that should does. A skip shows nothing."""
    return outcomes["passed"] > 0 and not outcomes["failed"] and not outcomes["skipped"]


def line_of(promise: Promise, outcomes: Counter[str]) -> str:
    """Return the line of one promise."""
    said = " / ".join(f"{outcomes[each]} {each}" for each in ("passed", "failed", "skipped"))
    return f"{promise.name:<31} {_wide(promise.title)} {said if outcomes.total() else NOTHING}"


def _wide(text: str) -> str:
    """Pad to a column; a Chinese sign takes two."""
    taken = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * (TITLE_WIDTH - taken)


def requirements_page(all_demands: Iterable[Demand], tests: Mapping[str, list[str]]) -> str:
    """Return the page that says for each demand of the seed documents which test shows it."""
    rows = [f"| {each.id} | {each.priority} | {_shown_by(tests.get(each.id, []))} |" for each in all_demands]
    head = [
        "# What the seed documents demand, and which test shows it",
        "",
        "Written by `make accept`; ids and priorities: `tests/requirements.csv`. *later*: no test shows it yet.",
        "",
        "| id | priority | shown by |",
        "| --- | --- | --- |",
    ]
    return "\n".join([*head, *rows, ""])


def _shown_by(tests: list[str]) -> str:
    return "<br>".join(f"`{test}`" for test in tests) or "later"


def main(words: list[str]) -> int:
    """Run what shows the asked issue (or all), print a line for each promise, and write the page; 0 if all is kept."""
    issue = words[0] if words else None
    if issue is not None and issue not in issues():
        click.echo(f"There is no issue {issue}. There are: {', '.join(issues())}.")
        return 2
    asked = promises(issue)
    shown = Shown({promise.name for promise in asked} | ({each.id for each in demands()} if issue is None else set()))
    is_good = _run(shown)
    lines = [(promise, shown.outcomes_of(promise.name)) for promise in asked]
    click.echo()
    for promise, outcomes in lines:
        click.echo(line_of(promise, outcomes))
    kept = sum(is_shown(outcomes) for _, outcomes in lines)
    click.echo(f"\n{kept} of {len(lines)} shown.")
    if shown.shows:
        REQUIREMENTS.parent.mkdir(exist_ok=True)
        REQUIREMENTS.write_text(requirements_page(demands(), shown.tests_of()), encoding="utf-8")
    return 0 if kept == len(lines) and is_good else 1


def _run(shown: Shown) -> bool:
    """Run the quick ones side by side, then the slow ones alone, whose patience counts on the whole machine."""
    together = ["-n", os.environ.get("TOGETHER", "2")]
    runs = [[*together, "-m", "not slow and not ha"], ["-m", "slow or ha"]]
    words = ["-q", "--no-header", "-rfE", "--tb=short", "-p", "tests.showing", "--asked", ",".join(sorted(shown.asked))]
    ended = [pytest.main([*words, *each, "tests"], plugins=[shown]) for each in runs]
    return set(ended) <= {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
