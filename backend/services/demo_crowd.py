"""Lets invented households live through the procedure in the past: every step by the service that people call."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor, system_actor
from backend.access.permissions import LEVEL_OF_ROLE, Action, Role
from backend.access.scope import act_within, as_system
from backend.db import db
from backend.demo.cast import TOWNSHIP_DIGITS, desks
from backend.demo.lives import Life, lives, long_ago
from backend.errors import NotPossibleNow, OutOfDate
from backend.models import Case, CaseEvent, CountyBatch, PolicyVersion
from backend.services import batches, demo, demo_after, demo_hands
from backend.services.batches import DONE, Proposal
from backend.services.demo_acts import Act, Lived, Talk, in_order
from backend.services.demo_entries import enter, farmer
from backend.services.demo_past import act_as, forget_old_news, nobody_is_woken, remind_from
from backend.services.demo_progress import Progress
from backend.services.demo_turns import Helpers, Turn
from backend.services.pace import Pace
from backend.workflow.history import kept_at
from backend.workflow.tasks import open_duties

LONG_AGO_ONE_IN = 50
"""One family in so many was included half a year ago and more, so that there are visits and ways out to see."""


def make(total: int, *, report: Callable[[Progress], None]) -> None:
    """Let `total` households live up to now, day by day; what an earlier run made is found again, never made twice.

    A step is known by its instant: the same seed and the same first day give the same instants, and a case has no two
    steps at one of them. So nothing but the cases themselves says how far an interrupted run had come.
    """
    villages = demo.villages()
    demo.hire(desks(villages))
    crowd = _Crowd(demo.actors(), clock.now(), _begun())
    everybody = list(everybody_of(total))
    lived, people = Lived(everybody), len(everybody)
    pace, talk = Pace(), Talk()
    report(Progress(0, people))
    with nobody_is_woken():
        for acts in in_order(everybody):
            crowd.act(acts)
            lived.note(acts)
            pace.rest_at_times()
            if talk.is_time_to_talk():
                report(Progress(min(lived.whole, people - 1), people))
        demo_after.make(crowd.actors, crowd.today)
    report(Progress(people, people))


def first_day() -> datetime:
    """Return the instant at which the county was made: the lives end there, however often the making is resumed."""
    return db.session.scalars(
        select(PolicyVersion.made_at).where(PolicyVersion.county_code == demo.COUNTY, PolicyVersion.version == 1)
    ).one()


def everybody_of(total: int) -> Iterator[Life]:
    """Yield the crowd, and a few families of the cast's own township that were included long ago."""
    villages, until = demo.villages(), first_day()
    near = [code for code in villages if code.startswith(demo.HOME_VILLAGE[:TOWNSHIP_DIGITS])]
    near.sort(key=lambda code: code != demo.HOME_VILLAGE)
    yield from lives(total, villages, until=until)
    yield from long_ago(total // LONG_AGO_ONE_IN, near, until=until)


@dataclass
class _Standing:
    """A case, the instants at which something happened to it, and the version of each open duty where it is known."""

    case_id: int
    instants: set[datetime] = field(default_factory=set)
    duties: tuple[tuple[str, int], ...] | None = None
    is_left_alone: bool = False


def _begun() -> dict[datetime, _Standing]:
    """Return how far each case has come, by the instant at which it began."""
    with as_system("the demonstration looks how far it had come"):
        begun = {row.id: row.entered_at for row in db.session.execute(select(Case.id, Case.entered_at))}
        found = {case_id: _Standing(case_id) for case_id in begun}
        for row in db.session.execute(select(CaseEvent.case_id, CaseEvent.happened_at)):
            found[row.case_id].instants.add(row.happened_at)
        return {begun[case_id]: standing for case_id, standing in found.items()}


@dataclass(frozen=True)
class _Crowd:
    """Who acts, the instant of business time from which reminders go on, and how far everybody has come."""

    actors: dict[tuple[Role, str], Actor]
    today: datetime
    begun: dict[datetime, _Standing]

    def act(self, acts: Sequence[Act]) -> None:
        """Let happen what has not happened yet; a case that somebody at a screen has moved is left alone from now."""
        if acts[0].step is None:
            self._begin(acts[0].life)
            return
        due = [act for act in acts if self._is_due(act)]
        if not due:
            return
        try:
            self._take(due)
        except (NotPossibleNow, OutOfDate):
            for act in due:
                self._standing(act).is_left_alone = True

    def _standing(self, act: Act) -> _Standing:
        return self.begun[act.life.declared_at]

    def _is_due(self, act: Act) -> bool:
        standing = self._standing(act)
        kept = kept_at(act.step.do.action, act.at) if act.step else act.at
        return not standing.is_left_alone and kept not in standing.instants

    def _begin(self, life: Life) -> None:
        """Declare, or enter the clue, unless an earlier run did."""
        if life.declared_at in self.begun:
            return
        by = farmer(life) if life.is_on_a_phone else self._desk(life.entered_by, life)

        def begin() -> _Standing:
            case_id = enter(life, by)
            return _Standing(case_id, {life.declared_at}, self._leave_the_past_alone(case_id, life))

        self.begun[life.declared_at] = act_as(by, life.declared_at, begin)

    def _take(self, due: Sequence[Act]) -> None:
        first = due[0]
        if first.step is None:
            return
        by = self._actor(first.step.do.role, first.life)
        if first.step.do.action is Action.COUNTY_APPROVE and len(due) > 1:
            self._decide_by_batch(due, by)
            return

        def step() -> None:
            demo_hands.take(self._turns(due), by, self._helpers(first.life))
            self._go_on(due)

        act_as(by, first.at, step)

    def _decide_by_batch(self, due: Sequence[Act], by: Actor) -> None:
        """Let the clerk prepare a batch and the leader sign it: each family moves in a transaction of its own."""
        clerk, at = self.actors[Role.COUNTY_OP, demo.COUNTY], due[0].at
        batch_id = act_as(clerk, at, lambda: _prepared([turn.case_id for turn in self._turns(due)], at, clerk))
        db.session.remove()
        act_within(by.scope)
        with clock.at(at):
            signed = batches.sign(batch_id, by=by)
        done = {item.case_id for item in signed if item.outcome == DONE}
        act_as(by, at, lambda: self._go_on([act for act in due if self._standing(act).case_id in done]))
        for act in due:
            self._standing(act).is_left_alone |= self._standing(act).case_id not in done

    def _turns(self, due: Sequence[Act]) -> list[Turn]:
        return [
            Turn(act.life, act.step.do, standing.case_id, _duties_of(standing))
            for act in due
            if act.step is not None
            for standing in [self._standing(act)]
        ]

    def _go_on(self, due: Sequence[Act]) -> None:
        for act in due:
            standing = self._standing(act)
            standing.duties = self._leave_the_past_alone(standing.case_id, act.life)

    def _actor(self, role: Role, life: Life) -> Actor:
        if role is Role.FARMER:
            return farmer(life)
        if role is Role.SYSTEM:
            return system_actor(demo.COUNTY, "the demonstration's notices end by themselves")
        return self._desk(role, life)

    def _desk(self, role: Role, life: Life) -> Actor:
        return self.actors[role, life.household.village_code[: LEVEL_OF_ROLE[role]]]

    def _helpers(self, life: Life) -> Helpers:
        return Helpers(second=self._desk(Role.HEAD, life), county_lead=self._desk(Role.COUNTY_LEAD, life))

    def _leave_the_past_alone(self, case_id: int, life: Life) -> tuple[tuple[str, int], ...]:
        """See to it that nobody is reminded or told today of what happened weeks ago; return the open duties' versions.

        A duty's ladder goes on from today; what was owed to the family's phone has lost its worth and is not sent.
        """
        with as_system("the demonstration's past needs no reminder"):
            duties = open_duties(case_id)
            remind_from(self.today, duties)
            forget_old_news(case_id)
        return tuple((task.kind, task.version) for task in duties)


def _duties_of(standing: _Standing) -> tuple[tuple[str, int], ...]:
    """Return the open duties with their versions: after an interruption nobody remembers them."""
    if standing.duties is None:
        standing.duties = tuple((task.kind, task.version) for task in open_duties(standing.case_id))
    return standing.duties


def _prepared(case_ids: Sequence[int], at: datetime, clerk: Actor) -> int:
    """Prepare a sitting's batch, or find the one that an interrupted run had prepared."""
    day = clock.local(at).date()
    number = f"灵农组纪〔{day.year}〕{day:%m%d}号"
    proposals = [Proposal(case_id) for case_id in case_ids]
    known = select(CountyBatch.id).where(CountyBatch.county_code == demo.COUNTY, CountyBatch.number == number)
    batch_id = db.session.scalars(known).one_or_none()
    if batch_id is None:
        return batches.prepare(number, day, by=clerk, proposals=proposals).id
    return batches.put(batch_id, proposals, by=clerk).id
