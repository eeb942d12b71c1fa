"""Whether a policy's steps fit its totals: the longest path, walked from every day of a year.

Every step is taken on its last day, because a later event never gives an earlier due date; so the path that fits when
everybody is as slow as allowed fits always. What stops the clock (a return, an objection) is given back day by day and
needs no room. Between steps nothing is lost: the sheet goes up on the day of the meeting, and the township's days are
counted from the last day of the notice, which is closed on the next. Where they count from the home check they may be
over by then, and the review has the day after the closing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from backend.policy.checks import structural_findings
from backend.policy.rules import Policy
from backend.workdays import OFFICIAL_UNTIL, ONE_DAY, Workdays
from backend.workflow.deadlines import Due, due_on, not_before_seen

LAST_STEP = {"decision": "T_COUNTY", "announcement": "T_ANNOUNCE", "national_entry": "T_NATIONAL"}
"""The flag `total_ends_at`, and the step whose end then stops the total."""

_SPANS = {"T_TOTAL": "discovered", "T_AFTER_VISIT": "T_VISIT", "GC_BACKFILL": "T_VISIT"}


@dataclass(frozen=True, slots=True)
class Overrun:
    """The steps end on `ends_on`, after the total's end `due_on`, when the case begins on `begun_on`."""

    begun_on: date
    due_on: date
    ends_on: date


def validate(policy: Policy, year: int = OFFICIAL_UNTIL, workdays: Workdays | None = None) -> list[str]:
    """Return what is wrong with a policy, one Chinese sentence each; an empty list when a county may use it.

    Looks for missing limits, a notice under five days, references to nothing, and steps that together last longer than
    their total from any day of `year` (which should be one whose days off are published).
    """
    findings = structural_findings(policy)
    if findings:
        return findings
    return [*_total_findings(policy, year, workdays or Workdays())]


def longest_path(policy: Policy, discovered_on: date, workdays: Workdays) -> dict[str, date]:
    """Return the last day of every step of a case found on this day, when each step takes all its time."""
    flags, last = policy.flags, {"discovered": discovered_on}

    def take(key: str, *after: str) -> None:
        last[key] = due_on(max(last[step] for step in after), policy.limits[key], workdays).on

    compare = flags["compare_position"]
    take("T_ACCEPT", "discovered")
    take("T_VISIT", "discovered" if flags["visit_from"] == "discovery" else "T_ACCEPT")
    last["T_VISIT"] = max(last["T_VISIT"], last["T_ACCEPT"])
    if compare == "before_review":
        take("T_COMPARE", "T_VISIT")
    take("T_REVIEW", "T_COMPARE" if compare == "before_review" else "T_VISIT")
    take("T_PUBLIC", "T_REVIEW")
    if compare == "parallel_public":
        take("T_COMPARE", "T_REVIEW")
    known = [step for step in ("T_PUBLIC", "T_COMPARE") if step in last]
    if flags["parallel_public_and_town"]:
        take("T_TOWN", "T_VISIT")
        own, closed = Due(last["T_TOWN"]), last["T_PUBLIC"] + ONE_DAY
        last["T_TOWN"] = not_before_seen(own, closed, policy.limits["T_TOWN"], workdays).on
    else:
        take("T_TOWN", *known)
    if compare == "last":
        take("T_COMPARE", *known, "T_TOWN")
    take("T_COUNTY", "T_PUBLIC", "T_COMPARE", "T_TOWN")
    take("T_ANNOUNCE", "T_COUNTY")
    take("T_NATIONAL", "T_ANNOUNCE")
    return last


def _total_findings(policy: Policy, year: int, workdays: Workdays) -> Iterator[str]:
    days = [date(year, 1, 1) + ONE_DAY * n for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    paths = [longest_path(policy, day, workdays) for day in days]
    for key, begins in _SPANS.items():
        if key == "GC_BACKFILL" and not policy.flags["green_channel"]:
            continue
        over = [overrun for path in paths if (overrun := _overrun(policy, key, path, begins, workdays))]
        if over:
            worst = max(over, key=lambda one: one.ends_on - one.due_on)
            yield (
                f"limits.{key}：{policy.limits[key].in_words}装不下各步，全年有 {len(over)} 个起始日会超；最多的一次，"
                f"从 {worst.begun_on} 起算，应在 {worst.due_on} 结束，各步办满要到 {worst.ends_on}。"
            )


def _overrun(policy: Policy, key: str, path: dict[str, date], begins: str, workdays: Workdays) -> Overrun | None:
    due = due_on(path[begins], policy.limits[key], workdays).on
    ends_on = path[LAST_STEP[str(policy.flags["total_ends_at"])]]
    return Overrun(path[begins], due, ends_on) if ends_on > due else None
