"""What a policy is: one version of the rules under which a county works."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.policy.ladder import Ladder
from backend.policy.limits import Limit

NORMAL = "normal"
DISASTER = "disaster"
"""`T_VISIT.disaster`: the limit of an ordinary case in the area of an open disaster, where it is the longer one."""


@dataclass(frozen=True, slots=True)
class Department:
    """An office of the county: its name, and the working groups of seed 001 that it sits in (`policy`, `data`)."""

    name: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a county's rules; it never changes, and a case keeps the one that it began under.

    `name` is the preset it grew from. `numbers` are plain counts whose unit is in their key. Each of the `dictionaries`
    maps codes, which are stored, to the words that people see. `texts` are names and short words of the county.
    """

    name: str
    version: int
    limits: Mapping[str, Limit]
    flags: Mapping[str, bool | str]
    numbers: Mapping[str, int]
    dictionaries: Mapping[str, Mapping[str, str]]
    texts: Mapping[str, str]
    ladder: Ladder
    departments: Mapping[str, Department]

    def limit(self, key: str, urgency: str = NORMAL) -> Limit:
        """Return a limit by its key, e.g. `T_VISIT`; an urgent case has a shorter one where the policy names it.

        `urgency` is a code of the dictionary `urgency`; the shorter limits are `T_VISIT.urgent`, `T_VISIT.critical`.
        """
        return self.limits.get(f"{key}.{urgency}", self.limits[key])
