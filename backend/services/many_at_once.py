"""One step for many duties of a queue: each by itself, under its own rules, each with its own answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db
from backend.errors import DomainError, Invalid, NotFound, NotPossibleNow, OutOfDate
from backend.models import Task
from backend.services import cases, nudges
from backend.services.cases import Seen
from backend.services.desks import kind_of
from backend.services.judgements import JudgementForm
from backend.workflow.states import Kind

MOST = 200


@dataclass(frozen=True)
class Ticked:
    """One duty as the page showed it: its id, its version, and the version of its case's file."""

    task_id: int
    version: int
    content_version: int


@dataclass(frozen=True)
class Outcome:
    """What became of one duty: `said` is the sentence of what stopped it, or says that it is done."""

    task: Task | None
    kind: str
    is_done: bool
    said: str


@dataclass(frozen=True)
class Many:
    """A step that may be taken for many at once: what it is called, what it asks for, and what one of them is."""

    name: str
    asks: Action
    take: Callable[[Task, Ticked, Actor, str], object]
    fits: Callable[[Task, Actor], bool]
    asks_opinion: bool = False


def deeds_of(shown: Sequence[Task], *, by: Actor) -> dict[str, Many]:
    """Return what the actor may do for many duties at once, as far as any of those shown is for it."""
    return {
        key: deed
        for key, deed in DEEDS.items()
        if may(by.role, deed.asks) and any(deed.fits(task, by) for task in shown)
    }


def do_many(key: str, ticked: Sequence[Ticked], *, by: Actor, opinion: str = "") -> list[Outcome]:
    """Take one step for each of these duties, each in its own transaction, and say of each what became of it.

    What one of them meets stops none of the others. Never called inside another transaction. Errors: `Invalid` for
    nothing ticked, more than 200, or a missing opinion; `NotAllowed`.
    """
    deed = DEEDS.get(key)
    if deed is None:
        raise Invalid.field("deed", "没有这一种批量办理，请刷新后再选。")
    require(by.role, deed.asks)
    if not ticked:
        raise Invalid.field("ticked", "请先勾选要办的事。")
    if len(ticked) > MOST:
        raise Invalid.field("ticked", f"一次最多办{MOST}件，您勾选了{len(ticked)}件。")
    if deed.asks_opinion and not opinion.strip():
        raise Invalid.field("opinion", "请写明研判意见，它会记到勾选的每一户。")
    shown = _shown(ticked)
    return [_one(deed, each, shown.get(each.task_id), by, opinion) for each in dict.fromkeys(ticked)]


def _shown(ticked: Sequence[Ticked]) -> dict[int, Task]:
    query = select(Task).where(Task.id.in_({each.task_id for each in ticked}))
    found = {task.id: task for task in db.session.scalars(query)}
    db.session.expunge_all()  # each one's transaction begins by forgetting what was read; this is what was shown
    return found


def _one(deed: Many, ticked: Ticked, task: Task | None, by: Actor, opinion: str) -> Outcome:
    if task is None:
        return Outcome(None, "", is_done=False, said=NotFound.sentence)
    kind = kind_of(task)
    try:
        deed.take(task, ticked, by, opinion)
    except DomainError as error:
        said = "".join(dict.fromkeys(error.fields.values())) or error.message
        return Outcome(task, kind, is_done=False, said=said)
    return Outcome(task, kind, is_done=True, said=f"已办好：{deed.name}。")


def _case_of(task: Task, kind: Kind) -> int:
    if task.kind != kind or task.case_id is None:
        raise NotPossibleNow(f"这件事是“{kind_of(task)}”，不能这样办，请打开来办。")
    if task.open_due is None:
        raise OutOfDate
    return task.case_id


def _accept(task: Task, ticked: Ticked, by: Actor, opinion: str) -> object:
    return cases.decide(_case_of(task, Kind.ACCEPT), Action.ACCEPT, by=by, seen=Seen(ticked.version))


def _pass_on(task: Task, ticked: Ticked, by: Actor, opinion: str) -> object:
    seen, judgement = Seen(ticked.version, ticked.content_version), JudgementForm(opinion=opinion)
    return cases.decide(_case_of(task, Kind.TOWN_REVIEW), Action.PASS_ON, by=by, seen=seen, judgement=judgement)


def _nudge(task: Task, ticked: Ticked, by: Actor, opinion: str) -> object:
    return nudges.nudge(task.id, by=by)


DEEDS: Mapping[str, Many] = {
    "accept": Many("受理", Action.ACCEPT, _accept, lambda task, by: task.kind == Kind.ACCEPT),
    "pass_on": Many("审核通过，报县", Action.PASS_ON, _pass_on, lambda task, by: task.kind == Kind.TOWN_REVIEW, True),
    "nudge": Many("催办", Action.NUDGE, _nudge, lambda task, by: nudges.may_press(task, by=by)),
}
"""Steps that say the same of many: whatever says no, or needs words of its own, is done one by one."""
