"""What this program counts of itself, for Prometheus, across processes."""

import os
from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram, values

from backend.services.channels.contract import Failure, Outcome

_LOADED_BY = os.getpid()


@dataclass(frozen=True)
class _Counting:
    """The process that counts: after a fork another one, which opens the same file anew and goes on in it.

    Sound only where the parent and its forks take turns, as a worker's jobs do. A file a fork, as the library has it,
    would stay until the next boot, and every look at the metrics reads them all.
    """

    pid: int

    def __str__(self) -> str:
        return str(_LOADED_BY)


if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    values.ValueClass = values.MultiProcessValue(lambda: _Counting(os.getpid()))  # type: ignore[no-untyped-call]

REQUESTS = Histogram("shouwang_request_seconds", "Requests by endpoint and status", ["endpoint", "status"])
WECHAT = Histogram("shouwang_wechat_seconds", "Calls to WeChat by endpoint and errcode", ["endpoint", "errcode"])
MESSAGES = Counter("shouwang_messages_total", "Messages that came to an end, by kind and state", ["kind", "state"])
SENDS = Counter("shouwang_sends_total", "Calls of a channel, by how they went", ["channel", "outcome", "errcode"])
LEASE_EXPIRIES = Counter("shouwang_lease_expiries_total", "Messages taken back from processes that died or slept")
OLDEST_OWED = Gauge(
    "shouwang_oldest_owed_seconds", "Age of the oldest message that is due and not sent", multiprocess_mode="mostrecent"
)
CIRCUITS_OPEN = Gauge(
    "shouwang_circuits_open", "Channels, or templates on one, that are stopped now", multiprocess_mode="mostrecent"
)
TOKEN_AGE = Gauge(
    "shouwang_wechat_token_age_seconds",
    "Age of the access token that all processes share; absent while there is none",
    ["account"],
    multiprocess_mode="mostrecent",
)


def wechat_called(endpoint: str, errcode: int | None, seconds: float) -> None:
    """Count one call to WeChat."""
    WECHAT.labels(endpoint, "none" if errcode is None else str(errcode)).observe(seconds)


def message_ended(kind: str, state: str) -> None:
    """Count a message that came to an end."""
    MESSAGES.labels(kind, state).inc()


def called(channel: str, outcome: Outcome) -> None:
    """Count one call of a channel: how it went, with the provider's own code where it gave one (0: taken)."""
    if isinstance(outcome, Failure):
        how, code = str(outcome.advice), outcome.answer or outcome.errcode
    else:
        how, code = "sent", 0
    SENDS.labels(channel, how, "none" if code is None else str(code)).inc()
