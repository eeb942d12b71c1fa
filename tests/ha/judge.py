"""What the clients' history, the surviving database and WeChat's own history say: of each trouble, and of the whole."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.models import Attempt, CaseEvent, Declaration, Message
from tests.faults.town import WAITING, Town
from tests.ha.history import AGAIN, OK, Answer, History

ENDED = frozenset({"sent", "uncertain"})


@dataclass(frozen=True)
class Trouble:
    """One thing that was killed: from when, until when, and the seconds to heal it."""

    what: str
    began: float
    ended: float
    healed: float


@dataclass(frozen=True)
class Verdict:
    """What came of it."""

    trouble: Trouble
    writes: int
    gap: float
    later: int
    bugs: list[Answer]
    lost: list[str]
    twice: int
    uncertain: int
    neither: int
    unended: int

    def row(self) -> tuple[object, ...]:
        healed = f"{self.trouble.healed:.0f}"
        lost = len(self.lost) + self.neither
        what, gap = self.trouble.what, f"{self.gap:.1f}"
        return (what, self.writes, gap, self.later, len(self.bugs), lost, self.twice, self.uncertain, healed)


def judged(trouble: Trouble, history: History, town: Town) -> Verdict:
    """Judge one time of trouble, once everything is over."""
    answers = history.between(trouble.began, trouble.ended)
    states, received = town.states(trouble.what), town.received()
    openids = {f"account:{account}": openid for openid, account in town.of(trouble.what).items()}
    unsure = {each.recipient for each in town.messages(trouble.what) if each.state == "uncertain"}
    arrived = {recipient for recipient, openid in openids.items() if received[openid]}
    return Verdict(
        trouble=trouble,
        writes=sum(each.is_written for each in answers),
        gap=history.gap(trouble.began, trouble.ended),
        later=sum(each.status == AGAIN for each in answers),
        bugs=[each for each in answers if _is_bug(each)],
        lost=_lost(answers, town),
        twice=sum(received[openid] > 1 for openid in openids.values()),
        uncertain=len(unsure),
        neither=len(set(openids) - arrived - unsure),
        unended=sum(count for state, count in states.items() if state not in ENDED),
    )


@dataclass(frozen=True)
class Whole:
    """The whole history, from the first request to the last: also the writes between and just before two troubles."""

    writes: int
    later: int
    bugs: list[Answer]
    lost: list[str]
    untold: int
    """Declarations that are there and that nobody was told of."""
    unacknowledged: dict[str, int]
    """Requests of each kind that were never acknowledged: their clients did not give up, so only the last ones."""

    @property
    def twice(self) -> int:
        """Return how many declarations cannot be what an unacknowledged request has left."""
        return max(self.untold - self.unacknowledged.get("declare", 0), 0)

    def row(self) -> tuple[object, ...]:
        return ("whole history", self.writes, "", self.later, len(self.bugs), len(self.lost), self.twice, "", "")


def judged_as_a_whole(history: History, town: Town) -> Whole:
    """Judge every answer that the clients wrote down against the surviving database, once everything is over."""
    answers = history.answers
    declared = {each.name for each in answers if each.is_written and each.kind == "declare"}
    with town.app.app_context(), as_system("the judge of a test looks"):
        there = set(db.session.scalars(select(Declaration.receipt_no)))
    return Whole(
        writes=sum(each.is_written for each in answers),
        later=sum(each.status == AGAIN for each in answers),
        bugs=[each for each in answers if _is_bug(each)],
        lost=_lost(answers, town),
        untold=len(there - declared),
        unacknowledged=_unacknowledged(answers),
    )


def _unacknowledged(answers: Iterable[Answer]) -> dict[str, int]:
    asked = {each.key: each.kind for each in answers if each.key}
    done = {each.key for each in answers if each.is_written}
    return Counter(kind for key, kind in asked.items() if key not in done)


def _is_bug(answer: Answer) -> bool:
    """Say whether it is an answer that nobody may get here: anything but done, and "come again in so many seconds"."""
    if answer.status == AGAIN:
        return not answer.retry_after.isdigit()
    return answer.status not in OK


def _lost(answers: Iterable[Answer], town: Town) -> list[str]:
    """Return what was acknowledged and is not there, or is there more than once."""
    declared = Counter(each.name for each in answers if each.is_written and each.kind == "declare")
    decided = Counter(each.name for each in answers if each.is_written and each.kind == "decide")
    with town.app.app_context(), as_system("the judge of a test looks"):
        receipts = select(Declaration.receipt_no).where(Declaration.receipt_no.in_(declared))
        there = Counter(db.session.scalars(receipts))
        cases = [int(name) for name in decided]
        events = select(CaseEvent.case_id, func.count()).where(CaseEvent.case_id.in_(cases))
        accepted = events.where(CaseEvent.action == "accept").group_by(CaseEvent.case_id)
        there |= Counter({str(case): times for case, times in db.session.execute(accepted)})
    return [name for name in declared | decided if there[name] != 1]


@dataclass(frozen=True)
class Sent:
    """All messages of the run, also those that declarations and decisions owed: our rows beside WeChat's history."""

    sent: int
    uncertain: int
    received: int

    @property
    def lost(self) -> int:
        return max(self.sent - self.received, 0)

    @property
    def twice(self) -> int:
        return max(self.received - self.sent - self.uncertain, 0)

    def row(self) -> tuple[object, ...]:
        return ("all messages of the run", self.sent, "", "", "", self.lost, self.twice, self.uncertain, "")


def is_anything_due(town: Town) -> bool:
    """Say whether a message should have gone out and has not."""
    with town.app.app_context():
        due = select(Message.id).where(Message.state.in_(WAITING), Message.not_before <= clock.now())
        return db.session.scalar(due.limit(1)) is not None


def all_messages(town: Town) -> Sent:
    """Count every message, whoever owed it."""
    with town.app.app_context():
        tried = select(Attempt.state, func.count()).where(Attempt.channel == "subscribe").group_by(Attempt.state)
        states = {row[0]: row[1] for row in db.session.execute(tried)}
    return Sent(states.get("sent", 0), states.get("uncertain", 0), town.received().total())
