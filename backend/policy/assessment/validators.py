"""Looks a home check over with the rules of `validators.yaml`: errors block, warnings are shown and kept.

A rule names its predicate; nothing written in the file is ever evaluated. Source: domain 3.11 with practice section 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from backend.policy.assessment import check_rules, people_rules
from backend.policy.assessment.facts import Facts, Predicate

ERROR, WARNING = "error", "warning"
PREDICATES: Mapping[str, Predicate] = people_rules.PREDICATES | check_rules.PREDICATES
_FILE = Path(__file__).resolve().parent.parent / "validators.yaml"


@dataclass(frozen=True)
class Validator:
    """One rule: its name is that of its predicate; `sentence` is what the cadre reads; `params` are plain numbers."""

    name: str
    level: str
    sentence: str
    params: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One rule that a form breaks, in one field; it holds nothing that the form said, so it may be kept in clear."""

    rule: str
    level: str
    field: str
    sentence: str


@cache
def validators() -> tuple[Validator, ...]:
    """Return the rules in the file's order; `ValueError` for a rule that nobody wrote a predicate for."""
    written: list[dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    rules = tuple(Validator(each["rule"], each["level"], each["sentence"], each.get("params", {})) for each in written)
    for rule in rules:
        if rule.name not in PREDICATES or rule.level not in {ERROR, WARNING}:
            raise ValueError(f"validators.yaml: {rule.name}")
    return rules


def findings_of(facts: Facts) -> tuple[Finding, ...]:
    """Return every rule that the form breaks, field by field."""
    return tuple(
        Finding(rule.name, rule.level, name, rule.sentence)
        for rule in validators()
        for name in PREDICATES[rule.name](facts, rule.params)
    )
