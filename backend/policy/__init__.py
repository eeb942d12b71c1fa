"""The county's versioned rules: limits, flags, numbers, dictionaries, texts, ladder and departments, from presets."""

from backend.policy.ladder import Ladder, Level, Rung
from backend.policy.limits import Limit, Unit
from backend.policy.presets import PRESETS, from_values, load_preset
from backend.policy.rules import Department, Policy
from backend.policy.values import as_values, diff

__all__ = [
    "PRESETS",
    "Department",
    "Ladder",
    "Level",
    "Limit",
    "Policy",
    "Rung",
    "Unit",
    "as_values",
    "diff",
    "from_values",
    "load_preset",
]
