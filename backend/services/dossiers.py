"""What township and county have gathered on one family, for those who judge it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.errors import NotAllowed, NotFound
from backend.models import (
    Announcement,
    Case,
    Comparison,
    ComparisonResult,
    DepartmentCheck,
    GreenChannel,
    GreenOpinion,
    Judgement,
)
from backend.services import announcements, authorizations, checks, comparisons, green_channels, judgements
from backend.services.authorizations import Member
from backend.services.making_up import StepToMakeUp, steps_to_make_up


@dataclass(frozen=True)
class Dossier:
    """Authorizations, checks, comparison, judgements, green channel and announcements of one case."""

    case: Case
    members: Sequence[Member]
    checks: Sequence[DepartmentCheck]
    comparisons: Sequence[Comparison]
    results: Sequence[ComparisonResult]
    judgements: Sequence[Judgement]
    green: GreenChannel | None
    opinions: Sequence[GreenOpinion]
    to_make_up: Sequence[StepToMakeUp]
    announcements: Sequence[Announcement]
    proposed_category: str | None


def read_dossier(case_id: int, *, by: Actor) -> Dossier:
    """Return what was gathered; a family reads its receipt instead, and an outsider finds nothing."""
    require(by.role, Action.READ_CASES)
    if not by.is_staff:
        raise NotAllowed
    case = db.session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    return gathered_on(case, by=by)


def gathered_on(case: Case, *, by: Actor) -> Dossier:
    """Return what was gathered on a case that the actor has before their eyes."""
    require(by.role, Action.READ_CASES)
    if not by.is_staff:
        raise NotAllowed
    return Dossier(
        case=case,
        members=authorizations.members_of(case),
        checks=checks.checks_of(case.id),
        comparisons=comparisons.comparisons_of(case.id),
        results=comparisons.results_of(case.id),
        judgements=judgements.judgements_of(case.id),
        green=green_channels.channel_of(case.id),
        opinions=green_channels.opinions_of(case.id),
        to_make_up=steps_to_make_up(case),
        announcements=announcements.announcements_of(case.id),
        proposed_category=judgements.proposed_category(case),
    )
