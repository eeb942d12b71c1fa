"""What a step may lead to where a function decides: declared beside that function, read by documents and proofs.

The table names most of what follows a step. Where it names a function, the function says here what it can answer, so
that nobody has to run a case to know; random walks check that it never answers anything else.
"""

from collections.abc import Callable
from dataclasses import dataclass

from backend.workflow.duties import Duty, Guard, Opener, Reacher
from backend.workflow.states import Kind, State


@dataclass(frozen=True)
class Way:
    """One answer of an opener: then each of `opens` is open, and any of `perhaps`.

    `where`: the standings that the case has then reached; `posted`: only with, or only without, a notice before it.
    """

    opens: tuple[Duty, ...] = ()
    perhaps: tuple[Duty, ...] = ()
    where: frozenset[State] = frozenset(State)
    posted: bool | None = None


_WAYS: dict[Opener, tuple[Way, ...]] = {}
_STATES: dict[Reacher, tuple[State, ...]] = {}
_WAITED_FOR: dict[Guard, frozenset[Kind]] = {}
_ONLY_POSTED: set[Guard] = set()


def answers(*ways: Way) -> Callable[[Opener], Opener]:
    """Declare what an opener may open."""

    def declare(opener: Opener) -> Opener:
        _WAYS[opener] = ways
        return opener

    return declare


def leads_to(*states: State) -> Callable[[Reacher], Reacher]:
    """Declare where a reacher may lead."""

    def declare(reacher: Reacher) -> Reacher:
        _STATES[reacher] = states
        return reacher

    return declare


def waits_for(*kinds: Kind) -> Callable[[Guard], Guard]:
    """Declare that a guard lets nobody through while a duty of these kinds is open."""

    def declare(guard: Guard) -> Guard:
        _WAITED_FOR[guard] = frozenset(kinds)
        return guard

    return declare


def only_posted(guard: Guard) -> Guard:
    """Declare that a guard lets only those through whose notice was posted."""
    _ONLY_POSTED.add(guard)
    return guard


def ways_of(opener: Opener) -> tuple[Way, ...]:
    """Return what an opener may open."""
    return _WAYS[opener]


def states_of(reacher: Reacher) -> tuple[State, ...]:
    """Return where a reacher may lead."""
    return _STATES[reacher]


def kinds_waited_for(guard: Guard) -> frozenset[Kind]:
    """Return the duties that must be over before a guard lets anybody through."""
    return _WAITED_FOR.get(guard, frozenset())


def needs_notice(guard: Guard) -> bool:
    """Say whether a guard lets only those through whose notice was posted."""
    return guard in _ONLY_POSTED
