"""更正、补充 of what is stored about a family (个人信息保护法 46): asked for from a phone, answered by the township.

Asked on a receipt of one's own, or on the file of a family whose phone this is. Nothing is changed by asking: the desk
looks, corrects with the forms it has, and answers in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, or_, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow
from backend.models import Case, CorrectionRequest, Declaration, Task
from backend.models.places import same_place
from backend.policy.county import policy_of
from backend.privacy.id_numbers import parse_id_number
from backend.privacy.mask import mask_id, mask_phone
from backend.privacy.names import clean_name
from backend.privacy.notice_text import Telephone
from backend.privacy.phones import parse_phone
from backend.services.declarations import find_receipt
from backend.services.sealing import MOST_SHORT, Sealer, needed
from backend.services.sheets import telephones_of
from backend.workflow import engine
from backend.workflow.duties import CORRECTION, Opening
from backend.workflow.engine import find_case
from backend.workflow.places import name_of
from backend.workflow.tasks import open_duty

FACTS = "correction_facts"
PHONE, ID_NUMBER = "phone", "id_number"
ASKED, CORRECTED, DECLINED = "", "corrected", "declined"
STATUS_NAMES: Mapping[str, str] = {ASKED: "正在核实", CORRECTED: "已经改好", DECLINED: "没有改"}
MOST_SHOWN = 20
TOWN_DIGITS = 9
_TABLE = "correction_requests"


@dataclass(frozen=True)
class CorrectionForm:
    """Which fact is wrong and what is right; on one receipt, or on one case of a family whose phone this is.

    `whose` names the member whose name or number it is; empty: the head's, or the whole family's.
    """

    fact: str
    right: str = field(repr=False)
    declaration_id: int | None = None
    case_id: int | None = None
    whose: str = field(default="", repr=False)


@dataclass(frozen=True)
class OwnCorrection:
    """A request as whoever asked reads it: where it stands, until when, the answer, and whom to ask."""

    id: int
    fact_name: str
    whose: str
    right: str
    asked_on: date
    status: str
    status_name: str
    due_on: date | None
    whom: str
    phones: Sequence[Telephone]
    answer: str
    answered_on: date | None


@use_case
def ask(form: CorrectionForm, *, by: Actor) -> OwnCorrection:
    """Ask that a fact be corrected; the township owes an answer from now.

    Errors: `NotFound` for a receipt or a family that is not the actor's, whatever is known of it; `Invalid` names each
    field; `NotPossibleNow` while the same is asked already.
    """
    require(by.role, Action.ASK_CORRECTION)
    declaration = find_receipt(form.declaration_id, by=by) if form.declaration_id is not None else None
    with as_system("a family asks that a fact be corrected"):
        case = find_case(declaration.case_id if declaration else _own_case(form.case_id, by))
        whose, right = _checked(form, case)
        _refuse_twice(form.fact, case, by)
        row_id = new_id()
        task = open_duty(case, Opening(CORRECTION, detail={"correction": str(row_id)}))
        db.session.flush()  # its duty first: the request points at it
        row = CorrectionRequest(
            id=row_id,
            case_id=case.id,
            declaration_id=declaration.id if declaration else None,
            task_id=task.id,
            fact=form.fact,
            whose_sealed=Sealer(_TABLE, row_id).keep("whose_sealed", whose),
            right_sealed=Sealer(_TABLE, row_id).must("right_sealed", right),
            asked_at=clock.now(),
            outcome=ASKED,
            account_id=by.account_id,
            **same_place(case),
        )
        db.session.add(row)
        engine.note(case, Action.ASK_CORRECTION, by=by, detail={"correction": str(row.id)})
        db.session.flush()
        return _own(row, case, task, declaration, by)


def own_requests(*, by: Actor) -> list[OwnCorrection]:
    """Return what was asked for on the receipts and families that are this phone's now, the newest first."""
    require(by.role, Action.ASK_CORRECTION)
    if by.account_id is None:
        return []
    of_receipt = and_(CorrectionRequest.declaration_id.is_not(None), Declaration.account_id == by.account_id)
    of_family = and_(
        CorrectionRequest.declaration_id.is_(None),
        CorrectionRequest.account_id == by.account_id,
        Case.household_id.in_(by.households),
    )
    with as_system("somebody reads what they asked to be corrected"):
        query = (
            select(CorrectionRequest, Case, Task, Declaration)
            .join(Case, Case.id == CorrectionRequest.case_id)
            .join(Task, Task.id == CorrectionRequest.task_id)
            .outerjoin(Declaration, Declaration.id == CorrectionRequest.declaration_id)
            .where(CorrectionRequest.county_code == by.county_code, or_(of_receipt, of_family))
        )
        rows = db.session.execute(query.order_by(CorrectionRequest.id.desc()).limit(MOST_SHOWN)).all()
        return [_own(*row, by) for row in rows]


def facts_of(row: CorrectionRequest, case: Case) -> str:
    """Return what the fact is called in the rules of the case."""
    return policy_of(case.county_code, case.policy_version).dictionaries[FACTS].get(row.fact, row.fact)


def texts_of(row: CorrectionRequest) -> tuple[str, str, str]:
    """Return in clear whose fact it is, what would be right, and the answer."""
    sealer = Sealer(_TABLE, row.id)
    return (
        sealer.open("whose_sealed", row.whose_sealed),
        sealer.open("right_sealed", row.right_sealed),
        sealer.open("answer_sealed", row.answer_sealed),
    )


def place_told(row: CorrectionRequest, declaration: Declaration | None) -> str:
    """Return the place whose office answers, as whoever asked may know it.

    On a receipt that is the village they named: where a household is registered is nothing to learn by a typed number.
    """
    return declaration.said_village if declaration else row.village_code


def _own_case(case_id: int | None, by: Actor) -> int:
    """Return the id of a case of a family whose phone this is; any other does not exist."""
    query = select(Case.id).where(Case.id == case_id, Case.household_id.in_(by.households))
    found = db.session.scalar(query) if case_id is not None else None
    if found is None:
        raise NotFound
    return found


def _checked(form: CorrectionForm, case: Case) -> tuple[str, str]:
    complaints = Complaints()
    if form.fact not in policy_of(case.county_code, case.policy_version).dictionaries[FACTS]:
        complaints.add("fact", "请点是哪一项不对。")
    whose = complaints.take(lambda: clean_name(form.whose, field="whose"), "") if form.whose.strip() else ""
    right = complaints.take(lambda: _right(form), "")
    complaints.raise_if_any()
    return whose, right


def _right(form: CorrectionForm) -> str:
    """Return what is right: a number in its plain form, anything else in the person's own words."""
    if not form.right.strip():
        raise Invalid.field("right", "请写对的应该是什么。")
    if form.fact == PHONE:
        return parse_phone(form.right, field="right")
    if form.fact == ID_NUMBER:
        return parse_id_number(form.right, field="right", today=clock.today()).number
    return needed(form.right, "right", MOST_SHORT)


def _refuse_twice(fact: str, case: Case, by: Actor) -> None:
    """One open request a fact: whoever asks again is told that it is being looked into."""
    query = select(CorrectionRequest.id).where(
        CorrectionRequest.case_id == case.id,
        CorrectionRequest.account_id == by.account_id,
        CorrectionRequest.fact == fact,
        CorrectionRequest.outcome == ASKED,
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise NotPossibleNow("这一项您已经申请过，正在核实，不用再交。还有要补充的，请打下面的电话。")


def _own(row: CorrectionRequest, case: Case, task: Task, declaration: Declaration | None, by: Actor) -> OwnCorrection:
    whose, right, answer = texts_of(row)
    where = case.village_code if case.household_id in by.households else place_told(row, declaration)
    return OwnCorrection(
        id=row.id,
        fact_name=facts_of(row, case),
        whose=whose,
        right=_SHOWN.get(row.fact, str)(right),
        asked_on=clock.local(row.asked_at).date(),
        status=row.outcome or "asked",
        status_name=STATUS_NAMES[row.outcome],
        due_on=task.open_due,
        whom=name_of(where[:TOWN_DIGITS]),
        phones=telephones_of(where),
        answer=answer,
        answered_on=clock.local(row.answered_at).date() if row.answered_at else None,
    )


_SHOWN = {PHONE: mask_phone, ID_NUMBER: mask_id}
"""How a number is shown to whoever typed it: their phone may be in other hands by then."""
