"""Doing things at the same moment, a thread each."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def at_once(work: Sequence[Callable[[], T]], *, hands: int | None = None) -> list[T]:
    """Do everything with so many hands, by default one each; return what each returned, in order, or raise.

    All hands start at the same moment.
    """
    hands = hands or len(work)
    start = threading.Barrier(hands)

    with ThreadPoolExecutor(hands, initializer=start.wait) as pool:
        return list(pool.map(lambda each: each(), work))
