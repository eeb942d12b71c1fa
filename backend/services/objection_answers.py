"""How the township answers objections: everybody with the same content at once, and nobody by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import Complaints, NotAllowed, NotFound, NotPossibleNow, OutOfDate
from backend.models import Case, Objection
from backend.policy.county import current_policy
from backend.privacy.current import keys
from backend.privacy.notice_check import Known, check_notice
from backend.privacy.seal import Place, seal, unseal
from backend.privacy.texts import clean_text
from backend.services import second_hats
from backend.services.sheets import telephones_of
from backend.workflow import engine
from backend.workflow.deadlines import spoken_at
from backend.workflow.duties import NOT_IDENTIFYING
from backend.workflow.engine import find_case
from backend.workflow.outbox import owe
from backend.workflow.places import name_of
from backend.workflow.steps import Reason
from backend.workflow.tasks import open_duties

MOST_WORDS = 1000
OUTCOMES: Mapping[Action, str] = {
    Action.KEEP_AFTER_OBJECTION: "kept",
    Action.VISIT_AFTER_OBJECTION: "visit",
    Action.UPHOLD_OBJECTION: "upheld",
}
HOTLINES = ("12345", "12317")
"""National numbers that an answer may name."""
LOOKING = ""
NEWS = "已有答复"
"""What a locked screen shows of it: not that somebody objected, for the phone may be the family's."""


@dataclass(frozen=True)
class AnswerForm:
    """The township's answer: `words` for the family, `answer` for the objector, who must learn nothing private from it.

    `reasons` and `alternative` are asked for when the objection is upheld; `transfer` names the office that helps then.
    """

    words: str
    answer: str
    reasons: tuple[str, ...] = ()
    alternative: str = ""
    transfer: str = ""


@use_case
def answer(objection_id: int, action: Action, *, by: Actor, version: int, form: AnswerForm) -> Objection:
    """Decide on an objection: keep the family, visit again, or uphold; everybody of the same duty is answered.

    Errors: those of `move`; `Invalid` when the words name the objector, or the answer tells of the family's health.
    """
    refuse_villages(by)
    if action not in OUTCOMES:
        raise NotPossibleNow
    objection = db.session.scalars(select(Objection).where(Objection.id == objection_id)).one_or_none()
    if objection is None:
        raise NotFound
    case = find_case(objection.case_id)
    second_hats.refuse_own_family(case, by=by)
    mine = next((task for task in open_duties(case.id) if task.id == objection.task_id), None)
    if mine is None or mine.version != version:
        raise OutOfDate
    waiting = _waiting_with(case)
    words, said = _checked(form, action, case, waiting)
    detail = {"objection": str(objection.id)}
    if action is Action.UPHOLD_OBJECTION:
        detail |= {"alternative": str(objection.id), "transfer": form.transfer}
    engine.move(case, action, by=by, version=version, reason=Reason(form.reasons, words), detail=detail)
    for each in waiting:
        if not _stillopened_text(case, each):
            _write_answer(each, OUTCOMES[action], said, by)
    return objection


def repeat_answer(decided: Objection, objection: Objection) -> None:
    """Answer an objection whose content was decided before: the clock does not stop for it again."""
    said = opened_text(decided, "answer_sealed", decided.answer_sealed)
    objection.outcome, objection.answered_at = decided.outcome, clock.now()
    objection.answered_by = decided.answered_by
    objection.answer_sealed = _seal_answer(objection, said)


def refuse_villages(by: Actor) -> None:
    """Refuse by role, and by place too: no hat worn in a village opens an objection."""
    require(by.role, Action.READ_OBJECTIONS)
    if len(by.region_code) >= 12:
        raise NotAllowed


def _waiting_with(case: Case) -> Sequence[Objection]:
    """Return every objection against the case that is being looked into."""
    duties = [task.id for task in open_duties(case.id)]
    query = select(Objection).where(Objection.task_id.in_(duties), Objection.outcome == LOOKING)
    return db.session.scalars(query.order_by(Objection.id)).all()


def _stillopened_text(case: Case, objection: Objection) -> bool:
    return any(task.id == objection.task_id for task in open_duties(case.id))


def _checked(form: AnswerForm, action: Action, case: Case, waiting: Sequence[Objection]) -> tuple[str, str]:
    complaints = Complaints()
    words = complaints.take(lambda: clean_text(form.words, most=MOST_WORDS, field="words"), "")
    said = complaints.take(lambda: clean_text(form.answer, most=MOST_WORDS, field="answer"), "")
    if action is Action.UPHOLD_OBJECTION and case.procedure not in NOT_IDENTIFYING:
        other = complaints.take(lambda: clean_text(form.alternative, most=MOST_WORDS, field="alternative"), "")
        words = f"{words}\n实际困难怎样解决：{other}"
    if any(len(name) > 1 and name in words for each in waiting for name in _who(each)):
        complaints.add("words", "这段话农户和村里都会看到，不能写出是谁提的异议。")
    published = [*HOTLINES, *(each.number for each in telephones_of(case.village_code))]
    found = check_notice(said, Known(telephones=published))
    if found:
        told = "；".join(str(each) for each in found)
        complaints.add("answer", f"给提异议的人的答复里有不能告诉别人的：{told}。")
    complaints.raise_if_any()
    return words, said


def _who(objection: Objection) -> tuple[str, str]:
    return (
        opened_text(objection, "name_sealed", objection.name_sealed),
        opened_text(objection, "phone_sealed", objection.phone_sealed),
    )


def _write_answer(objection: Objection, outcome: str, said: str, by: Actor) -> None:
    objection.outcome, objection.answered_by, objection.answered_at = outcome, by.id, clock.now()
    objection.answer_sealed = _seal_answer(objection, said)
    if objection.account_id is None:
        return
    owe(
        kind="progress",
        subject=f"objection:{objection.id}",
        recipient=f"account:{objection.account_id}",
        county_code=objection.county_code,
        data={
            "number": objection.receipt_no,
            "status": NEWS,
            "office": name_of(objection.township_code),
            "at": clock.local(clock.now()).strftime("%Y-%m-%d %H:%M"),
        },
        page="pages/objections/objections",
        not_before=spoken_at(clock.now(), current_policy(objection.county_code).ladder),
    )


def _seal_answer(objection: Objection, said: str) -> str | None:
    return seal(said, keys=keys(), place=Place("objections", "answer_sealed", objection.id)) if said else None


def opened_text(objection: Objection, column: str, sealed: str | None) -> str:
    """Return one sealed text of an objection in clear, or nothing where there is none."""
    return unseal(sealed, keys=keys(), place=Place("objections", column, objection.id)) if sealed else ""
