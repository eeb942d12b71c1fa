"""The procedure as a table: which action leaves which standing, what it closes and opens, and who is told.

Source: seeds 001 and 004 and the corrections of village practice. Nobody in the village alone says a final no;
a missing paper never ends a case: it becomes a duty of the village to fetch it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.access.permissions import Action, Role
from backend.workflow.states import ENDS, Kind, State

if TYPE_CHECKING:
    from backend.workflow.engine import Step

Guard = Callable[["Step"], None]
"""Raises `NotPossibleNow` or `Invalid` with a plain sentence when the step cannot be taken."""


@dataclass(frozen=True)
class Duty:
    """A duty that a row opens: its kind, the role that owes it and the key of its limit."""

    kind: Kind
    role: Role
    limit: str


@dataclass(frozen=True)
class Row:
    """One row of the procedure. `tells` names a sentence for the applicant; `reasons` a dictionary of the policy."""

    action: Action
    leaves: frozenset[State]
    reaches: State | None
    closes: frozenset[Kind] = frozenset()
    opens: tuple[Duty, ...] = ()
    guards: tuple[Guard, ...] = ()
    tells: str | None = None
    reasons: str | None = None
    needs_words: bool = False
    judges: bool = False
    adds_evidence: bool = False
    answers: frozenset[Kind] = frozenset()

    @property
    def about(self) -> frozenset[Kind]:
        """The kinds of duty that the actor must have seen: those it closes, and those it answers and leaves open."""
        return self.closes | self.answers


ACCEPT = Duty(Kind.ACCEPT, Role.VILLAGE, "T_ACCEPT")
VISIT = Duty(Kind.VISIT, Role.VILLAGE, "T_VISIT")
FETCH = Duty(Kind.FETCH_INFORMATION, Role.VILLAGE, "T_FIX")
TOWN_REVIEW = Duty(Kind.TOWN_REVIEW, Role.TOWN_REVIEW, "T_TOWN")
COUNTY_DECISION = Duty(Kind.COUNTY_DECISION, Role.COUNTY_LEAD, "T_COUNTY")
# As long as a first acceptance takes: the receipts of both must read the same.
JOIN = Duty(Kind.JOIN, Role.VILLAGE, "T_ACCEPT")

_ONGOING = frozenset(State) - ENDS


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


def _kinds(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


PROCEDURE: tuple[Row, ...] = (
    Row(
        Action.ACCEPT,
        _from(State.DECLARED),
        State.ACCEPTED,
        closes=_kinds(Kind.ACCEPT),
        opens=(VISIT,),
        tells="accepted",
    ),
    Row(
        Action.RETURN_FOR_INFORMATION,
        _from(State.DECLARED),
        State.RETURNED,
        closes=_kinds(Kind.ACCEPT),
        opens=(FETCH,),
        tells="returned",
        reasons="return_reasons",
    ),
    Row(
        Action.SUPPLEMENT,
        _from(State.RETURNED),
        State.DECLARED,
        closes=_kinds(Kind.FETCH_INFORMATION),
        opens=(ACCEPT,),
        tells="supplemented",
        needs_words=True,
        adds_evidence=True,
    ),
    Row(
        Action.REFUSE_FORMALLY,
        _from(State.DECLARED),
        State.NOT_ACCEPTED,
        closes=_kinds(Kind.ACCEPT),
        tells="not_accepted",
        reasons="formal_refusal_reasons",
        needs_words=True,
    ),
    Row(
        Action.FILE_VISIT,
        _from(State.ACCEPTED),
        State.VISITED,
        closes=_kinds(Kind.VISIT),
        opens=(TOWN_REVIEW,),
        tells="visited",
        adds_evidence=True,
    ),
    Row(
        # Nobody home: the duty stays, its date stays, and the applicant hears that somebody came.
        Action.RESCHEDULE,
        _from(State.ACCEPTED),
        None,
        answers=_kinds(Kind.VISIT),
        tells="rescheduled",
    ),
    Row(
        Action.PASS_ON,
        _from(State.VISITED),
        State.PASSED,
        closes=_kinds(Kind.TOWN_REVIEW),
        opens=(COUNTY_DECISION,),
        tells="passed",
        judges=True,
    ),
    Row(
        Action.SEND_BACK,
        _from(State.VISITED),
        State.ACCEPTED,
        closes=_kinds(Kind.TOWN_REVIEW),
        opens=(VISIT,),
        tells="sent_back",
        reasons="return_reasons",
        judges=True,
    ),
    Row(
        Action.REFUSE,
        _from(State.VISITED),
        State.NOT_INCLUDED,
        closes=_kinds(Kind.TOWN_REVIEW),
        tells="not_included",
        reasons="not_included_reasons",
        needs_words=True,
        judges=True,
    ),
    Row(
        Action.COUNTY_APPROVE,
        _from(State.PASSED),
        State.MONITORED,
        closes=_kinds(Kind.COUNTY_DECISION),
        tells="monitored",
        judges=True,
    ),
    Row(
        Action.COUNTY_SEND_BACK,
        _from(State.PASSED),
        State.VISITED,
        closes=_kinds(Kind.COUNTY_DECISION),
        opens=(TOWN_REVIEW,),
        tells="sent_back",
        reasons="return_reasons",
        judges=True,
    ),
    Row(
        Action.COUNTY_REJECT,
        _from(State.PASSED),
        State.NOT_INCLUDED,
        closes=_kinds(Kind.COUNTY_DECISION),
        tells="not_included",
        reasons="not_included_reasons",
        needs_words=True,
        judges=True,
    ),
    Row(
        Action.WITHDRAW,
        _ONGOING,
        State.WITHDRAWN,
        closes=frozenset(Kind),
        tells="withdrawn",
    ),
)

FIRST_DUTY = ACCEPT
FIRST_STATE = State.DECLARED


def rows_for(action: Action) -> tuple[Row, ...]:
    """Return the rows of one action."""
    return tuple(row for row in PROCEDURE if row.action == action)


def row_for(action: Action, state: State) -> Row | None:
    """Return the row by which `action` leaves `state`, if the table has one."""
    return next((row for row in PROCEDURE if row.action == action and state in row.leaves), None)


def actions_from(state: State) -> tuple[Action, ...]:
    """Return every action that leaves `state`, in the table's order."""
    return tuple(row.action for row in PROCEDURE if state in row.leaves)
