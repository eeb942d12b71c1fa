"""The home check form as plain values: what two visitors write down at a family's table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

HEAD, SPOUSE = "head", "spouse"
SAFE, CONCERN, UNSAFE = "safe", "concern", "unsafe"
RISK, NO_RISK, NOT_HOME = "risk", "no_risk", "not_home"


@dataclass(frozen=True)
class Member:
    """One person of the family; sealed with the whole form, so the repr shows nothing.

    `on_register`: in this household's book; `shares`: lives here and shares money (these are the heads that count);
    `split_off`: a child with a household of its own, `gives` in 分 a year. Source: practice P24.
    """

    name: str = field(repr=False)
    relation: str
    sex: str = ""
    person_id: int | None = None
    id_number: str = field(default="", repr=False)
    no_document: str = ""
    birth_on: date | None = field(default=None, repr=False)
    education: str = ""
    student: str = ""
    health: tuple[str, ...] = field(default=(), repr=False)
    labour: str = ""
    work_place: str = ""
    work_months: int | None = None
    medical_insurance: str = ""
    pension: str = ""
    allowances: tuple[str, ...] = ()
    on_register: bool = True
    shares: bool = True
    split_off: bool = False
    gives: int = 0


@dataclass(frozen=True)
class Income:
    """A year's money in 分: four kinds of income, what producing cost, what insurers paid, what was paid oneself."""

    wages: int = 0
    business: int = 0
    property: int = 0
    transfer: int = 0
    costs: int = 0
    claims: int = 0
    out_of_pocket: int = 0


@dataclass(frozen=True)
class SafetyItem:
    """How one of 两不愁三保障 and water stands, and what is wrong if something is."""

    state: str
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class AssetCheck:
    """One exclusion hint (a car, a shop, a flat in town): a hit asks for an explanation and never decides."""

    item: str
    hit: bool
    whom: str = field(default="", repr=False)
    explanation: str = field(default="", repr=False)
    reasonable: bool | None = None


@dataclass(frozen=True)
class Assessments:
    """The four views that the national guide asks for: income, rigid expense, difficulty, ability to cope."""

    income: str = ""
    expense: str = ""
    difficulty: str = ""
    coping: str = ""
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class OffSite:
    """A check from afar (非现场): why, the two people who know the family, who saw the house, when they come back."""

    why: str
    witnesses: tuple[str, ...] = field(default=(), repr=False)
    house_seen_by: str = ""
    back_on: date | None = None


@dataclass(frozen=True)
class HomeCheckForm:
    """The whole form; money in 分, dates in Asia/Shanghai, codes of the policy's dictionaries.

    `consents`: what the family said at the table about its health and its children, where it was asked.
    """

    conclusion: str
    visited_on: date
    findings: str = field(default="", repr=False)
    way: str = "home"
    companion: str = ""
    second_id: int | None = None
    phone: str = field(default="", repr=False)
    was_lifted: bool = False
    members: tuple[Member, ...] = ()
    income: Income = Income()
    safety: Mapping[str, SafetyItem] = field(default_factory=dict)
    risks: tuple[str, ...] = ()
    assessments: Assessments = Assessments()
    assets: tuple[AssetCheck, ...] = ()
    wishes: str = field(default="", repr=False)
    language: str = ""
    interpreter: str = ""
    guardian: str = ""
    off_site: OffSite | None = None
    category: str = ""
    category_reason: str = field(default="", repr=False)
    photos: tuple[str, ...] = ()
    consents: Mapping[str, bool] = field(default_factory=dict)

    @property
    def sharing(self) -> tuple[Member, ...]:
        """The members by whom income is divided: those who live here and share money."""
        return tuple(each for each in self.members if each.shares and not each.split_off)
