"""Tells the senders of a case's declarations what a step means for them: a line on the receipt and a message owed."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from backend import clock
from backend.access.actor import Actor
from backend.db import db, new_id
from backend.models import Case, Declaration, ReceiptLine
from backend.models.places import same_place
from backend.policy.county import county_workdays, current_policy, policy_of
from backend.policy.ladder import Audience
from backend.privacy.current import keys
from backend.privacy.seal import Place, seal
from backend.workflow import deadlines
from backend.workflow.deadlines import next_morning, spoken_at
from backend.workflow.duties import TELL, TELL_REFUSAL, Opening
from backend.workflow.outbox import ACCOUNT, DECLARATION, ORDINARY, PRESSING, owe
from backend.workflow.places import name_of
from backend.workflow.sentences import MUST_BE_HEARD, STATUS_OF, TOLD, TOLD_LATER
from backend.workflow.states import State

if TYPE_CHECKING:
    from backend.workflow.steps import Reason


SPOKEN_REASONS = (
    "return_reasons",
    "formal_refusal_reasons",
    "not_included_reasons",
    "ending_reasons",
    "clue_closings",
    "kept_reasons",
    "rollback_reasons",
    "mistake_reasons",
)
"""The dictionaries whose reasons an applicant reads."""

_REFUSED = frozenset({State.NOT_ACCEPTED, State.NOT_INCLUDED})


def in_words(day: date) -> str:
    """Say a date as people do: 3月5日."""
    return f"{day.month}月{day.day}日"


_TO_BE_TOLD = select(Declaration).where(Declaration.case_id == bindparam("case_id"), Declaration.joined.is_(False))


def told_through(case: Case) -> int:
    """Return the case whose receipts tell of this one: what comes after inclusion is told on the receipts before it."""
    return int(case.marks.get("included_by", case.id))


def tell_applicants(case: Case, key: str, *, by: Actor, reason: "Reason", due_on: date | None) -> None:
    """Write the line `key` on the receipt of everybody whose own declaration this case is about.

    A declaration that still waits to be joined is not told: its sender must learn nothing of another's case. What
    comes after the end, a referral's answer or a recheck, is told too, and a case taken up again opens the receipt.
    """
    codes = _reason_words(case, reason)
    with db.session.no_autoflush:  # nothing that the step wrote bears on the question: it is all written at once, later
        told = db.session.scalars(_TO_BE_TOLD, {"case_id": told_through(case)}).all()
    for declaration in told:
        tell(declaration, key, detail=codes, due_on=due_on, promised_on=case.promised_on, by=by)
        if declaration.case_id == case.id:
            declaration.closed_at = case.closed_at


def tell(
    declaration: Declaration,
    key: str,
    *,
    due_on: date | None,
    promised_on: date,
    detail: str = "",
    by: Actor | None = None,
) -> ReceiptLine:
    """Write one line on one receipt and return it; owe its sender a message that says only that there is news.

    Whoever has no phone here is owed what must be heard all the same: the channels end with a person who goes there.
    """
    sentence = sentence_of(key, declaration.said_village, due_on=due_on, promised_on=promised_on)
    line_id, now, policy = new_id(), clock.now(), current_policy(declaration.county_code)
    is_later = key in TOLD_LATER
    said_at = next_morning(now, policy.ladder, county_workdays(declaration.county_code)) if is_later else now
    sealed = seal(detail, keys=keys(), place=Place("receipt_lines", "detail_sealed", line_id)) if detail else None
    line = ReceiptLine(
        id=line_id,
        declaration_id=declaration.id,
        account_id=declaration.account_id,
        kind=key,
        sentence=sentence,
        detail_sealed=sealed,
        due_on=due_on,
        happened_at=clock.day_began(now) if is_later else now,
        **same_place(declaration),
    )
    db.session.add(line)
    declaration.status = STATUS_OF.get(key, declaration.status)
    sender_acted = by is not None and by.account_id is not None and by.account_id == declaration.account_id
    must_hear, account = key in MUST_BE_HEARD, declaration.account_id
    if not sender_acted and (account is not None or must_hear):
        owe(
            kind="progress",
            subject=f"receipt:{declaration.id}:{line_id}",
            recipient=f"{DECLARATION}:{declaration.id}" if account is None else f"{ACCOUNT}:{account}",
            declaration_id=declaration.id,
            audience=Audience.MUST_HEAR if must_hear else Audience.APPLICANT,
            priority=PRESSING if must_hear else ORDINARY,
            county_code=declaration.county_code,
            data={
                "number": declaration.receipt_no,
                "status": declaration.status,
                "office": name_of(declaration.said_village[:9]),
                "at": clock.local(said_at).strftime("%Y-%m-%d %H:%M"),
            },
            page=f"pages/progress/progress?id={declaration.id}",
            owed_at=said_at,
            not_before=spoken_at(said_at, policy.ladder),
        )
    return line


def sentence_of(key: str, village_code: str, *, due_on: date | None, promised_on: date) -> str:
    """Say in plain words what a step means for a family of this village: on its receipt, and on paper."""
    return TOLD[key].format(
        village=name_of(village_code),
        township=name_of(village_code[:9]),
        office=name_of(village_code),
        due=in_words(due_on) if due_on else "近日",
        promised=in_words(promised_on),
    )


def _reason_words(case: Case, reason: "Reason") -> str:
    policy = policy_of(case.county_code, case.policy_version)
    spoken = [
        entry[code] for code in reason.codes for name in SPOKEN_REASONS if code in (entry := policy.dictionaries[name])
    ]
    return "\n".join([*spoken, reason.words] if reason.words else spoken)


def in_person(case: Case, detail: Mapping[str, Any]) -> Opening:
    """Somebody tells the family; a refusal has days of its own beside, counted from itself (T_REJECT)."""
    usual = Opening(TELL, detail=dict(detail))
    if State(case.state) not in _REFUSED or case.closed_at is None:
        return usual
    policy, workdays = policy_of(case.county_code, case.policy_version), county_workdays(case.county_code)
    refused_on = clock.local(case.closed_at).date()
    latest = deadlines.due_on(refused_on, policy.limit(TELL_REFUSAL.limit), workdays).on
    if latest >= deadlines.due_on(clock.today(), policy.limit(TELL.limit), workdays).on:
        return usual
    return Opening(TELL_REFUSAL, since=refused_on, detail=dict(detail))
