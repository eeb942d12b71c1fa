"""The keys under which a phone seals what it could not send yet, so that it opens for nobody but its author."""

from dataclasses import dataclass, field

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.privacy.ciphers import mac
from backend.privacy.current import keys

_PURPOSE = b"unsent work on the phone of staff "


@dataclass(frozen=True)
class OutboxKey:
    """One key, 32 bytes as hexadecimal digits, and the name that the phone keeps beside what it sealed."""

    name: str
    key: str = field(repr=False)


def keys_of(by: Actor) -> list[OutboxKey]:
    """Return the actor's keys, the one for new work first.

    They are derived and never stored, the same after a new binding. A phone that lost access throws its copy away: what
    it had not sent stays on it unreadable, and opens when its author is bound again. They come from the ring of the
    audit, for that is the one whose earlier keys are never retired: unsent work may wait for months.
    """
    require(by.role, Action.READ_TASKS)
    ring = keys().audit
    by_key = {key: name for name, key in ring.keys.items()}
    return [OutboxKey(by_key[key], mac(key, _PURPOSE + str(by.id).encode()).hex()) for key in ring.newest_first()]
