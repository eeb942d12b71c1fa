"""Whatever the trail can hold is shown to auditors in Chinese: read from the calls that write it."""

import ast
from collections.abc import Iterator

import pytest

from admin.words import AUDITED, SUBJECTS
from backend.access.permissions import Action
from tests.architecture.reading import last_name, sources

pytestmark = pytest.mark.shows("console.8")


def _written(name: str) -> Iterator[tuple[str, ast.expr]]:
    for source in sources("backend", "jobs", "admin"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and last_name(node.func) in {"record", "record_on_session"}:
                for keyword in node.keywords:
                    if keyword.arg == name:
                        yield source.name, keyword.value


def test_every_kind_of_step_in_the_trail_has_a_chinese_name() -> None:
    unnamed = []
    for where, value in _written("action"):
        if isinstance(value, ast.Attribute) and value.attr in Action.__members__:
            code = str(Action[value.attr].value)
        elif isinstance(value, ast.Constant):
            code = str(value.value)
        else:
            continue
        unnamed += [(where, code)] if code not in AUDITED else []

    assert unnamed == []


def test_every_kind_of_subject_in_the_trail_has_a_chinese_name() -> None:
    unnamed = []
    for where, value in _written("subject"):
        first = value.values[0] if isinstance(value, ast.JoinedStr) else value
        if not isinstance(first, ast.Constant):
            continue
        kind = str(first.value).partition(":")[0]
        unnamed += [(where, kind)] if kind not in SUBJECTS else []

    assert unnamed == []
