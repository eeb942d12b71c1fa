"""The table of what was broken and what came of it, printed at the end of a run of the faults."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.faults.serving import Server, serving

HEAD = (
    "fault",
    "messages",
    "received",
    "twice",
    "uncertain",
    "neither",
    "other ends",
    "seconds",
    "most uncertain allowed",
)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Note one line of the table."""

    def write(fault: str, **values: object) -> None:
        request.node.user_properties.append(("fault", [fault, *(str(values.get(name, "")) for name in KEYS)]))

    return write


@pytest.fixture(scope="session")
def web(apps: dict[str, Flask]) -> Iterator[Server]:
    """Gunicorn as deployed on the tests' MariaDB, one for all whose fault it survives."""
    with serving(apps["mariadb"].extensions["settings"]) as server:
        yield server


@pytest.fixture(scope="session")
def wide_web(apps: dict[str, Flask]) -> Iterator[Server]:
    """The same with eight processes, as where several counties share a machine."""
    with serving(apps["mariadb"].extensions["settings"], WEB_WORKERS="8") as server:
        yield server


@pytest.fixture
def server(request: pytest.FixtureRequest, size: str) -> Server:
    """The web of this name: `web`, or `wide_web`, whose processes are started only for whoever asks for them."""
    found: Server = request.getfixturevalue(size)
    return found


KEYS = ("messages", "received", "twice", "uncertain", "neither", "others", "seconds", "allowed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table; the lines come with the reports, so also from other processes."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, ())]
    rows = [value for each in reports for name, value in getattr(each, "user_properties", ()) if name == "fault"]
    if not rows:
        return
    widths = [max(len(row[column]) for row in [HEAD, *rows]) for column in range(len(HEAD))]
    terminalreporter.section("what was broken, and what came of it")
    for row in [HEAD, *rows]:
        cells = [
            cell.ljust(width) if not column else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        terminalreporter.write_line("  ".join(cells))
