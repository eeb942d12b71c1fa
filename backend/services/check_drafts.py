"""A home check before it is filed: drafts that can be taken up again, and what is known already, filled in."""

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import NotFound
from backend.models import Case, HomeCheck, HomeCheckDraft
from backend.models.places import same_place
from backend.policy.assessment import Member
from backend.privacy.current import keys
from backend.privacy.mask import mask_id
from backend.privacy.seal import Place, unseal
from backend.services.check_people import id_number_of, people_of
from backend.services.home_checks import sealed_content
from backend.workflow.engine import find_case

KEPT_FROM_LAST = ("was_lifted", "members", "income", "safety", "risks", "assets", "wishes", "language", "interpreter")
"""What a new check begins with; the assessment, the conclusion and the visit itself are always new."""


@use_case
def save_draft(case_id: int, content: dict[str, Any], *, by: Actor) -> HomeCheckDraft:
    """Keep what a visitor has typed so far, whole or not, right or not; a later save takes the earlier one's place."""
    require(by.role, Action.FILE_VISIT)
    case = find_case(case_id)
    draft = _draft(case.id, by)
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
    draft.saved_at = clock.now()
    db.session.add(draft)
    return draft


def read_draft(case_id: int, *, by: Actor) -> tuple[HomeCheckDraft, dict[str, Any]] | None:
    """Return one's own draft of a case and when it was saved, if there is one."""
    require(by.role, Action.FILE_VISIT)
    draft = _draft(_case(case_id).id, by)
    if draft is None:
        return None
    return draft, _opened(draft.content_sealed, "home_check_drafts", draft.id)


def prefill(case_id: int, *, by: Actor) -> dict[str, Any]:
    """Return what is known already, from the household, its people and its last check: only changes are typed.

    An ID number is never sent out: a known member has `person_id` and a masked number, and the number left empty.
    """
    require(by.role, Action.FILE_VISIT)
    case = _case(case_id)
    last = _last_check(case.household_id)
    kept = {key: last[key] for key in KEPT_FROM_LAST if key in last}
    return {**kept, "members": _members(case, kept.get("members", [])), "risks": kept.get("risks") or [case.risk]}


def content_of(check: HomeCheck) -> dict[str, Any]:
    """Return a filed form as it was written, its ID numbers masked."""
    content = _opened(check.content_sealed, "home_checks", check.id)
    return {**content, "members": [_masked(each) for each in content["members"]]}


def checks_of(case_id: int, *, by: Actor) -> list[HomeCheck]:
    """Return the case's filed checks, the newest first: for offices, never for a list."""
    require(by.role, Action.READ_FILE)
    query = select(HomeCheck).where(HomeCheck.case_id == _case(case_id).id).order_by(HomeCheck.id.desc())
    return list(db.session.scalars(query))


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
