"""The ladder of reminders as fields that people read and change, and their form back into values."""

from collections.abc import Iterator
from typing import Any

from werkzeug.datastructures import MultiDict

from backend.errors import Complaints, Invalid
from backend.policy import Ladder, Policy, Rung
from backend.policy.ladder import Level

TIMES = {
    "at": ("每天几点提醒", "到了提醒的日子，在这个时刻发"),
    "digest_at": ("每日摘要几点发", "一个人一天的提醒太多时，合成一条摘要"),
    "quiet_from": ("免打扰从几点", "特急除外"),
    "quiet_until": ("免打扰到几点", "特急除外"),
}
LEFT, BEFORE, AFTER = "left", "before", "after"
WHENS = {LEFT: "时限还剩百分之几", BEFORE: "到期前几天", AFTER: "超期第几天"}
_LONGEST_DAYS, _ALL = 365, 100


def fields_of(policy: Policy) -> list[dict[str, Any]]:
    """Return a row for every level: whether the county has it, when it comes, and who hears."""
    return [_field(policy, level) for level in Level]


def times_of(policy: Policy) -> dict[str, str]:
    """Return the times of day by name."""
    return {name: getattr(policy.ladder, name).isoformat("minutes") for name in TIMES}


def values_in(form: MultiDict[str, str], policy: Policy) -> dict[str, Any]:
    """Return the whole ladder of a form where it differs from the rules; `Invalid` names what cannot be read."""
    complaints, now = Complaints(), policy.ladder.as_values()
    rungs = [_read(form, level, policy, complaints) for level in Level if f"rung.{level}.on" in form]
    if not rungs:
        complaints.add("rungs", "至少留一级提醒。")
    complaints.raise_if_any()
    typed = {**now, "rungs": rungs, **{name: form.get(name, now[name]).strip() for name in TIMES}}
    try:
        Ladder.read(typed)
    except Invalid as error:
        raise Invalid.field("ladder", error.message) from error
    return {"ladder": typed} if typed != now else {}


def changed_lines(before: Policy, after: Policy) -> Iterator[tuple[str, str, str]]:
    """Yield what is another one: each level and each time of day, before and after."""
    names = after.dictionaries["levels"]
    for level in Level:
        was, now = before.ladder.rung(level), after.ladder.rung(level)
        if was != now:
            yield f"提醒：{names.get(level, level)}", _said(before, was), _said(after, now)
    for name, (title, _) in TIMES.items():
        if (old := times_of(before)[name]) != (new := times_of(after)[name]):
            yield title, old, new


def said_of(policy: Policy) -> list[tuple[str, str]]:
    """Return each level and what happens at it, in words."""
    names = policy.dictionaries["levels"]
    return [(names.get(rung.level, rung.level), _said(policy, rung)) for rung in policy.ladder.rungs]


def _said(policy: Policy, rung: Rung | None) -> str:
    if rung is None:
        return "没有这一级"
    kind, number = _written(rung.when)
    when = {
        LEFT: f"时限还剩{number}%",
        BEFORE: f"到期前{number}天" if number else "到期当天",
        AFTER: f"超期第{number}天",
    }[kind]
    who = "、".join(policy.dictionaries["recipients"].get(each, each) for each in rung.tells)
    return f"{when}，告诉{who}{'（只在站内）' if rung.is_inbox_only else ''}"


def _written(when: str) -> tuple[str, int]:
    if when.endswith("left"):
        return LEFT, int(when.partition("%")[0])
    return (AFTER if when.startswith("+") else BEFORE), int(when[1:])


def _field(policy: Policy, level: Level) -> dict[str, Any]:
    rung = policy.ladder.rung(level)
    kind, number = _written(rung.when) if rung else (AFTER, 1)
    return {
        "name": f"rung.{level}",
        "title": policy.dictionaries["levels"].get(level, level),
        "is_on": rung is not None,
        "kind": kind,
        "number": number,
        "tells": rung.tells if rung else (),
        "is_inbox_only": rung.is_inbox_only if rung else False,
    }


def _read(form: MultiDict[str, str], level: Level, policy: Policy, complaints: Complaints) -> dict[str, Any]:
    name = f"rung.{level}"
    kind, typed = form.get(f"{name}.kind", ""), form.get(f"{name}.number", "").strip()
    tells = [each for each in form.getlist(f"{name}.tells") if each in policy.dictionaries["recipients"]]
    most = _ALL if kind == LEFT else _LONGEST_DAYS
    if kind not in WHENS or not (typed.isascii() and typed.isdecimal()) or int(typed) > most:
        complaints.add(name, f"请选什么时候，再写0到{most}之间的整数。")
    if not tells:
        complaints.add(name, "请至少选一个人。")
    before = policy.ladder.rung(level)
    when = {LEFT: f"{typed}% left", BEFORE: f"-{typed}", AFTER: f"+{typed}"}.get(kind, "")
    return {
        "level": level.value,
        "when": when,
        "tells": tells,
        "is_inbox_only": f"{name}.inbox" in form,
        "through": list(before.through) if before else [],
    }
