"""What this program counts of itself, for Prometheus, across processes."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram("shouwang_request_seconds", "Requests by endpoint and status", ["endpoint", "status"])
WECHAT = Histogram("shouwang_wechat_seconds", "Calls to WeChat by endpoint and errcode", ["endpoint", "errcode"])
MESSAGES = Counter("shouwang_messages_total", "Messages that came to an end, by kind and state", ["kind", "state"])
LEASE_EXPIRIES = Counter("shouwang_lease_expiries_total", "Messages taken back from processes that died or slept")
OLDEST_OWED = Gauge(
    "shouwang_oldest_owed_seconds", "Age of the oldest message that is due and not sent", multiprocess_mode="mostrecent"
)


def wechat_called(endpoint: str, errcode: int | None, seconds: float) -> None:
    """Count one call to WeChat."""
    WECHAT.labels(endpoint, "none" if errcode is None else str(errcode)).observe(seconds)


def message_ended(kind: str, state: str) -> None:
    """Count a message that came to an end."""
    MESSAGES.labels(kind, state).inc()
