"""The page about the log and the source say the same."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.reading import ROOT

pytestmark = pytest.mark.shows("scale.5")

LEVELS = {"info": "info", "warning": "warning", "error": "error", "exception": "error"}
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \|", re.MULTILINE)
OF_THE_LINE = {"exc_info"}


def _events() -> Iterator[tuple[str, str, frozenset[str]]]:
    for folder in ("backend", "admin", "miniprogram_api", "jobs"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "structlog" not in text or "emulator" in path.parts:
                continue
            for node in ast.walk(ast.parse(text)):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=level), args=[first, *_]) if (
                        level in LEVELS
                    ):
                        assert isinstance(first, ast.Constant), f"{path}: an event is a word, not made of others"
                        fields = {str(each.arg) for each in node.keywords} - OF_THE_LINE
                        yield str(first.value), LEVELS[level], frozenset(fields)


def test_every_event_stands_on_the_page_with_its_level_and_fields() -> None:
    text = (ROOT / "docs/log-schema.md").read_text(encoding="utf-8")
    rows = [(name, level, frozenset(re.findall(r"`(\w+)`", fields))) for name, level, fields in ROW.findall(text)]
    told = set(_events())

    assert len(told) > 10
    assert len(rows) == len(set(rows))
    assert set(rows) == told
