"""A county's own rules: what is in force, what a change would mean, and changing them from a day on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, OutOfDate
from backend.models import PolicyVersion, Task
from backend.policy import PRESETS, Policy, from_values
from backend.policy import county as county_policy
from backend.policy.county import current_policy, policy_of
from backend.privacy.texts import clean_text
from backend.services import audit
from backend.workflow.budget import validate
from backend.workflow.outbox import ORDINARY, PRESSING, URGENT

MOST_REASON = 300
MOST_COUNTED = 1000


@dataclass(frozen=True)
class RuleChange:
    """What somebody wants changed: values by section over what was on the screen, from a day on, and why.

    `seen` is the version that was on the screen (None where no screen was); `preset` goes under all of the county's
    own values, those of earlier versions too.
    """

    values: Mapping[str, Any]
    from_on: date
    reason: str
    seen: int | None = None
    preset: str | None = None


@dataclass(frozen=True)
class Draft:
    """What a change would make of the rules, and the families and duties under way that it leaves as they are.

    Duties are counted to `MOST_COUNTED`; from there on both figures mean "at least".
    """

    before: Policy
    after: Policy
    open_cases: int
    open_duties: int


@dataclass(frozen=True)
class Version:
    """One version of the rules beside the one before it."""

    row: PolicyVersion
    policy: Policy
    before: Policy | None


@use_case
def change_policy(change: RuleChange, *, by: Actor) -> PolicyVersion:
    """Write a new version of the county's rules, in force from a day on; cases under way keep the one they began with.

    The values are laid over the preset, together with every change made before.
    Errors: `Invalid` names unknown keys and wrong values, a day in the past, a missing reason, and steps that do not
    fit their total; `OutOfDate` when the rules were changed since they were on the screen.
    """
    require(by.role, Action.CHANGE_POLICY)
    last = db.session.scalars(_latest(by).with_for_update()).one()
    policy = _checked(last, change)
    row = PolicyVersion(
        id=new_id(),
        county_code=by.county_code,
        version=policy.version,
        preset=policy.name,
        changes=_laid_over(last.changes, change.values),
        from_on=change.from_on,
        made_at=clock.now(),
        made_by_name=by.name,
        reason=change.reason.strip(),
    )
    db.session.add(row)
    detail = {"version": row.version, "from_on": row.from_on.isoformat(), "why": row.reason}
    audit.record_on_session(by=by, action=Action.CHANGE_POLICY, subject=f"policy:{by.county_code}", detail=detail)
    county_policy.forget()
    return row


def draft(change: RuleChange, *, by: Actor) -> Draft:
    """Say what a change would do, and write nothing; the errors are those of `change_policy`."""
    require(by.role, Action.CHANGE_POLICY)
    last = db.session.scalars(_latest(by)).one()
    after = _checked(last, change)
    some = select(Task.case_id).where(Task.pressing.in_((URGENT, PRESSING, ORDINARY))).limit(MOST_COUNTED)
    cases = db.session.scalars(some).all()
    open_cases = len({each for each in cases if each is not None})
    return Draft(policy_of(by.county_code, last.version), after, open_cases, len(cases))


def latest(*, by: Actor) -> Version:
    """Return the newest version, which may not be in force yet: every change is laid over it."""
    return versions_of(by=by, size=1)[0]


def in_force(*, by: Actor) -> int:
    """Return the number of the version that holds today."""
    require(by.role, Action.CHANGE_POLICY)
    return current_policy(by.county_code).version


def versions_of(*, by: Actor, size: int = 50) -> Sequence[Version]:
    """Return the versions of the county's rules, the newest first."""
    require(by.role, Action.CHANGE_POLICY)
    found = []
    for row in db.session.scalars(_latest(by).limit(size)):
        before = policy_of(by.county_code, row.version - 1) if row.version > 1 else None
        found.append(Version(row, policy_of(by.county_code, row.version), before))
    return found


def _latest(by: Actor) -> Select[PolicyVersion]:
    mine = select(PolicyVersion).where(PolicyVersion.county_code == by.county_code)
    return mine.order_by(PolicyVersion.version.desc()).limit(1)


def _checked(last: PolicyVersion, change: RuleChange) -> Policy:
    """Return the rules as the change would make them."""
    if change.seen is not None and change.seen != last.version:
        raise OutOfDate(f"刚才有人改过规则，现在是第{last.version}版。请先看看新的规则，再决定要不要改。")
    _check_day_and_reason(last, change)
    preset = change.preset or last.preset
    if preset not in PRESETS:
        raise Invalid.field("preset", "没有这一套预置，请重新选择。")
    policy = from_values(preset, _laid_over(last.changes, change.values), last.version + 1)
    findings = dict(finding.split("：", 1) for finding in validate(policy))
    if findings:
        raise Invalid("；".join(f"{key}：{said}" for key, said in findings.items()), fields=findings)
    return policy


def _check_day_and_reason(last: PolicyVersion, change: RuleChange) -> None:
    complaints = Complaints()
    if change.from_on < clock.today():
        complaints.add("from_on", "生效日期不能早于今天。")
    elif change.from_on < last.from_on:
        # A later version holds everything of the one before: it cannot begin sooner.
        complaints.add("from_on", f"上一版从{last.from_on.month}月{last.from_on.day}日起生效，新的一版不能比它更早。")
    complaints.take(lambda: clean_text(change.reason, most=MOST_REASON, field="reason"), "")
    complaints.raise_if_any()


def _laid_over(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a change over every change made before; of a dictionary too only the entries that it names."""
    whole = dict(before)
    for section, values in changes.items():
        known = whole.get(section)
        if not isinstance(values, Mapping) or not isinstance(known, Mapping) or section == "ladder":
            whole[section] = values
        elif section == "dictionaries":
            whole[section] = {**known, **{name: {**known.get(name, {}), **each} for name, each in values.items()}}
        else:
            whole[section] = {**known, **values}
    return whole
