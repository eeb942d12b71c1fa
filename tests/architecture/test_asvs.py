"""The page of the security standard names tests that exist, and every item says how it is shown or why it is not."""

import ast
import re
from functools import cache

import pytest

from tests.architecture.reading import ROOT

pytestmark = pytest.mark.shows("scale.7")

PAGE = (ROOT / "docs/compliance/asvs.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| v5\.0\.0-([0-9.]+) \| ([123]) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
CHAPTERS = {
    "2.3": 4,
    "2.4": 1,
    "5.3": 2,
    "5.4": 3,
    "7.4": 5,
    "7.5": 1,
    "8.2": 3,
    "8.3": 1,
    "8.4": 1,
    "16.1": 1,
    "16.2": 5,
}
CHAPTERS |= {"5.2": 3, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3}
ASKED_FOR = {f"{chapter}.{number + 1}" for chapter, last in CHAPTERS.items() for number in range(last)}
ASKED_FOR |= {"5.1.1", "5.2.6", "7.2.3", "7.2.4", "7.3.1", "7.3.2"}
SHORTEST_REASON = 15


@cache
def _tests_of(file: str) -> set[str]:
    if not (ROOT / file).is_file():
        return set()
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_page_names_exists() -> None:
    assert NAMED
    assert [
        f"{file}::{name}" for file, name in NAMED if not (ROOT / file).is_file() or name not in _tests_of(file)
    ] == []


def test_every_item_is_there_once_with_a_test_or_a_reason() -> None:
    ids = [row[0] for row in ROWS]

    assert len(ids) == len(set(ids)) == PAGE.count("| v5.0.0-")
    assert set(ids) >= ASKED_FOR
    assert [row[0] for row in ROWS if "`tests/" not in row[3] and len(row[3]) < SHORTEST_REASON] == []
