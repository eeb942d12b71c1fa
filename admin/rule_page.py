"""Turns the county's rules into lines and fields that people read and change, and their form back into values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from admin import rule_departments, rule_dictionaries, rule_ladder
from backend.errors import Complaints, DomainError
from backend.policy import Limit, Policy, Unit, as_values, load_preset
from backend.policy.limits import LONGEST_DAYS
from backend.policy.meanings import Meaning, meaning_of
from backend.policy.presets import BASE
from backend.policy.values import PLAIN
from backend.services.rules import Version

GROUPS = {
    "limits": "时限",
    "flags": "做法",
    "numbers": "数字和门槛",
    "texts": "名称和文字",
}
UNITS = {"d": "自然日", "wd": "工作日", "d roll": "自然日，遇休息日顺延"}
YES_OR_NO = {"yes": "是", "no": "否"}
LONG_TEXT = 40
_DAYS = re.compile(r"\d{1,4}", re.ASCII)
_NUMBER = re.compile(r"\d{1,7}", re.ASCII)


@dataclass(frozen=True)
class Line:
    """One value of the rules: its field's name, what it means, how it reads, and the preset's where that differs."""

    field: str
    meaning: Meaning
    shown: str
    source: str
    preset: str = ""


def groups_of(version: Version) -> dict[str, list[Line]]:
    """Return every value that the page shows, by group."""
    return {group: list(_lines(version, group)) for group in GROUPS}


def fields_of(policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """Return the form: what each field is, and the value that stands in it."""
    return {group: [_field(policy, group, key) for key in getattr(policy, group)] for group in GROUPS}


def values_in(form: Mapping[str, str], policy: Policy) -> dict[str, dict[str, Any]]:
    """Return, by section, the values of a form that differ from the rules; `Invalid` names what cannot be read."""
    complaints, now = Complaints(), as_values(policy)
    changes: dict[str, dict[str, Any]] = {}
    for group in PLAIN:
        for key, value in now[group].items():
            name = f"{group}.{key}"
            if name in form:
                typed = _read(group, name, value, form, complaints)
                if typed != value:
                    changes.setdefault(group, {})[key] = typed
    complaints.raise_if_any()
    return changes


def changed_lines(before: Policy, after: Policy) -> list[tuple[str, str, str]]:
    """Say what `after` changes of `before`: name, before, after."""
    old, new = as_values(before), as_values(after)
    lines = [
        (meaning_of(after, group, key).name, _shown(before, group, key), _shown(after, group, key))
        for group in PLAIN
        for key in new[group]
        if old[group].get(key) != new[group][key]
    ]
    for part in (rule_dictionaries, rule_departments, rule_ladder):
        lines += part.changed_lines(before, after)
    return lines


def said_above(error: DomainError | None, known: set[str]) -> list[str]:
    """Return what is said above the form: everything that has no field of its own."""
    if error is None:
        return []
    if not error.fields:
        return [error.message]
    beside = set(error.fields) & known
    homeless = [sentence for name, sentence in error.fields.items() if name not in known]
    return [*([f"有{len(beside)}处要改，在下面红字的地方。"] if beside else []), *homeless]


def _lines(version: Version, group: str) -> Iterator[Line]:
    policy, own = version.policy, version.row.changes.get(group, {})
    preset, base = load_preset(version.row.preset), load_preset(BASE)
    for key in getattr(policy, group):
        shown, of_preset, meaning = (
            _shown(policy, group, key),
            _shown(preset, group, key),
            meaning_of(policy, group, key),
        )
        source = meaning.source if of_preset == _shown(base, group, key) else f"预置：{preset.texts['title']}"
        is_own = key in own and shown != of_preset
        yield Line(f"{group}.{key}", meaning, shown, "本县改定" if is_own else source, of_preset if is_own else "")


def _shown(policy: Policy, group: str, key: str) -> str:
    value = getattr(policy, group)[key]
    if isinstance(value, Limit):
        return value.in_words + ("，遇休息日顺延" if value.rolls else "")
    if isinstance(value, bool):
        return YES_OR_NO["yes" if value else "no"]
    return policy.dictionaries[key].get(value, value) if group == "flags" else str(value)


def _field(policy: Policy, group: str, key: str) -> dict[str, Any]:
    value = getattr(policy, group)[key]
    field: dict[str, Any] = {"name": f"{group}.{key}", "meaning": meaning_of(policy, group, key)}
    if isinstance(value, Limit):
        suffix = "wd" if value.unit is Unit.WORKING else "d roll" if value.rolls else "d"
        return field | {"kind": "limit", "value": str(value.days), "unit": suffix}
    if isinstance(value, bool):
        return field | {"kind": "choice", "value": "yes" if value else "no", "choices": YES_OR_NO}
    if group == "flags":
        return field | {"kind": "choice", "value": value, "choices": policy.dictionaries[key]}
    kind = "number" if group == "numbers" else "long" if len(value) > LONG_TEXT else "text"
    return field | {"kind": kind, "value": str(value)}


def _read(group: str, name: str, value: Any, form: Mapping[str, str], complaints: Complaints) -> Any:
    typed = form[name].strip()
    if group == "limits":
        unit = form.get(f"{name}.unit", "")
        if not _DAYS.fullmatch(typed) or int(typed) > LONGEST_DAYS or unit not in UNITS:
            complaints.add(name, f"请写天数，0到{LONGEST_DAYS}之间的整数，再选自然日或工作日。")
            return value
        return f"{int(typed)}{unit}"
    if group == "numbers":
        if not _NUMBER.fullmatch(typed):
            complaints.add(name, "请写整数，不带小数和单位。")
            return value
        return int(typed)
    return typed == "yes" if isinstance(value, bool) else typed
