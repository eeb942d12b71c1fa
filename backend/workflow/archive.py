"""一户一档: the parts of a family's file in the archive's order, and which of them it must have by now (P44)."""

from collections.abc import Mapping
from enum import StrEnum

from backend.models import Case, Watch
from backend.workflow.duties import FULL
from backend.workflow.states import State


class Part(StrEnum):
    """The parts of a family's file, in the order in which an archive keeps them."""

    APPLICATION = "application"
    AUTHORIZATION = "authorization"
    CHECK = "check"
    CONSULTATION = "consultation"
    MEETING = "meeting"
    NOTICE = "notice"
    APPROVAL = "approval"
    ANNOUNCEMENT = "announcement"
    PLAN = "plan"
    MEASURES = "measures"
    VISITS = "visits"
    REMOVAL = "removal"


PART_NAMES: Mapping[Part, str] = {
    Part.APPLICATION: "申报或线索",
    Part.AUTHORIZATION: "承诺授权",
    Part.CHECK: "入户核实",
    Part.CONSULTATION: "村级会商",
    Part.MEETING: "民主评议",
    Part.NOTICE: "公示",
    Part.APPROVAL: "审核和审定",
    Part.ANNOUNCEMENT: "公告",
    Part.PLAN: "帮扶计划",
    Part.MEASURES: "帮扶措施",
    Part.VISITS: "走访",
    Part.REMOVAL: "风险消除",
}

_ORDER = (
    *(State.DECLARED, State.ACCEPTED, State.FOUND, State.CONSULTED, State.REVIEWED),
    *(State.PUBLIC, State.VISITED, State.PASSED, State.APPROVED, State.MONITORED),
)
_THERE_AFTER: Mapping[Part, State] = {
    Part.CHECK: State.ACCEPTED,
    Part.AUTHORIZATION: State.FOUND,
    Part.CONSULTATION: State.FOUND,
    Part.MEETING: State.CONSULTED,
    Part.NOTICE: State.REVIEWED,
    Part.APPROVAL: State.PASSED,
    Part.ANNOUNCEMENT: State.APPROVED,
}
"""The standing that a case has left behind once a part must be there."""
_AFTER_INCLUSION = (Part.PLAN, Part.MEASURES, Part.VISITS)
_IN_FULL_ONLY = frozenset({Part.AUTHORIZATION, Part.CONSULTATION, Part.MEETING, Part.NOTICE, Part.ANNOUNCEMENT})
"""The short procedure has none of these."""


def must_have(case: Case, watch: Watch | None) -> tuple[Part, ...]:
    """Return the parts that a family's file must hold by now, in the archive's order.

    A family that is still on its way lacks nothing that comes later; one that was not included lacks nothing at all
    but what began it.
    """
    state = State(case.state)
    stands = _ORDER.index(state) if state in _ORDER else 0
    passed = {part for part, after in _THERE_AFTER.items() if stands > _ORDER.index(after)}
    if case.procedure != FULL:
        passed -= _IN_FULL_ONLY
    if watch is not None:
        passed |= set(_AFTER_INCLUSION)
        passed |= {Part.REMOVAL} if watch.removed_on else set()
    return tuple(part for part in Part if part is Part.APPLICATION or part in passed)
