"""The calls under way: at most so many at once, nobody written to twice at once, and none that waits for another."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import structlog
from flask import current_app

from backend.services import metrics
from backend.services.channels.contract import Channel, Failure, Outcome

if TYPE_CHECKING:
    from backend.services.sendable import Send

TOGETHER_SECONDS = 0.02
"""What is answered within this time of another answer is written in the same transaction."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Call:
    """A call about to be made, with nothing in it that needs a transaction."""

    message_id: int
    recipient: str
    attempt_id: int
    channel: Channel
    send: "Send"
    lease: str = ""
    """What says that the message is this process's own; another took it, or gave it up, if it has another or none."""
    heals: tuple[str, ...] = ()
    """The circuits that counted something: a success ends their row."""


class Hands:
    """So many calls at once; a silent provider keeps one of them busy, and the others go on."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way to hand it on
        self._pool: Executor = ThreadPoolExecutor(count) if count > 1 else _NoThread()
        self._calling: dict[Future[Outcome], Call] = {}
        self._faults: list[BaseException] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    @property
    def are_busy(self) -> bool:
        """Say whether a call is under way."""
        return bool(self._calling)

    def choose(self, waiting: Iterable[tuple[int, str]]) -> list[int]:
        """Return the messages for the free hands, one a person: WeChat refuses two calls to one at once (43108)."""
        busy = {call.recipient for call in self._calling.values()}
        chosen: dict[str, int] = {}
        for message_id, recipient in waiting:
            if len(chosen) == self.count - len(self._calling):
                break
            if recipient not in busy:
                chosen.setdefault(recipient, message_id)
        return list(chosen.values())

    def begin(self, calls: Sequence[Call]) -> None:
        """Make these calls, each in a hand of its own."""
        for call in calls:
            self._calling[self._pool.submit(copy_context().run, self._made, call)] = call

    def answered(self) -> list[tuple[Call, Outcome]]:
        """Wait for an answer; return it and what is answered together with it."""
        over, others = wait(self._calling, return_when=FIRST_COMPLETED)
        if others:
            over, _ = wait(self._calling, timeout=TOGETHER_SECONDS)
        calls = {each: self._calling.pop(each) for each in over}
        self._faults += [error for each in over if (error := each.exception()) is not None]
        return [(call, each.result()) for each, call in calls.items() if each.exception() is None]

    def complain(self) -> None:
        """Raise what a call ended in that its channel has no word for: a fault of ours."""
        if self._faults:
            raise self._faults[0]

    def _made(self, call: Call) -> Outcome:
        with self._app.app_context():  # a session of its own, which holds no transaction
            outcome = _called(call)
        metrics.called(call.channel.name, outcome)
        if isinstance(outcome, Failure):
            log.info(
                "send_failed",
                message=call.message_id,
                channel=call.channel.name,
                advice=str(outcome.advice),
                errcode=outcome.answer or outcome.errcode,
                rid=outcome.rid,
            )
        return outcome


def _called(call: Call) -> Outcome:
    try:
        return call.send()
    except Exception as error:
        failure = call.channel.failure(error)
        if failure is None:
            raise
        return failure


class _NoThread(Executor):
    """One hand waits for every call anyway: it makes it where it stands."""

    def submit(self, make: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = Future[Any]()
        try:
            future.set_result(make(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future
