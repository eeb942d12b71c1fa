"""The last channel: a person of the village telephones or goes there, and it is a duty that ends with who told whom."""

from sqlalchemy import select

from backend.access.actor import system_actor
from backend.access.scope import as_system
from backend.db import db
from backend.models import Case, Declaration, Message, Task
from backend.policy.ladder import Way
from backend.services.channels.contract import Failure, NotThisWay, Ready
from backend.workflow import engine
from backend.workflow.states import Kind
from backend.workflow.tasks import ask_again
from backend.workflow.telling import in_person


class Call:
    """A duty of the village instead of a message (practice P21); one at a time for each declaration."""

    name = str(Way.CALL)
    repeats = True

    def prepare(self, message: Message) -> Ready:
        """Open the duty in this very transaction: there is nothing to send afterwards."""
        ask(message)
        return Ready(None)

    def failure(self, error: Exception) -> Failure | None:
        """Return nothing, for nothing leaves the program here."""
        return None

    def sent(self, message: Message) -> None:
        """Leave the rest to the duty."""

    def refused(self, message: Message, failure: Failure) -> None:
        """Take note of nothing, for nobody refuses here."""


def ask(message: Message) -> None:
    """Open the duty to tell a message's family in person, or let an open one speak of this too; raises `NotThisWay`."""
    if message.declaration_id is None:
        raise NotThisWay("没有可以当面告知的人")
    with as_system("somebody must be told in person"):
        declaration = db.session.scalars(
            select(Declaration).where(Declaration.id == message.declaration_id)
        ).one_or_none()
        if declaration is None:
            raise NotThisWay("没有可以当面告知的人")
        case = engine.find_case(declaration.case_id)
        status = str(message.data.get("status", ""))
        by = system_actor(case.county_code, "somebody must be told in person")
        detail = {"declaration": str(declaration.id), "status": status}
        if (task := _open_duty(case.id, declaration.id)) is None:
            opening = in_person(case, {**detail, "messages": [str(message.id)]})
            engine.owe(case, "tell_asked", opening, by=by, detail=detail)
        elif str(message.id) not in task.detail.get("messages", ()):
            engine.note(case, "tell_asked", by=by, detail=detail)
            _tell_this_too(case, task, message.id, status)


def _open_duty(case_id: int, declaration_id: int) -> Task | None:
    query = select(Task).where(Task.case_id == case_id, Task.kind == Kind.TELL, Task.open_due.is_not(None))
    found = db.session.scalars(query.order_by(Task.id))
    return next((task for task in found if task.detail.get("declaration") == str(declaration_id)), None)


def _tell_this_too(case: Case, task: Task, message_id: int, status: str) -> None:
    """Let an open duty speak of later news, and whoever owes it hear so.

    It has another version from now on: a call made before the news cannot be written down as if it had told it.
    """
    known = {"messages": [*task.detail.get("messages", ()), str(message_id)], "status": status}
    task.detail = {**task.detail, **known}
    ask_again(case, task)
