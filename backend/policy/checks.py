"""Whether a policy holds together without a calendar: nothing missing, nothing that points nowhere."""

from collections.abc import Container, Iterator

from backend.errors import Invalid
from backend.policy.limits import Unit
from backend.policy.presets import BASE, load_preset
from backend.policy.rhythms import Rhythm
from backend.policy.rules import DISASTER, Policy

SHORTEST_NOTICE_DAYS = 5
"""A public notice in the village stays up for at least five days: the national guide, beyond every county's choice."""


def structural_findings(policy: Policy) -> list[str]:
    """Return what is wrong with the policy in itself, one Chinese sentence each; an empty list when nothing is."""
    return [
        *_missing(policy),
        *_short_notice(policy),
        *_unknown_references(policy),
        *_odd_rhythms(policy),
        *_urgent_but_longer(policy),
    ]


def _missing(policy: Policy) -> Iterator[str]:
    base = load_preset(BASE)
    for section in ("limits", "flags", "numbers", "dictionaries", "texts"):
        for key in getattr(base, section):
            if key not in getattr(policy, section):
                yield f"{section}.{key}：缺少这一项。"
    for name, entries in policy.dictionaries.items():
        if not entries:
            yield f"dictionaries.{name}：字典是空的。"


def _short_notice(policy: Policy) -> Iterator[str]:
    limit = policy.limits.get("T_PUBLIC")
    if limit is not None and limit.days < SHORTEST_NOTICE_DAYS:
        yield f"limits.T_PUBLIC：公示不得少于 {SHORTEST_NOTICE_DAYS} 天，现在是 {limit.in_words}。"


def _unknown_references(policy: Policy) -> Iterator[str]:
    words = policy.dictionaries
    pairs = [
        *(
            (f"flags.{flag}", value, words.get(flag, {}))
            for flag, value in policy.flags.items()
            if isinstance(value, str)
        ),
        *(
            (f"ladder.{rung.level}", who, words.get("recipients", {}))
            for rung in policy.ladder.rungs
            for who in rung.tells
        ),
        *(
            ("dictionaries.risk_offices", office, policy.departments)
            for office in words.get("risk_offices", {}).values()
        ),
        *(("dictionaries.risk_offices", risk, words.get("risks", {})) for risk in words.get("risk_offices", {})),
        *(("dictionaries.risk_words", risk, words.get("risks", {})) for risk in words.get("risk_words", {})),
        *(("dictionaries.risks", risk, words.get("risk_words", {})) for risk in words.get("risks", {})),
        *(("dictionaries.limit_names", key, policy.limits) for key in words.get("limit_names", {})),
        *_of_alerts(policy),
        *(("limits", key.split(".")[0], words.get("limit_names", {})) for key in policy.limits),
        *(("limits", key.split(".")[1], {*words.get("urgency", {}), DISASTER}) for key in policy.limits if "." in key),
    ]
    for place, code, known in pairs:
        if code not in known:
            yield f"{place}：「{code}」没有定义。"


def _of_alerts(policy: Policy) -> Iterator[tuple[str, str, Container[str]]]:
    """Yield what the topics of department alerts point at: each has an office, a rhythm, a risk and a colour."""
    words = policy.dictionaries
    topics = words.get("alert_topics", {})
    points_at = {
        "alert_offices": policy.departments,
        "alert_risks": words.get("risks", {}),
        "alert_colours": words.get("alert_colour_names", {}),
        "alert_rhythms": words.get("alert_rhythm_names", {}),
    }
    for name in points_at:
        entries = words.get(name, {})
        yield from (("dictionaries.alert_topics", topic, entries) for topic in topics)
        yield from ((f"dictionaries.{name}", topic, topics) for topic in entries)
        yield from ((f"dictionaries.{name}", code, points_at[name]) for code in entries.values())
    days = words.get("alert_rhythm_days", {})
    yield from (("dictionaries.alert_rhythm_names", code, days) for code in words.get("alert_rhythm_names", {}))
    for topic, channel in words.get("alert_channels", {}).items():
        yield "dictionaries.alert_channels", topic, topics
        yield "dictionaries.alert_channels", channel, words.get("channels", {})


def _odd_rhythms(policy: Policy) -> Iterator[str]:
    for topic, written in policy.dictionaries.get("alert_rhythm_days", {}).items():
        try:
            Rhythm.parse(written)
        except Invalid as error:
            yield f"dictionaries.alert_rhythm_days.{topic}：{error.message}"


def _urgent_but_longer(policy: Policy) -> Iterator[str]:
    for key, limit in policy.limits.items():
        if key.endswith(f".{DISASTER}"):
            continue
        usual = policy.limits.get(key.split(".")[0], limit)
        if limit.days > usual.days or (limit.unit is Unit.WORKING and usual.unit is Unit.CALENDAR):
            yield f"limits.{key}：加急的时限比平常的还长。"
