"""Lets invented households live through the procedure in the past: every step by the service that people call."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update

from backend import clock
from backend import db as database
from backend.access.actor import Actor
from backend.access.permissions import LEVEL_OF_ROLE, Action, Role
from backend.access.scope import act_within, as_system
from backend.db import db, in_transaction
from backend.demo.cast import desks
from backend.demo.lives import Do, Life, Step, lives
from backend.demo.phones import DemoPhone
from backend.errors import NotPossibleNow, OutOfDate
from backend.models import Case, CaseEvent, Message, PolicyVersion
from backend.policy.county import county_workdays, policy_of
from backend.services import cases, declarations, demo, sign_ins
from backend.services.cases import Seen, VisitForm
from backend.services.declarations import DeclarationForm
from backend.services.demo_progress import Progress
from backend.services.storage import settings
from backend.workflow.deadlines import next_rung
from backend.workflow.engine import Reason
from backend.workflow.tasks import open_duties

TALKS_EVERY = 2.0
"""Seconds between two lines about how far it has come."""

WORKS_FOR, RESTS_FOR = 0.45, 0.11
"""Seconds of work, and of the pause after it."""

POLICY_VERSION = 1
CONSENTS = {"health": True, "assets": True, "minors": True}
_LATE_NEWS = "演示数据里过去的消息，不再发送"


def make(total: int, *, report: Callable[[Progress], None]) -> None:
    """Let `total` households live up to now; what an earlier run made is found again and not made twice.

    A step is known by its instant: the same seed and the same first day give the same instants, and no two of them
    are equal. So nothing but the cases themselves says how far an interrupted run had come.
    """
    villages = demo.villages()
    demo.hire(desks(villages))
    crowd = _Crowd(demo.actors(), clock.now())
    begun, pace = _begun(), _Pace()
    report(Progress(0, total))
    with _nobody_is_woken():
        for count, life in enumerate(lives(total, villages, until=first_day()), start=1):
            crowd.live(life, begun.get(life.declared_at))
            pace.rest_at_times()
            if pace.is_time_to_talk():
                report(Progress(count, total))
    report(Progress(total, total))


class _Pace:
    """Talks now and then, and steps aside now and then.

    SQLite has one writer, and who waits for it looks again every tenth of a second at the latest: only a pause as
    long as that lets everybody in who stands at the door. Small gaps between transactions left the web waiting for
    ten seconds.
    """

    def __init__(self) -> None:
        self._rested = self._talked = clock.monotonic()

    def rest_at_times(self) -> None:
        """Pause if enough has been done."""
        if clock.monotonic() - self._rested >= WORKS_FOR:
            time.sleep(RESTS_FOR)
            self._rested = clock.monotonic()

    def is_time_to_talk(self) -> bool:
        """Say whether the last line is long enough ago."""
        if clock.monotonic() - self._talked < TALKS_EVERY:
            return False
        self._talked = clock.monotonic()
        return True


@contextmanager
def _nobody_is_woken() -> Iterator[None]:
    """Ring no bell for what lies in the past: there is nothing to send and nobody to remind."""
    bells, database.after_commit[:] = database.after_commit[:], []
    try:
        yield
    finally:
        database.after_commit[:] = bells


def first_day() -> datetime:
    """Return the instant at which the county was made: the lives end there, however often the making is resumed."""
    return db.session.scalars(
        select(PolicyVersion.made_at).where(PolicyVersion.county_code == demo.COUNTY, PolicyVersion.version == 1)
    ).one()


class _Standing(NamedTuple):
    """A case, how many steps it has behind it, and the version of its open duty where that is known."""

    case_id: int
    done: int
    version: int | None = None


def _begun() -> dict[datetime, _Standing]:
    """Return how far the case of each declaration has come, by the declaration's instant."""
    with as_system("the demonstration looks how far it had come"):
        query = (
            select(Case.entered_at, Case.id, func.count(CaseEvent.id))
            .join(CaseEvent, CaseEvent.case_id == Case.id)
            .group_by(Case.entered_at, Case.id)
        )
        return {entered: _Standing(case_id, events - 1) for entered, case_id, events in db.session.execute(query)}


@dataclass(frozen=True)
class _Crowd:
    """Who acts, and the instant of business time from which reminders go on."""

    actors: dict[tuple[Role, str], Actor]
    today: datetime

    def live(self, life: Life, known: _Standing | None) -> None:
        """Declare, then take the steps still to come; one that somebody at a screen made impossible ends it."""
        if known is not None and known.done >= len(life.steps):
            return
        farmer = _farmer(life) if life.is_on_a_phone else None
        standing = known or self._declare(life, farmer)
        for step in life.steps[standing.done :]:
            try:
                standing = self._take(step, standing, life, farmer)
            except (NotPossibleNow, OutOfDate):
                return

    def _declare(self, life: Life, farmer: Actor | None) -> _Standing:
        by = farmer or self._desk(Role.VILLAGE, life)

        def declare() -> int:
            return declarations.declare(_form(life), by=by).case_id

        return self._as(by, life.declared_at, farmer, declare, done=0)

    def _take(self, step: Step, standing: _Standing, life: Life, farmer: Actor | None) -> _Standing:
        by = farmer if farmer and step.do.role is Role.FARMER else self._desk(step.do.role, life)

        def take() -> int:
            _do(step.do, standing, by)
            return standing.case_id

        return self._as(by, step.at, farmer, take, done=standing.done + 1)

    def _desk(self, role: Role, life: Life) -> Actor:
        return self.actors[role, life.household.village_code[: LEVEL_OF_ROLE[role]]]

    def _as(
        self, by: Actor, moment: datetime, farmer: Actor | None, work: Callable[[], int], *, done: int
    ) -> _Standing:
        """Take one step as somebody, at its instant of business time, in one transaction."""

        def step() -> _Standing:
            case_id = work()
            return _Standing(case_id, done, self._leave_the_past_alone(case_id, farmer))

        db.session.remove()
        act_within(by.scope)
        with clock.at(moment):
            return in_transaction(step)

    def _leave_the_past_alone(self, case_id: int, farmer: Actor | None) -> int | None:
        """See to it that nobody is reminded or told today of what happened weeks ago; return the open duty's version.

        The duty's ladder goes on from today; what was owed to the family's phone has lost its worth and is not sent.
        """
        version = None
        with as_system("the demonstration's past needs no reminder"):
            for task in open_duties(case_id):
                policy = policy_of(task.county_code, POLICY_VERSION)
                limit, workdays = policy.limit(task.limit_key), county_workdays(task.county_code)
                rung = next_rung(task.due_on, limit, task.opened_on, self.today, policy.ladder, workdays)
                task.next_rung_at, task.next_rung = (rung.at, rung.level) if rung else (None, None)
                version = task.version
        if farmer is not None:
            stale = update(Message).where(Message.recipient == f"account:{farmer.account_id}", Message.state == "owed")
            db.session.execute(stale.values(state="expired", why=_LATE_NEWS, ended_at=clock.now()))
        return version


def _farmer(life: Life) -> Actor:
    head, openid = life.household.head, demo.openid_of(f"{life.number:06}")
    demo.make_phone(DemoPhone(openid, head.name, head.phone or ""))
    return sign_ins.open_phone(settings().wechat_app_id, openid, demo.COUNTY).actor


def _form(life: Life) -> DeclarationForm:
    household = life.household
    return DeclarationForm(
        village_code=household.village_code,
        head_name=household.head.name,
        phone=household.head.phone or "",
        risk=household.risk,
        hardship=household.hardship,
        id_number=household.head.id_number if life.gives_id_number else None,
        relation=life.relation,
        declarer_name=household.members[-1].name if life.relation != declarations.SELF else None,
        consents=CONSENTS,
    )


def _do(do: Do, standing: _Standing, by: Actor) -> None:
    if do.action is Action.WITHDRAW:
        [receipt] = declarations.receipts_of(by, size=1)
        declarations.withdraw(receipt.id, by=by, words=do.words)
        return
    case_id, version = standing.case_id, standing.version or _open_version(standing.case_id)
    if do.action in {Action.FILE_VISIT, Action.RESCHEDULE}:
        conclusion = "risk" if do.action is Action.FILE_VISIT else "not_home"
        cases.file_visit(case_id, by=by, version=version, form=VisitForm(findings=do.words, conclusion=conclusion))
    elif do.action is Action.SUPPLEMENT:
        cases.fetch_information(case_id, by=by, version=version, words=do.words)
    else:
        cases.decide(case_id, do.action, by=by, seen=Seen(version), reason=Reason(do.codes, do.words))


def _open_version(case_id: int) -> int:
    """Read the version of the case's open duty: after an interruption nobody remembers it."""
    duties = open_duties(case_id)
    if not duties:
        raise NotPossibleNow
    return duties[0].version
