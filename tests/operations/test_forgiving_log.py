"""A log that cannot be written costs a line, never a request."""

import sys

import pytest
import structlog

from backend import logs


class Full:
    """A disk without room."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


@pytest.mark.shows("story.7")
def test_a_full_disk_under_the_log_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.configure()
    monkeypatch.setattr(sys, "stdout", Full())

    structlog.get_logger().info("request", status=200)
