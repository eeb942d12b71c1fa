"""Hides small groups where a figure leaves the office, and whatever would let somebody compute the hidden ones.

A group of fewer than five families is not named by its number. Where a sum stands beside the groups, one hidden number
is the sum less the others: then more is hidden, until every hidden small number could still be at least two numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SMALLEST_SHOWN = 5
FEW, BESIDE = "少于5", "不列"
"""What stands in place of a small number, and of one that is hidden so that no small one can be computed."""


@dataclass(frozen=True)
class Guarded:
    """Numbers as they may leave, as text: each part, and their sum."""

    parts: tuple[str, ...]
    total: str


def is_small(number: int) -> bool:
    """Say whether so few are a small group; nobody at all is none."""
    return 0 < number < SMALLEST_SHOWN


def alone(number: int) -> str:
    """Return one number beside which no parts of it stand."""
    return FEW if is_small(number) else str(number)


def guard(parts: Sequence[int], *, hide_total: bool = False) -> Guarded:
    """Return parts and their sum as they may leave; `hide_total` where the sum is hidden elsewhere already."""
    total = sum(parts)
    hidden = {index for index, number in enumerate(parts) if is_small(number)}
    # The smallest first: as little as possible is taken from whoever reads.
    spare = sorted((number, index) for index, number in enumerate(parts) if number >= SMALLEST_SHOWN)
    total_is_hidden = hide_total or is_small(total)
    while (total > 0 and not hidden) if total_is_hidden else _is_told(parts, hidden):
        if not spare:
            total_is_hidden = True
            break
        hidden.add(spare.pop(0)[1])
    shown = tuple(_shown(number, index in hidden) for index, number in enumerate(parts))
    # A sum of at most four and four families' groups in it: each of them would be one.
    tells = is_small(total) and len(hidden) >= SMALLEST_SHOWN - 1
    return Guarded(shown, BESIDE if tells else _shown(total, total_is_hidden))


def _is_told(parts: Sequence[int], hidden: set[int]) -> bool:
    """Say whether a sum that is shown leaves a hidden small part only one number that it could be.

    What is hidden beside the small ones is at least five, and no more than the smallest that is shown.
    """
    missing = sum(parts[index] for index in hidden)
    shown = [number for index, number in enumerate(parts) if index not in hidden and number >= SMALLEST_SHOWN]
    most = min(shown, default=missing)
    ranges = {index: (1, SMALLEST_SHOWN - 1) if is_small(parts[index]) else (SMALLEST_SHOWN, most) for index in hidden}
    least_of_all, most_of_all = (sum(bounds) for bounds in zip(*ranges.values(), strict=True)) if ranges else (0, 0)

    def possible(index: int) -> int:
        low, high = ranges[index]
        rest = least_of_all - low, most_of_all - high
        return sum(rest[0] <= missing - number <= rest[1] for number in range(low, high + 1))

    return any(possible(index) < 2 for index in hidden if is_small(parts[index]))


def _shown(number: int, is_hidden: bool) -> str:
    if not is_hidden:
        return str(number)
    return FEW if is_small(number) else BESIDE
