"""A home check before it is filed: drafts that can be taken up again, and what is known already, filled in."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound
from backend.models import Case, HomeCheck, HomeCheckDraft
from backend.models.places import same_place
from backend.policy.assessment import Member
from backend.privacy.current import keys
from backend.privacy.mask import mask_id
from backend.privacy.seal import Place, unseal
from backend.services import check_consents, living
from backend.services.check_people import id_number_of, people_of
from backend.services.home_checks import sealed_content
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.tasks import open_duties

KEPT_FROM_LAST = ("was_lifted", "members", "income", "safety", "risks", "assets", "wishes", "language", "interpreter")
"""What a new check begins with; the assessment, the conclusion and the visit itself are always new."""
CHECKED_BY = frozenset({Kind.VISIT, Kind.CHECK_ANEW})
"""The duties that a home check answers."""
MOST_SAVES = 10**15


@dataclass(frozen=True)
class Saved:
    """What became of a save: the draft as it stands, and whether this save is what it holds."""

    draft: HomeCheckDraft | None
    is_kept: bool

    @property
    def said(self) -> str:
        """Say in plain words what happened to a save that came too late."""
        if self.is_kept:
            return "已保存"
        if self.draft is None or self.draft.content_sealed is None:
            return "核实表已经提交，这一份是以前的草稿，没有保存。"
        return "已有更新的草稿，这一份较早，没有保存。"


@use_case
def save_draft(case_id: int, content: dict[str, Any], *, by: Actor, number: int) -> Saved:
    """Keep what a visitor has typed so far, whole or not, right or not; a later save takes the earlier one's place.

    `number` grows by one with every save on the phone. One that is not newer is left aside, and the answer says so: it
    is a retry that was late, and must not put back what has been changed since. Errors: `Invalid` for a number below 1.
    """
    require(by.role, Action.FILE_VISIT)
    if not 1 <= number <= MOST_SAVES:
        raise Invalid.field("number", "保存次数从 1 开始，每存一次加一。")
    with living.within_reach(case_id, by=by):
        case = find_case(case_id)
        draft = _draft(case.id, by)
        if _is_filed(case):
            return Saved(draft, is_kept=False)
        if draft is not None and number <= draft.number:
            return Saved(draft, is_kept=number == draft.number and _holds(draft, content))
        if draft is None:
            draft = HomeCheckDraft(
                id=new_id(),
                case_id=case.id,
                household_id=case.household_id,
                author_id=by.id,
                author_name=by.name,
                **same_place(case),
            )
        draft.content_sealed = sealed_content(content, Place("home_check_drafts", "content_sealed", draft.id))
        draft.number, draft.saved_at = number, clock.now()
        db.session.add(draft)
        return Saved(draft, is_kept=True)


def read_draft(case_id: int, *, by: Actor) -> tuple[HomeCheckDraft, dict[str, Any] | None] | None:
    """Return one's own draft of a case, if there ever was one; without content once its check was filed."""
    require(by.role, Action.FILE_VISIT)
    with living.within_reach(case_id, by=by):
        draft = _draft(_case(case_id).id, by)
        if draft is None:
            return None
        sealed = draft.content_sealed
        return draft, _opened(sealed, "home_check_drafts", draft.id) if sealed else None


def prefill(case_id: int, *, by: Actor) -> dict[str, Any]:
    """Return what is known already, from the household, its people and its last check: only changes are typed.

    An ID number is never sent out: a known member has `person_id` and a masked number, and the number left empty. What
    the family does not consent to is not asked: `consents` says so, and nothing of it is filled in.
    """
    require(by.role, Action.FILE_VISIT)
    with living.within_reach(case_id, by=by):
        case = _case(case_id)
        last, word = _last_check(case.household_id), check_consents.word_of(case)
        kept = {key: last[key] for key in KEPT_FROM_LAST if key in last}
        members = _members(case, kept.get("members", []))
        return {
            **kept,
            "members": check_consents.shown(members, word),
            "risks": kept.get("risks") or [case.risk],
            "consents": word.as_answers(),
        }


def content_of(check: HomeCheck, *, word: check_consents.Word | None = None) -> dict[str, Any]:
    """Return a filed form as it was written, its ID numbers masked; what a family took back is not shown any more.

    `word` is the family's own, where it was asked for already: it is read once for many checks.
    """
    content = _opened(check.content_sealed, "home_checks", check.id)
    members = [_masked(each) for each in content["members"]]
    said = check_consents.word_for(check.household_id) if word is None else word
    return {**content, "members": check_consents.shown(members, said)}


def checks_of(case_id: int, *, by: Actor) -> list[HomeCheck]:
    """Return the case's filed checks, the newest first: for offices, never for a list."""
    require(by.role, Action.READ_FILE)
    with living.within_reach(case_id, by=by):
        query = select(HomeCheck).where(HomeCheck.case_id == _case(case_id).id).order_by(HomeCheck.id.desc())
        return list(db.session.scalars(query))


def _is_filed(case: Case) -> bool:
    """Say whether the case was checked already and no check is owed now: whatever comes is from before."""
    if any(Kind(task.kind) in CHECKED_BY for task in open_duties(case.id)):
        return False
    return db.session.scalar(select(HomeCheck.id).where(HomeCheck.case_id == case.id).limit(1)) is not None


def _holds(draft: HomeCheckDraft, content: dict[str, Any]) -> bool:
    sealed = draft.content_sealed
    return sealed is not None and _opened(sealed, "home_check_drafts", draft.id) == content


def _case(case_id: int) -> Case:
    """Return a case that is only read; a foreign one is not found, whether it has checks and drafts or not."""
    case = db.session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    return case


def _draft(case_id: int, by: Actor) -> HomeCheckDraft | None:
    query = select(HomeCheckDraft).where(HomeCheckDraft.case_id == case_id, HomeCheckDraft.author_id == by.id)
    return db.session.scalars(query).one_or_none()


def _last_check(household_id: int) -> dict[str, Any]:
    query = select(HomeCheck).where(HomeCheck.household_id == household_id).order_by(HomeCheck.id.desc()).limit(1)
    check = db.session.scalars(query).first()
    return _opened(check.content_sealed, "home_checks", check.id) if check else {}


def _members(case: Case, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the household's people, each with what the last check wrote of them, then who is no person of it."""
    said = {str(each["name"]): each for each in before}
    people = people_of(case.household_id)
    known = [
        {
            **_plain(Member(name=person.name, relation=person.relation)),
            **said.get(person.name, {}),
            "person_id": person.id,
            "id_number": "",
            "id_masked": _shown(id_number_of(person)),
            "no_document": person.no_document or "",
        }
        for person in people
    ]
    names = {person.name for person in people}
    return known + [_masked(each) for each in before if each["split_off"] and each["name"] not in names]


def _plain(member: Member) -> dict[str, Any]:
    return asdict(member)


def _masked(member: dict[str, Any]) -> dict[str, Any]:
    return {**member, "id_number": "", "id_masked": _shown(member["id_number"])}


def _shown(number: str) -> str:
    return mask_id(number) if number else ""


def _opened(sealed: str, table: str, row_id: int) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(unseal(sealed, keys=keys(), place=Place(table, "content_sealed", row_id)))
    return content
