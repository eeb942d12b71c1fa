"""A county batch that its leader agreed to by telephone: noted by who took the call, signed later (practice P17)."""

from collections.abc import Sequence

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import Invalid, NotPossibleNow
from backend.models import BatchItem, Case, CountyBatch
from backend.privacy.names import clean_name
from backend.services import batches
from backend.services.batches import OPEN, Verdict
from backend.services.green_channels import Telephone
from backend.workflow.guards import may_be_by_telephone
from backend.workflow.trail import record_on


def agree(batch_id: int, phoned: Telephone, *, by: Actor) -> Sequence[BatchItem]:
    """Let a batch stand at once on a leader's word by telephone, as far as a green channel or a disaster is open.

    Only inclusions, each in its own transaction; all else stays open for the signature, which is owed within
    T_SIGN_LATER for every family decided so. Never called inside another transaction. Errors: `Invalid` names each
    field; `NotPossibleNow` when no family of the batch may be decided so.
    """
    require(by.role, Action.COUNTY_AGREES_BY_PHONE)
    fitting = _note_call(batch_id, phoned, by)
    for item_id in fitting:
        batches.decide_alone(item_id, batch_id, Action.COUNTY_AGREES_BY_PHONE, by=by)
    return batches.items_of(batch_id)


@use_case
def _note_call(batch_id: int, phoned: Telephone, by: Actor) -> list[int]:
    """Write the call down on the batch; return the ids of the families that it decides."""
    batch = batches.unsigned(batch_id, by)
    leader = clean_name(phoned.leader, field="leader")
    if phoned.at > clock.now():
        raise Invalid.field("at", "通话时间不能晚于现在。")
    if phoned.at < batch.prepared_at.replace(second=0, microsecond=0):  # a form tells minutes
        raise Invalid.field("at", "通话要在这一批准备好以后：负责人要知道是哪些户。")
    fitting = _fitting(batch)
    if not fitting:
        raise NotPossibleNow("这一批里没有开了绿色通道或者受灾的户，要等负责人签发。")
    batch.phoned_by, batch.phoned_at = leader, phoned.at
    batch.noted_by, batch.noted_by_name = by.id, by.name
    detail = {"number": batch.number, "leader": leader, "families": len(fitting)}
    record_on(batch, "batch", by=by, action=Action.COUNTY_AGREES_BY_PHONE, detail=detail)
    return fitting


def _fitting(batch: CountyBatch) -> list[int]:
    query = (
        select(BatchItem.id, Case)
        .join(Case, Case.id == BatchItem.case_id)
        .where(BatchItem.batch_id == batch.id, BatchItem.outcome == OPEN, BatchItem.verdict == Verdict.APPROVE)
    )
    rows = db.session.execute(query.order_by(BatchItem.id)).all()
    return [item_id for item_id, case in rows if may_be_by_telephone(case)]
