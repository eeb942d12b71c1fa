"""At which rung a duty speaks now and which comes next, worked out once for all duties of one limit and one day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, update

from backend import clock
from backend.db import db
from backend.models import Task
from backend.policy import Policy
from backend.policy.county import county_workdays, current_policy, policy_of
from backend.policy.ladder import Level
from backend.services.reminder_words import LATE
from backend.workflow.deadlines import NextRung, red_again, rungs
from backend.workflow.outbox import URGENT
from backend.workflow.tasks import NEW

PARKED = timedelta(days=1)
"""A duty whose ladder cannot be worked out waits so long and is logged: it must not hold up the others."""

CANNOT = (LookupError, ValueError, TypeError)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Climb:
    """A duty at the rung of which it speaks now, and the one that comes next."""

    task: Row[Any]
    policy: Policy
    level: str
    then: NextRung | None
    is_repeat: bool = False
    """The last rung has been said before: it is said again, a week later, and once more."""

    @property
    def is_late_for_the_first_time(self) -> bool:
        """Say whether this is the first rung after the due date that speaks, whatever an outage has swallowed."""
        return self.level in LATE and self.task.next_rung not in LATE - {Level.ORANGE}


@dataclass
class Ladders:
    """The rungs of every limit and day that a sweep has met: a few thousand, however many duties there are."""

    now: datetime = field(default_factory=clock.now)
    _known: dict[tuple[object, ...], tuple[NextRung, ...]] = field(default_factory=dict)

    def climb(self, task: Row[Any], versions: Mapping[int, int]) -> Climb | None:
        """Return the highest rung that is due (after an outage the lower ones are stale) and the one after it.

        `versions` are the rules of the duties' cases. None, with a line in the log, for one that cannot be worked out.
        """
        try:
            version = None if task.case_id is None else versions[task.case_id]
            policy = current_policy(task.county_code) if version is None else policy_of(task.county_code, version)
            level, then = task.next_rung or NEW, None
            ladder = self._rungs_of(task, policy, version)
            for rung in ladder:
                if rung.at > self.now:
                    then = rung
                    break
                if rung.at > task.next_rung_at:
                    level = rung.level
            if then is None:
                then = red_again(task.due_on, self.now, policy.ladder, county_workdays(task.county_code))
        except CANNOT as error:
            self.park(task.id, error)
            return None
        is_repeat = level == Level.RED and bool(ladder) and ladder[-1].at < task.next_rung_at
        return Climb(task, policy, level, then, is_repeat)

    def _rungs_of(self, task: Row[Any], policy: Policy, version: int | None) -> tuple[NextRung, ...]:
        urgent = task.pressing == URGENT
        key = (task.county_code, version, task.limit_key, task.due_on, task.opened_on, urgent)
        if key not in self._known:
            limit, workdays = policy.limit(task.limit_key), county_workdays(task.county_code)
            found = rungs(task.due_on, limit, task.opened_on, policy.ladder, workdays, on_rest_days=urgent)
            self._known[key] = tuple(found)
        return self._known[key]

    def park(self, task_id: int, error: Exception) -> None:
        """Put off a duty of which nothing can be said, and log it: the others must not wait for it."""
        log.error("duty_parked", task=task_id, error=type(error).__name__, exc_info=error)
        later = update(Task).where(Task.id == task_id).values(next_rung_at=self.now + PARKED)
        db.session.execute(later, execution_options={"synchronize_session": False})
