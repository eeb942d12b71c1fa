"""What a clue's own page shows beside the clue: what was said, and the duties that answer it."""

from collections.abc import Sequence

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.models import Clue, Declaration, Task
from backend.privacy.current import keys
from backend.privacy.seal import Place, unseal
from backend.services.clues import words_of
from backend.workflow.tasks import open_duties


def told_in(clue: Clue, *, by: Actor) -> str:
    """Return what a clue of the actor's place says, be it in the declaration that came with it."""
    require(by.role, Action.READ_CLUES)
    words = words_of(clue)
    if words or clue.declaration_id is None:
        return words
    row = db.session.scalars(select(Declaration).where(Declaration.id == clue.declaration_id)).one_or_none()
    if row is None or not row.hardship_sealed:
        return ""
    return unseal(row.hardship_sealed, keys=keys(), place=Place("declarations", "hardship_sealed", row.id))


def duties_of(clue: Clue, *, by: Actor) -> Sequence[Task]:
    """Return the open duties of the clue's case, the most pressing first."""
    require(by.role, Action.READ_CLUES)
    return open_duties(clue.case_id)
