"""How a process reaches Redis: at one address, or through Sentinels that know which server is the master now."""

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import SSLConnection, parse_url
from redis.retry import Retry
from redis.sentinel import Sentinel

from backend.clusters import addresses
from backend.settings import Settings

SENTINELS_PORT = 26379
ASKED_WITHIN = 0.5
"""Seconds that one Sentinel gets for its answer; the next one is asked then."""


def redis_of(known: Settings, **manners: Any) -> Redis:
    """Return a client; `manners` are redis-py's own: timeouts and retries. It connects when first used.

    With REDIS_SENTINELS the host in REDIS_URL is the name that the Sentinels gave the master; each new connection
    asks them anew, so nobody is told about a failover.
    """
    sentinels = addresses(known.redis_sentinels, SENTINELS_PORT)
    if not sentinels:
        return Redis.from_url(known.redis_url, **manners)
    asked = {
        "socket_connect_timeout": ASKED_WITHIN,
        "socket_timeout": ASKED_WITHIN,
        "retry": Retry(NoBackoff(), 0),
        "password": known.redis_sentinel_password or None,
    }
    said: dict[str, Any] = dict(parse_url(known.redis_url))  # type: ignore[no-untyped-call]
    said["ssl"] = said.pop("connection_class", None) is SSLConnection
    said.pop("port", None)
    group = Sentinel(sentinels, sentinel_kwargs=asked)  # type: ignore[no-untyped-call]
    master: Redis = group.master_for(said.pop("host"), **said, **manners)  # type: ignore[no-untyped-call]
    return master
