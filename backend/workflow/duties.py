"""What the procedure's table is made of: rows, and the duties that they open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from backend.access.permissions import Action, Role
from backend.workflow.states import ENDS, Kind, State

if TYPE_CHECKING:
    from backend.policy import Policy
    from backend.workflow.steps import Step
    from backend.workflow.watching import Turn

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
    """A duty about to be opened: counted from `since` (None: today), with what its owner needs to know.

    `at` is the village that owes it, where that is not the one which the family's place says.
    """

    duty: Duty
    since: date | None = None
    due_on: date | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    at: str = ""


Opener = Callable[["Step"], Sequence[Opening]]
Reacher = Callable[["Step"], State]
Marker = Callable[["Step"], Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """One row of the procedure.

    `tells` names a sentence for the applicant; `reasons` a dictionary of the policy, from which at least one is asked;
    `marks` gives facts that later rows read; `one_only`: of several duties of a kind only the one seen is closed;
    `unasked`: may be taken though nobody is owed it, and closes what is; `redates`: another total holds from now, for
    what is owed already too; `turns`: what it does to the family's watch.
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
    unasked: bool = False
    redates: bool = False
    turns: "Turn | None" = None
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
# The family is another since its check: some left, or came (practice P25).
CHECK_ANEW = Duty(Kind.CHECK_ANEW, Role.VILLAGE, "T_VISIT")
CHECK_ANEW_FROM_OUTSIDE = Duty(Kind.CHECK_ANEW, Role.TOWN_REVIEW, "T_VISIT")
SEE_IN_PERSON = Duty(Kind.IN_PERSON, Role.VILLAGE, "T_IN_PERSON", in_total=False)
DOUBLE_REGISTRATION = Duty(Kind.DOUBLE_REGISTRATION, Role.TOWN_REVIEW, "T_CLUE", in_total=False)
CALL_BACK = Duty(Kind.CALL_BACK, Role.TOWN_REVIEW, "T_CALL_BACK", in_total=False)
# A family says that a fact about it is wrong (PIPL 46): corrected or not, it is answered in words.
CORRECTION = Duty(Kind.CORRECTION, Role.TOWN_REVIEW, "T_CORRECTION", in_total=False)
COMPLAINT = Duty(Kind.COMPLAINT, Role.TOWN_REVIEW, "T_COMPLAINT", in_total=False)
COMPLAINT_ABOVE = Duty(Kind.COMPLAINT, Role.COUNTY_LEAD, "T_COMPLAINT", in_total=False)
# Whoever no channel reaches is told by a person (practice P21).
TELL = Duty(Kind.TELL, Role.VILLAGE, "T_TELL", in_total=False)
# A refusal is heard so many days after it, however long the channels before were tried (Gansu 2021, 2023).
TELL_REFUSAL = Duty(Kind.TELL, Role.VILLAGE, "T_REJECT", in_total=False)
ROSTER_DOUBT = Duty(Kind.ROSTER_DOUBT, Role.TOWN_REVIEW, "T_CLUE", in_total=False)
ALERT_BATCH = Duty(Kind.ALERT_BATCH, Role.DEPT, "T_ALERT_BATCH", in_total=False)
# After inclusion (seeds 000, 001, 003): what is owed to a watched family, on its case for as long as it is watched.
PLAN = Duty(Kind.PLAN, Role.VILLAGE, "T_PLAN", in_total=False)
PAIR = Duty(Kind.PAIR, Role.TOWN_REVIEW, "T_PAIR", in_total=False)
MEASURE = Duty(Kind.MEASURE, Role.VILLAGE, "T_MEASURE", in_total=False)
# What the village says was given and the family says was not is looked into by the level above (practice P30).
AID_MISSING = Duty(Kind.AID_MISSING, Role.TOWN_REVIEW, "T_MISSING", in_total=False)
SAFETY_NET = Duty(Kind.SAFETY_NET, Role.TOWN_REVIEW, "T_REFERRAL", in_total=False)
CARE = Duty(Kind.CARE, Role.VILLAGE, "T_CARE", in_total=False)
RELIEF = Duty(Kind.RELIEF, Role.COUNTY_LEAD, "T_RELIEF", in_total=False)
HAZARD = Duty(Kind.HAZARD, Role.TOWN_REVIEW, "T_HAZARD", in_total=False)
REGULAR_VISIT = Duty(Kind.REGULAR_VISIT, Role.VILLAGE, "V_MON", in_total=False)
MEMBER_CHANGE = Duty(Kind.MEMBER_CHANGE, Role.VILLAGE, "T_CLUE", in_total=False)
# The way out, and a warning about a watched family (seed 003).
REMOVAL_CHECK = Duty(Kind.REMOVAL_CHECK, Role.VILLAGE, "T_REMOVAL_CHECK")
REMOVAL_CHECK_FROM_OUTSIDE = Duty(Kind.REMOVAL_CHECK, Role.TOWN_REVIEW, "T_REMOVAL_CHECK")
WARNING_CHECK = Duty(Kind.WARNING_CHECK, Role.TOWN_REVIEW, "T_WARNING_CHECK")
WARNING_CONFIRM = Duty(Kind.WARNING_CONFIRM, Role.COUNTY_LEAD, "T_WARNING_CONFIRM")
WARNING_HELP = Duty(Kind.WARNING_HELP, Role.COUNTY_LEAD, "T_WARNING_HELP", in_total=False)
WARNING_CLOSE = Duty(Kind.WARNING_CLOSE, Role.COUNTY_LEAD, "T_WARNING_CLOSE", in_total=False)
OFFICE_UPDATE = Duty(Kind.OFFICE_UPDATE, Role.COUNTY_LEAD, "T_OFFICE_UPDATE", in_total=False)
# What a meeting or an inspection hands out (交办、整改).
ASSIGNED_TO_COUNTY = Duty(Kind.ASSIGNMENT, Role.COUNTY_LEAD, "T_ASSIGNMENT", in_total=False)
ASSIGNED_TO_TOWN = Duty(Kind.ASSIGNMENT, Role.TOWN_REVIEW, "T_ASSIGNMENT", in_total=False)
ASSIGNED_TO_VILLAGE = Duty(Kind.ASSIGNMENT, Role.VILLAGE, "T_ASSIGNMENT", in_total=False)
# A village without a station, a station without a head, a grid without its member: one duty a township (practice S1).
VACANCY = Duty(Kind.VACANCY, Role.TOWN_REVIEW, "T_VACANCY", in_total=False)
# As long as a first acceptance takes: the receipts of both must read the same.
JOIN = Duty(Kind.JOIN, Role.VILLAGE, "T_ACCEPT")

IN_TOTAL = frozenset(each.kind for each in vars().copy().values() if isinstance(each, Duty) and each.in_total)
"""The kinds of duty whose date never passes the day promised for the whole."""

_ENDS_AT = {
    "decision": IN_TOTAL - {Kind.ANNOUNCE},
    "announcement": IN_TOTAL,
    "national_entry": IN_TOTAL | {Kind.ENTER_NATIONAL},
}
"""What counts in the total, by the step with whose end the county's rules let it end (flag `total_ends_at`)."""


def counts_in_total(kind: Kind, policy: "Policy") -> bool:
    """Say whether the date of such a duty may not pass the day promised for the whole, under these rules."""
    return kind in _ENDS_AT[str(policy.flags["total_ends_at"])]


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

FULL, SHORT, REMOVAL, WARNING = "full", "short", "removal", "warning"
"""Variants of the table: the whole procedure and the short one, the way out, and a warning about a watched family."""

BEGINNINGS: dict[str, tuple[State, Duty]] = {
    FULL: (FIRST_STATE, FIRST_DUTY),
    SHORT: (FIRST_STATE, FIRST_DUTY),
    REMOVAL: (State.ACCEPTED, REMOVAL_CHECK),
    WARNING: (State.WARNED, WARNING_CHECK),
}
"""Where a case of each variant begins, and what is owed first."""

OUTSIDE: dict[Kind, Duty] = {Kind.VISIT: VISIT_FROM_OUTSIDE, Kind.REMOVAL_CHECK: REMOVAL_CHECK_FROM_OUTSIDE}
"""Home checks, as they are owed for the family of somebody in office."""

WAY = "procedure"
"""In a duty's detail: the variant of a case that is not about inclusion."""

NOT_IDENTIFYING = frozenset({REMOVAL, WARNING})
"""Variants about a family that is watched already: they share nothing with the rows of the way to inclusion."""

ROUTINE_KINDS = frozenset({ALERT_BATCH.kind})
"""Duties about no family, of which an office owes twenty at once: nobody hears of each of them singly."""

WATCH_DUTIES = frozenset(
    {Kind.PLAN, Kind.PAIR, Kind.MEASURE, Kind.AID_MISSING, Kind.SAFETY_NET, Kind.CARE, Kind.RELIEF}
)
"""What is owed to a family because it is watched: gone once it is watched no more."""
