"""What a step leaves for those that come after it: facts about the case, and never what somebody said."""

from collections.abc import Mapping
from typing import Any

from backend import clock
from backend.policy.county import county_workdays
from backend.workflow.deadlines import due_on
from backend.workflow.duties import WATCH_NOTICE
from backend.workflow.postings import counted_from, hung_on
from backend.workflow.steps import Step

PROMISED_FROM = "promised_from"
"""A mark: the day from which the promised day counts, where that is not the day on which the risk was found."""


def visit_marks(step: Step) -> Mapping[str, Any]:
    """Remember when the family was last visited."""
    return {"visited_on": clock.today().isoformat()}


def found_marks(step: Step) -> Mapping[str, Any]:
    """Remember the visit; a village that sees the risk now has taken back the no that it said before."""
    takes_back = {"village_says_no": False} if step.marks.get("village_says_no") else {}
    return {**visit_marks(step), **takes_back}


def skipping_marks(step: Step) -> Mapping[str, Any]:
    """Remember the items that a leader let go; the comparison itself is over only when none is left."""
    skipped = {"skipped_items": list(step.detail.get("items", []))}
    return skipped if step.detail.get("left") else {**skipped, **comparison_marks(step)}


def comparison_marks(step: Step) -> Mapping[str, Any]:
    """Remember that the comparison was made, or skipped with a leader's word."""
    return {"compared": str(step.row.action)}


def village_no_marks(step: Step) -> Mapping[str, Any]:
    """Remember that the village did not agree."""
    return {"village_says_no": True}


def posted_marks(step: Step) -> Mapping[str, Any]:
    """Remember the notice's days: the day of posting is not one of them. An earlier sheet's end is not this one's."""
    limit, workdays = step.policy.limit(WATCH_NOTICE.limit), county_workdays(step.case.county_code)
    until = due_on(counted_from(step), limit, workdays).on
    return {"notice_on": hung_on(step).isoformat(), "notice_until": until.isoformat(), "taken_down": None}


def checked_marks(step: Step) -> Mapping[str, Any]:
    """Remember which departments have looked."""
    done = step.seen.detail.get("department", "") if step.seen else ""
    return {"checked": [*step.marks.get("checked", []), done]}


def category_marks(step: Step) -> Mapping[str, Any]:
    """Remember the category (三类) that the township passed on."""
    return {"category": step.detail["category"]} if step.detail.get("category") else {}


def not_included_marks(step: Step) -> Mapping[str, Any]:
    """Help that went first stays with the family: it is booked as 临时救助 (practice P1)."""
    return {"aid_booked_as": "temporary_relief"} if "green_on" in step.marks else {}


def returned_marks(step: Step) -> Mapping[str, Any]:
    """Count the returns: a further one needs the township's lead."""
    return {"returns": step.marks.get("returns", 0) + 1}


def confirmed_marks(step: Step) -> Mapping[str, Any]:
    """Remember whether the second visitor saw the same."""
    return {"check_disputed": step.detail.get("agrees") is False}


def removal_check_marks(step: Step) -> Mapping[str, Any]:
    """Remember when the family was visited for its removal, and by which way its risk went."""
    return {"visited_on": clock.today().isoformat(), "removal_mode": step.detail.get("mode", "")}


def ended_marks(step: Step) -> Mapping[str, Any]:
    """Remember as what the case ended, for a recheck that confirms it."""
    return {"ended_as": step.case.state, "rechecked": [*step.marks.get("rechecked", []), step.case.state]}


def taken_down_marks(step: Step) -> Mapping[str, Any]:
    """Remember when the sheet came down."""
    return {"taken_down": clock.today().isoformat()}


def failed_meeting_marks(step: Step) -> Mapping[str, Any]:
    """Count the calls to which too few came."""
    return {"failed_meetings": step.marks.get("failed_meetings", 0) + 1}


def objected_marks(step: Step) -> Mapping[str, Any]:
    """Remember that somebody objected."""
    return {"objected": True}


def green_asked_marks(step: Step) -> Mapping[str, Any]:
    """Remember when help first was asked for."""
    return {"green_asked_on": clock.today().isoformat()}


def green_marks(step: Step) -> Mapping[str, Any]:
    """Remember since when help goes first; its own clock replaces the total from now (practice P17)."""
    limit, workdays = step.policy.limit("GC_BACKFILL"), county_workdays(step.case.county_code)
    return {
        "green_on": clock.today().isoformat(),
        "backfill_by": due_on(clock.today(), limit, workdays).on.isoformat(),
    }
