"""What the program asks of WeChat, as plain values and one Protocol; whoever sends needs to know nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

State = Literal["formal", "trial", "developer"]
"""Which version of the mini-program a message opens: released, trial or under development."""


@dataclass(frozen=True, slots=True)
class Message:
    """A subscribe message to one mini-program account.

    `data` maps template keys (`thing1`) to values that `fields.fit` has made acceptable; `page` is a path inside the
    mini-program without a leading slash, or None for a message that opens nothing.
    """

    openid: str
    template_id: str
    data: Mapping[str, str] = field(repr=False)
    page: str | None = None
    state: State = "formal"


@dataclass(frozen=True, slots=True)
class ServiceMessage:
    """A template message of the service account; `openid` is the person's openid *there*, not in the mini-program.

    WeChat delivers one message per openid and `client_msg_id` (within ten minutes), so a repeat is harmless.
    """

    openid: str
    template_id: str
    data: Mapping[str, str] = field(repr=False)
    client_msg_id: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """WeChat accepted a message; `msgid` comes back in its sent event (older answers have none)."""

    msgid: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who opened the mini-program; `unionid` exists only when the account is bound to an open platform."""

    openid: str
    unionid: str | None


class Suggestion(StrEnum):
    """What WeChat advises about a text."""

    PASS = "pass"  # noqa: S105 - WeChat's word for "nothing found", no password
    REVIEW = "review"
    RISKY = "risky"


class TextScene(StrEnum):
    """Where a text will be read; WeChat judges by it (values 1 to 4 of `scene`)."""

    PROFILE = "1"
    COMMENT = "2"
    FORUM = "3"
    SOCIAL_LOG = "4"


@dataclass(frozen=True, slots=True)
class TextVerdict:
    """WeChat's judgement of a text; `label` is its category (100 is normal), `trace_id` what their support asks for."""

    suggestion: Suggestion
    label: int
    trace_id: str


class WeChat(Protocol):
    """What the program needs of WeChat. Every method may raise `errors.WeChatError` and nothing else of its own."""

    def open_session(self, js_code: str) -> Identity:
        """Exchange the code of `wx.login` (five minutes, once) for the account behind it."""
        ...

    def send_subscribe(self, message: Message) -> Sent:
        """Send a subscribe message; after `Advice.UNCERTAIN` it may have been delivered."""
        ...

    def send_template(self, message: ServiceMessage) -> Sent:
        """Send a template message of the service account; repeating it with its `client_msg_id` is harmless."""
        ...

    def followers(self, after: str = "") -> Sequence[str]:
        """Return the openids that follow the service account, up to 10,000 after one of them; none at the end."""
        ...

    def unionids(self, openids: Sequence[str]) -> Mapping[str, str]:
        """Return the union ids of at most a hundred followers, as far as they have one."""
        ...

    def phone_number(self, code: str) -> str:
        """Exchange the code of a phone-number button (five minutes, once) for the number without country code."""
        ...

    def village_code(self, scene: str, page: str) -> bytes:
        """Return the picture of a mini-program code that opens `page` with `scene` (at most 32 visible signs)."""
        ...

    def check_text(self, openid: str, text: str, scene: TextScene) -> TextVerdict:
        """Ask whether a text of at most 2,500 characters is fit to show; the account must have visited within 2 h."""
        ...
