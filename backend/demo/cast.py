"""Who works in the demonstration: a small cast with accounts in one township, and a desk everywhere else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from backend.access.permissions import LEVEL_OF_ROLE, ROLE_NAMES, Role
from backend.demo.words import FEMALE_SIGNS, MALE_SIGNS, SURNAMES

TOWNSHIP_DIGITS = 9
_SEED = 16


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in the county: how they sign in, their name, hat and place."""

    login: str
    name: str
    role: Role
    region_code: str

    @property
    def title(self) -> str:
        """What they are called."""
        return ROLE_NAMES[self.role]


CAST: tuple[tuple[str, str, Role], ...] = (
    ("village", "王春生", Role.VILLAGE),
    ("village2", "李秀英", Role.VILLAGE),
    ("head", "张建国", Role.HEAD),
    ("town-op", "刘小兰", Role.TOWN_OP),
    ("reviewer", "陈志强", Role.TOWN_REVIEW),
    ("reviewer2", "杨敏", Role.TOWN_REVIEW),
    ("town-lead", "赵立新", Role.TOWN_LEAD),
    ("county-op", "黄海燕", Role.COUNTY_OP),
    ("county-lead", "周文涛", Role.COUNTY_LEAD),
    ("auditor", "吴静", Role.AUDIT),
    ("security", "何卫东", Role.SECURITY),
    ("admin", "徐磊", Role.ADMIN),
)
"""Those who get an account to try, all in the demonstration's first village, its township and its county."""


def cast(village_code: str) -> Iterator[Member]:
    """Yield the members who get an account, in the village given, its township and its county."""
    for login, name, role in CAST:
        yield Member(login, name, role, village_code[: LEVEL_OF_ROLE[role]])


def desks(villages: Iterable[str]) -> Iterator[Member]:
    """Yield somebody for every desk of these villages and their townships, so that every duty has its person."""
    random = Random(_SEED)  # noqa: S311 - invented people are no secret
    known = list(villages)
    for code in dict.fromkeys(village[:TOWNSHIP_DIGITS] for village in known):
        yield Member(f"town-{code}", _name(random), Role.TOWN_REVIEW, code)
        yield Member(f"lead-{code}", _name(random), Role.TOWN_LEAD, code)
    for code in known:
        yield Member(f"village-{code}", _name(random), Role.VILLAGE, code)
        yield Member(f"head-{code}", _name(random), Role.HEAD, code)


def _name(random: Random) -> str:
    signs = random.choice((MALE_SIGNS, FEMALE_SIGNS))
    return random.choice(SURNAMES) + "".join(random.sample(signs, random.choice((1, 2))))
