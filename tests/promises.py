"""What the issues promise and the seed documents demand, and which of it a test says that it shows."""

import ast
import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Promise:
    """One numbered item of an issue (`story.2`) or one of its bad-input words (`story.bad.phone_10`)."""

    name: str
    title: str

    @property
    def issue(self) -> str:
        return self.name.split(".")[0]


@dataclass(frozen=True)
class Demand:
    """One demand of the seed documents: its id, how much it is wanted, and the document."""

    id: str
    priority: str
    seed: str


def promises(issue: str | None = None) -> list[Promise]:
    """Return the promises of one issue, or of all."""
    book = tomllib.loads((HERE / "promises.toml").read_text(encoding="utf-8"))
    found = [promise for name, content in book.items() for promise in _of_issue(name, content)]
    return [promise for promise in found if issue in (None, promise.issue)]


def _of_issue(issue: str, content: dict[str, object]) -> Iterator[Promise]:
    for key, value in content.items():
        if isinstance(value, dict):
            yield from (Promise(f"{issue}.{key}.{word}", str(title)) for word, title in value.items())
        elif key != "title":
            yield Promise(f"{issue}.{key}", str(value))


def issues() -> list[str]:
    """Return the words by which issues are called, in their order."""
    return list(tomllib.loads((HERE / "promises.toml").read_text(encoding="utf-8")))


def demands() -> list[Demand]:
    """Return every demand of the seed documents."""
    with (HERE / "requirements.csv").open(encoding="utf-8", newline="") as file:
        return [Demand(**row) for row in csv.DictReader(file)]


def known_names() -> set[str]:
    """Return everything that a mark may name."""
    return {promise.name for promise in promises()} | {demand.id for demand in demands()}


@dataclass(frozen=True)
class Mark:
    """One word of one `shows(…)` in the tests; None where it is not a plain string and so cannot be checked."""

    file: Path
    line: int
    name: str | None

    def __str__(self) -> str:
        return f"{self.file.relative_to(HERE.parent)}:{self.line}: {self.name}"


def marks_in(folder: Path = HERE) -> Iterator[Mark]:
    """Yield every name that a `pytest.mark.shows(…)` below `folder` uses, read from the source without running it."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "shows":
                for word in node.args:
                    constant = isinstance(word, ast.Constant) and isinstance(word.value, str)
                    yield Mark(file, node.lineno, word.value if constant else None)
