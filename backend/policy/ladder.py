"""The ladder of reminders (提醒与升级阶梯): at which distance from a due date who hears of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from typing import Any, Self

from backend.errors import Invalid

_WRITTEN = re.compile(r"(?:(?P<left>\d{1,3})% left|(?P<distance>[+-]\d{1,3}))", re.ASCII)
_ALL = 100


class Level(StrEnum):
    """How pressing a duty is, mildest first: the colours that counties use, and 督办."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    SUPERVISION = "supervision"


SEVERITY = {level: rank for rank, level in enumerate(Level)}


class Way(StrEnum):
    """The channels on which something can leave the program; the inbox and the console's bell hold it anyway."""

    SUBSCRIBE = "subscribe"
    SERVICE = "service"
    SMS = "sms"
    CALL = "call"


WAY_NAMES: Mapping[str, str] = {
    Way.SUBSCRIBE: "小程序订阅消息",
    Way.SERVICE: "公众号模板消息",
    Way.SMS: "短信",
    Way.CALL: "村里打电话或上门",
}
"""What people call them."""


class Audience(StrEnum):
    """Who is spoken to: staff, whoever declared, and the same person about news that must not be missed."""

    STAFF = "staff"
    APPLICANT = "applicant"
    MUST_HEAR = "must_hear"


WAYS: Mapping[str, tuple[str, ...]] = {
    Audience.STAFF: (Way.SUBSCRIBE, Way.SERVICE, Way.SMS),
    Audience.APPLICANT: (Way.SUBSCRIBE, Way.SERVICE),
    Audience.MUST_HEAR: (Way.SUBSCRIBE, Way.SERVICE, Way.SMS, Way.CALL),
}
"""The order of channels where a county's ladder names none: each is tried once, then the next."""

DIGEST_AT = time(9, 0)
HOURS: Mapping[str, tuple[time, time]] = {Way.SMS: (time(8, 0), time(20, 0))}
"""Channels that have hours of their own: a text message rings louder than a notice."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: its level, its day, and the recipients (keys of the dictionary `recipients`).

    `when` is `50% left` (so much of the limit is left), `-1` (one day before the due date) or `+1` (the first day that
    is overdue); the days are those of the limit's own unit. `is_inbox_only`: shown in the program, sent to no phone.
    `through` names channels for this rung alone, in their order; empty: those of the audience.
    """

    level: Level
    when: str
    tells: tuple[str, ...]
    is_inbox_only: bool = False
    through: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _refuse_unknown_ways(self.through)
        if not _WRITTEN.fullmatch(self.when):
            raise Invalid(f"提醒时点「{self.when}」看不懂：请写成 50% left、-1 或 +1。")

    def distance(self, days: int) -> int:
        """Return this rung's distance from the due date of a limit of `days`: negative is before it."""
        written = _WRITTEN.fullmatch(self.when)
        left = written and written["left"]
        return -(days * int(left) // _ALL) if left else int(self.when)


def _refuse_unknown_ways(ways: tuple[str, ...]) -> None:
    if not set(ways) <= set(Way) or len(set(ways)) != len(ways):
        raise Invalid(f"提醒渠道「{'、'.join(ways)}」里有不认识的，或者写了两遍。")


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs, mildest first, the time of day (Asia/Shanghai) at which they speak, and the quiet hours.

    `ways` is the order of channels for each audience, `hours` the hours of a channel that has its own, and `digest_at`
    when the one digest of the day is sent to whoever has too many messages for one each.
    """

    rungs: tuple[Rung, ...]
    at: time
    quiet_from: time
    quiet_until: time
    digest_at: time = DIGEST_AT
    ways: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(WAYS))
    hours: Mapping[str, tuple[time, time]] = field(default_factory=lambda: dict(HOURS))

    def __post_init__(self) -> None:
        ranks = [SEVERITY[rung.level] for rung in self.rungs]
        if ranks != sorted(set(ranks)):
            raise Invalid("提醒级别要从轻到重，每级一次。")
        if not self.quiet_until <= self.at < self.quiet_from:
            raise Invalid("提醒时刻落在免打扰时段里。")
        if not self.quiet_until <= self.digest_at < self.quiet_from:
            raise Invalid("每日摘要的时刻落在免打扰时段里。")
        if set(self.ways) != set(Audience):
            raise Invalid("提醒渠道要给每一类收件人都写上。")
        for ways in self.ways.values():
            _refuse_unknown_ways(ways)
        if not set(self.hours) <= set(Way) or any(begins >= ends for begins, ends in self.hours.values()):
            raise Invalid("渠道的时段写得不对。")

    def rung(self, level: str) -> Rung | None:
        """Return the rung of a level, if the county has it."""
        return next((each for each in self.rungs if each.level == level), None)

    @classmethod
    def read(cls, values: Any) -> Self:
        """Read a ladder from plain values; raise `Invalid` for whatever does not belong there."""
        try:
            rungs = tuple(_rung(each) for each in values["rungs"])
            times = {name: time.fromisoformat(values[name]) for name in _TIMES}
            if "digest_at" in values:
                times["digest_at"] = time.fromisoformat(values["digest_at"])
            given = values.get("ways", {}).items()
            ways = {**WAYS, **{name: tuple(ways) for name, ways in given}}
            hours = {name: _hours(each) for name, each in values.get("hours", {}).items()} or dict(HOURS)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Invalid(f"提醒阶梯写得不对：{error}") from error
        if not {"rungs", *_TIMES} <= set(values) <= {"rungs", *_TIMES, "digest_at", "ways", "hours"}:
            raise Invalid("提醒阶梯里有不认识的项目。")
        return cls(rungs, **times, ways=ways, hours=hours)

    def as_values(self) -> dict[str, Any]:
        """Return what `read` takes."""
        rungs = [
            {
                "level": rung.level.value,
                "when": rung.when,
                "tells": list(rung.tells),
                "is_inbox_only": rung.is_inbox_only,
                "through": list(rung.through),
            }
            for rung in self.rungs
        ]
        times = {name: getattr(self, name).isoformat("minutes") for name in (*_TIMES, "digest_at")}
        ways = {str(audience): [str(way) for way in each] for audience, each in self.ways.items()}
        hours = {str(way): [each.isoformat("minutes") for each in pair] for way, pair in self.hours.items()}
        return {"rungs": rungs, **times, "ways": ways, "hours": hours}


_TIMES = ("at", "quiet_from", "quiet_until")


def _rung(given: Mapping[str, Any]) -> Rung:
    if not set(given) <= {"level", "when", "tells", "is_inbox_only", "through"}:
        raise Invalid("提醒阶梯里有不认识的项目。")
    return Rung(
        Level(given["level"]),
        given["when"],
        tuple(given["tells"]),
        given.get("is_inbox_only", False),
        tuple(given.get("through", ())),
    )


def _hours(given: Any) -> tuple[time, time]:
    begins, ends = given
    return time.fromisoformat(begins), time.fromisoformat(ends)
