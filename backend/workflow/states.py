"""Where a case can stand, and what each standing is called."""

from enum import StrEnum


class State(StrEnum):
    """The standings of a case in the identification procedure."""

    DECLARED = "declared"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    VISITED = "visited"
    PASSED = "passed"
    MONITORED = "monitored"
    NOT_INCLUDED = "not_included"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"


STATE_NAMES = {
    State.DECLARED: "待受理",
    State.RETURNED: "待补充材料",
    State.ACCEPTED: "待入户核实",
    State.VISITED: "待乡镇审核",
    State.PASSED: "待县级审定",
    State.MONITORED: "已纳入监测",
    State.NOT_INCLUDED: "未纳入",
    State.NOT_ACCEPTED: "不予受理",
    State.WITHDRAWN: "已撤回",
}

ENDS = frozenset({State.MONITORED, State.NOT_INCLUDED, State.NOT_ACCEPTED, State.WITHDRAWN})
"""Standings in which nobody owes anything any more."""


class Kind(StrEnum):
    """The kinds of duty (待办)."""

    ACCEPT = "accept"
    VISIT = "visit"
    FETCH_INFORMATION = "fetch_information"
    TOWN_REVIEW = "town_review"
    COUNTY_DECISION = "county_decision"
    JOIN = "join"


KIND_NAMES = {
    Kind.ACCEPT: "受理申报",
    Kind.VISIT: "入户核实",
    Kind.FETCH_INFORMATION: "协助补齐材料",
    Kind.TOWN_REVIEW: "乡镇审核",
    Kind.COUNTY_DECISION: "县级审定",
    Kind.JOIN: "核对新的申报",
}
