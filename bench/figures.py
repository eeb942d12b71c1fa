"""The figures that the issue names: their aims, and the table that people read."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

HIGHER, LOWER = "higher", "lower"
_WORDS = {0, 2, 7}


@dataclass
class Figure:
    """One figure; its aim is one of its ratio to the floor where it has one, else (`is_absolute`) of its value."""

    name: str
    unit: str
    better: str
    aim: float | None = None
    values: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)
    is_absolute: bool = False
    small: list[float] = field(default_factory=list)
    """The same at ten thousand cases, where both that and a bare floor are measured."""
    is_growth: bool = False
    """The floors are the same thing at ten thousand cases."""

    @property
    def value(self) -> float | None:
        """The median of the rounds."""
        return statistics.median(self.values) if self.values else None

    @property
    def floor(self) -> float | None:
        """The median of the floor's rounds."""
        return statistics.median(self.floors) if self.floors else None

    @property
    def ratio(self) -> float | None:
        """The value as a part of its floor, or how many times it."""
        return self.value / self.floor if self.value is not None and self.floor else None

    @property
    def growth(self) -> float | None:
        """How many times the same at ten thousand cases."""
        if self.is_growth:
            return self.ratio
        return self.value / statistics.median(self.small) if self.value is not None and self.small else None

    @property
    def is_ok(self) -> bool:
        """Say whether it was measured and keeps its aim."""
        judged = self.value if self.ratio is None or self.is_absolute else self.ratio
        if judged is None:
            return False
        if self.aim is None:
            return True
        return judged >= self.aim if self.better == HIGHER else judged <= self.aim

    @property
    def spread(self) -> float | None:
        """How far its rounds lie apart, as a part of the median."""
        return (max(self.values) - min(self.values)) / self.value if self.values and self.value else None

    def as_json(self) -> dict[str, Any]:
        """Return the row of the results' file."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "floor": self.floor,
            "ratio": self.ratio,
            "small": statistics.median(self.small) if self.small else self.floor if self.is_growth else None,
            "growth": self.growth,
            "aim": self.aim,
            "better": self.better,
            "ok": self.is_ok,
            "runs": self.values,
            "spread": self.spread,
        }


def table(figures: Iterable[Figure]) -> str:
    """Return the table that people read."""
    head = ("figure", "value", "unit", "floor", "ratio", "aim", "spread", "")
    rows = [head, *(_cells(each) for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join("  ".join(_aligned(row, widths)) for row in rows)


def _aligned(row: tuple[str, ...], widths: list[int]) -> Iterable[str]:
    for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.ljust(width) if column in _WORDS else cell.rjust(width)


def _cells(figure: Figure) -> tuple[str, ...]:
    sign = "≥" if figure.better == HIGHER else "≤"
    missing = "not measured" if figure.value is None else "MISSES"
    return (
        figure.name,
        _number(figure.value),
        figure.unit,
        _number(figure.floor),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        "" if figure.aim is None else f"{sign} {figure.aim:g}",
        "" if figure.spread is None else f"{figure.spread:.0%}",
        "ok" if figure.is_ok else missing,
    )


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
