"""One digest a day instead of a message per case: who had enough messages already hears the rest in one."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select

from backend import clock
from backend.access.scope import as_system
from backend.db import db, new_id
from backend.models import Message, Task
from backend.policy import Policy
from backend.policy.county import county_workdays
from backend.policy.ladder import Audience
from backend.workflow.deadlines import is_overdue, on_the_day, spoken_at, worked_at
from backend.workflow.duties import ROUTINE_KINDS
from backend.workflow.outbox import URGENT, ways_for

KIND, SUBJECT, PAGE = "digest", "digest", "cadre/todo/todo"
GATHERS = timedelta(minutes=10)
"""A digest waits at least so long: a morning's sweep takes a while, and all of it belongs into one."""
_GONE_OUT = ("owed", "claimed", "sent", "uncertain", "refused", "expired", "cancelled")

Rows = Sequence[dict[str, Any]]


@dataclass
class Loads:
    """How many messages of duties each person was owed today; remembered for one sweep, beside which there is none."""

    today: date = field(default_factory=clock.today)
    counts: dict[str, int] = field(default_factory=dict)
    routines: dict[str, int] = field(default_factory=dict)
    """Of these, how many were about no family: a department's twenty lists a month are no twenty messages a day."""

    def copy(self) -> "Loads":
        """Return the same counts, to go on with or to throw away."""
        return Loads(self.today, dict(self.counts), dict(self.routines))

    def fold(self, rows: Rows, policies: Mapping[int, Policy], routine: Set[int] = frozenset()) -> None:
        """Leave in the inbox what lies beyond a person's threshold: the day's digest speaks for it.

        What is urgent goes out by itself, whatever there is. `policies` are those of the rows' duties; `routine` are
        the duties of `ROUTINE_KINDS`, of which a person hears singly only so often a day.
        """
        counted = [row for row in rows if row["state"] == "owed" and row["priority"] != URGENT]
        self._count({row["recipient"] for row in counted} - set(self.counts))
        beyond = [row for row in counted if self._is_beyond(row, policies[row["task_id"]].numbers, routine)]
        digests = self._digests(beyond, policies)
        for row in beyond:
            row["state"], row["why"], row["digest_id"] = "inbox", "并入每日摘要", digests[row["recipient"]]

    def _is_beyond(self, row: dict[str, Any], numbers: Mapping[str, int], routine: Set[int]) -> bool:
        """Count a row, and say whether the day's digest speaks for it."""
        recipient = row["recipient"]
        if row["task_id"] in routine:
            self.routines[recipient] += 1
            if self.routines[recipient] > numbers["routine_digest_from"]:
                return True
        self.counts[recipient] += 1
        return self.counts[recipient] > numbers["digest_from"]

    def _count(self, recipients: Iterable[str]) -> None:
        wanted = list(recipients)
        self.counts.update(dict.fromkeys(wanted, 0))
        self.routines.update(dict.fromkeys(wanted, 0))
        if not wanted:
            return
        is_routine = Task.kind.in_(ROUTINE_KINDS).label("routine")
        query = select(Message.recipient, is_routine, func.count().label("owed")).join(Task, Task.id == Message.task_id)
        today = query.where(Message.recipient.in_(wanted), Message.day == self.today, Message.kind == "duty")
        gone = today.where(Message.state.in_(_GONE_OUT)).group_by(Message.recipient, is_routine)
        for row in db.session.execute(gone):
            self.counts[row.recipient] += row.owed
            self.routines[row.recipient] += row.owed if row.routine else 0

    def _digests(self, rows: Rows, policies: Mapping[int, Policy]) -> dict[str, int]:
        """Return each person's open digest: today's while it waits, else tomorrow's, for what comes after it went out.

        They are locked until this transaction ends, so that none goes out with half of what it speaks for.
        """
        wanted: dict[str, dict[str, Any]] = {}
        for row in sorted(rows, key=lambda each: each["not_before"]):
            wanted.setdefault(row["recipient"], row)  # the one that can wait least
        if not wanted:
            return {}
        tomorrow = self.today + timedelta(days=1)
        query = select(Message.recipient, Message.day, Message.id, Message.state).where(
            Message.kind == KIND,
            Message.subject == SUBJECT,
            Message.recipient.in_(wanted),
            Message.day.in_((self.today, tomorrow)),
        )
        known = {(row.recipient, row.day): row for row in db.session.execute(query.with_for_update())}
        made = []
        found: dict[str, int] = {}
        for recipient, row in wanted.items():
            todays = known.get((recipient, self.today))
            day = self.today if todays is None or todays.state == "owed" else tomorrow
            if (digest := known.get((recipient, day))) is None:
                made.append(_digest(row, policies[row["task_id"]], day))
            found[recipient] = digest.id if digest is not None else made[-1]["id"]
        if made:
            db.session.execute(insert(Message), made)
        return found


def _digest(row: dict[str, Any], policy: Policy, day: date) -> dict[str, Any]:
    """Return the digest that speaks for a row and for whatever the same person hears of besides on this day."""
    recipient, county_code, now = row["recipient"], row["county_code"], clock.now()
    begins = _begins(row, policy, day)
    return {
        "id": new_id(),
        "county_code": county_code,
        "kind": KIND,
        "subject": SUBJECT,
        "recipient": recipient,
        "day": day,
        "template": "duty",
        "data": {},
        "page": PAGE,
        "state": "owed",
        "ways": ",".join(ways_for(county_code, Audience.STAFF)),
        "not_before": begins,
        "not_after": begins + timedelta(days=1),
        "owed_at": now,
    }


def _begins(row: dict[str, Any], policy: Policy, day: date) -> datetime:
    """Return from when a digest may be sent: never on a rest day, unless the row could not wait over it either."""
    ladder, workdays = policy.ladder, county_workdays(row["county_code"])
    moment = max(clock.now() + GATHERS, on_the_day(day, ladder.digest_at))
    if not workdays.is_workday(clock.local(row["not_before"]).date()):
        return spoken_at(moment, ladder)
    return worked_at(moment, ladder, workdays, ladder.digest_at)


def fill(message: Message) -> bool:
    """Write into a digest what is still open of what it speaks for; False when nothing is."""
    with as_system("a digest counts what is still open"):
        query = select(Task.id, Task.due_on).join(Message, Message.task_id == Task.id).distinct()
        open_ones = query.where(Message.digest_id == message.id, Task.open_due.is_not(None))
        dates: list[date] = sorted(row.due_on for row in db.session.execute(open_ones))
    if not dates:
        return False
    first, late = dates[0], sum(is_overdue(day, clock.today()) for day in dates)
    message.data = {
        "what": f"今天另有{len(dates)}件待办",
        "where": "详见待办列表",
        "due": f"{first.year}年{first.month}月{first.day}日",
        "hint": f"其中已超期{late}件，请打开查看" if late else "最早一件的截止日期见上",
    }
    return True


def speaks_at(now: datetime, policy: Policy) -> datetime:
    """Return when today's digest would go out."""
    ladder = policy.ladder
    return spoken_at(max(now, on_the_day(clock.local(now).date(), ladder.digest_at)), ladder)
