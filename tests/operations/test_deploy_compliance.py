"""The page about 等保 names, for each thing that the program is said to do, a test that exists."""

import ast
import re

import pytest

from tests.architecture.reading import ROOT

PAGE = ROOT / "docs/compliance/djbh.md"


@pytest.mark.shows("scale.1")
def test_every_test_that_the_page_names_exists() -> None:
    rows = re.findall(r"^\| (?!---|demand)(.+) \| (.+) \| (.*) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    named = [
        re.fullmatch(r"`(tests/\S+)::(\w+)`", shown) for _, does, shown, _ in rows if not does.startswith("Nothing")
    ]

    assert len(rows) > 25
    for each in named:
        assert each is not None
        tree = ast.parse((ROOT / each[1]).read_text("utf-8"))
        assert each[2] in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, each[0]
