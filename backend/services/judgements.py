"""What a judging step needs beside its reason: an opinion, a category, another way, a transfer; kept and told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.db import db, new_id
from backend.errors import Complaints, Invalid
from backend.models import Case, Judgement
from backend.models.places import same_place
from backend.policy import Policy
from backend.policy.county import policy_of
from backend.services.sealing import Sealer, optional
from backend.workflow.duties import FULL
from backend.workflow.steps import Reason

JUDGING = frozenset(
    {
        Action.PASS_ON,
        Action.REFUSE,
        Action.TERMINATE,
        Action.UPHOLD_OBJECTION,
        Action.COUNTY_APPROVE,
        Action.COUNTY_AGREES_BY_PHONE,
        Action.COUNTY_REJECT,
    }
)
"""The steps of which a judgement is kept."""

MOST_TOLD = 1200
"""Signs of reason and other way together: what a receipt line holds beside its codes."""
OTHER_WAY = "帮您解决困难的办法："
AID_STAYS = "已经送到的先行帮扶作为临时救助，不用退还。"


@dataclass(frozen=True)
class JudgementForm:
    """What goes with a judgement: `category` None confirms the proposed one; `alternative` is told to the family."""

    opinion: str = ""
    category: str | None = None
    category_reason: str = ""
    alternative: str = ""
    transfer: str | None = None


@dataclass(frozen=True)
class BatchRef:
    """The county batch under whose number a decision is made, and the clerk who prepared it."""

    id: int
    prepared_by: int

    @property
    def detail(self) -> dict[str, str]:
        """What the history keeps of it."""
        return {"batch": str(self.id), "prepared_by": str(self.prepared_by)}


@dataclass(frozen=True)
class Prepared:
    """A judgement ready for the move: its row, what the family reads, and the ids that later rows need."""

    row: Judgement | None
    reason: Reason
    detail: dict[str, Any] = field(default_factory=dict)


def prepare(
    case: Case, action: Action, form: JudgementForm, *, by: Actor, reason: Reason, batch_id: int | None = None
) -> Prepared:
    """Check what goes with a judging step of a locked case and make its record; the caller moves and adds it.

    Errors: `Invalid` names each field. Source: seed 001 (综合研判; whoever is not included but in difficulty gets
    another way in words), practice P11, P17.
    """
    if action not in JUDGING:
        return Prepared(None, reason)
    policy = policy_of(case.county_code, case.policy_version)
    proposed = proposed_category(case)
    complaints = Complaints()
    opinion = complaints.take(lambda: optional(form.opinion, "opinion"), "")
    alternative = complaints.take(lambda: optional(form.alternative, "alternative"), "")
    category = complaints.take(lambda: _category(case, action, form, proposed, policy), None)
    if form.transfer and form.transfer not in policy.dictionaries["transfers"]:
        complaints.add("transfer", "请从列出的单位里选。")
    if action is Action.PASS_ON and case.procedure == FULL and not opinion:
        complaints.add("opinion", "请写明研判意见。")
    complaints.raise_if_any()
    row = _row(case, action, by)
    sealer = Sealer("judgements", row.id)
    kept = "\n".join(each for each in (opinion, form.category_reason.strip()) if each)
    row.category_proposed, row.category = proposed, category
    row.opinion_sealed = sealer.keep("opinion_sealed", kept)
    row.alternative_sealed = sealer.keep("alternative_sealed", alternative)
    row.transfer, row.batch_id = form.transfer, batch_id
    return Prepared(row, _told(case, action, reason, alternative), _detail(row, alternative))


def judgements_of(case_id: int) -> Sequence[Judgement]:
    """Return what was decided on a case, the oldest first."""
    return db.session.scalars(select(Judgement).where(Judgement.case_id == case_id).order_by(Judgement.id)).all()


def words_of(row: Judgement) -> dict[str, str]:
    """Return a judgement's opinion and other way in clear."""
    sealer = Sealer("judgements", row.id)
    return {
        "opinion": sealer.open("opinion_sealed", row.opinion_sealed),
        "alternative": sealer.open("alternative_sealed", row.alternative_sealed),
    }


def proposed_category(case: Case) -> str | None:
    """Return the category (三类) that stands so far: what the home check, the meeting or the township said last."""
    said = case.marks.get("category")
    return str(said) if said else None


def _category(case: Case, action: Action, form: JudgementForm, proposed: str | None, policy: Policy) -> str | None:
    category = form.category or proposed
    if action is not Action.PASS_ON or case.procedure != FULL:
        return category
    if category not in policy.dictionaries["categories"]:
        raise Invalid.field("category", "请确定是哪一类监测对象。")
    if proposed is not None and category != proposed and not form.category_reason.strip():
        raise Invalid.field("category_reason", "类别和村里提出的不一样，请写明理由。")
    return category


def _row(case: Case, action: Action, by: Actor) -> Judgement:
    return Judgement(
        id=new_id(),
        case_id=case.id,
        household_id=case.household_id,
        action=action,
        by_id=by.id,
        by_name=by.name,
        judged_at=clock.now(),
        **same_place(case),
    )


def _told(case: Case, action: Action, reason: Reason, alternative: str) -> Reason:
    """Let the family read what else is done for it, and that help which went first need not be given back."""
    if not alternative:
        return reason
    stays = AID_STAYS if "green_on" in case.marks and action is not Action.TERMINATE else ""
    words = "\n".join(each for each in (reason.words, OTHER_WAY + alternative, stays) if each)
    if len(words) > MOST_TOLD:
        raise Invalid.field("alternative", f"理由和办法加起来最多{MOST_TOLD - 60}个字，请精简一些。")
    return Reason(reason.codes, words)


def _detail(row: Judgement, alternative: str) -> dict[str, Any]:
    known = {
        "judgement": str(row.id),
        "category": row.category,
        "alternative": "given" if alternative else None,
        "transfer": row.transfer,
    }
    return {key: value for key, value in known.items() if value}
