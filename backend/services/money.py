"""Money on its way to a family that has changed: flagged, and given out only after somebody said who receives it now.

Source: practice P25. On the way is what a green channel was asked for and is not yet delivered.
"""

from sqlalchemy import select

from backend.access.actor import Actor
from backend.db import db
from backend.errors import Invalid
from backend.models import Case, GreenChannel
from backend.workflow import engine
from backend.workflow.states import Kind
from backend.workflow.tasks import ask_again, open_duties

MONEY_FLAG = "money_flag"
RECEIVER = "receiver_to_check"
"""In the detail of the duty to deliver: whoever owes it hears of it anew, and sees why."""


def flag(case: Case, why: str, *, by: Actor) -> bool:
    """Flag what is on its way to a locked case's family, because of the event `why`; say whether anything is."""
    pending = select(GreenChannel.id).where(GreenChannel.case_id == case.id, GreenChannel.delivered_on.is_(None))
    green_channel = db.session.scalar(pending)
    if green_channel is None:
        return False
    engine.remember(case, **{MONEY_FLAG: why})
    engine.note(case, "flag_money", by=by, detail={"green_channel": str(green_channel), "because": why})
    for task in open_duties(case.id):
        if Kind(task.kind) is Kind.DELIVER_AID:
            task.detail = {**task.detail, RECEIVER: why}
            ask_again(case, task)
    return True


def is_flagged(case: Case) -> bool:
    """Say whether somebody still has to say who receives what is on its way."""
    return bool(case.marks.get(MONEY_FLAG))


def refuse_unchecked(case: Case, *, receiver_checked: bool) -> None:
    """Let nothing be booked as delivered to a family that has changed, until somebody says to whom: `Invalid`."""
    if is_flagged(case) and not receiver_checked:
        raise Invalid.field("receiver_checked", "这一户的家庭情况刚有变化，请先核对帮扶给谁、给对了没有，再登记送到。")


def settle(case: Case) -> None:
    """Take the flag away: who received it was looked at."""
    if is_flagged(case):
        engine.remember(case, **{MONEY_FLAG: ""})
