"""The county's departments as rows that people read and change: names, working groups, which risks each checks."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from backend.errors import Complaints
from backend.policy import Policy, load_preset
from backend.policy.dictionary_meanings import OWN
from backend.policy.rules import Department
from backend.services import work_groups
from backend.services.rules import Version

GROUPS = {**work_groups.GROUPS, "named": "只在文件里提到"}
"""The working groups of seed 001 in which departments sit."""

POINTING = ("risk_offices", "alert_offices")
"""Dictionaries that name a department: what it still has to do there, nobody may take it out of."""

NEW_ROWS = 3
_LONGEST = 60
_OWN_CODE = re.compile(OWN + r"(\d+)", re.ASCII)


def rows_of(version: Version) -> list[dict[str, Any]]:
    """Return a row for each department: its name, groups, the risks and alerts it looks at, and the preset's name."""
    preset, own = load_preset(version.row.preset).departments, version.row.changes.get("departments", {})
    return [
        {
            "code": code,
            "name": each.name,
            "groups": each.groups,
            "group_names": [GROUPS.get(group, group) for group in each.groups],
            "risks": _owed_by(version.policy, code, "risk_offices", "risks"),
            "alerts": _owed_by(version.policy, code, "alert_offices", "alert_topics"),
            "is_own": code in own,
            "preset": preset[code].name if code in preset and preset[code].name != each.name else "",
        }
        for code, each in version.policy.departments.items()
    ]


def values_in(form: Mapping[str, str], version: Version) -> dict[str, dict[str, Any]]:
    """Return the departments that a form changes, adds or takes out (None); `Invalid` names what cannot be."""
    complaints, policy = Complaints(), version.policy
    changed: dict[str, Any] = {}
    for code, now in policy.departments.items():
        if f"out.{code}" in form:
            if any(code in policy.dictionaries[name].values() for name in POINTING):
                complaints.add(f"name.{code}", "还有风险或者预警归这个部门，请先在选项字典里改给别的部门，再停用。")
            changed[code] = None
            continue
        typed = _department(form, code, now, complaints)
        if typed != now:
            changed[code] = _written(typed)
    complaints.raise_if_any()
    changed |= _added(form, version)
    return {"departments": changed} if changed else {}


def changed_lines(before: Policy, after: Policy) -> Iterator[tuple[str, str, str]]:
    """Yield name, before and after of each department that is another one, new, or gone."""
    for code in [*before.departments, *(code for code in after.departments if code not in before.departments)]:
        was, now = before.departments.get(code), after.departments.get(code)
        if was != now:
            title = f"部门：{was.name if was else '新的部门'}"
            yield title, _said(was) if was else "没有", _said(now) if now else "不再使用"


def _said(each: Department) -> str:
    groups = "、".join(GROUPS.get(group, group) for group in each.groups)
    return f"{each.name}（{groups or '不在工作组里'}）"


def _department(form: Mapping[str, str], code: str, now: Department, complaints: Complaints) -> Department:
    if f"name.{code}" not in form:
        return now
    name = form[f"name.{code}"].strip()
    if not name or len(name) > _LONGEST:
        complaints.add(f"name.{code}", f"请写部门的名称，最长{_LONGEST}字。")
    return Department(name, _groups(form, code))


def _groups(form: Mapping[str, str], code: str) -> tuple[str, ...]:
    return tuple(group for group in GROUPS if f"group.{code}.{group}" in form)


def _added(form: Mapping[str, str], version: Version) -> dict[str, Any]:
    """Return what was typed into the empty rows, under codes that were never used before."""
    used = [*version.policy.departments, *version.row.changes.get("departments", {})]
    number = max((int(found[1]) for code in used if (found := _OWN_CODE.fullmatch(code))), default=0)
    typed = [(form.get(f"new.{row}", "").strip()[:_LONGEST], _groups(form, f"new{row}")) for row in range(NEW_ROWS)]
    named = [Department(name, groups) for name, groups in typed if name]
    return {f"{OWN}{number + place}": _written(each) for place, each in enumerate(named, start=1)}


def _written(each: Department) -> dict[str, Any]:
    return {"name": each.name, "groups": list(each.groups)}


def _owed_by(policy: Policy, code: str, dictionary: str, names: str) -> list[str]:
    words = policy.dictionaries[names]
    return [words.get(each, each) for each, office in policy.dictionaries[dictionary].items() if office == code]
