"""Whether two acts take as long as each other, on a machine that also does other things.

Both are done in turn, and what counts is the median of the differences between neighbours: whatever slows the machine
down slows both. While that is more than it may be, more pairs are taken: noise goes away with them, a real difference
stays (`tests/unit/test_pairs.py`).
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from backend import clock

Act = Callable[[], object]


@dataclass
class Pairs:
    """What was measured, in seconds."""

    ones: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)

    @property
    def difference(self) -> float:
        """The median of what one took longer than its neighbour."""
        return statistics.median(one - other for one, other in zip(self.ones, self.others, strict=True))

    @property
    def share(self) -> float:
        """The same as a share of what the other takes."""
        return self.difference / statistics.median(self.others)

    def take(self, one: Act, other: Act) -> None:
        """Do both, the one that goes first in turn."""
        acts = [(self.ones, one), (self.others, other)]
        for seconds, act in acts if len(self.ones) % 2 else reversed(acts):
            began = clock.monotonic()
            act()
            seconds.append(clock.monotonic() - began)


def compared(
    acts: Callable[[int], tuple[Act, Act]], *, fits: Callable[[Pairs], bool], least: int, most: int, step: int = 10
) -> Pairs:
    """Take at least `least` pairs, and more, up to `most`, while they do not fit; `acts` prepares each, unmeasured."""
    found = Pairs()
    while len(found.ones) < least or (not fits(found) and len(found.ones) < most):
        for _ in range(step):
            found.take(*acts(len(found.ones)))
    return found
