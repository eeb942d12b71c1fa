"""A pytest plugin for `make accept`: only tests that show something asked for, in one process or several.

It is imported before pytest asks for it: PYTEST_DONT_REWRITE.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--asked", default="", help="names of promises and demands, with commas")


def pytest_configure(config: pytest.Config) -> None:
    """The process that is typed has its own; each of the others makes one here."""
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(Shown(config.getoption("asked").split(",")))


class Shown:
    """A pytest plugin: keeps the tests that show something asked for, and remembers how each of them ended."""

    def __init__(self, asked: Collection[str]) -> None:
        self.asked = asked
        self.shows: dict[str, tuple[str, ...]] = {}
        self.ended: dict[str, str] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        self.shows |= {item.nodeid: _names(item) for item in items}
        kept = [item for item in items if set(self.shows[item.nodeid]) & set(self.asked)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test is what its worst part is: a failing teardown is a failure, a skip is not done."""
        worst = max(report.outcome, self.ended.get(report.nodeid, "passed"), key=("passed", "skipped", "failed").index)
        self.ended[report.nodeid] = worst

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Of a process that runs tests beside others: hand over what shows what."""
        if (output := getattr(session.config, "workeroutput", None)) is not None:
            output["shows"] = self.shows

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Of the process that the others report to: take it."""
        self.shows |= getattr(node, "workeroutput", {}).get("shows", {})

    def outcomes_of(self, name: str) -> Counter[str]:
        """Count how the tests that show `name` ended."""
        return Counter(self.ended[test] for test, names in self.shows.items() if name in names and test in self.ended)

    def tests_of(self) -> dict[str, list[str]]:
        """Return, for each name, the tests that say they show it; the cases of a parametrised test are one."""
        found: dict[str, list[str]] = defaultdict(list)
        for test, names in sorted(self.shows.items()):
            for name in names:
                if (plain := test.split("[")[0]) not in found[name]:
                    found[name].append(plain)
        return found


def _names(item: pytest.Item) -> tuple[str, ...]:
    return tuple(name for mark in item.iter_markers("shows") for name in mark.args)
