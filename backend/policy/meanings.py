"""What every value of the rules means and where it comes from, for the people who change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from backend.policy.rules import Policy

_FILE = Path(__file__).parent / "meanings.yaml"
_SEPARATE_NAME = 3
URGENCY = "urgency"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A value's name, what it says, and the document or place that it comes from."""

    name: str
    what: str
    source: str


def meaning_of(policy: Policy, section: str, key: str) -> Meaning:
    """Return what a value of `limits`, `flags`, `numbers` or `texts` means; limits are named as the county does."""
    known = _known()[section][key]
    if len(known) == _SEPARATE_NAME:
        return Meaning(*known)
    base, _, urgency = key.partition(".")
    name = policy.dictionaries["limit_names"].get(base, base)
    return Meaning(f"{name}（{policy.dictionaries[URGENCY].get(urgency, urgency)}）" if urgency else name, *known)


@cache
def _known() -> Mapping[str, Mapping[str, list[str]]]:
    known: Mapping[str, Mapping[str, list[str]]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return known


def entry_of(section: str, key: str) -> list[str] | None:
    """Return what is written about a value, as it is written; None where nothing is."""
    return _known().get(section, {}).get(key)
