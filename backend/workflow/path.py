"""The usual way of a case, stop by stop, and how far one has come: for showing, never for deciding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from backend import clock
from backend.models import Case, CaseEvent
from backend.policy.county import policy_of
from backend.workflow.duties import FULL, REMOVAL, SHORT, WARNING
from backend.workflow.states import STATE_NAMES, State

_STOPS: Mapping[str, Mapping[State, str]] = {
    FULL: {
        State.DECLARED: "受理",
        State.ACCEPTED: "入户核实",
        State.FOUND: "村级会商",
        State.CONSULTED: "民主评议",
        State.REVIEWED: "张贴公示",
        State.PUBLIC: "公示",
        State.VISITED: "乡镇审核",
        State.PASSED: "县级审定",
        State.APPROVED: "公告",
        State.MONITORED: "纳入监测",
    },
    SHORT: {
        State.DECLARED: "受理",
        State.ACCEPTED: "入户核实",
        State.VISITED: "乡镇审核",
        State.PASSED: "县级审定",
        State.MONITORED: "纳入监测",
    },
    REMOVAL: {
        State.ACCEPTED: "入户核实",
        State.CONSULTED: "民主评议",
        State.REVIEWED: "张贴公示",
        State.PUBLIC: "公示",
        State.VISITED: "乡镇审核",
        State.PASSED: "县级审定",
        State.APPROVED: "公告",
        State.REMOVED: "风险消除",
    },
    WARNING: {
        State.WARNED: "乡镇初审",
        State.WARNING_CHECKED: "县级确认",
        State.WARNING_CONFIRMED: "部门补短",
        State.WARNING_HELPED: "核实销号",
        State.WARNING_CLOSED: "已销号",
    },
}

_FOUR: Mapping[State, str] = {
    State.DECLARED: "入户核查核实",
    State.ACCEPTED: "入户核查核实",
    **dict.fromkeys((State.FOUND, State.CONSULTED, State.REVIEWED, State.PUBLIC), "村级评议公示"),
    State.VISITED: "乡镇核查初审",
    State.PASSED: "县级比对审定",
    State.APPROVED: "县级比对审定",
    State.MONITORED: "纳入监测",
}
"""The four steps (seed 004) under which a county with the flag `four_step` shows the same stops."""


@dataclass(frozen=True)
class Stop:
    """One stop: when it was last left behind, and whether the case stands there now."""

    name: str
    left_on: date | None = None
    is_here: bool = False


def way_of(case: Case, events: Sequence[CaseEvent]) -> list[Stop]:
    """Return the stops of a case's procedure; one that ended elsewhere shows where it left the way, and as what."""
    names, state = _STOPS[case.procedure], State(case.state)
    is_short = case.procedure == FULL and policy_of(case.county_code, case.policy_version).flags["four_step"]
    called = _FOUR if is_short else names
    left = {
        each.from_state: clock.local(each.happened_at).date() for each in events if each.from_state != each.to_state
    }
    if state in names:
        ahead = list(names)[list(names).index(state) :]
        stops = [Stop(called[each], None if each in ahead else left.get(each), each is state) for each in names]
    else:
        stops = [Stop(called[each], left[each]) for each in names if each in left]
        stops.append(Stop(STATE_NAMES[state], None, True))
    return [_as_one(list(same)) for _, same in groupby(stops, key=lambda stop: stop.name)]


def _as_one(stops: Sequence[Stop]) -> Stop:
    """Show stops of one name as one, left when the last of them was."""
    is_here = any(stop.is_here for stop in stops)
    days = [stop.left_on for stop in stops if stop.left_on]
    return Stop(stops[0].name, None if is_here or not days else days[-1], is_here)
