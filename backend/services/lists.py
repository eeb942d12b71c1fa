"""One decision over a list of families: each in its own transaction, a stale one is reported and the rest go on."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid, NotPossibleNow, TryLater
from backend.services import cases
from backend.services.cases import Seen
from backend.services.judgements import JudgementForm

FOR_LISTS = frozenset({Action.ACCEPT, Action.PASS_ON})
"""Steps that help a family: what goes against one is decided family by family."""
MOST_LISTED = 200


@dataclass(frozen=True)
class ListedCase:
    """One family of a list, as it was on the screen."""

    case_id: int
    seen: Seen
    category: str | None = None


@dataclass(frozen=True)
class ListedResult:
    """What became of it: the state it reached, or a code and a plain sentence."""

    case_id: int
    state: str = ""
    code: str = ""
    message: str = ""


def decide_each(action: Action, listed: Sequence[ListedCase], *, by: Actor, opinion: str = "") -> list[ListedResult]:
    """Take one step for every family of a list (a disaster's, a sitting's); never called inside a transaction.

    Errors: `NotPossibleNow` for a step that is not for lists; `Invalid` for an empty or too long one.
    """
    if action not in FOR_LISTS:
        raise NotPossibleNow("这一步要一户一户办。")
    if not 1 <= len(listed) <= MOST_LISTED:
        raise Invalid.field("cases", f"一次最多{MOST_LISTED}户。")
    return [_decide(action, each, by, opinion) for each in listed]


def _decide(action: Action, listed: ListedCase, by: Actor, opinion: str) -> ListedResult:
    form = JudgementForm(opinion=opinion, category=listed.category)
    try:
        case = cases.decide(listed.case_id, action, by=by, seen=listed.seen, judgement=form)
    except TryLater:
        raise
    except DomainError as error:
        return ListedResult(listed.case_id, code=error.code, message=error.message)
    return ListedResult(case.id, state=case.state)
