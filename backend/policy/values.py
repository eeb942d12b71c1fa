"""Policies as plain values: changed and read strictly, written for JSON, compared line by line."""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from backend.errors import Invalid
from backend.policy.ladder import Ladder
from backend.policy.limits import Limit
from backend.policy.rules import Department, Policy

Values = dict[str, Any]
Fields = dict[str, str]
T = TypeVar("T")

PLAIN = ("limits", "flags", "numbers", "texts")
"""Sections whose keys are fixed: the program reads them by name."""

SECTIONS = (*PLAIN, "dictionaries", "departments", "ladder")
RETIRED = {
    "limits": frozenset({"T_FETCH", "T_PLAN_LATEST"}),
    "flags": frozenset({"objection_restarts_notice", "authorization_at"}),
    "numbers": frozenset({"notices_in_village", "assessment_month", "grid_member_age_at_most"}),
    "texts": frozenset({"public_notice"}),
    "dictionaries": frozenset({"authorization_at"}),
}
"""Keys that nothing reads any more: a county's older versions may still name them, and are read without them."""
LARGEST_NUMBER = 1_000_000
LONGEST_WORDS = 500
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,29}", re.ASCII)


def read(name: str, version: int, values: Values) -> Policy:
    """Make a policy of complete plain values; raise `Invalid` naming every value that cannot be (`limits.T_VISIT`)."""
    wrong: Fields = {section: "缺少这一部分。" for section in SECTIONS if not isinstance(values.get(section), dict)}
    _refuse(wrong)
    policy = Policy(
        name=name,
        version=version,
        limits=_each("limits", values["limits"], Limit.parse, wrong),
        flags=_each("flags", values["flags"], _flag, wrong),
        numbers=_each("numbers", values["numbers"], _number, wrong),
        dictionaries=MappingProxyType(
            {
                name: _each(f"dictionaries.{name}", entries, _words, wrong)
                for name, entries in values["dictionaries"].items()
            }
        ),
        texts=_each("texts", values["texts"], _words, wrong),
        ladder=Ladder.read(values["ladder"]),
        departments=_each("departments", values["departments"], _department, wrong),
    )
    _refuse(wrong)
    return policy


def changed(base: Values, changes: Mapping[str, Any]) -> Values:
    """Lay a county's changes over complete values and return new ones.

    Limits, flags, numbers and texts can be changed, never added or removed. Entries of dictionaries and departments can
    also be added, and removed by None. The ladder is replaced whole. Raise `Invalid` naming each unknown key.
    """
    wrong: Fields = {}
    values = {section: dict(entries) for section, entries in base.items()}
    for section, entries in changes.items():
        if section not in SECTIONS or not isinstance(entries, Mapping):
            wrong[str(section)] = "政策里没有这一部分。"
        elif section == "ladder":
            values[section] = dict(entries)
        elif section == "dictionaries":
            _change_dictionaries(values[section], entries, wrong)
        elif section == "departments":
            _change_entries(values[section], entries)
        else:
            _change_plain(section, values[section], entries, wrong)
    _refuse(wrong)
    return values


def as_values(policy: Policy) -> Values:
    """Return the policy as values that JSON can hold, and that `read` takes."""
    return {
        "limits": {key: str(limit) for key, limit in policy.limits.items()},
        "flags": dict(policy.flags),
        "numbers": dict(policy.numbers),
        "texts": dict(policy.texts),
        "dictionaries": {name: dict(entries) for name, entries in policy.dictionaries.items()},
        "departments": {
            code: {"name": department.name, "groups": list(department.groups)}
            for code, department in policy.departments.items()
        },
        "ladder": policy.ladder.as_values(),
    }


def diff(a: Policy, b: Policy) -> list[str]:
    """Say in one line each what `b` changes of `a`: `limits.T_VISIT: 2d → 2wd`; `∅` where one has nothing."""
    before, after = dict(_flat(as_values(a))), dict(_flat(as_values(b)))
    keys = [*before, *(key for key in after if key not in before)]
    return [
        f"{key}: {before.get(key, '∅')} → {after.get(key, '∅')}" for key in keys if before.get(key) != after.get(key)
    ]


def _change_plain(section: str, values: Values, changes: Mapping[str, Any], wrong: Fields) -> None:
    for key, value in changes.items():
        if key in RETIRED.get(section, ()):
            continue
        if key not in values:
            wrong[f"{section}.{key}"] = "政策里没有这一项。"
        elif type(value) is not type(values[key]):
            wrong[f"{section}.{key}"] = f"要写成和「{values[key]}」同一类的值。"
        else:
            values[key] = value


def _change_dictionaries(dictionaries: Values, changes: Mapping[str, Any], wrong: Fields) -> None:
    for name, entries in changes.items():
        if name in RETIRED["dictionaries"]:
            continue
        if name not in dictionaries or not isinstance(entries, Mapping):
            wrong[f"dictionaries.{name}"] = "政策里没有这本字典。"
        else:
            dictionaries[name] = dict(dictionaries[name])
            _change_entries(dictionaries[name], entries)


def _change_entries(entries: Values, changes: Mapping[str, Any]) -> None:
    entries.update(changes)
    for code in [code for code, value in entries.items() if value is None]:
        del entries[code]


def _each(section: str, entries: Any, reader: Callable[[Any], T], wrong: Fields) -> Mapping[str, T]:
    known: dict[str, T] = {}
    if not isinstance(entries, Mapping):
        wrong[section] = "要写成一组「名称: 值」。"
        return known
    for code, value in entries.items():
        try:
            known[_code(code)] = reader(value)
        except Invalid as error:
            wrong[f"{section}.{code}"] = error.message
    return MappingProxyType(known)


def _code(code: object) -> str:
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise Invalid("代码只能用英文字母、数字、下划线和点，以字母开头，最长 30 位。")
    return code


def _flag(value: object) -> bool | str:
    return value if isinstance(value, bool) else _code(value)


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_NUMBER:
        raise Invalid(f"要写 0 到 {LARGEST_NUMBER} 的整数。")
    return value


def _words(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_WORDS:
        raise Invalid(f"要写文字，不能空，最长 {LONGEST_WORDS} 字。")
    return value


def _department(value: object) -> Department:
    if not isinstance(value, Mapping) or set(value) != {"name", "groups"} or not isinstance(value["groups"], list):
        raise Invalid("部门要写名称 name 和所在工作组 groups。")
    return Department(_words(value["name"]), tuple(_code(group) for group in value["groups"]))


def _flat(values: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if not isinstance(values, dict):
        yield path, ", ".join(map(str, values)) if isinstance(values, list) else str(values)
        return
    for key, value in values.items():
        yield from _flat(value, f"{path}.{key}" if path else key)


def _refuse(wrong: Fields) -> None:
    if wrong:
        named = "；".join(f"{key}：{sentence}" for key, sentence in wrong.items())
        raise Invalid(f"政策有 {len(wrong)} 处要改：{named}", fields=wrong)
