"""Delivers what is owed: claim, write "calling", call, write the outcome; a crash leaves a trace, not a loss."""

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy import bindparam, select, update

from backend import clock
from backend.db import db, ring, use_case
from backend.models import Attempt, Message
from backend.services import circuits, claims, endings, leases, sendable
from backend.services.channels.contract import Channel, Channels, Failure, Outcome, Taken
from backend.services.hands import Call, Hands
from backend.wechat.errors import Advice

LONGEST_SECONDS = 15.0
"""Then the job rings for the rest: a job that is ended in the middle of a call leaves an uncertain message behind, and
a supervisor waits twenty seconds for a worker that it has asked to stop."""
LONGEST_MSGID = 40

_LOCKED = select(Message).where(Message.id.in_(bindparam("ids", expanding=True))).order_by(Message.id).with_for_update()

log = structlog.get_logger()


def deliver_due(channels: Channels, *, hands: int = 1) -> int:
    """Deliver what is due now, at most `hands` calls at a time; return how many calls were made.

    It stops well before a job's time is over and rings for the rest; with more than it can take at once it rings for
    others to help.
    """
    began, most = clock.monotonic(), max(claims.BATCH, 3 * hands)
    with Hands(hands) as taken:
        run = _Run(channels, taken)
        try:
            if run.claim(most) == most:
                _ring()
            while run.waiting or (not _is_over(began) and run.claim(most)) or taken.are_busy:
                run.call()
                run.listen()
                taken.complain()
        finally:
            run.end()
    if _is_over(began):
        _ring()
    return run.made


def _is_over(began: float) -> bool:
    return clock.monotonic() - began > LONGEST_SECONDS


class _Run:
    """What is claimed, under way and answered; between two steps lies one transaction that writes and begins."""

    def __init__(self, channels: Channels, hands: Hands) -> None:
        self.channels, self.hands = channels, hands
        self.lease, self.waiting = "", list[tuple[int, str]]()
        self.finished = list[tuple[Call, Outcome]]()
        self.made = 0

    def claim(self, most: int) -> int:
        """Lease what is due, after what came of the last calls is written: it may have made something due."""
        self.write()
        claimed = claims.claim(most)
        self.lease, self.waiting = claimed.lease, list(claimed.messages)
        return len(self.waiting)

    def call(self) -> None:
        """Begin a call with each free hand, and write what came of those before in the same transaction."""
        if not (chosen := self.hands.choose(self.waiting)):
            return
        calls = begin_calls(chosen, self.channels, lease=self.lease, finished=self.finished)
        self.finished = []  # they are written: should these calls fail, nobody writes them again
        self.waiting = [each for each in self.waiting if each[0] not in chosen]
        self.hands.begin(calls)
        self.made += len(calls)

    def listen(self) -> None:
        """Wait until something is answered."""
        if self.hands.are_busy:
            self.finished += self.hands.answered()

    def write(self) -> None:
        """Write what came of the calls that are answered."""
        if self.finished:
            finish_calls(self.finished)
        self.finished = []

    def end(self) -> None:
        """Leave nothing under way and nothing unwritten, whatever went wrong."""
        while self.hands.are_busy:
            self.listen()
        self.write()


@use_case
def _ring() -> None:
    ring("outbox")


@use_case
def begin_calls(
    message_ids: Sequence[int],
    channels: Channels,
    *,
    lease: str,
    finished: Sequence[tuple[Call, Outcome]] = (),
) -> list[Call]:
    """Write down that these claimed messages are about to be sent; leave out what need not or cannot be.

    In the same transaction it writes what came of the calls that are `finished`. A process that slept past its lease
    finds a message with another, or with nobody, and leaves it alone.
    """
    rows = _locked([*(call.message_id for call, _ in finished), *message_ids])
    _finish(finished, rows)
    messages = [rows[each] for each in sorted(message_ids) if each in rows]
    mine = [each for each in messages if each.state == "claimed" and each.lease_of == lease]
    known, calls = sendable.survey(mine), []
    with db.session.no_autoflush:  # what is written of one message bears on no other: all of it at once, at the end
        for message in mine:
            message.lease_until = clock.real_now() + claims.LEASE
            call = _begin(message, channels, known)
            calls += [call] if call is not None else []
    return calls


def _begin(message: Message, channels: Channels, known: sendable.Survey) -> Call | None:
    try:
        found = sendable.look(message, channels, known)
    except sendable.CANNOT as error:
        log.exception("message_parked", kind=message.kind, template=message.template)
        endings.end(message, "refused", f"内容不合适：{error}")
        return None
    if found is None:
        return None
    channel, ready = found
    if ready.send is None:
        endings.note_try(message, channel.name, "sent")
        endings.end(message, "sent", "")
        return None
    attempt = endings.note_try(message, channel.name, "calling")
    sick = circuits.with_bugs(known.circuits, channel.name, message.template)
    return Call(message.id, message.recipient, attempt.id, channel, ready.send, str(message.lease_of), sick)


@use_case
def finish_calls(outcomes: Sequence[tuple[Call, Outcome]]) -> None:
    """Write the outcome of each call: sent, uncertain, to be tried again, on to the next channel, or refused."""
    _finish(outcomes, _locked([call.message_id for call, _ in outcomes]))


def _locked(message_ids: Sequence[int]) -> dict[int, Message]:
    """Return the messages as they are now, each locked, in one order for everybody."""
    if not message_ids:
        return {}
    rows = db.session.scalars(_LOCKED, {"ids": message_ids})
    return {row.id: row for row in rows}


def _finish(outcomes: Sequence[tuple[Call, Outcome]], messages: Mapping[int, Message]) -> None:
    if not outcomes:
        return
    db.session.execute(update(Attempt), [_answered(call, outcome) for call, outcome in outcomes])
    taken = [call for call, outcome in outcomes if isinstance(outcome, Taken)]
    with db.session.no_autoflush:  # all of it at once, at the end
        for call in taken:
            call.channel.sent(messages[call.message_id])
            endings.end(messages[call.message_id], "sent", "")
    circuits.went_well({name for call in taken for name in call.heals})
    for call, outcome in outcomes:
        if isinstance(outcome, Failure) and _bears_on(messages[call.message_id], call, outcome):
            _after_failure(messages[call.message_id], call.channel, outcome)


def _bears_on(message: Message, call: Call, failure: Failure) -> bool:
    """Say whether a failure decides how its message goes on.

    Whoever found the lease over has written "uncertain". That is no less true while nobody knows; a refusal that comes
    after all says that the message has not arrived, unless another try is in doubt.
    """
    if message.lease_of == call.lease:
        return True
    if message.state != "uncertain" or failure.advice is Advice.UNCERTAIN:
        return False
    doubtful = Attempt.message_id == message.id, Attempt.state.in_(("calling", str(Advice.UNCERTAIN)))
    return db.session.scalar(select(Attempt.id).where(*doubtful).limit(1)) is None


def _answered(call: Call, outcome: Outcome) -> dict[str, object]:
    """Return what the row of a try holds once it is over."""
    always = {"id": call.attempt_id, "answered_at": clock.real_now()}
    if isinstance(outcome, Taken):
        return {**always, "state": "sent", "msgid": outcome.msgid[:LONGEST_MSGID]}
    told = {"errcode": outcome.errcode, "answer": outcome.answer, "rid": outcome.rid}
    return {**always, **told, "state": str(outcome.advice)}


def _after_failure(message: Message, channel: Channel, failure: Failure) -> None:
    if failure.advice is Advice.UNCERTAIN and not leases.may_repeat(message, channel):
        endings.end(message, "uncertain", f"没有等到答复，可能已送达（{failure.why}）")
    elif failure.advice in {Advice.RETRY, Advice.UNCERTAIN}:
        endings.try_again(message, failure.why)
    elif failure.advice is Advice.STOP_CHANNEL:
        until = circuits.stop(channel.name, failure.errcode, failure.why)
        # Whoever tried it when its pause was over is looked at again at once, for there may be another way.
        is_out = circuits.is_out(circuits.standing([channel.name]), channel.name)
        endings.wait_for_channel(message, clock.now() if is_out else until, failure.why)
    elif failure.advice is Advice.FALL_BACK:
        channel.refused(message, failure)
        endings.next_way(message, failure.why)
    else:
        if failure.advice is Advice.BUG:
            circuits.count_bug(channel.name, message.template, failure.why)
        endings.end(message, "refused", failure.why)
