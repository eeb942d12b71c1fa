"""Lets invented families that are watched live on: help, visits, warnings, ways out, by the services people call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TypeVar

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor, system_actor
from backend.access.permissions import LEVEL_OF_ROLE, Action, Role
from backend.access.scope import as_system
from backend.db import db
from backend.demo.afterwards import ANY, DISHES, ENDS, SEEN, Dish, End
from backend.demo.cast import TOWNSHIP_DIGITS
from backend.demo.people import phone
from backend.errors import DomainError
from backend.models import Measure, Pairing, Plan, Task, Watch
from backend.services import care, demo, demo_desks, demo_hazards, demo_ways_out, measures, paired, plans, rounds
from backend.services.demo_past import act_as, forget_old_news, nobody_is_woken, remind_from
from backend.services.demo_turns import key_of
from backend.services.measure_forms import MeasureForm
from backend.services.measures import Progress
from backend.services.paired import PairForm
from backend.services.plans import PlanForm
from backend.services.round_forms import RoundForm, Topic
from backend.workflow.states import Kind
from backend.workflow.tasks import NEW, open_duties
from backend.workflow.watching import WITHOUT_LABOUR

T = TypeVar("T")
Actors = Mapping[tuple[Role, str], Actor]

OLD = timedelta(days=100)
"""Whoever is watched longer than this was included long ago, and is visited month by month."""

VISITED_EVERY = 29
MISSED_SINCE = 2.5
"""Days since a family said that its help did not arrive: the township still has time to look."""

NEVER_PLANNED, ELSEWHERE, PLAIN, ABLE = 0.04, 0.05, 0.8, 0.85
"""Shares: families nobody has planned for, families outside the cast's township whose help is followed to its end (each
costs time), visits at which nothing changed, and families in which somebody can work."""

_HELPER_NUMBERS = 51_000_000
FEN = 100


class NotYetError(Exception):
    """What is next lies in the future."""


def make(actors: Actors, today: datetime) -> None:
    """Let everybody who is watched live up to today; whom an earlier run has begun with is left alone."""
    with nobody_is_woken():
        demo_desks.make(actors, today)
        for number, watch in enumerate(_to_live()):
            _Family(actors, today, watch, number).live()
        demo_hazards.strike_off(actors, today)


def _to_live() -> list[Watch]:
    with as_system("the demonstration looks who is watched"):
        begun = select(Pairing.id).where(Pairing.household_id == Watch.household_id).exists()
        query = select(Watch).where(Watch.county_code == demo.COUNTY, ~begun).order_by(Watch.began_on, Watch.id)
        found = list(db.session.scalars(query))
        db.session.expunge_all()
        return found


@dataclass
class _Family:
    """One watched family, whoever deals with it, and the instant up to which it has lived."""

    actors: Actors
    today: datetime
    watch: Watch
    number: int
    now: datetime = field(init=False)
    is_without_labour: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.random = Random(f"{self.watch.head_name}{self.watch.began_on}")  # noqa: S311 - invented people are no secret
        self.now = _morning(self.watch)
        self.is_old = self.today - self.now > OLD
        self.end, self.began_ago = ENDS[self.number % len(ENDS)] if self.is_old else (End.READY, 0.0)

    def live(self) -> None:
        """Live up to today; a step that somebody at a screen made impossible ends it."""
        if not self.is_old and self.random.random() < NEVER_PLANNED:
            return
        is_near = self.watch.village_code.startswith(demo.HOME_VILLAGE[:TOWNSHIP_DIGITS])
        try:
            self._begin()
            if not (is_near or self.is_old or self.random.random() < ELSEWHERE):
                return
            self._help()
            self._visits()
            if self.end is End.MISSING:
                self._says((self.today - self.now) / timedelta(days=1) - MISSED_SINCE, False)
            if self.end in demo_ways_out.WAYS:
                demo_ways_out.WAYS[self.end](self)
        except (NotYetError, DomainError):
            db.session.remove()

    def does(self, role: Role, days: float, work: Callable[[Actor], T]) -> T:
        """Let somebody do something some days later, at an hour of the office."""
        moment = self.now + timedelta(days=days)
        if moment >= self.today:
            raise NotYetError
        self.now = moment
        by = self.actor(role)

        def step() -> T:
            done = work(by)
            with as_system("the demonstration's past needs no reminder"):
                mine = select(Task).where(Task.household_id == self.watch.household_id, Task.next_rung == NEW)
                remind_from(self.today, db.session.scalars(mine.where(Task.open_due.is_not(None))).all())
                forget_old_news(self.watch.case_id)
            return done

        return act_as(by, moment, step)

    def actor(self, role: Role) -> Actor:
        """Return who wears this hat where the family lives."""
        if role is Role.SYSTEM:
            return system_actor(demo.COUNTY, "the demonstration's notices end by themselves")
        return self.actors[role, self.watch.village_code[: LEVEL_OF_ROLE[role]]]

    def measure(self) -> Measure:
        """Return the first measure as it stands now."""
        with as_system("the demonstration reads a measure"):
            query = select(Measure).where(Measure.watch_id == self.watch.id).order_by(Measure.id).limit(1)
            return db.session.scalars(query.execution_options(populate_existing=True)).one()

    def visit(self, days: float, form: RoundForm) -> None:
        """Let somebody of the village visit."""
        role = self.random.choice((Role.VILLAGE, Role.HEAD))
        self.does(role, days, lambda by: rounds.file_round(self.watch.household_id, form, by=by))

    def _begin(self) -> None:
        """Find somebody who answers for the family, and plan its help."""
        random, watch = self.random, self.watch
        helper = PairForm(
            name=random.choice("刘李王周何许") + random.choice(("志远", "春梅", "国栋", "晓燕")),
            phone=phone(_HELPER_NUMBERS + self.number),
            unit=random.choice(("县住建局", "县教育局", "镇政府", "县农业农村局")),
        )
        self.does(Role.TOWN_REVIEW, random.uniform(0.5, 4), lambda by: paired.pair(watch.id, helper, by=by))
        self.does(Role.VILLAGE, random.uniform(0.5, 5), self._plan)
        if self.is_without_labour:
            self.does(Role.TOWN_REVIEW, random.uniform(1, 4), self._answer_for_civil_affairs)

    def _help(self) -> None:
        random = self.random
        money = self.measure().funds != measures.NO_FUNDS
        for role, days, what, words in (
            (Role.VILLAGE, 2.0, measures.UNDERWAY, "已经对接，开始办了。"),
            *(((Role.COUNTY_OP, 3.0, measures.PAID, ""), (Role.COUNTY_OP, 2.0, measures.ARRIVED, "")) if money else ()),
            (Role.VILLAGE, 4.0, measures.DELIVERED, "办好了，当面看过。"),
        ):
            self.does(role, days * random.uniform(0.5, 1.5), partial(self._note, what=what, words=words))
        if self.end is not End.MISSING:
            self._says(1, True)

    def _says(self, days: float, received: bool) -> None:
        words = "" if received else "说好的没有办到家里来。"
        said = self.measure()
        self.does(Role.HEAD, days, lambda by: measures.family_says(said.id, received, by=by, words=words))

    def _plan(self, by: Actor) -> Plan:
        risks = tuple(self.watch.risks[:3])
        dishes = list(dict.fromkeys(dish for risk in risks for dish in DISHES.get(risk, ANY)))[:2]
        can = self.random.random() < ABLE and "no_labour" not in risks
        labour = "able" if can else ("weak" if self.is_old and self.number % 4 else WITHOUT_LABOUR)
        self.is_without_labour = labour == WITHOUT_LABOUR
        form = PlanForm(
            risks=risks,
            labour=labour,
            heard_whom="head",
            needs=tuple(dict.fromkeys(dish.category for dish in dishes)),
            wishes="能干活就想找个活干，家里的老人有人照应。",
            measures=tuple(self._dish(dish) for dish in dishes[: 1 if self.is_old else 2]),
        )
        return plans.make_plan(self.watch.id, form, by=by)

    def _answer_for_civil_affairs(self, by: Actor) -> None:
        case_id = self.watch.case_id
        version = next(each.version for each in open_duties(case_id) if each.kind == Kind.SAFETY_NET)
        words = "民政已经受理，按程序审核低保。"
        care.take(case_id, Action.ANSWER_SAFETY_NET, by=by, version=version, words=words)

    def _dish(self, dish: Dish) -> MeasureForm:
        return MeasureForm(
            category=dish.category,
            what=dish.what,
            department=dish.department,
            responsible=dish.responsible,
            due_on=clock.today() + timedelta(days=self.random.randint(30, 50)),
            nature=self.random.choice(("preventive", "remedial", "remedial")),
            planned_fen=dish.yuan * FEN or None,
        )

    def _note(self, by: Actor, what: str, words: str) -> Measure:
        measure = self.measure()
        paid = (measure.planned_fen or 0) if what == measures.PAID else None
        return measures.note(measure.id, Progress(what, words=words, paid_fen=paid), by=by, version=measure.version)

    def _visits(self) -> None:
        leaves = self.today - timedelta(days=self.began_ago)
        while self.now + timedelta(days=VISITED_EVERY) < leaves:
            self.visit(VISITED_EVERY, self._seen())
        if self.end is not End.READY and self.began_ago:
            self.now = max(self.now, leaves)

    def _seen(self) -> RoundForm:
        key = key_of("round", self.watch.id, self.now)
        way = self.random.choice(("home", "home", "home", "phone"))
        if self.random.random() < PLAIN:
            return RoundForm(way, "fine", key=key)
        topic, state, words = self.random.choice(SEEN)
        is_leaving = self.is_old and self.end is not End.MISSING
        if is_leaving and state == "concern":
            topic, state, words = SEEN[0]
        conclusion = "concern" if state in {"worse", "concern"} else "fine"
        return RoundForm(way, conclusion, {topic: Topic(state, words)}, key=key)


def _morning(watch: Watch) -> datetime:
    return datetime(watch.began_on.year, watch.began_on.month, watch.began_on.day, 10, 20, tzinfo=clock.SHANGHAI)
