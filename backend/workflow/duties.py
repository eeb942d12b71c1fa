"""What the procedure's table is made of: rows, and the duties that they open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from backend.access.permissions import Action, Role
from backend.workflow.states import ENDS, Kind, State

if TYPE_CHECKING:
    from backend.workflow.steps import Step

Guard = Callable[["Step"], None]
"""Raises `NotPossibleNow` or `Invalid` with a plain sentence when the step cannot be taken."""


@dataclass(frozen=True)
class Duty:
    """A duty that a row opens: its kind, the role that owes it and the key of its limit.

    `in_total`: its date never passes the day promised for the whole (practice: step limits shrink with what is left).
    """

    kind: Kind
    role: Role
    limit: str
    in_total: bool = True


@dataclass(frozen=True)
class Opening:
    """A duty about to be opened: counted from `since` (None: today), with what its owner needs to know."""

    duty: Duty
    since: date | None = None
    due_on: date | None = None
    detail: dict[str, Any] = field(default_factory=dict)


Opener = Callable[["Step"], Sequence[Opening]]
Reacher = Callable[["Step"], State]
Marker = Callable[["Step"], Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """One row of the procedure.

    `tells` names a sentence for the applicant; `reasons` a dictionary of the policy, from which at least one is asked;
    `marks` gives facts that later rows read; `one_only`: of several duties of a kind only the one seen is closed;
    `redates`: another total holds from now, for what is owed already too.
    """

    action: Action
    leaves: frozenset[State]
    reaches: State | Reacher | None
    closes: frozenset[Kind] = frozenset()
    opens: tuple[Duty, ...] = ()
    opens_also: Opener | None = None
    guards: tuple[Guard, ...] = ()
    tells: str | None = None
    marks: Marker | None = None
    reasons: str | None = None
    needs_words: bool = False
    judges: bool = False
    adds_evidence: bool = False
    answers: frozenset[Kind] = frozenset()
    one_only: bool = False
    redates: bool = False
    variant: str | None = None

    @property
    def about(self) -> frozenset[Kind]:
        """The kinds of duty that the actor must have seen: those it closes, and those it answers and leaves open."""
        return self.closes | self.answers


ACCEPT = Duty(Kind.ACCEPT, Role.VILLAGE, "T_ACCEPT")
VISIT = Duty(Kind.VISIT, Role.VILLAGE, "T_VISIT")
FETCH = Duty(Kind.FETCH_INFORMATION, Role.VILLAGE, "T_FIX", in_total=False)
COMPARE = Duty(Kind.COMPARE, Role.COUNTY_LEAD, "T_COMPARE")
CONSULT = Duty(Kind.CONSULT, Role.VILLAGE, "T_REVIEW")
MEETING = Duty(Kind.MEETING, Role.VILLAGE, "T_REVIEW")
POST_NOTICE = Duty(Kind.POST_NOTICE, Role.VILLAGE, "T_REVIEW")
WATCH_NOTICE = Duty(Kind.WATCH_NOTICE, Role.VILLAGE, "T_PUBLIC", in_total=False)
TAKE_DOWN = Duty(Kind.TAKE_DOWN_NOTICE, Role.VILLAGE, "T_ACCEPT", in_total=False)
OBJECTION = Duty(Kind.OBJECTION, Role.TOWN_REVIEW, "T_OBJ", in_total=False)
DEPARTMENT_CHECK = Duty(Kind.DEPARTMENT_CHECK, Role.TOWN_REVIEW, "T_TOWN")
TOWN_REVIEW = Duty(Kind.TOWN_REVIEW, Role.TOWN_REVIEW, "T_TOWN")
COUNTY_DECISION = Duty(Kind.COUNTY_DECISION, Role.COUNTY_LEAD, "T_COUNTY")
ANNOUNCE = Duty(Kind.ANNOUNCE, Role.TOWN_REVIEW, "T_ANNOUNCE")
ENTER_NATIONAL = Duty(Kind.ENTER_NATIONAL, Role.TOWN_REVIEW, "T_NATIONAL", in_total=False)
REFERRAL = Duty(Kind.REFERRAL, Role.TOWN_REVIEW, "T_REFERRAL", in_total=False)
RECHECK = Duty(Kind.RECHECK, Role.TOWN_REVIEW, "T_RECHECK", in_total=False)
RECHECK_ABOVE = Duty(Kind.RECHECK, Role.COUNTY_LEAD, "T_RECHECK", in_total=False)
GREEN_TOWN = Duty(Kind.GREEN_TOWN, Role.TOWN_REVIEW, "T_ACCEPT.critical", in_total=False)
GREEN_COUNTY = Duty(Kind.GREEN_COUNTY, Role.COUNTY_LEAD, "T_ACCEPT.critical", in_total=False)
DELIVER_AID = Duty(Kind.DELIVER_AID, Role.VILLAGE, "T_ACCEPT.critical", in_total=False)
SIGN_IN_TOWN = Duty(Kind.SIGN_LATER, Role.TOWN_REVIEW, "T_SIGN_LATER", in_total=False)
SIGN_IN_COUNTY = Duty(Kind.SIGN_LATER, Role.COUNTY_LEAD, "T_SIGN_LATER", in_total=False)
CLUE_VERDICT = Duty(Kind.CLUE_VERDICT, Role.TOWN_REVIEW, "T_CLUE")
CONFIRM_CHECK = Duty(Kind.CONFIRM_CHECK, Role.VILLAGE, "T_REVIEW")
CONFIRM_FROM_OUTSIDE = Duty(Kind.CONFIRM_CHECK, Role.TOWN_REVIEW, "T_REVIEW")
VISIT_FROM_OUTSIDE = Duty(Kind.VISIT, Role.TOWN_REVIEW, "T_VISIT")
SEE_IN_PERSON = Duty(Kind.IN_PERSON, Role.VILLAGE, "T_IN_PERSON", in_total=False)
DOUBLE_REGISTRATION = Duty(Kind.DOUBLE_REGISTRATION, Role.TOWN_REVIEW, "T_CLUE", in_total=False)
CALL_BACK = Duty(Kind.CALL_BACK, Role.TOWN_REVIEW, "T_CALL_BACK", in_total=False)
COMPLAINT = Duty(Kind.COMPLAINT, Role.TOWN_REVIEW, "T_COMPLAINT", in_total=False)
COMPLAINT_ABOVE = Duty(Kind.COMPLAINT, Role.COUNTY_LEAD, "T_COMPLAINT", in_total=False)
# Whoever no channel reaches is told by a person (practice P21).
TELL = Duty(Kind.TELL, Role.VILLAGE, "T_TELL", in_total=False)
# As long as a first acceptance takes: the receipts of both must read the same.
JOIN = Duty(Kind.JOIN, Role.VILLAGE, "T_ACCEPT")

IN_TOTAL = frozenset(each.kind for each in vars().copy().values() if isinstance(each, Duty) and each.in_total)
"""The kinds of duty whose date never passes the day promised for the whole."""

FIRST_DUTY = ACCEPT
FIRST_STATE = State.DECLARED
ONGOING = frozenset(State) - ENDS
UNDECIDED = ONGOING - {State.APPROVED}
"""Before the county has decided: until then a family may withdraw, move away or die without more ado."""

OUTCOMES = frozenset({State.NOT_INCLUDED, State.NOT_ACCEPTED, State.TERMINATED, State.TRANSFERRED})
"""The ends that somebody decided against a family: each may be rechecked once."""

FORMS_OPEN: dict[Action, tuple[Duty, ...]] = dict.fromkeys(
    (Action.FILE_VISIT, Action.FIND_NO_RISK), (CONFIRM_CHECK, CONFIRM_FROM_OUTSIDE, SEE_IN_PERSON, DOUBLE_REGISTRATION)
)
"""What no row opens, because it depends on what the form of a step said."""

FULL, SHORT = "full", "short"
"""Variants of the table: the whole procedure, and the short one with which the first release began."""
