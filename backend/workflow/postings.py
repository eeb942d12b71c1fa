"""The days of a public notice: from which day they count, also when it hung before anybody could say so."""

from datetime import date

from backend import clock
from backend.policy.county import county_workdays
from backend.workdays import ONE_DAY
from backend.workflow.deadlines import notice_may_close_on
from backend.workflow.duties import WATCH_NOTICE, Opening
from backend.workflow.steps import Step


def hung_on(step: Step) -> date:
    """Return the day on which the sheet was posted; without one said, today."""
    said = step.detail.get("posted_on")
    return date.fromisoformat(said) if said else clock.today()


def hangs_until(step: Step) -> date | None:
    """Return the last full day of the family's notice; none where no notice counts.

    A sheet that came down before its days were over, as after an objection that a recheck then turned round, has not
    been seen by everybody who may object: it counts for nothing, and another is posted.
    """
    until, down = step.marks.get("notice_until"), step.marks.get("taken_down")
    return None if until is None or (down is not None and down <= until) else date.fromisoformat(until)


def counted_from(step: Step) -> date:
    """Return the day after which the full days of the notice begin.

    The day of posting where it is on record by the day after, as with a form that waited for a signal over midnight:
    the sheet then hangs for all its printed days. What is said later than that counts from today: so long the code on
    the sheet answered nobody, and a day that nobody could check never makes the law's days fewer.
    """
    hung, today = hung_on(step), clock.today()
    return hung if hung + ONE_DAY >= today else today


def posted(step: Step) -> Opening:
    """Open the days of a notice that is posted with this step."""
    return Opening(WATCH_NOTICE, due_on=_closes(step, counted_from(step)))


def watch(step: Step, until: date) -> Opening:
    """Open the days of a notice that hangs until then, once more."""
    hung = step.marks.get("notice_on")
    closes = _closes(step, date.fromisoformat(hung) if hung else until)
    return Opening(WATCH_NOTICE, due_on=max(closes, until + ONE_DAY))


def _closes(step: Step, since: date) -> date:
    limit, workdays = step.policy.limit(WATCH_NOTICE.limit), county_workdays(step.case.county_code)
    return notice_may_close_on(since, limit, workdays)
