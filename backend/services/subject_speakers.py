"""Who spoke of a family: what it is handed (PIPL 45) holds its own words, and nobody else's."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from backend.access.permissions import Role
from backend.db import db
from backend.models import AccountHousehold, CaseEvent, Declaration, RecordingText, StoredFile
from backend.services.declarations import SELF
from backend.services.erasures import Traces
from backend.services.sealing import Sealer


@dataclass(frozen=True)
class Own:
    """The family's own declarations and phones, and the voice notes and numbers of whoever else spoke of it."""

    declarations: tuple[int, ...]
    accounts: tuple[int, ...]
    voices_of_others: tuple[str, ...]
    numbers_of_others: frozenset[str] = field(default=frozenset(), repr=False)


def own_words(traces: Traces) -> Own:
    """Return what the family said itself: for itself when its case began, or on a phone that is confirmed as its own.

    A declaration that joined a case is nobody's word yet: whoever types a number says only that it is theirs.
    """
    confirmed = select(AccountHousehold.account_id).where(
        AccountHousehold.household_id.in_(traces.households), AccountHousehold.withdrawn_at.is_(None)
    )
    phones = set(db.session.scalars(confirmed))
    spoken = db.session.scalars(select(Declaration).where(Declaration.id.in_(traces.declarations))).all()
    own = [row for row in spoken if row.account_id in phones or (row.relation == SELF and not row.joined)]
    mine = {row.id for row in own}
    others = [row for row in spoken if row.id not in mine]
    return Own(
        tuple(mine),
        tuple(phones | {row.account_id for row in own if row.account_id is not None}),
        tuple({row.voice_sha256 for row in others if row.voice_sha256}),
        frozenset(map(_number, others)) - set(map(_number, own)),
    )


def _number(row: Declaration) -> str:
    return Sealer("declarations", row.id).open("phone_sealed", row.phone_sealed)


def said_by(own: Own, model: type[Any]) -> ColumnElement[bool]:
    """Say which rows of a table hold nothing that others said of the family."""
    if model is Declaration:
        return Declaration.id.in_(own.declarations)
    if model is StoredFile:
        return _files(own)
    if model is RecordingText:
        return RecordingText.file_id.in_(select(StoredFile.id).where(_files(own)))
    if model is CaseEvent:
        return or_(CaseEvent.actor_role != Role.FARMER, CaseEvent.actor_id.in_(own.accounts))
    if "declaration_id" in model.__mapper__.columns:
        return or_(model.declaration_id.is_(None), model.declaration_id.in_(own.declarations))
    return true()


def _files(own: Own) -> ColumnElement[bool]:
    theirs = or_(StoredFile.sent_by_role != Role.FARMER, StoredFile.sent_by.in_(own.accounts))
    return and_(theirs, StoredFile.sha256.not_in(own.voices_of_others))
