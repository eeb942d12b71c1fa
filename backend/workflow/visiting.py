"""Where a home check leads, the first one and one in between: a sheet is posted once, and nothing is skipped."""

from collections.abc import Sequence
from datetime import date

from backend import clock
from backend.workflow.duties import (
    COMPARE,
    CONSULT,
    DEPARTMENT_CHECK,
    TAKE_DOWN,
    TOWN_REVIEW,
    WATCH_NOTICE,
    Opening,
)
from backend.workflow.openings import (
    after_village_no,
    compares,
    department_checks,
    is_parallel,
    open_of,
    sheet_still_up,
    village_word,
)
from backend.workflow.postings import hangs_until, watch
from backend.workflow.states import Kind, State
from backend.workflow.steps import Step
from backend.workflow.ways import Way, answers, leads_to


@leads_to(State.FOUND, State.PUBLIC, State.VISITED)
def visit_leads_to(step: Step) -> State:
    """Lead a family whose notice was posted before back to where it stood: the sheet is posted once."""
    return State.FOUND if hangs_until(step) is None else no_risk_leads_to(step)


@leads_to(State.PUBLIC, State.VISITED)
def no_risk_leads_to(step: Step) -> State:
    """Let the township judge the village's no; a sheet that hangs hangs its days all the same, for it may disagree."""
    until = hangs_until(step)
    return State.PUBLIC if until is not None and clock.today() <= until else State.VISITED


@answers(
    Way((COMPARE,), (DEPARTMENT_CHECK,), where=frozenset({State.FOUND}), posted=False),
    Way((CONSULT,), (DEPARTMENT_CHECK,), where=frozenset({State.FOUND}), posted=False),
    Way((WATCH_NOTICE,), (COMPARE,), where=frozenset({State.PUBLIC}), posted=True),
    Way((TOWN_REVIEW,), (DEPARTMENT_CHECK, COMPARE, TAKE_DOWN), where=frozenset({State.VISITED}), posted=True),
)
def after_visit(step: Step) -> Sequence[Opening]:
    """Comparison first, or 会商 at once; beside them the township's checks where the county works side by side."""
    until = hangs_until(step)
    if until is not None:
        return _after_another_visit(step, until)
    beside = department_checks(step, clock.today()) if is_parallel(step) and "checked" not in step.marks else []
    return [Opening(COMPARE if compares(step, "before_review") else CONSULT), *beside]


@answers(
    Way((TOWN_REVIEW,), where=frozenset({State.VISITED}), posted=False),
    Way((WATCH_NOTICE,), (COMPARE,), where=frozenset({State.PUBLIC}), posted=True),
    Way((TOWN_REVIEW,), (DEPARTMENT_CHECK, COMPARE, TAKE_DOWN), where=frozenset({State.VISITED}), posted=True),
)
def after_no_risk(step: Step) -> Sequence[Opening]:
    """Open the township's duty, at once or after the days of a sheet that hangs: if it disagrees, all was needed."""
    until = hangs_until(step)
    return after_village_no(step) if until is None else _after_another_visit(step, until, says_no=True)


def _after_another_visit(step: Step, until: date, *, says_no: bool = False) -> Sequence[Opening]:
    """Go on where the family stood; a visit in between lets nobody's check and no comparison fall by the wayside."""
    missed = compares(step, "parallel_public") and not open_of(step, Kind.COMPARE)
    compare = [Opening(COMPARE)] if missed else []
    if clock.today() <= until:
        return [watch(step, until), *compare]
    looked = "checked" in step.marks or open_of(step, Kind.DEPARTMENT_CHECK)
    checks = [] if looked else department_checks(step, clock.today())
    return [Opening(TOWN_REVIEW, detail=village_word(says_no=says_no)), *checks, *compare, *sheet_still_up(step)]
