"""What the rows of one household say together: its members, what cannot be, and what is worth a second look."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Self

from backend.privacy.ciphers import mac
from backend.privacy.current import keys
from backend.privacy.id_numbers import parse_id_number
from backend.services.imports.runs import HINT, WRONG, Line, Note, Run, Unit

HEAD, SPOUSE = "head", "spouse"
DETAILS = (
    *("nation", "education", "student", "health", "disability_kind", "disability_level", "labour", "work_place"),
    *("work_months", "medical_insurance", "pension", "allowances", "phone"),
)
_WORKS_FROM, _WORKS_TO = 16, 60


@dataclass(frozen=True)
class MemberRow:
    """One member as a row says; `details` holds only what was filled in."""

    name: str
    relation: str
    id_number: str | None
    no_document: str | None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> tuple[Any, ...]:
        """Everything that the row says."""
        return self.name, self.relation, self.id_number, self.no_document, self.details


@dataclass(frozen=True)
class HouseholdRow:
    """One household as its rows say."""

    village_code: str
    grid_code: str | None
    group_name: str
    head_name: str
    standing: str
    national_no: str | None
    phone: str | None
    address: str
    note: str
    members: tuple[MemberRow, ...]

    @cached_property
    def digest(self) -> str:
        """A keyed digest of everything that is said, in whatever order: the same again changes nothing."""
        # By hand: `asdict` copies every value, and costs more than all the rest of a row.
        members = sorted((each.said for each in self.members), key=lambda each: (each[2] or "", each[0]))
        own = [value for name, value in vars(self).items() if name not in {"members", "digest"}]
        said = json.dumps([own, members], ensure_ascii=False, sort_keys=True).encode()
        return mac(keys().index.key, b"household\0" + said).hex()

    def as_words(self) -> str:
        """Return everything as text, to be sealed."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_words(cls, words: str) -> Self:
        """Read what `as_words` wrote."""
        values = json.loads(words)
        members = tuple(MemberRow(**each) for each in values.pop("members"))
        return cls(**values, members=members)


def content_of(unit: Unit) -> HouseholdRow:
    """Put the rows of a household together; what belongs to the household is taken from its first row that says it."""
    lines = unit.lines

    def first(key: str) -> Any:
        return next((line.values[key] for line in lines if line.values.get(key) is not None), None)

    return HouseholdRow(
        village_code=lines[0].values["village"],
        grid_code=first("grid"),
        group_name=first("group") or "",
        head_name=lines[0].values["head_name"],
        standing=first("standing") or "ordinary",
        national_no=first("national_no"),
        phone=next((line.values.get("phone") for line in lines if line.values["relation"] == HEAD), None),
        address=first("address") or "",
        note=first("note") or "",
        members=tuple(_member(line) for line in lines),
    )


def _member(line: Line) -> MemberRow:
    values = line.values
    return MemberRow(
        name=values["name"],
        relation=values["relation"],
        id_number=values.get("id_number"),
        no_document=values.get("no_document"),
        details={key: values[key] for key in DETAILS if values.get(key) not in (None, "", [])},
    )


def complaints(unit: Unit, seen: Callable[[str], int]) -> list[Note]:
    """Return what cannot be: `seen` says in which row of the file an ID number stood first, 0 for none."""
    return [*_about_the_head(unit), *_about_the_place(unit), *_about_numbers(unit, seen)]


def _about_the_head(unit: Unit) -> Iterator[Note]:
    heads = [line for line in unit.lines if line.values["relation"] == HEAD]
    if len(heads) != 1:
        said = "这一户没有户主，请把一个人的“与户主关系”填成户主。" if not heads else "这一户有两位户主，只能有一位。"
        yield Note((heads[1:] or unit.lines)[0].number, "relation", WRONG, said)
    for line in heads[:1]:
        if line.values["name"] != line.values["head_name"]:
            yield Note(line.number, "head_name", WRONG, "户主的姓名和“户主姓名”不一样，请核对。")
        if line.values.get("head_id") and line.values.get("id_number") not in (None, line.values["head_id"]):
            yield Note(line.number, "head_id", WRONG, "户主的证件号码和“户主身份证号”不一样，请核对。")


def _about_the_place(unit: Unit) -> Iterator[Note]:
    village = unit.lines[0].values["village"]
    for line in unit.lines:
        if line.values["village"] != village:
            yield Note(line.number, "village", WRONG, f"同一户要在同一个村，第{unit.number}行写的不一样。")
        grid = line.values.get("grid")
        if grid is not None and not grid.startswith(village):
            yield Note(line.number, "grid", WRONG, "这个网格不在这个村里。")


def _about_numbers(unit: Unit, seen: Callable[[str], int]) -> Iterator[Note]:
    here: dict[str, int] = {}
    for line in unit.lines:
        number = line.values.get("id_number")
        if number is None:
            if line.values.get("no_document") is None:
                yield Note(line.number, "id_number", WRONG, "没有证件号码的，请在“无证件原因”里选一项。")
            continue
        before = here.get(number) or seen(number)
        if before:
            yield Note(line.number, "id_number", WRONG, f"这个证件号码第{before}行已经有了，请核对是谁的。")
        here[number] = line.number


def second_looks(unit: Unit, run: Run) -> list[Note]:
    """Return what is worth a second look and stops nothing (domain 3.11)."""
    return [*_about_the_family(unit.lines), *(note for line in unit.lines for note in _about_one(line, run))]


def _about_the_family(lines: Sequence[Line]) -> Iterator[Note]:
    counted = Counter(line.values["relation"] for line in lines)
    if counted[SPOUSE] > 1:
        yield Note(lines[0].number, "relation", HINT, "这一户有两位配偶，请核对。")


def _about_one(line: Line, run: Run) -> Iterator[Note]:
    values = line.values
    if values.get("education") and values.get("student"):
        yield Note(line.number, "student", HINT, "“文化程度”和“在校状况”一般只填一项，请核对。")
    if bool(values.get("work_place")) != bool(values.get("work_months")):
        yield Note(line.number, "work_months", HINT, "务工地点和务工月数一般同时填。")
    if values.get("disability_kind") and "disabled" not in (values.get("health") or []):
        yield Note(line.number, "health", HINT, "填了残疾类别，健康状况里没有选残疾，请核对。")
    healthy = values.get("health") == ["healthy"]
    if values.get("id_number") and healthy and not values.get("student") and values.get("labour") in {"weak", "none"}:
        born = parse_id_number(values["id_number"], today=run.today).birth
        if _WORKS_FROM <= run.today.year - born.year < _WORKS_TO:
            yield Note(line.number, "labour", HINT, "健康、不在校的成年人填了无（弱）劳动力，请核对。")
