"""Looks a removal over with the rules of `removal_rules.yaml`: errors stop it, warnings are shown and kept."""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from backend.policy.rules import Policy

ERROR, WARNING = "error", "warning"
ASSISTED, NATURAL = "assisted", "natural"
SAFE = "safe"
NO_LABOUR = "none"
DISAGREES = "disagrees"
LOW_YUAN = 4000
_FILE = Path(__file__).resolve().parent / "removal_rules.yaml"
_HELP_FOR: Mapping[str, frozenset[str]] = {
    "illness": frozenset({"health", "security", "social"}),
    "schooling": frozenset({"compulsory_education", "education", "social"}),
    "disability": frozenset({"security", "social"}),
}
"""Kinds of help of which at least one was delivered before the risk counts as removed by help (domain 3.11)."""


@dataclass(frozen=True)
class Removing:
    """What the rules may know: the family's watch, what was done, and what the home check found.

    `delivered` holds the kinds of the measures that were delivered; sums in 分.
    """

    policy: Policy
    today: date
    stable_since: date
    risks: Sequence[str]
    labour: str
    mode: str
    met: Mapping[str, bool]
    safety: Mapping[str, str]
    per_head_fen: int
    line_yuan: int
    delivered: Sequence[str] = ()
    unfinished: int = 0
    missing: int = 0
    hazards: int = 0
    warnings: int = 0
    view: str = ""
    second: str = ""
    business_fen: int = 0
    costs_fen: int = 0
    last_visit_on: date | None = None


@dataclass(frozen=True)
class Finding:
    """One rule that a removal breaks: the field it is about, and the sentence that people read."""

    rule: str
    level: str
    field: str
    sentence: str


@dataclass(frozen=True)
class _Rule:
    name: str
    level: str
    sentence: str
    number: str = field(default="")


Predicate = Callable[[Removing, int], list[str]]


def findings_of(removing: Removing) -> tuple[Finding, ...]:
    """Return every rule that the removal breaks, field by field."""
    return tuple(
        Finding(rule.name, rule.level, name, rule.sentence)
        for rule in rules()
        for name in PREDICATES[rule.name](removing, removing.policy.numbers[rule.number] if rule.number else 0)
    )


def months_between(begin: date, end: date) -> int:
    """Return the whole months from one day to another."""
    return (end.year - begin.year) * 12 + end.month - begin.month - (end.day < begin.day)


def months_before(end: date, months: int) -> date:
    """Return the latest day from which so many whole months have gone by on another."""
    year, month = divmod(end.year * 12 + end.month - 1 - months, 12)
    return date(year, month + 1, min(end.day, monthrange(year, month + 1)[1]))


@cache
def rules() -> tuple[_Rule, ...]:
    """Return the rules in the file's order; `ValueError` for a rule that nobody wrote a predicate for."""
    written = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    found = tuple(_Rule(each["rule"], each["level"], each["sentence"], each.get("number", "")) for each in written)
    for rule in found:
        if rule.name not in PREDICATES or rule.level not in {ERROR, WARNING}:
            raise ValueError(f"removal_rules.yaml: {rule.name}")
    return found


def _if(wrong: bool, *fields: str) -> list[str]:
    return list(fields) if wrong else []


def _helped(risk: str) -> Predicate:
    def check(each: Removing, _: int) -> list[str]:
        bare = not _HELP_FOR[risk] & set(each.delivered)
        return _if(each.mode == ASSISTED and risk in each.risks and bare, "measures")

    return check


def _months(each: Removing) -> int:
    return months_between(each.stable_since, each.today)


def _hasty(each: Removing, most: int) -> list[str]:
    calendar = (each.today.year - each.stable_since.year) * 12 + each.today.month - each.stable_since.month
    return _if(each.mode == ASSISTED and calendar < most, "mode")


PREDICATES: Mapping[str, Predicate] = {
    "too_early": lambda each, least: _if(_months(each) < least, "mode"),
    "below_line": lambda each, _: _if(each.per_head_fen < each.line_yuan * 100, "income"),
    "not_met": lambda each, _: [
        f"met.{item}" for item in each.policy.dictionaries["removal_checklist"] if not each.met.get(item)
    ],
    "not_safe": lambda each, _: [
        f"safety.{item}" for item in each.policy.dictionaries["safety_items"] if each.safety.get(item) != SAFE
    ],
    "nobody_can_work": lambda each, _: _if(each.labour == NO_LABOUR, "mode"),
    "helped_without_measure": lambda each, _: _if(each.mode == ASSISTED and not each.delivered, "measures"),
    "ill_without_help": _helped("illness"),
    "schooling_without_help": _helped("schooling"),
    "disabled_without_help": _helped("disability"),
    "measure_unfinished": lambda each, _: _if(each.unfinished > 0, "measures"),
    "aid_missing": lambda each, _: _if(each.missing > 0, "measures"),
    "hazard_open": lambda each, _: _if(each.hazards > 0, "safety"),
    "warning_open": lambda each, _: _if(each.warnings > 0, "safety"),
    "family_unheard": lambda each, _: _if(each.view not in each.policy.dictionaries["family_views"], "view"),
    "went_alone": lambda each, _: _if(not each.second, "second_name"),
    "odd_haste": _hasty,
    "family_objects": lambda each, _: _if(each.view == DISAGREES, "view"),
    "odd_income": lambda each, _: _if(each.per_head_fen < LOW_YUAN * 100, "income"),
    "business_without_costs": lambda each, _: _if(each.business_fen > 0 and each.costs_fen == 0, "income"),
    "not_visited_lately": lambda each, _: _if(
        each.last_visit_on is None or months_between(each.last_visit_on, each.today) >= 2, "visited_on"
    ),
}
