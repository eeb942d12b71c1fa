"""Messages to the dead stop at once (practice P25): what was owed to their phone is not sent, and nothing more is."""

from sqlalchemy import select, update

from backend import clock
from backend.db import db
from backend.models import AccountHousehold, Case, Declaration, Message, Person, ReceiptLine

SELF = "self"
WHY = "收件人已去世"


def stop_messages(case: Case, person: Person) -> int:
    """Take the receipts that a person declared for themself off their phone; return how many there were.

    A phone that declared for others goes on hearing of those. The caller sees every row (`as_system`).
    """
    query = select(Declaration).where(
        Declaration.case_id == case.id,
        Declaration.relation == SELF,
        Declaration.head_name == person.name,
        Declaration.account_id.is_not(None),
    )
    mine = db.session.scalars(query).all()
    for declaration in mine:
        _cancel_owed(declaration)
        _close_file(declaration.account_id, case.household_id)
        lines = update(ReceiptLine).where(ReceiptLine.declaration_id == declaration.id)
        db.session.execute(lines.values(account_id=None), execution_options={"synchronize_session": False})
        declaration.account_id = None
    return len(mine)


def _cancel_owed(declaration: Declaration) -> None:
    lines = db.session.scalars(select(ReceiptLine.id).where(ReceiptLine.declaration_id == declaration.id))
    subjects = [f"receipt:{declaration.id}:{line}" for line in lines]
    owed = update(Message).where(
        Message.recipient == f"account:{declaration.account_id}",
        Message.subject.in_(subjects),
        Message.state == "owed",
    )
    db.session.execute(
        owed.values(state="cancelled", why=WHY, ended_at=clock.now()), execution_options={"synchronize_session": False}
    )


def _close_file(account_id: int | None, household_id: int) -> None:
    link = update(AccountHousehold).where(
        AccountHousehold.account_id == account_id,
        AccountHousehold.household_id == household_id,
        AccountHousehold.withdrawn_at.is_(None),
    )
    db.session.execute(link.values(withdrawn_at=clock.now()), execution_options={"synchronize_session": False})
