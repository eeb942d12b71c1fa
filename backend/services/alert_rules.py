"""What judges the rows of one delivery: its colour, its risk, and from how much on a row counts (domain 4.3)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from sqlalchemy import ColumnElement, or_, true

from backend import clock
from backend.models import AlertBatch, StagedRow
from backend.policy import Policy

RED, YELLOW, GREEN = "red", "yellow", "green"
RANKS = {RED: 0, YELLOW: 1, GREEN: 2}
STANDARD = "screening_"
"""The county's standards are numbers of its rules, one a risk: `screening_illness`."""


@dataclass(frozen=True)
class AlertRules:
    """What judges the rows of one delivery."""

    topic: str
    colour: str
    risk: str
    threshold: int | None
    standard: int
    red_from: int | None
    checked_since: date

    @classmethod
    def of(cls, batch: AlertBatch, policy: Policy) -> Self:
        """Return what a policy says of a delivery."""
        words, numbers = policy.dictionaries, policy.numbers
        threshold = threshold_of(batch.topic, policy)
        return cls(
            topic=batch.topic,
            colour=words["alert_colours"][batch.topic],
            risk=words["alert_risks"][batch.topic],
            threshold=threshold,
            standard=standard_of(words["alert_risks"][batch.topic], policy) if threshold is None else 0,
            red_from=threshold * numbers["alert_red_percent"] // 100 if threshold else None,
            checked_since=clock.today() - timedelta(days=numbers["alert_checked_days"]),
        )

    def counts(self) -> ColumnElement[bool]:
        """Return which rows count by their amount: one without an amount does, unless its topic asks for one."""
        amount = StagedRow.amount_yuan
        if self.threshold is not None:
            return amount >= self.threshold
        return or_(amount.is_(None), amount >= self.standard) if self.standard else true()

    def colour_of(self, amount: int | None) -> str:
        """Return the colour of a row: red from so much of its threshold on."""
        return RED if self.red_from is not None and amount is not None and amount >= self.red_from else self.colour


def threshold_of(topic: str, policy: Policy) -> int | None:
    """Return from how many yuan on a row of this topic counts; None where rows carry no amount (domain 4.3).

    A share of last year's rural income where the county chose one and entered the income; else the figure in yuan.
    """
    group = policy.dictionaries["alert_thresholds"].get(topic)
    if group is None:
        return None
    share, income = policy.numbers[f"alert_percent_{group}"], policy.numbers["rural_income_yuan"]
    return income * share // 100 if share and income else policy.numbers[f"alert_burden_{group}_yuan"]


def standard_of(risk: str, policy: Policy) -> int:
    """Return the county's standard for a risk: from how many yuan on a row goes to its village; 0: every row does."""
    return policy.numbers.get(f"{STANDARD}{risk}", 0)
