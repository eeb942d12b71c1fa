"""Takes down what a real request says to the database, and what of it must be fresh each time."""

import json
import re
import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import event

from backend.db import db, new_id
from bench.copies import SPAN

COMMIT, ROLLBACK = "COMMIT", "ROLLBACK"
Parameters = dict[str, Any]
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RECEIPT = re.compile(r"(?!130126)[0-9]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Said:
    """One thing said to the database: a statement with its parameters (a list for many rows), or an end."""

    statement: str
    parameters: list[Parameters]

    @property
    def is_end(self) -> bool:
        """Say whether it ends a transaction."""
        return self.statement in {COMMIT, ROLLBACK}


def statements(script: Sequence[Said]) -> int:
    """Count the statements, without the ends of transactions."""
    return sum(not said.is_end for said in script)


@contextmanager
def listening(app: Flask) -> Iterator[list[Said]]:
    """Take down what this application says to its database meanwhile."""
    script: list[Said] = []

    def said(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        rows = parameters if many else [parameters or {}]
        script.append(Said(statement, [{key: _plain(value) for key, value in row.items()} for row in rows]))

    hooks: dict[str, Callable[..., None]] = {
        "before_cursor_execute": said,
        "commit": lambda _: script.append(Said(COMMIT, [])),
        "rollback": lambda _: script.append(Said(ROLLBACK, [])),
    }
    with app.app_context():
        engine = db.engine
    for name, hook in hooks.items():
        event.listen(engine, name, hook)
    yield script
    for name, hook in hooks.items():
        event.remove(engine, name, hook)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, str, float)) else str(value)


@dataclass(frozen=True)
class Recipe:
    """A script in which fresh values have been marked; `serve` gives one with new ones.

    Two real requests of one kind are compared: what differs between them must be fresh. Ids of the case that a request
    is about lie in its block and move with it; other numbers are new ids; keys, receipts and digests are new ones.
    """

    script: list[Said]
    fresh_ids: list[int]
    fresh_words: list[str]
    case_id: int | None = None

    def serve(
        self, case_id: int | None = None, instead: Mapping[int, int] | None = None
    ) -> Iterator[tuple[str, list[Parameters]]]:
        """Yield what to say, with values that nobody has used; `instead`: other ids for some that are not fresh."""
        fresh: dict[Any, Any] = {old: self._new(old, case_id) for old in self.fresh_ids} | dict(instead or {})
        fresh |= {old: _new_word(old) for old in self.fresh_words}
        words = {str(old): str(new) for old, new in fresh.items()}
        pattern = re.compile("|".join(sorted(words, key=len, reverse=True))) if words else None

        def renewed(value: Any) -> Any:
            if isinstance(value, int):
                return fresh.get(value, value)
            if pattern is None or not isinstance(value, str):
                return value
            return words.get(value) or pattern.sub(lambda found: words[found.group()], value)

        for said in self.script:
            yield said.statement, [{key: renewed(each) for key, each in row.items()} for row in said.parameters]

    def _new(self, old: int, case_id: int | None) -> int:
        if self.case_id is not None and case_id is not None and 0 <= old - self.case_id < SPAN:
            return case_id + old - self.case_id
        return new_id()

    def as_json(self) -> str:
        """Write it down for the server of the floor."""
        script = [[said.statement, said.parameters] for said in self.script]
        return json.dumps([script, self.fresh_ids, self.fresh_words, self.case_id])

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Read what `as_json` wrote."""
        script, ids, words, case_id = json.loads(text)
        return cls([Said(*each) for each in script], ids, words, case_id)


def recipe(first: list[Said], second: list[Said], *, case_id: int | None = None) -> Recipe:
    """Compare two requests of one kind; raises ValueError when they do not say the same statements."""
    if [said.statement for said in first] != [said.statement for said in second]:
        raise ValueError("two requests of one kind said different statements")
    ids, words = set[int](), set[str]()
    for one, other in zip(first, second, strict=True):
        for row, other_row in zip(one.parameters, other.parameters, strict=True):
            for key, value in row.items():
                if value == other_row[key]:
                    continue
                if isinstance(value, int) and value > 2**40:
                    ids.add(value)
                elif isinstance(value, str):
                    words |= _unique_words(value)
    return Recipe(first, sorted(ids), sorted(words), case_id)


def _unique_words(value: str) -> set[str]:
    return {value} if any(shape.fullmatch(value) for shape in (_UUID, _DIGEST, _RECEIPT)) else set()


def _new_word(old: str) -> str:
    if _UUID.fullmatch(old):
        return str(uuid.uuid4())
    if _DIGEST.fullmatch(old):
        return secrets.token_hex(32)
    return f"{secrets.randbelow(10**12):012d}"
