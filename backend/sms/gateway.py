"""What the program asks of a provider of text messages, as plain values, and how a send can fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from backend.wechat.errors import Advice


@dataclass(frozen=True, slots=True)
class Text:
    """One text message: the provider's template with its variables; neither shows in a log."""

    phone: str = field(repr=False)
    template_code: str
    variables: Mapping[str, str] = field(repr=False)
    out_id: str
    """Our own number of the message, which comes back in the provider's reports; it makes no repeat harmless."""


class SmsError(Exception):
    """A send failed; holds the provider's code and request id, never a number, a text or a secret."""

    def __init__(self, code: str, advice: Advice, request_id: str = "") -> None:
        super().__init__(code, advice, request_id)
        self.code = code
        self.advice = advice
        self.request_id = request_id

    def __str__(self) -> str:
        return f"SMS {self.code} ({self.advice}; {self.request_id})"


class Sms(Protocol):
    """A provider of text messages."""

    def send(self, text: Text) -> str:
        """Send one text and return the provider's receipt; raises `SmsError` and nothing else of its own."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...
