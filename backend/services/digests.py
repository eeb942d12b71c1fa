"""One digest a day instead of a message per case: who had enough messages already hears the rest in one."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
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

LONGEST_REST = timedelta(days=14)
"""What was written before that has long been said: no rest of the calendar holds anything back for so long."""

Rows = Sequence[dict[str, Any]]
Ear = tuple[str, date]
"""A person on a day."""


@dataclass
class Loads:
    """How many messages of duties each person hears on which day; remembered for one sweep, beside which is none.

    Counted is the day on which a message may be said, for on that day it is one of many: what three days of rest have
    held back all speaks on one morning.
    """

    today: date = field(default_factory=clock.today)
    counts: dict[Ear, int] = field(default_factory=dict)
    routines: dict[Ear, int] = field(default_factory=dict)
    """Of these, how many were about no family: a department's twenty lists a month are no twenty messages a day."""
    _before: dict[Ear, tuple[int, int] | None] = field(default_factory=dict)

    def settle(self) -> None:
        """Keep what was counted: it is committed."""
        self._before.clear()

    def take_back(self) -> None:
        """Forget what was counted since `settle`: its transaction came to nothing."""
        for ear, before in self._before.items():
            if before is None:
                del self.counts[ear], self.routines[ear]
            else:
                self.counts[ear], self.routines[ear] = before
        self._before.clear()

    def fold(
        self,
        rows: Rows,
        policies: Mapping[int, Policy],
        routine: Set[int] = frozenset(),
        repeated: Set[int] = frozenset(),
    ) -> None:
        """Leave in the inbox what lies beyond a person's threshold: the day's digest speaks for it.

        What is urgent goes out by itself, whatever there is. `policies` are those of the rows' duties; `routine` are
        the duties of `ROUTINE_KINDS`, of which a person hears singly only so often a day; `repeated` those of which
        nothing new is said: they are for the digest alone, and keep no news out.
        """
        counted = [row for row in rows if row["state"] == "owed" and row["priority"] != URGENT]
        self._count({ear for ear in map(_ear, counted) if ear not in self.counts})
        beyond = [
            row
            for row in counted
            if row["task_id"] in repeated or self._is_beyond(row, policies[row["task_id"]].numbers, routine)
        ]
        digests = self._digests(beyond, policies)
        for row in beyond:
            row["state"], row["why"], row["digest_id"] = "inbox", "并入每日摘要", digests[_ear(row)]

    def _is_beyond(self, row: dict[str, Any], numbers: Mapping[str, int], routine: Set[int]) -> bool:
        """Count a row, and say whether the day's digest speaks for it."""
        ear = _ear(row)
        self._before.setdefault(ear, (self.counts[ear], self.routines[ear]))
        if row["task_id"] in routine:
            self.routines[ear] += 1
            if self.routines[ear] > numbers["routine_digest_from"]:
                return True
        self.counts[ear] += 1
        return self.counts[ear] > numbers["digest_from"]

    def _count(self, ears: Set[Ear]) -> None:
        self._before.update(dict.fromkeys(ears))
        self.counts.update(dict.fromkeys(ears, 0))
        self.routines.update(dict.fromkeys(ears, 0))
        if not ears:
            return
        is_routine = Task.kind.in_(ROUTINE_KINDS).label("routine")
        said = Message.recipient, Message.not_before, is_routine
        query = select(*said, func.count().label("owed")).join(Task, Task.id == Message.task_id)
        query = query.where(
            Message.recipient.in_({recipient for recipient, _ in ears}),
            Message.day >= self.today - LONGEST_REST,
            Message.kind == "duty",
            Message.state.in_(_GONE_OUT),
            Message.not_before >= on_the_day(min(day for _, day in ears), time()),
        )
        for row in db.session.execute(query.group_by(*said)):
            ear = row.recipient, clock.local(row.not_before).date()
            if ear in ears:
                self.counts[ear] += row.owed
                self.routines[ear] += row.owed if row.routine else 0

    def _digests(self, rows: Rows, policies: Mapping[int, Policy]) -> dict[Ear, int]:
        """Return each person's open digest of each day, or of the next, for what comes after that one went out.

        They are locked until this transaction ends, so that none goes out with half of what it speaks for.
        """
        wanted: dict[Ear, tuple[datetime, datetime, dict[str, Any]]] = {}
        for row in sorted(rows, key=lambda each: each["not_before"]):
            if (ear := _ear(row)) not in wanted:  # the one that can wait least
                policy = policies[row["task_id"]]
                begins = _begins(row, policy, ear[1])
                wanted[ear] = begins, _begins(row, policy, _day(begins) + timedelta(days=1)), row
        if not wanted:
            return {}
        query = select(Message.recipient, Message.day, Message.id, Message.state).where(
            Message.kind == KIND,
            Message.subject == SUBJECT,
            Message.recipient.in_({recipient for recipient, _ in wanted}),
            Message.day.in_({_day(moment) for first, second, _ in wanted.values() for moment in (first, second)}),
        )
        known = {(row.recipient, row.day): (row.id, row.state) for row in db.session.execute(query.with_for_update())}
        made = []
        found: dict[Ear, int] = {}
        for ear, (first, second, row) in wanted.items():
            recipient = ear[0]
            digest = known.get((recipient, _day(first)))
            begins = first if digest is None or digest[1] == "owed" else second
            if (digest := known.get((recipient, _day(begins)))) is None:
                made.append(_digest(row, begins))
                digest = known[recipient, _day(begins)] = made[-1]["id"], "owed"
            found[ear] = digest[0]
        if made:
            db.session.execute(insert(Message), made)
        return found


def _ear(row: dict[str, Any]) -> Ear:
    return row["recipient"], _day(row["not_before"])


def _day(moment: datetime) -> date:
    return clock.local(moment).date()


def _digest(row: dict[str, Any], begins: datetime) -> dict[str, Any]:
    """Return the digest that speaks for a row and for whatever the same person hears of besides on its day."""
    recipient, county_code = row["recipient"], row["county_code"]
    return {
        "id": new_id(),
        "county_code": county_code,
        "kind": KIND,
        "subject": SUBJECT,
        "recipient": recipient,
        "day": _day(begins),
        "template": "duty",
        "data": {},
        "page": PAGE,
        "state": "owed",
        "ways": ",".join(ways_for(county_code, Audience.STAFF)),
        "not_before": begins,
        "not_after": begins + timedelta(days=1),
        "owed_at": clock.now(),
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
