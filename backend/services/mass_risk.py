"""规模性返贫: where risks of one kind pile up in a short time, by village and township, against a year before.

Source: seed 004 (守住不发生规模性返贫底线). The rule is stated on the page and its numbers are the county's: at least
so many families in so many days, and so many times as many as in the same days a year before.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Row, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.models import Case
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.workflow.duties import NOT_IDENTIFYING

A_YEAR = timedelta(days=364)
"""The same weekdays a year before."""
MOST = 20_000


@dataclass(frozen=True)
class Rule:
    """The stated rule: so many families of a place within `days`, and `times` as many as a year before."""

    days: int
    in_village: int
    in_township: int
    times: int

    @classmethod
    def of(cls, policy: Policy) -> "Rule":
        """Return the county's rule."""
        numbers = policy.numbers
        return cls(
            numbers["mass_risk_days"],
            numbers["mass_risk_village"],
            numbers["mass_risk_township"],
            numbers["mass_risk_times"],
        )

    def least_in(self, place: str) -> int:
        """Return from how many families on a place of this level is shown."""
        return self.in_village if len(place) > 9 else self.in_township


@dataclass(frozen=True)
class Cluster:
    """One place in which one risk piles up: how many families now, how many a year before, and which they are."""

    place: str
    risk: str
    families: int
    before: int
    cases: tuple[int, ...]
    last_on: date


def clusters(*, by: Actor, until: date | None = None) -> tuple[Rule, Sequence[Cluster]]:
    """Return the rule and what it finds in the actor's place, the largest first; a family counts once a risk."""
    require(by.role, Action.READ_WATCHES)
    rule, last = Rule.of(current_policy(by.county_code)), until or clock.today()
    now, before = _found(last, rule), _count(_found(last - A_YEAR, rule))
    counts, found = _count(now), []
    for (place, risk), families in counts.items():
        earlier = before[place, risk]
        if families >= rule.least_in(place) and families >= rule.times * max(earlier, 1):
            mine = [row for row in now if row.risk == risk and row.village_code.startswith(place)]
            found.append(
                Cluster(
                    place,
                    risk,
                    families,
                    earlier,
                    tuple(row.id for row in mine),
                    max(row.discovered_on for row in mine),
                )
            )
    return rule, sorted(found, key=lambda each: (-each.families, each.place, each.risk))


def families_of(cluster: Cluster, *, by: Actor) -> Sequence[Case]:
    """Return the cases of a cluster: the list to act on."""
    require(by.role, Action.READ_WATCHES)
    query = select(Case).where(Case.id.in_(cluster.cases)).order_by(Case.discovered_on.desc(), Case.id)
    return db.session.scalars(query).all()


def _found(last: date, rule: Rule) -> Sequence[Row[int, int, str, str, date]]:
    first = last - timedelta(days=rule.days - 1)
    query = select(Case.id, Case.household_id, Case.village_code, Case.risk, Case.discovered_on).where(
        Case.discovered_on.between(first, last), Case.procedure.not_in(NOT_IDENTIFYING)
    )
    return db.session.execute(query.order_by(Case.id).limit(MOST)).all()


def _count(rows: Iterable[Row[int, int, str, str, date]]) -> Counter[tuple[str, str]]:
    families = {(row.household_id, row.village_code, row.risk) for row in rows}
    counts: Counter[tuple[str, str]] = Counter()
    for _, village, risk in families:
        counts[village, risk] += 1
        counts[village[:9], risk] += 1
    return counts
