"""Reads the program's source as trees, for promises that no import contract and no lint rule can keep."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("backend", "admin", "miniprogram_api", "jobs", "deploy")


@dataclass(frozen=True)
class Source:
    """One file of ours: its name from the root of the checkout, and its tree."""

    name: str
    tree: ast.Module

    def calls(self, *functions: str) -> Iterator[ast.Call]:
        """Yield the calls of these functions or methods, by their last name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and last_name(node.func) in functions:
                yield node

    def assigned(self, attribute: str) -> Iterator[int]:
        """Yield the lines on which somebody's `attribute` is assigned."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == attribute:
                yield node.lineno


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Return every Python file of these folders, or of the whole program."""
    paths = [path for folder in folders or PROGRAM for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(Source(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths)


def last_name(node: ast.expr) -> str:
    """Return `get` for `db.session.get`, `update` for `update`, and nothing for anything without a name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def words(node: ast.expr) -> str | None:
    """Return a plain string's content."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
