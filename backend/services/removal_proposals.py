"""Who might be removed: listed by the program with what still stands in the way; people propose (seed 000)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.models import Case, Watch
from backend.policy.county import current_policy
from backend.policy.removing import months_between
from backend.services.removal_rules import Known, known_of
from backend.workflow.duties import REMOVAL
from backend.workflow.states import ENDS
from backend.workflow.watching import Standing

MOST = 500


@dataclass(frozen=True)
class Candidate:
    """A family that is watched long enough, for how many months, and what still stands in the way, in words."""

    watch: Watch
    months: int
    in_the_way: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing that the program knows of stands in the way."""
        return not self.in_the_way


def candidates(*, by: Actor, size: int = MOST) -> Sequence[Candidate]:
    """Return the families of the actor's place that are watched as long as the rules ask, those ready first.

    Families in which nobody can work are held and not on the list; those already on their way out neither.
    """
    require(by.role, Action.READ_WATCHES)
    least = current_policy(by.county_code).numbers["removal_months_at_least"]
    under_way = set(
        db.session.scalars(select(Case.household_id).where(Case.procedure == REMOVAL, Case.state.not_in(ENDS)))
    )
    query = select(Watch).where(Watch.standing == Standing.ASSISTED).order_by(Watch.began_on, Watch.id).limit(size)
    found = []
    for watch in db.session.scalars(query):
        known = known_of(watch)
        months = months_between(known.stable_since, clock.today())
        if months >= least and watch.household_id not in under_way:
            found.append(Candidate(watch, months, _in_the_way(known)))
    return sorted(found, key=lambda each: (not each.is_ready, -each.months))


def _in_the_way(known: Known) -> tuple[str, ...]:
    said = (
        (known.unfinished, f"{known.unfinished}项措施还没有落实"),
        (known.missing, f"{known.missing}项帮扶农户说没有收到"),
        (known.hazards, f"{known.hazards}项安全隐患没有销号"),
        (known.warnings, f"{known.warnings}条预警没有销号"),
        (known.last_visit_on is None, "还没有走访记录"),
    )
    return tuple(words for is_so, words in said if is_so)
