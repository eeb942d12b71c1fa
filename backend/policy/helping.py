"""Looks a plan of help over: what is missing, what is too much. It warns and never decides (seed 001)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

from backend.policy.rules import Policy

ABLE, WEAK, NONE = "able", "weak", "none"
SECURITY = "security"
STOPPED = "stopped"
DAYS_A_MONTH = 30
_FILE = Path(__file__).resolve().parent / "help_rules.yaml"


@dataclass(frozen=True)
class Help:
    """What a warning may know of a family: why it is watched, who can work, what is needed, what is given.

    `given` holds the kind of every measure that was not stopped.
    """

    risks: Sequence[str]
    labour: str
    needs: Sequence[str]
    given: Sequence[str]
    watched_since: date
    today: date
    policy: Policy

    @property
    def days(self) -> int:
        """Days since the family was included."""
        return (self.today - self.watched_since).days


@dataclass(frozen=True)
class Warned:
    """One warning: its rule, what it is about in words, and the sentence that people read."""

    rule: str
    about: str
    sentence: str


@dataclass(frozen=True)
class _Rule:
    name: str
    sentence: str
    number: str = ""
    limit: str = ""


Predicate = Callable[[Help, int], list[str]]
"""Names in words what the rule is about; an empty list when all is well."""


def warnings_of(family: Help) -> tuple[Warned, ...]:
    """Return everything that a plan of help should be asked about, in the order of the rules."""
    return tuple(
        Warned(rule.name, about, rule.sentence)
        for rule in rules()
        for about in PREDICATES[rule.name](family, _threshold(rule, family.policy))
    )


def risks_without_help(risks: Sequence[str], given: Collection[str], policy: Policy) -> list[str]:
    """Return the risks for which the kind of help that the rules ask first is not among what is given."""
    needs = policy.dictionaries["risk_needs"]
    return [risk for risk in risks if needs.get(risk) and needs[risk] not in given]


@cache
def rules() -> tuple[_Rule, ...]:
    """Return the rules in the file's order; `ValueError` for a rule that nobody wrote a predicate for."""
    written = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    found = tuple(
        _Rule(each["rule"], each["sentence"], each.get("number", ""), each.get("limit", "")) for each in written
    )
    for rule in found:
        if rule.name not in PREDICATES:
            raise ValueError(f"help_rules.yaml: {rule.name}")
    return found


def _threshold(rule: _Rule, policy: Policy) -> int:
    if rule.limit:
        return policy.limit(rule.limit).days
    return policy.numbers[rule.number] if rule.number else 0


def _names(codes: Sequence[str], dictionary: str, family: Help) -> list[str]:
    words = family.policy.dictionaries[dictionary]
    return [words.get(code, code) for code in codes]


def _risk_without_help(family: Help, _: int) -> list[str]:
    return _names(risks_without_help(family.risks, family.given, family.policy), "risks", family)


def _need_without_help(family: Help, _: int) -> list[str]:
    covered = {family.policy.dictionaries["risk_needs"].get(risk) for risk in family.risks}
    bare = [need for need in family.needs if need not in family.given and need not in covered]
    return _names(bare, "measures", family)


def _many(family: Help, most: int) -> list[str]:
    return [f"{len(family.given)}项措施"] if len(family.risks) == 1 and len(family.given) >= most else []


def _only_security(family: Help, _: int) -> list[str]:
    return ["劳动能力"] if family.labour == ABLE and set(family.given) == {SECURITY} else []


def _without_developing(family: Help, _: int) -> list[str]:
    return ["劳动能力"] if family.labour == ABLE and family.given and not _develops(family) else []


def _too_long_without(family: Help, months: int) -> list[str]:
    late = family.days >= months * DAYS_A_MONTH
    return [f"已{family.days}天"] if family.labour == ABLE and late and not _develops(family) else []


def _without_security(family: Help, _: int) -> list[str]:
    return ["劳动能力"] if family.labour == NONE and SECURITY not in family.given else []


def _late(family: Help, days: int) -> list[str]:
    over = family.watched_since + timedelta(days=days) < family.today
    most = family.policy.numbers["plan_days_at_most"]
    return [f"已{family.days}天"] if over and not family.given and family.days < most else []


def _too_late(family: Help, days: int) -> list[str]:
    return [f"已{family.days}天"] if family.days >= days and not family.given else []


def _one_for_many(family: Help, _: int) -> list[str]:
    return [f"{len(family.risks)}项风险"] if len(family.risks) > 1 and len(family.given) == 1 else []


def _develops(family: Help) -> bool:
    return any(kind in family.policy.dictionaries["developing_measures"] for kind in family.given)


PREDICATES: Mapping[str, Predicate] = {
    "risk_without_help": _risk_without_help,
    "need_without_help": _need_without_help,
    "single_risk_many_measures": _many,
    "able_with_security_only": _only_security,
    "able_without_developing": _without_developing,
    "able_too_long_without": _too_long_without,
    "unable_without_security": _without_security,
    "late_without_measure": _late,
    "too_late_without_measure": _too_late,
    "one_measure_for_many_risks": _one_for_many,
}
