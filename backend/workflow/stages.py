"""The way to inclusion as a county looks at it from afar: which states are one stage, in the order of the way."""

from collections.abc import Mapping
from types import MappingProxyType

from backend.workflow.states import State

STAGES: Mapping[str, frozenset[State]] = MappingProxyType(
    {
        "受理": frozenset({State.DECLARED, State.RETURNED}),
        "入户核实": frozenset({State.ACCEPTED}),
        "评议公示": frozenset({State.FOUND, State.CONSULTED, State.REVIEWED, State.PUBLIC}),
        "乡镇审核": frozenset({State.VISITED}),
        "县级审定": frozenset({State.PASSED}),
        "公告": frozenset({State.APPROVED}),
    }
)
"""Who stands here waits for the step of this name. A recheck stands beside the way: its family has an outcome."""

INCLUDED = State.MONITORED
OTHERWISE = (State.NOT_INCLUDED, State.NOT_ACCEPTED, State.TRANSFERRED, State.WITHDRAWN, State.TERMINATED)
"""Ends that no further stage was reached before."""
