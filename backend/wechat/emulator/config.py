"""What the emulator is told at its start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

DEMO_APP_ID: Final = "wx00shouwangdemo00"
DEMO_SECRET: Final = "the-demo-needs-no-secret"  # noqa: S105 - opens nothing but the emulator
DEMO_SERVICE_APP_ID: Final = "wx00shouwangserv00"


@dataclass(frozen=True, slots=True)
class Quota:
    """How often one endpoint may be called: a minute of real time, a day of business time; None is unlimited."""

    per_minute: int | None = None
    per_day: int | None = None


QUOTAS: Mapping[str, Quota] = MappingProxyType(
    {
        "/cgi-bin/token": Quota(per_day=2_000),
        "/cgi-bin/stable_token": Quota(per_minute=10_000, per_day=500_000),
        "/cgi-bin/message/subscribe/send": Quota(per_day=10_000_000),
        "/cgi-bin/message/template/send": Quota(per_day=100_000),
        "/wxa/getwxacodeunlimit": Quota(per_minute=5_000),
        "/wxa/msg_sec_check": Quota(per_minute=4_000, per_day=2_000_000),
    }
)
"""WeChat's own numbers (official quota pages)."""


@dataclass(frozen=True, slots=True)
class Push:
    """Where and how events are pushed: `format` json or xml, encrypted if there is an `aes_key`."""

    url: str
    token: str = field(repr=False)
    aes_key: str | None = field(default=None, repr=False)
    format: Literal["json", "xml"] = "json"


@dataclass(frozen=True, slots=True)
class Config:
    """One mini-program and one service account of the same owner; `folder` None keeps nothing."""

    app_id: str = DEMO_APP_ID
    secret: str = field(default=DEMO_SECRET, repr=False)
    service_app_id: str = DEMO_SERVICE_APP_ID
    folder: Path | None = None
    push: Push | None = None
