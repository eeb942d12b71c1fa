"""A suspected risk that somebody met on the way: a warning about a family that is watched, a clue about any other."""

from dataclasses import dataclass, field
from datetime import date

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may
from backend.models import Household
from backend.policy.county import current_policy
from backend.services import clues, family_warnings
from backend.services.clues import ClueForm
from backend.workflow import watching
from backend.workflow.watching import WATCHED, Standing

FOUND_BY = {True: "visit_find", False: "grid_find"}
"""The channel of such a clue: an office's visit, or the grid's daily finding."""


@dataclass(frozen=True)
class Suspicion:
    """What was met, of which risk, on which day; `topics`: the topics of a visit that it is about."""

    what: str = field(repr=False)
    risk: str
    found_on: date
    topics: tuple[str, ...] = ()


def go_on_with(household: Household, found: Suspicion, *, by: Actor) -> tuple[int | None, int | None]:
    """Let it go on at once; return the id of the clue, or of the warning's case. The caller is a use case."""
    watch = watching.watch_of(household.id)
    if watch is not None and Standing(watch.standing) in WATCHED and may(by.role, Action.MARK_WARNING):
        known = current_policy(household.county_code).dictionaries["warning_items"]
        items = [name for name in found.topics if name in known] or ["income"]
        return None, family_warnings.mark(watch.id, items, by=by, words=found.what).id
    clue = clues.report(
        ClueForm(
            channel=FOUND_BY[may(by.role, Action.READ_CLUES)],
            village_code=household.village_code,
            head_name=household.head_name,
            what=found.what,
            risk=found.risk,
            discovered_on=found.found_on,
            late_because="走访后录入" if found.found_on < clock.today() else "",
            household_id=household.id,
        ),
        by=by,
    )
    return clue.id, None
