"""Dictionaries of the rules as lines and fields that people read and change, and their form back into values."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from backend.errors import Complaints
from backend.policy import Policy, load_preset
from backend.policy.dictionary_meanings import OWN, dictionary_of
from backend.services.rules import Version

NEW_ROWS = 4
DEPARTMENTS = ""
POINTING = {
    "risk_offices": ("risks", DEPARTMENTS),
    "alert_offices": ("alert_topics", DEPARTMENTS),
    "alert_rhythms": ("alert_topics", "alert_rhythm_names"),
    "alert_risks": ("alert_topics", "risks"),
    "alert_colours": ("alert_topics", "alert_colour_names"),
}
"""Dictionaries whose words are themselves codes: the dictionary that names their entries, and what they point at."""

MOST_SHOWN = 12
_OWN_CODE = re.compile(OWN + r"(\d+)", re.ASCII)
_LONGEST = 500


def overview(version: Version) -> list[dict[str, Any]]:
    """Return every dictionary with the words in it, and whether the county changed it."""
    policy, own = version.policy, version.row.changes.get("dictionaries", {})
    return [
        {
            "code": name,
            "meaning": dictionary_of(name),
            "words": [_shown(policy, name, words) for words in entries.values()][:MOST_SHOWN],
            "more": max(0, len(entries) - MOST_SHOWN),
            "is_own": name in own,
            "is_pointing": name in POINTING,
        }
        for name, entries in policy.dictionaries.items()
        if not dictionary_of(name).is_programs
    ]


def rows_of(version: Version, name: str) -> list[dict[str, str]]:
    """Return the rows of one dictionary's form: its code, the words now, and the preset's where they differ."""
    preset = load_preset(version.row.preset).dictionaries.get(name, {})
    return [
        {"code": code, "words": words, "preset": preset.get(code, "") if preset.get(code, words) != words else ""}
        for code, words in version.policy.dictionaries[name].items()
    ]


def choices_for(policy: Policy, name: str) -> dict[str, str]:
    """Return what the words of this dictionary are chosen from; empty where they are typed."""
    if name not in POINTING:
        return {}
    _, target = POINTING[name]
    offices = {code: office.name for code, office in policy.departments.items()}
    return offices if target == DEPARTMENTS else dict(policy.dictionaries[target])


def labels_for(policy: Policy, name: str) -> Mapping[str, str]:
    """Return what the entries of a dictionary of codes are about."""
    return policy.dictionaries[POINTING[name][0]] if name in POINTING else {}


def values_in(form: Mapping[str, str], version: Version, name: str) -> dict[str, dict[str, Any]]:
    """Return the entries that a form changes, adds or takes out (None), under the section's name."""
    complaints, policy = Complaints(), version.policy
    changed: dict[str, Any] = {}
    for code, words in policy.dictionaries[name].items():
        typed = form.get(f"word.{code}", words).strip()
        if dictionary_of(name).is_open and f"out.{code}" in form:
            changed[code] = None
        elif typed != words:
            changed[code] = complaints.take(lambda typed=typed, code=code: _word(typed, f"word.{code}"), words)  # type: ignore[misc]
    if dictionary_of(name).is_open:
        changed |= dict(_added(form, version, name))
    complaints.raise_if_any()
    return {"dictionaries": {name: changed}} if changed else {}


def changed_lines(before: Policy, after: Policy) -> Iterator[tuple[str, str, str]]:
    """Yield name, words before and words after of each entry that is another one, new, or gone."""
    for name, entries in after.dictionaries.items():
        old = before.dictionaries.get(name, {})
        for code in [*old, *(code for code in entries if code not in old)]:
            if old.get(code) != entries.get(code):
                was, now = old.get(code), entries.get(code)
                title = f"{dictionary_of(name).name}：{_label(before, after, name, code)}"
                yield (
                    title,
                    _shown(before, name, was) if was else "没有",
                    _shown(after, name, now) if now else "不再使用",
                )


def _label(before: Policy, after: Policy, name: str, code: str) -> str:
    if name in POINTING:
        return labels_for(after, name).get(code, code)
    return before.dictionaries.get(name, {}).get(code) or "新的一项"


def _shown(policy: Policy, name: str, words: str) -> str:
    return choices_for(policy, name).get(words, words)


def _word(typed: str, field: str) -> str:
    complaints = Complaints()
    if not typed or len(typed) > _LONGEST:
        complaints.add(field, f"要写文字，不能空，最长{_LONGEST}字。")
    complaints.raise_if_any()
    return typed


def _added(form: Mapping[str, str], version: Version, name: str) -> Iterator[tuple[str, str]]:
    """Yield what was typed into the empty rows, under codes that were never used before."""
    used = [*version.policy.dictionaries[name], *version.row.changes.get("dictionaries", {}).get(name, {})]
    number = max((int(found[1]) for code in used if (found := _OWN_CODE.fullmatch(code))), default=0)
    for row in range(NEW_ROWS):
        if typed := form.get(f"new.{row}", "").strip()[:_LONGEST]:
            number += 1
            yield f"{OWN}{number}", typed
