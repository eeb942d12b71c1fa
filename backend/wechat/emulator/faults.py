"""Faults on demand: what a demonstrator or a test orders, drawn call by call."""

import random
from dataclasses import asdict, dataclass
from typing import Final

FAULT_KINDS: Final = (
    *("errcode", "http", "html", "latency", "timeout_before", "timeout_after", "reset_before", "reset_after"),
    *("invalidate_token", "expire_token"),
)


@dataclass(slots=True)
class Fault:
    """One order: for an endpoint ("*": each), of a kind, so many times (`count` None: until cleared).

    "html" is a page of somebody on the way, such as a hotel's sign-in, under HTTP 200.
    "before" loses the request, "after" does what it asks and loses the answer. `probability` is per call, from 0 to 1.
    `milliseconds` is how long a latency or time-out lasts.
    """

    endpoint: str
    kind: str
    errcode: int = -1
    status: int = 500
    milliseconds: int = 15_000
    count: int | None = 1
    probability: float = 1.0
    openid: str | None = None

    def meets(self, endpoint: str, openid: str) -> bool:
        """Say whether the order is about such a call."""
        return self.endpoint in {"*", endpoint} and self.openid in {None, openid}


class Faults:
    """The orders that still stand; at most one strikes a call, the oldest first."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._dice = random.Random(1)  # noqa: S311 - repeatable on purpose

    def order(self, fault: Fault) -> None:
        """Add an order."""
        self._orders.append(fault)

    def clear(self) -> None:
        """Drop all orders."""
        self._orders.clear()

    def standing(self) -> list[dict[str, object]]:
        """Return the orders that still stand."""
        return [asdict(order) for order in self._orders]

    def draw(self, endpoint: str, openid: str) -> Fault | None:
        """Return the fault that strikes this call, if one does, and count it."""
        for order in self._orders:
            if order.meets(endpoint, openid) and self._dice.random() < order.probability:
                if order.count is not None:
                    order.count -= 1
                self._orders = [each for each in self._orders if each.count is None or each.count > 0]
                return order
        return None
