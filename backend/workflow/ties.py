"""What binds somebody to a family so that others must act: kinship, or having checked it themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BindParameter, and_, bindparam, or_, select

from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.db import db
from backend.errors import NotAllowed
from backend.models import Account, Case, Declaration, HomeCheck, Task, Visit
from backend.workflow.kin import is_kin, tie
from backend.workflow.tasks import open_duties

if TYPE_CHECKING:
    from backend.workflow.steps import Step

RECUSE = "这一户登记为您的近亲属，请回避，由其他同事办理。"
OWN = "这一件是您用自己的手机为自己家申报的，请回避，由其他同事办理。"
_OF_THE_FAMILY = frozenset({Action.SUPPLEMENT, Action.WITHDRAW, Action.ASK_RECHECK})
"""What somebody does as the family itself, whatever their office is."""


@dataclass(frozen=True)
class Ties:
    """An actor's ties to one family; farmers and the program have none that matter here."""

    is_kin: bool = False
    has_checked: bool = False
    is_own: bool = False


_CASE: BindParameter[int] = bindparam("case_id")
_FAMILY: BindParameter[int] = bindparam("family")
_ME: BindParameter[int] = bindparam("me")
_VISITED = select(Visit.id).where(Visit.case_id == _CASE, Visit.visitor_id == _ME)
_SECONDED = select(HomeCheck.id).where(
    HomeCheck.case_id == _CASE, or_(HomeCheck.second_id == _ME, HomeCheck.confirmed_by == _ME)
)
_DECLARED = (
    select(Declaration.id)
    .join(Account, Account.id == Declaration.account_id)
    .where(Declaration.case_id == _CASE, Declaration.relation == "self", Account.staff_id == _ME)
)
_DUTIES_AND_TIES = (
    select(Task, tie(_ME, _FAMILY).exists(), or_(_VISITED.exists(), _SECONDED.exists()), _DECLARED.exists())
    .select_from(Case)
    .outerjoin(Task, and_(Task.case_id == Case.id, Task.open_due.is_not(None)))
    .where(Case.id == _CASE)
    .order_by(Task.open_due, Task.id)
)
"""Built once, for it goes before every step."""


def duties_and_ties(case: Case, by: Actor) -> tuple[Sequence[Task], Ties]:
    """Return the case's open duties, the most pressing first, and the actor's ties: one statement, for every step."""
    if not by.is_staff:
        return open_duties(case.id), Ties()
    rows = db.session.execute(_DUTIES_AND_TIES, {"case_id": case.id, "family": case.household_id, "me": by.id}).all()
    _, related, checked, declared = rows[0]
    return [task for task, *_ in rows if task is not None], Ties(bool(related), bool(checked), bool(declared))


def refuse_tied(step: "Step") -> None:
    """Let others act: relatives recuse in every step (practice P32), and who verified a family does not judge it.

    Whoever declared for their own family is closer than any relative.

    Source of the latter: seed 001, the village checks and the township judges. Errors: `NotAllowed`.
    """
    if step.row.judges and step.ties.has_checked:
        raise NotAllowed("这一户是您入户核实的，请由其他同事审核。")
    if step.ties.is_kin:
        raise NotAllowed(RECUSE)
    if step.ties.is_own and step.row.action not in _OF_THE_FAMILY:
        raise NotAllowed(OWN)


def refuse_kin(case: Case, by: Actor) -> None:
    """Let a relative recuse from what is no step of the procedure too, such as a correction: `NotAllowed`."""
    if by.is_staff and is_kin(by.id, case.household_id):
        raise NotAllowed(RECUSE)
