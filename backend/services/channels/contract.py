"""What every channel is to the outbox: it makes a message ready, sends it, and says how it went in one language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from backend.models import Message
from backend.wechat.errors import Advice


@dataclass(frozen=True)
class Taken:
    """The provider took a message; `msgid` is its own number of it, by which a later report finds the send."""

    msgid: str = ""


@dataclass(frozen=True)
class Ready:
    """A message made ready for one channel: `send` needs no transaction, and is None when it is delivered already."""

    send: Callable[[], Taken] | None


class NotThisWay(Exception):
    """This person cannot be reached on this channel now; the text says why, for whoever reads the message's history."""


@dataclass(frozen=True)
class Failure:
    """How a send failed: what to do about it, and the provider's own words, without a secret or a number in them."""

    advice: Advice
    why: str
    errcode: int | None = None
    answer: str = ""
    rid: str = ""


Outcome = Taken | Failure


class Channel(Protocol):
    """One way out of the program.

    `repeats`: the provider takes a message's key and delivers it once, however often it is sent.
    """

    @property
    def name(self) -> str:
        """The channel as policy and attempts call it."""
        ...

    @property
    def repeats(self) -> bool:
        """Say whether a send whose answer was lost may be done again."""
        ...

    def prepare(self, message: Message) -> Ready:
        """Make the message ready, inside the transaction that writes the attempt; raises `NotThisWay`."""
        ...

    def failure(self, error: Exception) -> Failure | None:
        """Return what an error of `send` means; None for one that is not this channel's to explain."""
        ...

    def sent(self, message: Message) -> None:
        """Take note of a message that went out, inside the transaction that writes the outcome."""
        ...

    def refused(self, message: Message, failure: Failure) -> None:
        """Take note that this person cannot be reached here now."""
        ...


Channels = Mapping[str, Channel]
