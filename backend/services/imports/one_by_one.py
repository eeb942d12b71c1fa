"""The taker of kinds in which every row stands for itself: a function says what becomes of it, and how."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from backend.errors import Invalid
from backend.services.imports.runs import HINT, WRONG, Line, Note, Outcome, Run, Unit


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row; `do` writes it; `hints` are column and sentence."""

    what: str
    do: Callable[[], None] | None = None
    hints: Sequence[tuple[str, str]] = field(default_factory=tuple)


Judge = Callable[[Run, Line], Verdict]
"""Raises `Invalid`, whose field names the column that has to be mended."""


def one_by_one(judge: Judge, key: str = "") -> Callable[[Run], "OneByOne"]:
    """Return how a kind begins whose rows stand alone; the same `key` twice in a file is refused."""
    return lambda run: OneByOne(run, judge, key)


@dataclass
class OneByOne:
    """Judges row by row, and remembers the keys that the file has named."""

    run: Run
    judge: Judge
    key: str = ""
    _seen: dict[object, int] = field(default_factory=dict)

    def see(self, line: Line) -> str | None:
        """Every row stands alone."""
        return None

    def settle(self, units: Sequence[Unit], *, write: bool) -> list[Outcome]:
        """Judge each row, and write what is to be written."""
        return [self._settled(unit, write=write) for unit in units]

    def _settled(self, unit: Unit, *, write: bool) -> Outcome:
        line = unit.lines[0]
        key = line.values.get(self.key)
        before = self._seen.setdefault(key, line.number) if key is not None else line.number
        if before != line.number:
            return Outcome.wrong(unit, f"第{before}行已经写过，请只留一行。", self.key)
        try:
            verdict = self.judge(self.run, line)
        except Invalid as error:
            notes = [Note(line.number, column, WRONG, said) for column, said in error.fields.items()]
            return Outcome(unit, WRONG, notes or [Note(line.number, "", WRONG, error.message)])
        if write and verdict.do is not None:
            verdict.do()
        return Outcome(unit, verdict.what, [Note(line.number, column, HINT, said) for column, said in verdict.hints])
